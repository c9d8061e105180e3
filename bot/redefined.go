package bot

import (
	"context"

	"cartable/bot/form"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// adapted is a draft whose questions managers changed since its person saw them:
// the answers that still fit stay, and the next view says what changed.
func (r *request) adapted(def form.Definition, d form.Draft) form.Draft {
	d, changes := form.Adapt(def, d, r.env())
	if len(changes) > 0 {
		d.Notice = view.Lines(r.p.H("form_bot.changed"), d.Notice)
	}
	return d
}

// taken gives an input to a draft whose status was published anew since its person saw
// it. It counts where they saw the question that it answers as it is now, and is saved
// only where they saw all of them. Answers that were typed for another question would
// stand under this one: they are asked again.
func (r *request) taken(def form.Definition, seen form.Draft, answers bool, take step) (form.Draft, form.Outcome) {
	d, changes := form.Adapt(def, seen, r.env())
	if len(changes) == 0 {
		return take(def, d)
	}
	d = r.adapted(def, seen)
	notice, out := d.Notice, form.Outcome{}
	q, asked := def.Question(seen.Current)
	if !answers || asked && d.Current == seen.Current && seen.Titles[q.ID] == q.Title {
		d, out = take(def, d)
		if d.Notice != notice { // what the input is answered
			d.Notice = view.Lines(notice, d.Notice)
		}
		out.Submit = false
	}
	out.Toast = r.p.T("form_bot.changed")
	return d, out
}

// redefined goes on with a form whose status managers changed while it was being
// saved: nothing was. Where nothing changed of what its person saw, it is saved again.
func (r *request) redefined(ctx context.Context, d form.Draft) (string, error) {
	dir, err := r.Domain.Directory(ctx)
	if err != nil {
		return "", err
	}
	r.dir = dir
	def, err := r.define(ctx, d)
	if err != nil {
		return r.undefined(ctx, d, err)
	}
	if same, changes := form.Adapt(def, d, r.env()); len(changes) == 0 {
		return r.submit(ctx, def, same)
	}
	return r.p.T("form_bot.changed"), r.keep(ctx, def, r.adapted(def, d))
}

// undefined answers for a form that cannot be asked any more. Where its status was
// retired, or may not follow the customer's any more, another one is chosen below it;
// what was answered stays in its message, so that nobody has to remember it.
func (r *request) undefined(ctx context.Context, d form.Draft, err error) (string, error) {
	words, known := r.words(err)
	switch {
	case !known:
		return "", err
	case formKind(d.Kind) != formStatus || !crm.IsKey(err, crm.KeyNoStatus) && !crm.IsKey(err, crm.KeyNotAfter):
		return view.Clip(words, view.MaxAnswer), r.giveUp(ctx, d, words)
	}
	s, ok := r.dir.Status(crm.StatusID(d.Subject))
	if ok && s.Retired {
		words = r.p.T("form_bot.status_gone", "Status", r.reader().StatusTitle(s.ID))
	}
	if r.up.Query == "" {
		d = r.moveDown(ctx, d)
	}
	for i, lines := range pages(r.reader().Answers(crm.StatusState{Status: s.ID, Answers: form.Given(s, d.Answers)})) {
		if i == 0 {
			lines = view.Lines(view.Text(words), r.p.H("form_bot.answered_so_far"), lines)
		}
		if _, err := r.show(ctx, d.Message, view.Message{HTML: lines}); err != nil {
			return "", err
		}
		d.Message = 0
	}
	err = r.begin(ctx, beginning{kind: formChoose, customer: d.Customer, version: d.CustomerVersion,
		message: d.Message, args: map[string]string{argCard: d.Args[argCard]}, notice: view.Text(words)})
	if err != nil {
		return "", err
	}
	return view.Clip(words, view.MaxAnswer), r.overtaken(ctx, d)
}

// pages are lines in as few messages as they fit, with room for what is said above them.
func pages(lines []view.HTML) []view.HTML {
	const full = view.MaxText - 500
	var out []view.HTML
	for _, line := range lines {
		if view.Length(line) > full {
			line = view.Text(view.Clip(view.Plain(line), full/2)) // a rune has two units at most
		}
		last := len(out) - 1
		if last < 0 || view.Length(out[last])+view.Length(line) >= full {
			out = append(out, line)
			continue
		}
		out[last] = view.Lines(out[last], line)
	}
	return out
}
