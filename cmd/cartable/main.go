// Command cartable is a CRM in a Telegram bot: it wires the parts together, and
// decides nothing about customers.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // the business's zone, also where the system has none

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
)

func main() {
	// Its lines would be neither JSON nor of any level; what fails is logged by whoever called.
	redis.SetLogger(&logging.VoidLogger{})
	if os.Getenv("GOGC") == "" {
		// What is alive is a few megabytes: there is room for four times the usual garbage, and a
		// quarter of the collections.
		debug.SetGCPercent(400)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// From the first signal on the next one kills: an end in order takes up to 20 seconds.
	context.AfterFunc(ctx, stop)
	err := errors.Join(run(ctx, os.Args[1:], os.Stdout, os.Stderr), checkLeaks())
	if err == nil {
		return
	}
	if !errors.Is(err, errReported) {
		fmt.Fprintln(os.Stderr, "cartable:", err)
	}
	os.Exit(1)
}
