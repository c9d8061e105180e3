package rig

import (
	"os/exec"
	"testing"
	"time"
)

// What this process and those that it started use is theirs, also after their end.
func TestOwnCPU(t *testing.T) {
	if othersCPU() == 0 {
		t.Skip("nobody knows here what the processors do")
	}
	before := ownCPU()
	burn := exec.CommandContext(t.Context(), "sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done")
	if err := burn.Run(); err != nil {
		t.Fatal(err)
	}
	used := burn.ProcessState.UserTime() + burn.ProcessState.SystemTime()
	if more := ownCPU() - before; more < used-3*clockTick {
		t.Errorf("a child used %s, and %s more counts as one's own", used, more)
	}
}

func TestPaceExplains(t *testing.T) {
	for _, c := range []struct {
		pace Paced
		by   time.Duration
		want bool
	}{
		{Paced{Stalled: 20 * time.Millisecond, Others: 0.1}, time.Second, false},
		{Paced{Stalled: 2 * time.Second, Others: 0.1}, time.Second, true},
		{Paced{Others: 0.6}, time.Second, true},
	} {
		if got := c.pace.Explains(c.by); got != c.want {
			t.Errorf("%s: explains %s: %t", c.pace, c.by, got)
		}
	}
}
