package crm

import (
	"time"
)

// ReminderKind says what a reminder is a promise of.
type ReminderKind string

// The kinds of reminder.
const (
	ReminderOfStatus ReminderKind = "status"    // set with a status
	ReminderByHand   ReminderKind = "manual"    // "remind me"
	ReminderNextTry  ReminderKind = "no_answer" // the next attempt after no answer
)

// Reminder is a promise to be told about a customer at a time. It rings for
// whoever holds the customer then; where nobody does, for For.
type Reminder struct {
	ID     ReminderID   `json:"id"`
	Kind   ReminderKind `json:"kind"`
	Due    time.Time    `json:"due"`
	Reason string       `json:"reason,omitempty"`
	For    StaffID      `json:"for,omitempty"`
}

// Reminders ring, are repeated and are told to managers in these steps.
const (
	RepeatAfter   = 15 * time.Minute // without a reaction after the first ring arrived
	EscalateAfter = 15 * time.Minute // without one after the second
	LateAfter     = 2 * time.Minute  // a ring that arrives later than this says that it is late
)

// MaxAttempts is after how many calls without an answer the agent is asked what
// to do instead of being given another try.
const MaxAttempts = 5

// NextTry is when to call again after the given number of calls without an
// answer (1 or more): in two hours, then tomorrow at another hour, then in three
// days at another hour. A try after closing is moved to the next morning, and
// one on Friday, the day off, to Saturday.
func NextTry(attempt int, now time.Time) time.Time {
	const opens, noon, evening, closes = 10, 14, 17, 20
	at := func(days, hour int) time.Time {
		y, m, d := now.Date()
		return time.Date(y, m, d+days, hour, 0, 0, 0, now.Location())
	}
	otherHour := opens
	if now.Hour() < noon {
		otherHour = evening
	}
	var next time.Time
	switch {
	case attempt <= 1:
		next = now.Add(2 * time.Hour).Truncate(time.Minute)
		if next.Hour() >= closes || next.Day() != now.Day() {
			next = at(1, opens)
		}
	case attempt == 2:
		next = at(1, otherHour)
	default:
		next = at(3, otherHour)
	}
	if next.Weekday() == time.Friday {
		next = next.AddDate(0, 0, 1)
	}
	return next
}
