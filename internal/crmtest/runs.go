package crmtest

import (
	"flag"
	"os"
	"strconv"
	"strings"
	"testing"
)

// Runs has the properties of a test checked n times, unless the command line says how
// often: -rapid.checks=10000.
func Runs(t testing.TB, n int) {
	t.Helper()
	for _, arg := range os.Args[1:] {
		if strings.HasPrefix(strings.TrimLeft(arg, "-"), "rapid.checks") {
			return
		}
	}
	set := func(value string) {
		if err := flag.Set("rapid.checks", value); err != nil {
			t.Error(err)
		}
	}
	before := flag.Lookup("rapid.checks").Value.String()
	set(strconv.Itoa(n))
	t.Cleanup(func() { set(before) })
}
