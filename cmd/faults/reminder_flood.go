package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cartable/internal/rig"
)

// reminderFlood is the row on Telegram's limits. Reminders go to their holders alone;
// what groups are sent is leads, offered there, so these fill the groups' minute.
func reminderFlood() experiment {
	return experiment{
		9, "3,000 reminders due at once in 400 chats, and leads for 5 groups, under a checker of 30/s, 1/s, 20/min; somebody taps every 0.5 s",
		"0 violations, at least 95 % of what the limits allow, taps answered at p99 under 1 s, order kept in each chat", false, floodOfReminders,
	}
}

func floodOfReminders(ctx context.Context, b *breaker) (string, error) {
	flood := rig.Flood{
		Schema: "reminder_flood", Reminders: b.times(3000, 600), Chats: 400, Groups: 5,
		Leads: b.times(50, 20), Head: time.Duration(b.times(25, 1)) * time.Second,
		TapEvery: 500 * time.Millisecond, ToTheEnd: !b.quick,
	}
	out, err := flood.Run(ctx, b.Servers)
	took := out.Last.Sub(out.First)
	share := 0.0
	if took > 0 {
		share = float64(out.Sent-1) / 30 / took.Seconds()
	}
	slowest := rig.Quantile(out.Taps, 0.99)
	figures := fmt.Sprintf("%d of %d reminders, %d messages to groups; %d violations, %d refused; %.1f %% of 30/s; %d taps, p99 %d ms; %d out of order, %d doubled",
		out.Reminders, flood.Reminders, out.ToGroups, len(out.Violations), out.Refused, 100*share,
		len(out.Taps), slowest.Milliseconds(), out.OutOfOrder, out.Doubled)
	if err != nil {
		return figures, err
	}
	switch {
	case out.Reminders != flood.Reminders || out.Doubled > 0:
		err = errors.New("reminders were lost or doubled")
	case len(out.Violations) > 0 || out.Refused > 0:
		err = fmt.Errorf("limits were overrun: %v", out.Violations[:min(3, len(out.Violations))])
	case flood.ToTheEnd && out.Waited > 0:
		err = fmt.Errorf("%d announcements were left behind", out.Waited)
	case out.OutOfOrder > 0:
		err = errors.New("messages came out of order")
	}
	if err != nil {
		return figures, err
	}
	const leastShare, tapLimit = 0.95, time.Second
	ideal := time.Duration(out.Sent-1) * time.Second / 30
	return figures, errors.Join(
		rig.Within("all messages", took, time.Duration(float64(ideal)/leastShare)),
		rig.Within("taps behind announcements, p99", slowest, tapLimit))
}
