package form

import (
	"crypto/rand"
	"maps"
	"slices"
	"time"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// Draft is an unfinished form: what it is about and how far its person got. It
// is stored as JSON between inputs.
type Draft struct {
	ID      string // from NewID
	Kind    string // what the conversation does with it at the end
	Staff   crm.StaffID
	ChatID  int64
	Message int // the message that shows it; 0 before it is sent

	Customer        crm.CustomerID
	CustomerVersion int64 // the version that the person saw
	Subject         int64 // a second record: the status to set, the reminder to move …
	Args            map[string]string

	DefinitionVersion int64
	Titles            map[string]string // of what was asked when it was shown last, to name what is gone

	Prefill Answers // values that stand now, offered to keep
	Answers Answers
	Skipped map[string]bool
	Current string   // the question that is asked; "" at the summary
	Trail   []string // the questions passed, for going back
	Editing bool     // the question came from the summary
	Picker  Picker
	Notice  view.HTML // said in the next view: a problem, a change; gone after the next input
	Echo    []string  // questions whose typed dates and times the next view repeats in full

	LastInput string // key of the last input that it took: the conversation does not feed it twice
	Revision  int64  // counts the saves, for compare and set
	OpenedAt  time.Time
	TouchedAt time.Time
}

// Picker is where the buttons of the current question stand between taps.
type Picker struct {
	Month  string    // a day (2006-01-02) of the month on show; "" for the natural one
	Day    string    // of a DateTime: the day chosen, while the time is asked
	Screen screen    // what is on show, where a kind has several
	Hour   int       // with screenMinutes
	Page   int       // of many options, from 0
	Chosen crm.Value // of Choices: what is ticked so far
}

type screen string

const (
	screenFirst    screen = ""         // offers, half hours, the calendar
	screenCalendar screen = "calendar" // of a DateTime that has offers
	screenHours    screen = "hours"
	screenMinutes  screen = "minutes"
)

// Outcome is what came of an input, besides the next draft.
type Outcome struct {
	Problem view.HTML // why the input was not taken, as the next view says too
	Toast   string    // for the answer to a tap, at most view.MaxAnswer
	Submit  bool      // everything is answered: make the domain call
	Cancel  bool      // given up
	Stale   bool      // the button belongs to an older view: show the form again
}

// NewID makes the ID of a draft: callback.MaxDraft characters of [A-Z2-7].
func NewID() string { return rand.Text()[:callback.MaxDraft] }

// Open begins d at its first open question; what d already answers is not asked.
func Open(def Definition, d Draft, env Env) Draft {
	t := begin(def, d, env)
	t.d.OpenedAt = env.Now
	t.d.DefinitionVersion = def.Version
	t.d.Titles = titles(def)
	t.enter(t.firstOpen())
	return t.d
}

func titles(def Definition) map[string]string {
	out := map[string]string{}
	for _, q := range def.asked() {
		out[q.ID] = q.Title
	}
	return out
}

// clone copies what inputs change, so that the caller's draft stays.
func (d Draft) clone() Draft {
	d.Answers = maps.Clone(d.Answers)
	if d.Answers == nil {
		d.Answers = Answers{}
	}
	d.Skipped = maps.Clone(d.Skipped)
	if d.Skipped == nil {
		d.Skipped = map[string]bool{}
	}
	d.Titles = maps.Clone(d.Titles)
	d.Trail = slices.Clone(d.Trail)
	return d
}

// present is what stands for a question: its answer, or what was there before.
func (d Draft) present(id string) crm.Value {
	if v := d.Answers[id]; v != "" {
		return v
	}
	return d.Prefill[id]
}
