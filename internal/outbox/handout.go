package outbox

import (
	"context"
	"sync"
	"time"
)

// restPerReader is how long the database is left alone after it was asked, for each reader
// that it named: some five times what finding one takes, so that asking stays cheap however
// often there is something new and however many wait.
const restPerReader = 50 * time.Microsecond

// restTimes is how many times as long as asking took the database is left alone at least: on a busy
// one asking takes longer, and others wait for their turn.
const restTimes = 9

// handout gives the readers for whom something waits to jobs, whoever waits longest first.
// It works through what it read last, and reads again when something new may wait, or when
// there is nobody left who could be served. Two numbers bound the jobs: how many are at
// work before their message leaves, and how many there are in all. So messages of which
// Telegram says nothing for long hold up the others only when they are very many. It is
// sendLoop's own.
type handout struct {
	*Outbox

	list     []reader       // as read last, without those who were handed out since
	busy     map[int64]bool // who is being served; true while the message has not left
	atWork   int            // how many of busy that is
	progress chan progress  // of the jobs; never full

	woken   bool // something new may wait
	served  bool // more may wait for somebody who was served since the list was read
	resting bool // the database was asked just now
}

// progress is what a job tells: its message has left, or it is done.
type progress struct {
	reader int64
	done   bool
}

func newHandout(o *Outbox) *handout {
	return &handout{Outbox: o, busy: make(map[int64]bool, o.opt.OnWay), progress: make(chan progress, 2*o.opt.OnWay), woken: true}
}

func (h *handout) note(p progress) {
	if h.busy[p.reader] {
		h.busy[p.reader] = false
		h.atWork--
	}
	if p.done {
		delete(h.busy, p.reader)
		h.served = true
	}
}

// full says whether no job can be begun.
func (h *handout) full() bool {
	return h.atWork >= h.opt.Senders || len(h.busy) >= h.opt.OnWay
}

// step begins a job for every reader whose turn it is, as far as there are workers. It
// returns when to look again at the latest, and where it asked the database, after how
// long that may be done again.
func (h *handout) step(ctx, working context.Context) (pause, rest time.Duration) {
	if h.full() {
		return pollEvery, 0
	}
	if h.woken && !h.resting {
		rest = h.read(ctx)
	}
	pause = h.begin(working)
	if h.served && !h.resting && !h.full() {
		rest = h.read(ctx)
		pause = h.begin(working)
	}
	return pause, rest
}

// read asks the database for whom something waits.
func (h *handout) read(ctx context.Context) (rest time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	began := h.opt.Clock.Now()
	list, err := h.rows.waiting(ctx, began.Add(-answering))
	took := h.opt.Clock.Now().Sub(began)
	h.resting = true
	if h.noteRead(err); err != nil {
		return pollEvery
	}
	h.list, h.woken, h.served = list, false, false
	return min(max(time.Duration(len(list)+1)*restPerReader, restTimes*took), pollEvery)
}

// begin hands out whom the list names, and returns when the first of the others may be
// written to.
func (h *handout) begin(working context.Context) time.Duration {
	pause := pollEvery
	now := h.opt.Clock.Now()
	kept := h.list[:0]
	for _, r := range h.list {
		if _, busy := h.busy[r.id]; busy {
			continue // read while it was being served: what comes next is not known
		}
		// The clock is read after the messenger's answer, whose "now" is later than
		// any moment before it was asked.
		at := h.ready(r.chat)
		left := at.Sub(h.opt.Clock.Now())
		if h.mustWait(r.chat, r.notBefore, now) || left > 0 || h.full() {
			kept = append(kept, r)
			if left > 0 {
				pause = min(pause, max(left, time.Millisecond))
			}
			continue
		}
		h.start(working, r)
	}
	h.list = kept
	return pause
}

func (h *handout) start(working context.Context, r reader) {
	h.busy[r.id] = true
	h.atWork++
	var once sync.Once
	left := func() { once.Do(func() { h.progress <- progress{reader: r.id} }) }
	h.jobs.Go(func() {
		defer func() { h.progress <- progress{reader: r.id, done: true} }()
		h.deliver(working, r, left)
	})
}
