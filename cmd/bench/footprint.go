package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"cartable/internal/rig"
)

// The goals of the row on what the program takes.
const (
	readyGoal  = 300 * time.Millisecond
	idleGoal   = 60.0  // MB
	loadedGoal = 150.0 // MB
	binaryGoal = 40.0  // MB

	starts        = 5
	idleAfter     = 5 * time.Second // of quiet
	loadCallers   = 16
	loadedFor     = 5 * time.Second
	readyDeadline = 10 * time.Second
)

// footprintRow is the row on what the program takes: time to start, memory, disk.
func footprintRow() measurement {
	return measurement{6, "start, memory and size", measureFootprint}
}

func measureFootprint(ctx context.Context, s *setting) (figures []figure, err error) {
	office, err := knownOffice(ctx, s, "bench_footprint")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, office.Close()) }()
	program, err := office.NewProgram(rig.Settings{"INTAKE_RATE": "1000000"})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, program.Kill()) }()
	var ready []time.Duration
	for range starts {
		took, err := startTime(ctx, program)
		if err != nil {
			return nil, err
		}
		ready = append(ready, took)
	}
	add := func(what, ours, goal string, met bool) {
		figures = append(figures, figure{Row: 6, What: what, Ours: ours, Goal: goal, Met: met})
	}
	took := rig.Quantile(ready, 0.5)
	add("from start to ready, existing schema", took.Round(time.Millisecond).String(), "at most "+readyGoal.String(), took <= readyGoal)

	// What was taken to start is given back.
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(idleAfter):
	}
	idle, err := memory(program.PID(), "VmRSS:")
	if err != nil {
		return nil, err
	}
	add("resident memory, idle", megabytes(idle), "at most "+megabytes(idleGoal), idle <= idleGoal)
	load := &load{address: program.Base, key: office.Source.Key}
	got, err := load.run(ctx, loadCallers, loadedFor)
	if err != nil {
		return nil, err
	}
	loaded, err := memory(program.PID(), "VmHWM:")
	if err != nil {
		return nil, err
	}
	add(fmt.Sprintf("resident memory at most, during %.0f inquiries a second", got.perSecond), megabytes(loaded), "at most "+megabytes(loadedGoal),
		loaded <= loadedGoal)
	info, err := os.Stat(s.Binary)
	if err != nil {
		return nil, fmt.Errorf("size of the program: %w", err)
	}
	size := float64(info.Size()) / 1e6
	add("size of the program", megabytes(size), "at most "+megabytes(binaryGoal), size <= binaryGoal)
	return figures, nil
}

// startTime starts the program, again where it runs, and returns how long it took until it was
// ready.
func startTime(ctx context.Context, p *rig.Program) (time.Duration, error) {
	if !p.Ended() {
		if _, err := p.Stop(); err != nil {
			return 0, err
		}
	}
	began := time.Now()
	if err := p.Start(nil); err != nil {
		return 0, err
	}
	err := rig.Await(ctx, "the program to be ready", readyDeadline, func(ctx context.Context) (bool, error) {
		r, err := p.Readiness(ctx)
		return r.Status == "ready", err
	})
	return time.Since(began), err
}

// memory is a line of /proc/PID/status, in MB.
func memory(pid int, line string) (float64, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("read the program's memory: %w", err)
	}
	for l := range strings.Lines(string(content)) {
		if f := strings.Fields(l); len(f) == 3 && f[0] == line {
			kb, err := strconv.ParseFloat(f[1], 64)
			return kb * 1024 / 1e6, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/status has no %s", pid, line)
}

func megabytes(n float64) string { return fmt.Sprintf("%.0f MB", n) }
