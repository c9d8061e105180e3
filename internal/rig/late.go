package rig

import (
	"fmt"
	"time"
)

// Late is a finding that something came right, but not in its time. A slow machine can be
// the cause of it, as it cannot be of what is wrong, lost or doubled.
type Late struct {
	What string
	By   time.Duration // how much less it should have taken
}

// Error says what was late.
func (l *Late) Error() string { return l.What }

// Within is a Late where something took longer than its limit.
func Within(what string, took, limit time.Duration) error {
	if took <= limit {
		return nil
	}
	return &Late{fmt.Sprintf("%s: %s, and not within %s", what, took.Round(100*time.Microsecond), limit), took - limit}
}

// Patience is how long to wait for something with a limit before it counts as never to come.
func Patience(limit time.Duration) time.Duration {
	const times, most = 4, time.Minute
	return min(times*limit, limit+most)
}

// OnlyLate says whether an error consists of late findings alone, and by how much the
// latest was.
func OnlyLate(err error) (by time.Duration, only bool) {
	switch err := err.(type) { //nolint:errorlint // looks at each by itself
	case *Late:
		return err.By, true
	case interface{ Unwrap() error }:
		return OnlyLate(err.Unwrap())
	case interface{ Unwrap() []error }:
		for _, e := range err.Unwrap() {
			b, late := OnlyLate(e)
			if !late {
				return 0, false
			}
			by = max(by, b)
		}
		return by, true
	}
	return 0, false
}
