package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime/debug"

	"github.com/alecthomas/kong"
	"github.com/joho/godotenv"
)

// errReported is what a command returns that has said already what is wrong.
var errReported = errors.New("reported")

// cli is the command line.
type cli struct {
	Config

	Serve       serveCmd       `cmd:"" help:"Run the bot, the HTTP side and the background work."`
	Demo        demoCmd        `cmd:"" help:"The same on private servers and a simulated Telegram, with sample staff and leads; prints the addresses to open."`
	Migrate     migrateCmd     `cmd:"" help:"Bring the schema up to date (serve does so too)."`
	OwnerLink   ownerLinkCmd   `cmd:"" help:"Print a one-time link that makes its opener the owner."`
	Source      sourceCmd      `cmd:"" help:"Ways by which customers enter the list."`
	Shape       configCmd      `cmd:"" name:"config" help:"Everything that managers shape, as one file."`
	Doctor      doctorCmd      `cmd:"" help:"Check configuration, database, Redis, Telegram, clock."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
	Healthcheck healthcheckCmd `cmd:"" help:"Ask the program on this machine whether it is alive."`
}

// command is what every command runs with.
type command struct {
	Config

	ctx            context.Context
	stdout, stderr io.Writer
}

// run carries out one command line and returns when it is done or ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if err := godotenv.Load(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.New("read .env: a line is not of the form NAME=value") // the line itself may be a secret
	}
	var c cli
	ended := false
	parser, err := kong.New(&c, kong.Name("cartable"), kong.Writers(stdout, stderr),
		kong.Description("A CRM in a Telegram bot, for small teams that sell by phone."),
		kong.Exit(func(int) { ended = true }), kong.UsageOnError())
	if err != nil {
		return fmt.Errorf("command line: %w", err)
	}
	parsed, err := parser.Parse(args)
	if ended { // --help has been printed
		return nil
	}
	if err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err
	}
	return parsed.Run(&command{Config: c.withDefaults(), ctx: ctx, stdout: stdout, stderr: stderr})
}

type versionCmd struct{}

// Run prints the module's version and the commit it was built from.
func (versionCmd) Run(c *command) error {
	_, err := fmt.Fprintln(c.stdout, "cartable", version())
	return err
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	out := info.Main.Version
	if out == "" {
		out = "(devel)"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			out += " " + s.Value[:12]
		}
	}
	return out + " " + info.GoVersion
}
