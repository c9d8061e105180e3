package screen

import (
	"strconv"
	"strings"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// Filters is which customers a list shows, in the form that a button carries:
// parts such as "s3" (status 3), "o2" (source 2), "h7" (held by 7), "h0" (held by
// nobody), "s0" (no status), "pt" (today), "pw" (this week), "pm" (30 days), one
// of each kind at most.
type Filters string

// Set returns the filters with one part replaced; "" clears its kind.
func (f Filters) Set(kind byte, value string) Filters {
	var parts []string
	for _, p := range f.parts() {
		if p[0] != kind {
			parts = append(parts, p)
		}
	}
	if value != "" {
		parts = append(parts, string(kind)+value)
	}
	return Filters(strings.Join(parts, "-"))
}

// Get returns the value of one kind; ok is false when it is not filtered by.
func (f Filters) Get(kind byte) (value string, ok bool) {
	for _, p := range f.parts() {
		if p[0] == kind {
			return p[1:], true
		}
	}
	return "", false
}

func (f Filters) parts() []string {
	var out []string
	for _, p := range strings.Split(string(f), "-") {
		if len(p) >= 2 {
			out = append(out, p)
		}
	}
	return out
}

// Filter is what the list is asked for. Unknown parts do not narrow.
func (f Filters) Filter(day crm.Day) crm.Filter {
	var out crm.Filter
	number := func(kind byte) (int64, bool) {
		v, ok := f.Get(kind)
		n, err := strconv.ParseInt(v, 36, 64)
		return n, ok && err == nil
	}
	if n, ok := number('s'); ok {
		out.Status, out.NoStatus = crm.StatusID(n), n == 0
	}
	if n, ok := number('o'); ok {
		out.Source = crm.SourceID(n)
	}
	if n, ok := number('h'); ok {
		out.Holder, out.Pool = crm.StaffID(n), n == 0
	}
	today := day.Ends.AddDate(0, 0, -1)
	switch v, _ := f.Get('p'); v {
	case "t":
		out.Since = today
	case "w":
		out.Since = today.AddDate(0, 0, -6)
	case "m":
		out.Since = today.AddDate(0, 0, -29)
	}
	return out
}

// List is a page of customers.
type List struct {
	Customers []crm.Customer
	Filters   Filters
	Text      string // what was searched for; "" for the list of all
	Search    string // under which the words are kept, for the next page
	More      bool
	First     bool
}

// Customers is a page of the list of all customers, or of what a search found.
func (r Reader) Customers(l List) view.Message {
	var rows [][]view.Button
	lines := []view.HTML{}
	for _, c := range l.Customers {
		lines = append(lines, r.customerLine(c))
		b := r.OpenButton(c.ID)
		b.Label = view.Clip(r.Name(c), 40)
		rows = append(rows, []view.Button{b})
	}
	head := r.P.H("customers.title")
	if l.Text != "" {
		head = r.P.H("customers.found", "Text", words(r.clip(l.Text, 60)))
	}
	if applied := r.filterWords(l.Filters); applied != "" {
		head = view.Lines(head, view.Text("🔎 "+applied))
	}
	if len(l.Customers) == 0 {
		lines = append(lines, r.P.H("customers.none"))
	}
	page := callback.Ref{Action: callback.Customers, Value: string(l.Filters)}
	if l.Text != "" {
		page = callback.Ref{Action: callback.Found, Draft: l.Search}
	}
	var paging []view.Button
	if !l.First {
		paging = append(paging, r.button("customers.first", page))
	}
	if l.More {
		last := l.Customers[len(l.Customers)-1]
		page.Version, page.Arg = last.LastInquiryAt.UnixMicro(), int64(last.ID)
		paging = append(paging, r.button("customers.next", page))
	}
	if l.Text != "" {
		return view.Message{HTML: view.Paragraphs(head, view.Lines(lines...)), Inline: r.keyboard(append(rows, paging)...)}
	}
	filters := []view.Button{r.button("customers.filters", callback.Ref{Action: callback.Filters, Value: string(l.Filters)})}
	return view.Message{HTML: view.Paragraphs(head, view.Lines(lines...), r.P.H("customers.hint")),
		Inline: r.keyboard(append(rows, paging, filters)...)}
}

func (r Reader) customerLine(c crm.Customer) view.HTML {
	holder := r.P.T("card.nobody")
	if c.Holder != 0 {
		holder = r.StaffName(c.Holder)
	}
	return "• " + words(r.clip(r.Name(c), 40)) + " — " + view.Text(r.StatusTitle(c.Status.Status)) +
		" · " + words(holder) + " · " + r.When(c.LastInquiryAt)
}

func (r Reader) filterWords(f Filters) string {
	var out []string
	for _, kind := range []byte("sohp") {
		if v, ok := f.Get(kind); ok {
			out = append(out, r.filterValue(kind, v))
		}
	}
	return strings.Join(out, r.P.T("common.comma"))
}

func (r Reader) filterValue(kind byte, v string) string {
	n, _ := strconv.ParseInt(v, 36, 64)
	switch kind {
	case 's':
		return r.StatusTitle(crm.StatusID(n))
	case 'o':
		return r.SourceTitle(crm.SourceID(n))
	case 'h':
		if n == 0 {
			return view.Capital(r.P.T("card.nobody"))
		}
		return r.StaffLabel(crm.StaffID(n))
	default:
		return r.P.T("customers.period_" + v)
	}
}

// FilterMenu is what the list can be filtered by.
func (r Reader) FilterMenu(f Filters) view.Message {
	kind := func(k, key string) view.Button {
		b := r.button(key, callback.Ref{Action: callback.FilterBy, Question: k, Value: string(f)})
		if v, ok := f.Get(k[0]); ok {
			b.Label = "✅ " + view.Clip(r.filterValue(k[0], v), 30)
		}
		return b
	}
	rows := [][]view.Button{
		{kind("s", "customers.by_status"), kind("o", "customers.by_source")},
		{kind("h", "customers.by_holder"), kind("p", "customers.by_period")},
	}
	if f != "" {
		rows = append(rows, []view.Button{r.button("customers.clear", callback.Ref{Action: callback.Customers})})
	}
	rows = append(rows, []view.Button{r.button("common.back", callback.Ref{Action: callback.Customers, Value: string(f)})})
	return view.Message{HTML: r.P.H("customers.choose_filter"), Inline: r.keyboard(rows...)}
}

// FilterChoices are the values of one kind of filter.
func (r Reader) FilterChoices(f Filters, kind byte) view.Message {
	var rows [][]view.Button
	var row []view.Button
	add := func(label, v string) {
		row = append(row, view.Button{Label: view.Clip(label, 40), Data: callback.MustEncode(callback.Ref{
			Action: callback.Customers, Value: string(f.Set(kind, v))})})
		if len(row) == 2 {
			rows, row = append(rows, row), nil
		}
	}
	id := func(n int64) string { return strconv.FormatInt(n, 36) }
	switch kind {
	case 's':
		add(r.P.T("status.none"), "0")
		for _, s := range r.Dir.Statuses {
			add(r.StatusTitle(s.ID), id(int64(s.ID)))
		}
	case 'o':
		for n := crm.SourceID(1); n <= maxSource(r.Dir); n++ {
			if _, ok := r.Dir.Sources[n]; ok {
				add(r.SourceTitle(n), id(int64(n)))
			}
		}
	case 'h':
		add(view.Capital(r.P.T("card.nobody")), "0")
		for _, s := range r.Dir.ActiveStaff() {
			add(r.StaffLabel(s.ID), id(int64(s.ID)))
		}
	default:
		for _, v := range []string{"t", "w", "m"} {
			add(r.P.T("customers.period_"+v), v)
		}
	}
	rows = append(rows, row, []view.Button{
		r.button("customers.any", callback.Ref{Action: callback.Customers, Value: string(f.Set(kind, ""))}),
		r.button("common.back", callback.Ref{Action: callback.Filters, Value: string(f)}),
	})
	return view.Message{HTML: r.P.H("customers.choose_value"), Inline: r.keyboard(rows...)}
}

func maxSource(d crm.Directory) crm.SourceID {
	var n crm.SourceID
	for id := range d.Sources {
		n = max(n, id)
	}
	return n
}
