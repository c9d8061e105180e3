package rig

import (
	"fmt"
	"time"
)

// clockTick is the unit of processor time in /proc.
const clockTick = 10 * time.Millisecond

// CPU is how much processor time the running process has used; 0 where nobody knows.
func (p *Program) CPU() time.Duration {
	fields := procStat(fmt.Sprintf("/proc/%d/stat", p.PID()))
	if fields == nil {
		return 0
	}
	const user, system = 11, 12
	return time.Duration(number(fields[user])+number(fields[system])) * clockTick
}
