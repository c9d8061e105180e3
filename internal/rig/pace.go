package rig

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

const (
	paceTick  = 5 * time.Millisecond
	paceSyncs = 20 // ticks between two writes to the disk
	// What is shorter happens on any machine.
	leastStall = 10 * time.Millisecond
	leastSync  = 50 * time.Millisecond
	// muchOfOthers is the share of the processors from which on the machine is not the rig's alone.
	muchOfOthers = 0.25
)

// Pace watches beside an experiment how the machine keeps up: by how much a sleep of a few
// milliseconds and a small write to the disk take longer than they should, and how much of
// the processors others use. What the program itself uses counts for nothing: a program that
// is slow by its own fault finds no excuse here.
type Pace struct {
	ended   chan struct{}
	stalled chan time.Duration
	began   time.Time
	others  time.Duration // until then
}

// Paced is what was seen.
type Paced struct {
	Stalled time.Duration // in all
	Others  float64       // the share of the processors; 0 where nobody knows
}

// WatchPace begins to watch the machine and the disk of a directory.
func WatchPace(dir string) *Pace {
	p := &Pace{ended: make(chan struct{}), stalled: make(chan time.Duration, 1), began: time.Now(), others: othersCPU()}
	go func() { p.stalled <- watchStalls(filepath.Join(dir, "pace"), p.ended) }()
	return p
}

// Stop ends it.
func (p *Pace) Stop() Paced {
	close(p.ended)
	out := Paced{Stalled: <-p.stalled}
	all := time.Since(p.began) * time.Duration(runtime.NumCPU())
	out.Others = min(max(float64(othersCPU()-p.others)/float64(all), 0), 1)
	return out
}

// Explains says whether such a machine can have made something late by so much.
func (p Paced) Explains(by time.Duration) bool {
	return p.Others >= muchOfOthers || p.Stalled >= by
}

func (p Paced) String() string {
	return fmt.Sprintf("the machine stalled by %d ms, and others used %.0f %% of its processors", p.Stalled.Milliseconds(), 100*p.Others)
}

func watchStalls(file string, ended <-chan struct{}) (stalled time.Duration) {
	disk, err := os.Create(file)
	if err == nil {
		defer os.Remove(file)
		defer disk.Close()
	}
	for n := 0; ; n++ {
		began := time.Now()
		select {
		case <-time.After(paceTick):
		case <-ended:
			return stalled
		}
		if over := time.Since(began) - paceTick; over >= leastStall {
			stalled += over
		}
		if err != nil || n%paceSyncs != 0 {
			continue
		}
		began = time.Now()
		if _, err = disk.WriteAt([]byte{byte(n)}, 0); err == nil {
			err = disk.Sync()
		}
		if took := time.Since(began); took >= leastSync {
			stalled += took
		}
	}
}

// othersCPU is how much processor time was used since the machine's start by anybody but
// this process and its descendants, what other machines took on the same host included.
func othersCPU() time.Duration {
	content, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(content), "\n")
	fields := strings.Fields(line)
	const user, idle, waiting, steal = 1, 4, 5, 8
	if len(fields) <= steal {
		return 0
	}
	var ticks int64
	for i, f := range fields[user : steal+1] {
		if i+user != idle && i+user != waiting {
			ticks += number(f)
		}
	}
	return time.Duration(ticks)*clockTick - ownCPU()
}

// ownCPU is that of this process, its descendants, and those of them that ended.
func ownCPU() time.Duration {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0
	}
	children, used := map[int64][]int64{}, map[int64]int64{}
	for _, file := range stats {
		pid := number(filepath.Base(filepath.Dir(file)))
		fields := procStat(file)
		if fields == nil {
			continue // it has ended
		}
		const parent, user, childrenSystem = 1, 11, 14
		for _, f := range fields[user : childrenSystem+1] {
			used[pid] += number(f)
		}
		by := number(fields[parent])
		children[by] = append(children[by], pid)
	}
	var ticks int64
	for own := []int64{int64(os.Getpid())}; len(own) > 0; own = own[1:] {
		ticks += used[own[0]]
		own = append(own, children[own[0]]...)
	}
	return time.Duration(ticks) * clockTick
}

// procStat is what follows a process's name, which may hold spaces, in its /proc/…/stat; nil
// where it is not to be had.
func procStat(file string) []string {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	_, rest, _ := strings.Cut(string(content), ") ")
	const enough = 15
	if fields := strings.Fields(rest); len(fields) >= enough {
		return fields
	}
	return nil
}

// number is 0 of what is none.
func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}
