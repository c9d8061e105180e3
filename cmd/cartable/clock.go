//go:build !faults

package main

import "github.com/jonboulle/clockwork"

// machineClock is the clock that the program goes by.
func machineClock() clockwork.Clock { return clockwork.NewRealClock() }

// checkLeaks is for the fault rig's build.
func checkLeaks() error { return nil }
