package outbox

import (
	"slices"
	"time"

	"cartable/internal/crm"
)

// reader is somebody, or a group, for whom notifications wait.
type reader struct {
	id        int64 // as in the view readers
	chat      int64
	answering bool // has a question of the bot before them
	queues    []queue
}

// queue is what waits for a reader of one kind.
type queue struct {
	kind      crm.NotificationKind
	ids       []crm.NotificationID // ascending, not empty; the first ones
	notBefore time.Time            // of the first; zero for none
}

// turn is what a reader gets next: one notification, or several as one message.
type turn struct {
	ids       []crm.NotificationID // ascending; empty when everything has to wait
	notBefore time.Time
}

// next chooses the oldest notification that need not wait for the reader's
// answer, and with a summarisable one all others of that sort if they are many.
func next(r reader) turn {
	var head queue
	var alike []crm.NotificationID
	for _, q := range r.queues {
		if r.answering && q.kind.Patient() {
			continue
		}
		if len(head.ids) == 0 || q.ids[0] < head.ids[0] {
			head = q
		}
		if q.kind.Summarisable() {
			alike = append(alike, q.ids...)
		}
	}
	switch {
	case len(head.ids) == 0:
		return turn{}
	case head.kind.Summarisable() && len(alike) > separately:
		slices.Sort(alike)
		return turn{ids: alike[:min(len(alike), together)], notBefore: head.notBefore}
	}
	return turn{ids: head.ids[:1], notBefore: head.notBefore}
}
