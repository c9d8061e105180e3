package persian

import (
	"fmt"
	"time"
)

// A Reason is why a text could not be read.
type Reason int

// The reasons of a ReadError.
const (
	NotUnderstood   Reason = iota + 1 // nothing of the kind asked for is recognised, or too much of it
	NoSuchDay                         // a date that does not exist: ۳۱ مهر
	NoSuchTime                        // a time that does not exist: ۲۵:۰۰
	WeekdayMismatch                   // a weekday, or another date, beside a date that is a different day
	OutOfRange                        // a number or an amount too large to keep
)

var reasonNames = map[Reason]string{
	NotUnderstood: "not understood", NoSuchDay: "no such day", NoSuchTime: "no such time",
	WeekdayMismatch: "weekday and date disagree", OutOfRange: "out of range",
}

func (r Reason) String() string {
	if name, ok := reasonNames[r]; ok {
		return name
	}
	return fmt.Sprintf("Reason(%d)", int(r))
}

// A ReadError says why a text that a person typed could not be read. It does not hold
// the text.
type ReadError struct {
	Reason Reason
	// Want is the weekday that the typed date really is, and Day that date; for
	// WeekdayMismatch only.
	Want time.Weekday
	Day  Civil
}

func (e *ReadError) Error() string {
	if e.Reason == WeekdayMismatch {
		return fmt.Sprintf("%s: %s is a %s", e.Reason, e.Day, e.Want)
	}
	return e.Reason.String()
}

func fail(r Reason) error { return &ReadError{Reason: r} }
