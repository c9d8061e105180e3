package screen

import (
	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// ListPage is how many customers a page of a list has.
const ListPage = 10

// Cartable is a page of the reader's own cartable: what is due first, each entry
// a button that opens its card.
func (r Reader) Cartable(in crm.Inbox, first bool) view.Message {
	if in.Counts.Total() == 0 {
		return view.Message{HTML: r.P.H("cartable.empty"), Inline: r.keyboard(
			[]view.Button{r.button("button.take_next", callback.Ref{Action: callback.TakeNext})},
			[]view.Button{r.button("menu.customers", callback.Ref{Action: callback.Customers})})}
	}
	head := view.Lines(
		r.P.HN("cartable.title", in.Counts.Total()),
		r.P.H("cartable.counts", "Overdue", in.Counts.Overdue, "Today", in.Counts.Today, "Fresh", in.Counts.Fresh, "Rest", in.Counts.Rest),
	)
	lines := []view.HTML{}
	var rows [][]view.Button
	section := crm.Section(-1)
	for _, e := range in.Entries {
		if e.Section != section {
			section = e.Section
			lines = append(lines, "\n"+view.Bold(view.Text(r.P.T("cartable.section_"+sectionKey(section)))))
		}
		lines = append(lines, r.entryLine(e))
		rows = append(rows, []view.Button{r.entryButton(e)})
	}
	var paging []view.Button
	if !first {
		paging = append(paging, r.button("cartable.first", callback.Ref{Action: callback.Cartable}))
	}
	if n := in.Next; n.ID != 0 {
		// The cursor's section travels in Value, its place and ID as numbers.
		paging = append(paging, r.button("cartable.next", callback.Ref{Action: callback.Cartable,
			Version: n.Order, Arg: int64(n.ID), Value: sectionKey(n.Section)}))
	}
	return view.Message{HTML: view.Lines(append([]view.HTML{head}, lines...)...), Inline: r.keyboard(append(rows, paging)...)}
}

func (r Reader) entryLine(e crm.InboxEntry) view.HTML {
	line := "• " + words(r.clip(r.Name(e.Customer), 40))
	if e.Customer.Status.Status != 0 {
		line += " — " + view.Text(r.StatusTitle(e.Customer.Status.Status))
	}
	if !e.Due.IsZero() {
		line += " · " + r.When(e.Due)
	}
	return line
}

func (r Reader) entryButton(e crm.InboxEntry) view.Button {
	mark := map[crm.Section]string{crm.Overdue: "🔴 ", crm.Today: "🕒 ", crm.Fresh: "✨ ", crm.Rest: ""}[e.Section]
	b := r.OpenButton(e.Customer.ID)
	b.Label = mark + view.Clip(r.Name(e.Customer), 40)
	return b
}

func sectionKey(s crm.Section) string {
	return [...]string{"overdue", "today", "fresh", "rest"}[s]
}

// SectionOf reads what sectionKey made; ok is false for anything else.
func SectionOf(key string) (crm.Section, bool) {
	for s := crm.Overdue; s <= crm.Rest; s++ {
		if sectionKey(s) == key {
			return s, true
		}
	}
	return 0, false
}
