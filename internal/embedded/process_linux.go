package embedded

import (
	"fmt"
	"os"
	"syscall"
)

// childAttributes puts the server in a process group of its own, so that Ctrl-C in a terminal reaches this
// process alone, which then stops the server when nobody needs it any more.
func childAttributes(onParentDeath syscall.Signal, a account) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: onParentDeath}
	if a.switched {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return attr
}

// runsIn reports whether a process works in dir, as the server of that directory does. False for a process
// that has ended, even if its parent has not collected it yet.
func runsIn(pid int, dir string) bool {
	cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	return err == nil && cwd == dir
}
