package rig_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"cartable/internal/rig"
)

func TestOnlyLate(t *testing.T) {
	late := rig.Within("an answer", 3*time.Second, 2*time.Second)
	later := rig.Within("another", 5*time.Second, 2*time.Second)
	lost := errors.New("a lead was lost")
	for _, c := range []struct {
		name string
		err  error
		by   time.Duration
		only bool
	}{
		{"nothing", nil, 0, false},
		{"in time", rig.Within("an answer", 2*time.Second, 2*time.Second), 0, false},
		{"late", late, time.Second, true},
		{"wrapped", fmt.Errorf("round 3: %w", late), time.Second, true},
		{"two", errors.Join(late, nil, fmt.Errorf("round 3: %w", later)), 3 * time.Second, true},
		{"lost", lost, 0, false},
		{"late and lost", fmt.Errorf("round 3: %w", errors.Join(late, lost)), 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if by, only := rig.OnlyLate(c.err); by != c.by || only != c.only {
				t.Errorf("late by %s, only that: %t; want %s, %t", by, only, c.by, c.only)
			}
		})
	}
}

// What comes after its limit is late; what never comes is not.
func TestAwait(t *testing.T) {
	const limit = 40 * time.Millisecond
	began := time.Now()
	err := rig.Await(t.Context(), "it", limit, func(context.Context) (bool, error) { return time.Since(began) > 2*limit, nil })
	if by, late := rig.OnlyLate(err); !late || by < limit {
		t.Errorf("what came late: %v", err)
	}
	err = rig.Await(t.Context(), "it", limit, func(context.Context) (bool, error) { return false, nil })
	if _, late := rig.OnlyLate(err); err == nil || late {
		t.Errorf("what never came: %v", err)
	}
}
