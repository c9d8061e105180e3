package persian

import "fmt"

// A Clock is a time of the day, 00:00 to 23:59.
type Clock struct {
	Hour, Min int
}

// String writes k as 15:04.
func (k Clock) String() string { return fmt.Sprintf("%02d:%02d", k.Hour, k.Min) }

// Minutes is the number of minutes since midnight.
func (k Clock) Minutes() int { return k.Hour*60 + k.Min }
