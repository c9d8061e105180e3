//go:build unix && !linux

package embedded

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// childAttributes as on Linux, but for the signal of the parent's death, which these systems do not have:
// the next start stops a server that was left behind.
func childAttributes(_ syscall.Signal, a account) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if a.switched {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return attr
}

// runsIn asks lsof, which these systems have, for the working directory of a process.
func runsIn(pid int, dir string) bool {
	out, err := exec.Command("lsof", "-a", "-d", "cwd", "-p", strconv.Itoa(pid), "-Fn").Output()
	return err == nil && strings.Contains(string(out), "n"+dir+"\n")
}
