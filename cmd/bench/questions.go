package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

const (
	formLength   = 9 // questions, choices and texts in turn
	formsEach    = 3 // of a person, in one turn of a side
	formAnswer   = "By phone"
	formStatus   = "Interview"
	nextQuestion = 5 * time.Millisecond // what may be added
)

// questions is the row on how soon a form's next question is shown.
func questions() measurement {
	return measurement{7, "a form's question to question, with Redis", measureQuestions}
}

// questionTimes are how long the next question took in each round.
type questionTimes struct {
	tapped, typed [][]time.Duration
}

// formSide is one of the two sides: how its people begin a form, leave it at the last
// question, and which button they tap meanwhile.
type formSide struct {
	*tapSide

	begin, leave func(ctx context.Context) error
	button       string
}

func measureQuestions(ctx context.Context, s *setting) (_ []figure, err error) {
	loop, stop, err := bareSide(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	office, program, stopOurs, err := programSide(ctx, s, "questions", addQuestions)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stopOurs()) }()
	nothing := func(context.Context) error { return nil }
	bare := formSide{loop, nothing, nothing, "Status"} // all that it shows has the same buttons
	ours := formSide{program, func(ctx context.Context) error { return program.beginForms(ctx, office) }, program.leaveForms, formAnswer}
	var theirs, times questionTimes
	for range s.Rounds {
		if err := bare.measure(ctx, &theirs); err != nil {
			return nil, fmt.Errorf("the bare loop: %w", err)
		}
		if err := ours.measure(ctx, &times); err != nil {
			return nil, err
		}
	}
	return []figure{
		questionFigure("after a tap", times.tapped, theirs.tapped),
		questionFigure("after typed text", times.typed, theirs.typed),
	}, nil
}

func questionFigure(what string, ours, theirs [][]time.Duration) figure {
	a, b := medianQuantile(ours, 0.99), medianQuantile(theirs, 0.99)
	return figure{Row: 7, What: "a form's next question " + what + ", p99 (p50)",
		Ours:    fmt.Sprintf("%s (%s)", short(a), short(medianQuantile(ours, 0.5))),
		Against: fmt.Sprintf("bare loop %s (%s)", short(b), short(medianQuantile(theirs, 0.5))),
		Ratio:   float64(a) / float64(b), Goal: "added ≤ " + nextQuestion.String(), Met: a-b <= nextQuestion}
}

// addQuestions adds a status whose form is long.
func addQuestions(c *crm.Config) error {
	id, err := c.AddStatus(crm.Title{Text: formStatus}, "📋")
	if err != nil {
		return err
	}
	for n := range formLength {
		title, kind, choices := crm.Title{Text: questionTitle(n)}, crm.Text, []string(nil)
		if n%2 == 0 {
			kind, choices = crm.Choice, []string{formAnswer, "In person", "Not yet"}
		}
		if _, err := c.AddReadyField(id, title, kind, choices); err != nil {
			return err
		}
	}
	return nil
}

func questionTitle(n int) string { return fmt.Sprintf("Question %d", n+1) }

// measure has everybody answer the questions of some forms, one person after the other at
// an even pace, as far as the last question.
func (s formSide) measure(ctx context.Context, times *questionTimes) error {
	ctx, cancel := context.WithTimeout(ctx, formsEach*tapsTimeout)
	defer cancel()
	var tapped, typed []time.Duration
	for range formsEach {
		if err := s.each(ctx, s.begin); err != nil {
			return err
		}
		from := len(s.sim.Inputs())
		if err := s.answer(ctx); err != nil {
			return err
		}
		seen, err := s.inputs(ctx, from, (formLength-1)*len(s.people))
		if err != nil {
			return err
		}
		for _, in := range seen {
			if took := in.Saw(); in.Tap {
				tapped = append(tapped, took)
			} else {
				typed = append(typed, took)
			}
		}
		if err := s.each(ctx, s.leave); err != nil {
			return err
		}
	}
	times.tapped, times.typed = append(times.tapped, tapped), append(times.typed, typed)
	return nil
}

// each has everybody do something, and waits until they see what came of it.
func (s formSide) each(ctx context.Context, do func(context.Context) error) error {
	if err := do(ctx); err != nil {
		return err
	}
	for _, p := range s.people {
		if err := p.Wait(ctx, seen); err != nil {
			return err
		}
	}
	return nil
}

func seen(v *tgsim.View) bool { return v.Input.Seen() }

// answer taps and types the answers to all questions but the last.
func (s formSide) answer(ctx context.Context) error {
	tick := time.NewTicker(pacedEvery)
	defer tick.Stop()
	for n := range formLength - 1 {
		for who, p := range s.people {
			<-tick.C
			if err := p.Wait(ctx, seen); err != nil {
				return err
			}
			if n%2 == 1 {
				p.Type("Called back on Tuesday")
			} else if err := p.TapOn(p.Last().ID, s.button); err != nil {
				return fmt.Errorf("question %d of %d: %w", n+1, who, err)
			}
		}
	}
	return nil
}

// leaveForms has everybody give up the form, at the last question of which they are. They begin
// the next one in its place.
func (s *tapSide) leaveForms(context.Context) error {
	for who, p := range s.people {
		last := p.Last()
		if !last.Shows(questionTitle(formLength - 1)) {
			return fmt.Errorf("a form ended at %q", last.Plain())
		}
		s.on[who] = last.ID
		if err := p.TapOn(last.ID, "Cancel"); err != nil {
			return err
		}
	}
	return nil
}
