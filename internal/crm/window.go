package crm

import (
	"cmp"
	"slices"
)

// WindowKind is what a part of the day is for.
type WindowKind string

// The kinds of window.
const (
	WindowEntry   WindowKind = "entry"   // entering numbers from outside
	WindowCalling WindowKind = "calling" // calling customers
)

// WindowKinds lists every kind.
func WindowKinds() []WindowKind { return []WindowKind{WindowEntry, WindowCalling} }

// Window is a part of the working day and what it is for, in minutes since midnight
// by the business's clocks.
type Window struct {
	Kind WindowKind `json:"kind"`
	From int        `json:"from"`
	To   int        `json:"to"` // after From: windows do not go on into the next day
}

// UsualWindows are the daily routine of a new installation.
func UsualWindows() []Window {
	return []Window{{WindowEntry, 8 * 60, 10 * 60}, {WindowCalling, 10 * 60, 14 * 60}, {WindowEntry, 14 * 60, 17 * 60}}
}

// DigestTimes are when the day's digests come, by the business's clocks ("08:30"):
// "" is at the beginning and at the end of the working day.
type DigestTimes struct {
	Morning string `json:"morning"`
	Evening string `json:"evening"`
}

// SetWindows sets the daily routine; none for no routine. Windows do not overlap, and
// are kept in order.
func (c *Config) SetWindows(windows []Window) error {
	kept := slices.Clone(windows)
	slices.SortFunc(kept, func(a, b Window) int { return cmp.Compare(a.From, b.From) })
	for i, w := range kept {
		day := Span{w.From, w.To}
		if !slices.Contains(WindowKinds(), w.Kind) || !day.Valid() || w.To <= w.From || i > 0 && w.From < kept[i-1].To {
			return &Error{Code: Invalid, Key: KeyBadHours, Field: "windows"}
		}
	}
	if len(kept) > MaxWindows {
		return &Error{Code: Invalid, Key: KeyTooMany, Field: "windows"}
	}
	c.Settings.Windows = list(kept)
	return nil
}
