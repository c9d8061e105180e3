//go:build faults

package failpoint

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

var (
	armed Point
	left  atomic.Int64
)

func init() {
	value := os.Getenv("CARTABLE_FAILPOINT")
	if value == "" {
		return
	}
	name, count, _ := strings.Cut(value, ":")
	n, err := strconv.ParseInt(count, 10, 64)
	if err != nil || n < 1 || !slices.Contains(Points(), Point(name)) {
		panic(fmt.Sprintf("CARTABLE_FAILPOINT: %q is not the name of a point, a colon and a count from 1", value))
	}
	armed = Point(name)
	left.Store(n)
}

// Reach kills the process when p is the armed point and was reached often enough.
func Reach(p Point) {
	if p != armed || left.Add(-1) != 0 {
		return
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // the signal is on its way
}
