package screen

import (
	"strings"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// What Shape does with sources; see the other operations.
const (
	ShapeSources  = "sources"   // the list; Value "retired": of the retired ones
	ShapeSource   = "source"    // the editor of source Record
	ShapeSourceIn = "source_in" // at once: ask for a new source
	ShapeKeys     = "keys"      // the keys of source Record
	ShapeRotate   = "rotate"    // at once: a new key, the old ones work for Arg hours more
	ShapeEndKeys  = "end_keys"  // at once: the older keys work no more
	ShapeTestLead = "test"      // at once: send a test lead by source Record
	ShapeRouting  = "routing"   // who gets the leads of source Record: choose, or Value; person Arg
	ShapeAgain    = "again"     // minutes until it is offered again: choose, or Value
	ShapeTell     = "tell"      // minutes until managers are told: choose, or Value
	ShapeForm     = "form"      // the hosted form of source Record
	ShapeFormAdd  = "form_add"  // ask in it for field Arg, or Value: choose, or one
	ShapeFormAsk  = "form_ask"  // the editor of one of its questions
	ShapeFormMust = "form_must" // the question is required, or not any more
	ShapeFormUp   = "form_up"
	ShapeFormDown = "form_down"
	ShapeFormOut  = "form_out"  // it is asked no more
	ShapeFormSeen = "form_seen" // the form as customers see it
	ShapeText     = "text"      // ask for text Value of Record; Arg names a part of it
)

// RouteInGroup is the Value of ShapeRouting that offers leads in group Arg.
const RouteInGroup = "group"

// CountedDays is over how many days arrivals are counted.
const CountedDays = 30

// SourceFacts are what is known of sources beside the configuration.
type SourceFacts struct {
	Counts map[crm.SourceID]int // what came in CountedDays
	Keys   []crm.SourceKey      // those that work, the newest first
	URL    string               // of the form, or where programs send to; "" where the outside does not reach it
}

func (s Shaper) sourceLabel(src crm.Source) string {
	return sourceEmoji(src.Kind) + " " + src.Title.In(s.P.Lang())
}

func sourceEmoji(k crm.SourceKind) string {
	switch k {
	case crm.SourceForm:
		return "📄"
	case crm.SourceAPI:
		return "🔌"
	case crm.SourceSignup:
		return "🪪"
	case crm.SourceCall:
		return "📞"
	default:
		return "✍️"
	}
}

// Sources is the list of sources, each opening its editor.
func (s Shaper) Sources(retired bool, facts SourceFacts) view.Message {
	var list []crm.Source
	for _, src := range s.Draft.Target.Sources {
		if src.Retired == retired {
			list = append(list, src)
		}
	}
	others := len(s.Draft.Target.Sources) - len(list)
	title := "source.title"
	if retired {
		title = "source.title_retired"
	}
	html := s.fit(func(r Reader) view.HTML {
		lines := []view.HTML{r.P.H(title)}
		for _, src := range list {
			lines = append(lines, view.Text(sourceEmoji(src.Kind)+" ")+words(r.clip(src.Title.In(r.P.Lang()), 60))+" — "+
				r.P.H("source_kind."+string(src.Kind))+view.Text(" · ")+r.P.HN("source.came", facts.Counts[src.ID]))
		}
		return view.Paragraphs(view.Lines(lines...), s.edited())
	})
	var buttons []view.Button
	for _, src := range list {
		buttons = append(buttons, shapeButton(s.sourceLabel(src), callback.Ref{Question: ShapeSource, Record: int64(src.ID)}))
	}
	rows := pairs(buttons)
	back := s.op("common.back", ShapeSources, 0, "")
	if !retired {
		rows = append(rows, s.groupButtons()...)
		add := s.op("source.add", ShapeSourceIn, 0, "")
		add.Style = view.Primary
		last := []view.Button{add}
		if others > 0 {
			last = append(last, s.op("shape.retired", ShapeSources, 0, "retired"))
		}
		rows = append(rows, last)
		back = s.SettingsBack()[0]
	}
	return view.Message{HTML: html, Inline: s.keyboard(append(rows, s.foot(back)...)...)}
}

// Source is the editor of one source.
func (s Shaper) Source(src crm.Source, facts SourceFacts) view.Message {
	id := int64(src.ID)
	html := s.fit(func(r Reader) view.HTML {
		s := Shaper{r, s.Draft}
		lines := []view.HTML{s.line("source.kind", s.P.H("source_kind."+string(src.Kind)))}
		if src.Kind == crm.SourceForm || src.Kind.Keyed() {
			url := s.P.H("source.no_address")
			if facts.URL != "" {
				url = view.Isolate(view.Text(facts.URL))
			}
			lines = append(lines, s.line("source.address", url))
		}
		lines = append(lines, s.routingLines(src.Routing)...)
		if src.Kind == crm.SourceForm {
			lines = append(lines, s.line("source.form", s.formWords(src.Form)))
		}
		if src.Kind.Keyed() {
			lines = append(lines, s.keyLines(facts.Keys)...)
		}
		return view.Paragraphs(view.Lines(view.Bold(words(s.clip(s.sourceLabel(src), 100))), s.english(src.Title)),
			view.Lines(lines...), s.P.HN("source.came_long", facts.Counts[src.ID]), s.edited())
	})
	back := s.op("common.back", ShapeSources, 0, "")
	if src.Retired {
		return view.Message{HTML: html, Inline: s.keyboard(append([][]view.Button{{s.op("shape.restore", ShapeRestore, id, "source")}}, s.foot(back)...)...)}
	}
	buttons := []view.Button{s.op("source.routing", ShapeRouting, id, "")}
	if src.Kind == crm.SourceForm {
		buttons = append(buttons, s.op("source.form", ShapeForm, id, ""))
	}
	if src.Kind.Keyed() {
		buttons = append(buttons, s.op("source.keys", ShapeKeys, id, ""))
	}
	buttons = append(buttons, s.op("source.test", ShapeTestLead, id, ""))
	rows := pairs(buttons)
	if facts.URL != "" {
		rows = append(rows, s.copyLink(facts.URL))
	}
	rows = append(rows, []view.Button{s.op("shape.title", ShapeText, id, "src_title"), s.op("shape.english", ShapeText, id, "src_english")})
	if src.Kind != crm.SourceManual {
		rows = append(rows, []view.Button{s.op("shape.retire", ShapeRetire, id, "source")})
	}
	return view.Message{HTML: html, Inline: s.keyboard(append(rows, s.foot(back)...)...)}
}

// keyLines say which keys work, and until when.
func (s Shaper) keyLines(keys []crm.SourceKey) []view.HTML {
	var lines []view.HTML
	for _, k := range keys {
		if k.ExpiresAt.IsZero() {
			lines = append(lines, s.P.H("source.key_since", "When", s.When(k.MadeAt)))
		} else {
			lines = append(lines, s.P.H("source.key_until", "When", s.Moment(k.ExpiresAt)))
		}
	}
	return lines
}

// Keys offers to rotate the key of a source, and to end those before it.
func (s Shaper) Keys(src crm.Source, facts SourceFacts) view.Message {
	id := int64(src.ID)
	html := view.Paragraphs(view.Bold(words(s.sourceLabel(src))), view.Lines(s.keyLines(facts.Keys)...), s.P.H("source.rotate_ask"))
	var rows [][]view.Button
	for _, grace := range crm.KeyGraces() {
		hours := int(grace.Hours())
		b := shapeButton(s.graceLabel(hours), callback.Ref{Question: ShapeRotate, Record: id, Arg: int64(hours)})
		if hours == 0 {
			b.Style = view.Danger
		}
		rows = append(rows, []view.Button{b})
	}
	if len(facts.Keys) > 1 {
		rows = append(rows, []view.Button{s.op("source.end_keys", ShapeEndKeys, id, "")})
	}
	return view.Message{HTML: html, Inline: s.keyboard(append(rows, []view.Button{s.op("common.back", ShapeSource, id, "")})...)}
}

func (s Shaper) graceLabel(hours int) string {
	if hours == 0 {
		return s.P.T("source.rotate_now")
	}
	return s.P.N("source.rotate_days", hours/24)
}

// KeyShown shows the key of a source, which was just made: the only time that anybody
// sees it. A key of "" was shown before.
func (r Reader) KeyShown(src crm.NewSource, url string) view.Message {
	title := words(r.clip(src.Title.In(r.P.Lang()), 100))
	open := []view.Button{shapeButton(r.P.T("source.open"), callback.Ref{Question: ShapeSource, Record: int64(src.ID)})}
	if src.Key == "" {
		return view.Message{HTML: r.P.H("source.key_lost", "Title", title), Inline: r.keyboard(open)}
	}
	address := r.P.H("source.no_address")
	if url != "" {
		address = view.Isolate(view.Text(url))
	}
	copied := view.Button{Label: r.P.T("source.copy_key"), Copy: src.Key}
	return view.Message{
		HTML: view.Paragraphs(r.P.H("source.key_ready", "Title", title), r.line("source.address", address),
			view.Lines(r.P.H("source.key"), view.Code(src.Key)), r.P.H("source.key_once")),
		Inline: r.keyboard([]view.Button{copied}, open)}
}

// TestSent says that a test lead is on its way, and offers to erase it.
func (r Reader) TestSent(src crm.Source, customer crm.CustomerID) view.Message {
	erase := r.button("source.test_erase", callback.Ref{Action: callback.Erase, Record: int64(customer), Value: EraseYes})
	erase.Style = view.Danger
	back := shapeButton(r.P.T("common.back"), callback.Ref{Question: ShapeSource, Record: int64(src.ID)})
	return view.Message{HTML: r.P.H("source.test_sent", "Title", words(r.clip(src.Title.In(r.P.Lang()), 100))),
		Inline: r.keyboard([]view.Button{r.OpenButton(customer)}, []view.Button{erase}, []view.Button{back})}
}

// routingLines say who gets new leads, and what happens when nobody takes one.
func (s Shaper) routingLines(r crm.Routing) []view.HTML {
	lines := []view.HTML{s.line("source.routing", s.way(r))}
	if r.Way() == crm.RoutePool {
		return lines
	}
	return append(lines, s.line("source.again", s.wait(r.Again())), s.line("source.tell", s.wait(r.Tell())))
}

func (s Shaper) way(r crm.Routing) view.HTML {
	switch {
	case r.Way() == crm.RoutePerson:
		return s.P.H("route.to_person", "Name", words(s.Colleague(r.Person)))
	case r.Place() != 0:
		return s.P.H("route.in_group", "Title", words(s.clip(s.Dir.Groups[r.Place()].Title, 60)))
	}
	return s.P.H("route." + string(r.Way()))
}

// routingWords words the String of a Routing.
func (s Shaper) routingWords(v string) view.HTML {
	r := crm.ParseRouting(v)
	parts := []view.HTML{s.way(r)}
	if r.AgainAfter != 0 {
		parts = append(parts, s.P.H("source.again")+" "+s.wait(r.Again()))
	}
	if r.TellAfter != 0 {
		parts = append(parts, s.P.H("source.tell")+" "+s.wait(r.Tell()))
	}
	return joinHTML(parts, view.Text(s.P.T("common.comma")))
}

// Routing asks who gets the new leads of a source.
func (s Shaper) Routing(src crm.Source) view.Message {
	id, r := int64(src.ID), src.Routing
	var rows [][]view.Button
	for _, m := range []crm.RoutingMode{crm.RouteOffer, crm.RouteTurn, crm.RoutePool} {
		rows = append(rows, []view.Button{ticked(s.op("route."+string(m), ShapeRouting, id, string(m)), r.Way() == m && r.Place() == 0)})
	}
	for _, g := range s.groups() {
		rows = append(rows, []view.Button{ticked(shapeButton(view.Capital(s.P.T("route.in_group", "Title", view.Clip(g.Title, 30))),
			callback.Ref{Question: ShapeRouting, Record: id, Arg: int64(g.ID), Value: RouteInGroup}), r.Place() == g.ID)})
	}
	var people []view.Button
	for _, c := range s.Dir.ActiveStaff() {
		people = append(people, ticked(shapeButton("👤 "+view.Clip(s.Colleague(c.ID), 30),
			callback.Ref{Question: ShapeRouting, Record: id, Arg: int64(c.ID), Value: string(crm.RoutePerson)}), r.Way() == crm.RoutePerson && r.Person == c.ID))
	}
	rows = append(rows, pairs(people)...)
	if r.Way() != crm.RoutePool {
		rows = append(rows, []view.Button{s.op("source.again", ShapeAgain, id, ""), s.op("source.tell", ShapeTell, id, "")})
	}
	html := view.Paragraphs(view.Bold(words(s.sourceLabel(src))), view.Lines(s.routingLines(r)...), s.P.H("source.routing_ask"), s.edited())
	return view.Message{HTML: html, Inline: s.keyboard(append(rows, s.foot(s.op("common.back", ShapeSource, id, ""))...)...)}
}

// RouteWait asks after how many working minutes a lead that nobody took is offered
// again (op ShapeAgain), or told to the managers (ShapeTell).
func (s Shaper) RouteWait(src crm.Source, op string) view.Message {
	id := int64(src.ID)
	now := src.Routing.AgainAfter
	if op == ShapeTell {
		now = src.Routing.TellAfter
	}
	var buttons []view.Button
	for _, n := range []int{5, 10, 15, 30, 60} {
		b := shapeButton(s.P.N("source.minutes", n), callback.Ref{Question: op, Record: id, Value: numberText(n)})
		buttons = append(buttons, ticked(b, now == n))
	}
	rows := pairs(buttons)
	rows = append(rows,
		[]view.Button{ticked(s.op("source.usual", op, id, "0"), now == 0), ticked(s.op("source.never", op, id, "-1"), now == crm.Never)},
		[]view.Button{s.op("source.typed", ShapeText, id, op)})
	html := view.Paragraphs(view.Bold(words(s.sourceLabel(src))), s.P.H("source.ask_"+op), s.edited())
	return view.Message{HTML: html, Inline: s.keyboard(append(rows, s.foot(s.op("common.back", ShapeRouting, id, ""))...)...)}
}

// formWords says what a form asks, in a line.
func (s Shaper) formWords(f crm.HostedForm) view.HTML {
	if len(f.Questions) == 0 {
		return s.P.H("source.form_usual")
	}
	return s.questionWords(formKeys(f))
}

// formKeys are the keys of what a form asks, the required ones marked.
func formKeys(f crm.HostedForm) string {
	var keys []string
	for _, q := range f.Questions {
		if q.Required {
			q.Key += "!"
		}
		keys = append(keys, q.Key)
	}
	return strings.Join(keys, ",")
}
