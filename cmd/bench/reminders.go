package main

import (
	"context"
	"fmt"
	"time"

	"cartable/internal/rig"
)

const (
	floodReminders = 3000
	floodChats     = 400
	floodGroups    = 5
	floodShare     = 0.97
	floodTap       = 160 * time.Millisecond
)

// floods are the row on how much of what Telegram allows is made use of.
func floods() measurement {
	return measurement{5, "3,000 reminders due at once, 60 ms from Telegram", measureFlood}
}

func measureFlood(ctx context.Context, s *setting) ([]figure, error) {
	out, err := rig.Flood{
		Schema: "flood", Reminders: floodReminders, Chats: floodChats, Groups: floodGroups, Leads: 20,
		TapEvery: 500 * time.Millisecond, Distance: 60 * time.Millisecond,
	}.Run(ctx, s.Servers)
	if err != nil {
		return nil, err
	}
	if out.Reminders != floodReminders || len(out.Violations) > out.Refused {
		return nil, fmt.Errorf("%d of %d reminders, violations %v", out.Reminders, floodReminders, out.Violations)
	}
	took, ideal := out.Last.Sub(out.Due), out.Ideal()
	ratio := ideal.Seconds() / took.Seconds()
	slowest := rig.Quantile(out.Taps, 0.99)
	return []figure{
		{
			Row: 5, What: fmt.Sprintf("%d reminders due at once in %d chats, with leads for %d groups and somebody tapping", floodReminders, floodChats, floodGroups),
			Ours: fmt.Sprintf("%.1f s, %d refused", took.Seconds(), out.Refused), Against: fmt.Sprintf("%.1f s for %d messages", ideal.Seconds(), out.Sent),
			Ratio: ratio, Goal: "≥ 0.97 of the ideal, no 429", Met: ratio >= floodShare && out.Refused == 0,
		},
		{
			Row: 5, What: "taps answered meanwhile, 60 ms to Telegram and back",
			Ours: fmt.Sprintf("p50 %.0f ms, p99 %.0f ms", milliseconds(rig.Quantile(out.Taps, 0.5)), milliseconds(slowest)),
			Goal: "p99 ≤ 160 ms", Met: slowest <= floodTap,
		},
	}, nil
}
