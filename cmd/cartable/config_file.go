package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"time"

	"cartable/bot/screen"
	"cartable/bot/text"
	"cartable/internal/configfile"
	"cartable/internal/crm"
)

type configCmd struct {
	Export configExportCmd `cmd:"" help:"Write the configuration as one YAML file."`
	Check  configCheckCmd  `cmd:"" help:"Say what is wrong with a configuration file, or what it would change; fails where something is wrong."`
	Apply  configApplyCmd  `cmd:"" help:"Put a configuration file in force as one change, which the owner can undo in the bot."`
}

type configExportCmd struct {
	File string `placeholder:"F" help:"Where to write it; the standard output where it is not given."`
}

// Run writes the configuration that is in force.
func (e configExportCmd) Run(c *command) error {
	return c.withConfig(func(_ context.Context, _ *crm.Service, r screen.Reader) error {
		data := configfile.Write(r.Dir.Config(), r.Dir, r.P)
		if e.File == "" {
			_, err := c.stdout.Write(data)
			return err
		}
		const mode = 0o600 // it names the staff
		if err := os.WriteFile(e.File, data, mode); err != nil {
			return fmt.Errorf("write configuration: %w", err)
		}
		return nil
	})
}

type configCheckCmd struct {
	File string `required:"" placeholder:"F" help:"The file to check."`
}

// Run says what the file would change.
func (k configCheckCmd) Run(c *command) error {
	return c.withConfig(func(ctx context.Context, s *crm.Service, r screen.Reader) error {
		_, err := c.compare(ctx, s, r, k.File)
		return err
	})
}

type configApplyCmd struct {
	File string `required:"" placeholder:"F" help:"The file to apply."`
}

// Run puts the file in force, unless somebody changes the configuration meanwhile.
func (a configApplyCmd) Run(c *command) error {
	return c.withConfig(func(ctx context.Context, s *crm.Service, r screen.Reader) error {
		d, err := c.compare(ctx, s, r, a.File)
		if err != nil || len(d.Changes) == 0 {
			return err
		}
		out, err := s.ReplaceConfig(ctx, crm.Command{Key: "config-apply:" + rand.Text()}, d.Base, d.Target)
		if err != nil {
			return fmt.Errorf("apply configuration: %w", err)
		}
		_, err = fmt.Fprintf(c.stdout, "version %d is in force\n", out.Version)
		return err
	})
}

// compare reads a file and prints what it would change, in the language of the command
// line. What is wrong with it is printed too, and is errReported.
func (c *command) compare(ctx context.Context, s *crm.Service, r screen.Reader, name string) (crm.Draft, error) {
	file, err := os.Open(name)
	if err != nil {
		return crm.Draft{}, fmt.Errorf("read configuration: %w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, configfile.MaxSize+1))
	if err != nil {
		return crm.Draft{}, fmt.Errorf("read configuration: %w", err)
	}
	target, mistakes := configfile.Read(data, r.Dir)
	for _, line := range r.MistakeLines(mistakes) {
		fmt.Fprintln(c.stderr, line)
	}
	if len(mistakes) > 0 {
		return crm.Draft{}, errReported
	}
	d, err := s.CompareConfig(ctx, r.Dir, 0, target)
	if err != nil {
		return crm.Draft{}, fmt.Errorf("compare configuration: %w", err)
	}
	for _, line := range (screen.Shaper{Reader: r, Draft: d}).AllChanges() {
		if _, err := fmt.Fprintln(c.stdout, line); err != nil {
			return crm.Draft{}, err
		}
	}
	if len(d.Changes) == 0 {
		_, err = fmt.Fprintln(c.stdout, "nothing changes: this is in force already")
	}
	return d, err
}

// withConfig runs fn with the configuration that is in force and the words of the
// command line's language.
func (c *command) withConfig(fn func(context.Context, *crm.Service, screen.Reader) error) error {
	return c.withService(func(ctx context.Context, s *crm.Service) error {
		dir, err := s.Directory(ctx)
		if err != nil {
			return err
		}
		catalogue, err := text.Load()
		if err != nil {
			return err
		}
		return fn(ctx, s, screen.Reader{Dir: dir, P: catalogue.Printer(c.language()), Now: time.Now().In(dir.Settings.Location())})
	})
}
