package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

const (
	patience  = 2 * time.Second // after which somebody taps again
	giveUpAll = 60 * time.Second
)

// work is what colleagues do together, counted.
type work struct {
	office  *rig.Office
	did     atomic.Int64 // taps and messages
	again   atomic.Int64 // taps of those because nothing came
	courses atomic.Int64 // customers whose course is over

	kills    atomic.Int64 // of the program meanwhile
	atPoints atomic.Int64 // those of them that a failpoint was quicker to do
}

// colleague is somebody who works as people do: they tap what they see, wait for what comes of it, and
// when nothing comes they tap again. What they have typed stands in the chat: that they do not repeat.
type colleague struct {
	*work
	person *tgsim.Person
}

// customer is whom a course is about. Their number tells what is typed about them.
type customer int

func (c customer) name() string    { return leadName(int(c)) }
func (c customer) note() string    { return fmt.Sprintf("Note %05d", int(c)) }
func (c customer) reason() string  { return fmt.Sprintf("Reason %05d", int(c)) }
func (c customer) product() string { return fmt.Sprintf("Product %05d", int(c)) }

// courseLength is how many taps and messages a course has when nothing is repeated.
const courseLength = 20

// course is a customer's whole course: found by the number, taken, a note, an appointment with its
// questions, a reminder, the contract.
func (w *colleague) course(ctx context.Context, c customer) error {
	name := c.name()
	steps := []func(context.Context) error{
		w.types(rig.Phone(int(c)), shows(name, "Take")),
		w.taps("Take", shows(name, "No answer"), name),
		w.opens("📝 Note", []string{"Note — " + name}, name, "No answer"),
		w.types(c.note(), shows("Saved", c.note())),

		w.opens("🏷 Status", []string{name, "What came of it?"}, name, "No answer"),
		w.taps("In-person meeting", shows(name, "Step 1 of 4"), name, "What came of it?"),
		w.taps("Tomorrow", shows(name, "Step 2 of 4"), name, "Step 1 of 4"),
		w.taps("10:30", shows(name, "Step 3 of 4"), name, "Step 2 of 4"),
		w.types("you", shows(name, "Step 4 of 4")),
		w.taps("1 hour before", shows(name, "In-person meeting", "Save if"), name, "Step 4 of 4"),
		w.taps("Save", shows("Saved", name, "In-person meeting"), name, "In-person meeting", "Save if"),

		// The card is brought up to date after the answer; who taps it before is asked to tap again.
		w.opens("⏰ Reminder", []string{"Reminders of", name}, name, "No answer", "In-person meeting"),
		w.taps("New reminder", shows("Reminder — "+name, "Step 1 of 2"), "Reminders of", name),
		w.taps("At the appointment", shows("Reminder — "+name, "Step 2 of 2"), "Reminder — "+name, "Step 1 of 2"),
		w.types(c.reason(), shows("Saved", c.reason())),

		w.opens("🏷 Status", []string{name, "What came of it?"}, name, "No answer", "In-person meeting"),
		w.taps("Led to a contract", shows("Led to a contract — "+name, "Step 1 of 2"), name, "What came of it?"),
		w.types(c.product(), shows("Led to a contract — "+name, "Step 2 of 2")),
		w.types("5000000", shows("Led to a contract — "+name, "Save if")),
		w.taps("Save", shows("Saved", name, "Led to a contract"), "Led to a contract — "+name, "Save if"),
	}
	for i, step := range steps {
		if err := step(ctx); err != nil {
			return fmt.Errorf("%s, step %d: %w", name, i+1, err)
		}
	}
	w.courses.Add(1)
	return nil
}

// shows says whether the newest message of the bot that is about these texts is there.
func shows(texts ...string) func(*tgsim.View) bool {
	return func(v *tgsim.View) bool {
		_, ok := v.Find(texts...)
		return ok
	}
}

// opens returns the step of tapping what opens a message of its own below; an older one like it, from a tap
// that was repeated, is left alone.
func (w *colleague) opens(label string, below []string, on ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		last := w.person.Last().ID
		return w.taps(label, func(v *tgsim.View) bool {
			m, ok := v.Find(below...)
			return ok && m.ID > last
		}, on...)(ctx)
	}
}

// taps returns the step of tapping a button of the newest message that shows these texts.
func (w *colleague) taps(label string, until func(*tgsim.View) bool, on ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, giveUpAll)
		defer cancel()
		for try := 0; ; try++ {
			if err := w.tapOnce(ctx, label, on); err != nil {
				return err
			}
			if try > 0 {
				w.again.Add(1)
			}
			waiting, cancel := context.WithTimeout(ctx, patience)
			err := w.person.Wait(waiting, until)
			cancel()
			if err == nil {
				return nil
			}
			if ctx.Err() != nil {
				return fmt.Errorf("nothing comes of %q: %w", label, err)
			}
		}
	}
}

func (w *colleague) tapOnce(ctx context.Context, label string, on []string) error {
	on = append([]string{label}, on...)
	err := w.person.Wait(ctx, func(v *tgsim.View) bool {
		m, ok := v.Find(on...)
		return ok && w.person.TapOn(m.ID, label) == nil
	})
	if err != nil {
		return fmt.Errorf("there is no %q: %w", label, err)
	}
	w.did.Add(1)
	return nil
}

// types returns the step of typing a text once.
func (w *colleague) types(text string, until func(*tgsim.View) bool) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, giveUpAll)
		defer cancel()
		w.person.Type(text)
		w.did.Add(1)
		if err := w.person.Wait(ctx, until); err != nil {
			return fmt.Errorf("nothing comes of typing %q: %w", text, err)
		}
		return nil
	}
}
