package screen

import (
	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// Below is the Value of a button that shows a list in a message of its own:
// what it stands under is still to be read.
const Below = "below"

// Morning is the digest of the reader's day: meetings by hour, what is overdue, what is new.
func (r Reader) Morning(n Notice, a crm.Agenda) view.Message {
	var rows [][]view.Button
	for _, c := range a.Meetings {
		rows = append(rows, []view.Button{r.entryButton(crm.InboxEntry{Customer: c, Section: crm.Today})})
	}
	for _, e := range a.Overdue {
		rows = append(rows, []view.Button{r.entryButton(e)})
	}
	rows = append(rows, []view.Button{r.cartableBelow()})
	return view.Message{Inline: r.keyboard(rows...), HTML: r.fit(func(r Reader) view.HTML {
		return view.Paragraphs(r.digestHead("digest.morning", "digest.morning_missed", n), r.meetings(a), r.overdue(a), r.rest(a))
	})}
}

func (r Reader) meetings(a crm.Agenda) view.HTML {
	if len(a.Meetings) == 0 {
		return ""
	}
	lines := make([]view.HTML, len(a.Meetings))
	for i, c := range a.Meetings {
		at := c.Status.Appointment.In(r.Now.Location())
		lines[i] = "• " + view.Bold(view.Text(persian.FormatTime(at.Hour(), at.Minute(), r.lang()))) + " — " +
			words(r.clip(r.Name(c), 40)) + " — " + view.Text(r.StatusTitle(c.Status.Status))
	}
	if a.More {
		lines = append(lines, r.P.H("digest.more"))
	}
	return view.Lines(view.Bold(r.P.H("digest.meetings")), r.atMost(lines))
}

func (r Reader) overdue(a crm.Agenda) view.HTML {
	if a.Counts.Overdue == 0 {
		return ""
	}
	lines := []view.HTML{view.Bold(r.P.H("digest.overdue", "Count", a.Counts.Overdue))}
	for _, e := range a.Overdue {
		lines = append(lines, r.entryLine(e))
	}
	if more := a.Counts.Overdue - len(a.Overdue); more > 0 {
		lines = append(lines, r.P.HN("list.and_more", more))
	}
	return view.Lines(lines...)
}

func (r Reader) rest(a crm.Agenda) view.HTML {
	var lines []view.HTML
	if a.Counts.Today > 0 {
		lines = append(lines, r.P.H("digest.today", "Count", a.Counts.Today))
	}
	if a.Counts.Fresh > 0 {
		lines = append(lines, r.P.H("digest.fresh", "Count", a.Counts.Fresh))
	}
	return view.Lines(lines...)
}

// digestHead is of which day a digest is, that it is late, and which days before were missed.
func (r Reader) digestHead(title, missed string, n Notice) view.HTML {
	lines := []view.HTML{view.Bold(r.P.H(title)) + " · " + view.Text(persian.FormatDate(n.Day, r.lang()))}
	if r.arrived(n).Sub(n.Due) > crm.DigestLateAfter {
		lines = append(lines, r.P.H("notice.late", "When", r.When(n.Due)))
	}
	if n.Since != (persian.Civil{}) {
		lines = append(lines, r.P.H(missed, "From", view.Text(persian.FormatDate(n.Since, r.lang()))))
	}
	return view.Lines(lines...)
}

func (r Reader) cartableBelow() view.Button {
	return r.button("menu.cartable", callback.Ref{Action: callback.Cartable, Value: Below})
}

// Evening is the report of a day, or of several where the ones before were missed: what was
// done, by whom, and what was not.
func (r Reader) Evening(n Notice, d crm.DayReport) view.Message {
	return view.Message{
		Inline: r.keyboard([]view.Button{r.button("menu.customers", callback.Ref{Action: callback.Customers, Value: Below})}),
		HTML: r.fit(func(r Reader) view.HTML {
			return view.Paragraphs(r.digestHead("digest.evening", "digest.evening_missed", n), r.came(d), r.done(d), r.undone(d),
				r.counts(count{"digest.erased", d.Erased}))
		}),
	}
}

func (r Reader) came(d crm.DayReport) view.HTML {
	return r.counts(count{"digest.new", d.New}, count{"digest.again", d.Again}, count{"digest.won", d.Won})
}

func (r Reader) done(d crm.DayReport) view.HTML {
	var lines []view.HTML
	for _, p := range d.People {
		did := r.counts(count{"digest.statuses", p.Statuses}, count{"digest.no_answers", p.NoAnswer}, count{"digest.taken", p.Taken},
			count{"digest.won", p.Won})
		if did != "" {
			lines = append(lines, r.reported(p, did))
		}
	}
	if len(lines) == 0 {
		return r.P.H("digest.nothing_done")
	}
	return view.Lines(view.Bold(r.P.H("digest.done")), r.atMost(lines))
}

func (r Reader) undone(d crm.DayReport) view.HTML {
	var lines []view.HTML
	for _, p := range d.People {
		if p.Overdue > 0 {
			lines = append(lines, r.reported(p, r.P.H("digest.overdue_of", "Count", p.Overdue)))
		}
	}
	if d.Waiting > 0 {
		lines = append(lines, "• "+r.P.HN("digest.waiting", d.Waiting))
	}
	if len(lines) == 0 {
		return r.P.H("digest.nothing_left")
	}
	return view.Lines(view.Bold(r.P.H("digest.left")), r.atMost(lines))
}

func (r Reader) reported(p crm.PersonReport, what view.HTML) view.HTML {
	return "• " + words(r.StaffLabel(p.Staff)) + ": " + what
}

// count is so many of what a text says.
type count struct {
	key string
	n   int
}

// counts are those that are not zero, in a line.
func (r Reader) counts(cs ...count) view.HTML {
	var parts []view.HTML
	for _, c := range cs {
		if c.n > 0 {
			parts = append(parts, r.P.HN(c.key, c.n))
		}
	}
	return joinHTML(parts, " · ")
}

// Nudge says that a window of the routine begins, with the button that begins its work.
func (r Reader) Nudge(n Notice) view.Message {
	if n.Kind == crm.NotifyCalling {
		return view.Message{HTML: r.P.H("nudge.calling"), Inline: r.keyboard([]view.Button{r.cartableBelow()})}
	}
	return view.Message{HTML: r.P.H("nudge.entering"),
		Inline: r.keyboard([]view.Button{r.button("menu.new", callback.Ref{Action: callback.AddCustomer})})}
}
