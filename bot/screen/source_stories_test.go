package screen_test

import (
	"time"

	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

const (
	website crm.SourceID = iota + 3
	former
)

// sourcing is a draft in which sources were shaped: a form with questions, an API that
// goes to one person, a retired one.
func (w world) sourcing() crm.Draft {
	live := w.dir.Config()
	live.Sources = append(live.Sources, crm.Source{ID: website, Kind: crm.SourceAPI, Title: w.title("کد سایت", "The site’s code"), Slug: "s1"},
		crm.Source{ID: former, Kind: crm.SourceSignup, Title: w.title("ثبت‌نام قدیمی", "Old sign-up"), Slug: "s2", Retired: true})
	target := live
	target.Sources = append([]crm.Source(nil), live.Sources...)
	src := &target.Sources[1]
	src.Form = crm.HostedForm{Title: w.title("مشاورهٔ رایگان", "Free advice"), Success: crm.Title{Text: first(w.say("فردا زنگ می‌زنیم."), crm.MaxHelp)},
		Questions: []crm.FormQuestion{{Key: "name", Required: true, Label: w.title("اسمتان؟", "")}, {Key: "level"}, {Key: "city"}}}
	src.Routing = crm.Routing{Mode: crm.RouteTurn, AgainAfter: 5, TellAfter: 15}
	target.Sources[2].Routing = crm.Routing{Mode: crm.RoutePerson, Person: omid, TellAfter: crm.Never}
	return crm.Draft{Base: 3, Target: target, Changes: crm.DiffConfig(live, target), TouchedAt: w.ago(0)}
}

func (w world) sourceFacts() screen.SourceFacts {
	return screen.SourceFacts{Counts: map[crm.SourceID]int{manual: 1, instagram: 41}, URL: "https://example.com/f/x7Kd92",
		Keys: []crm.SourceKey{{MadeAt: w.ago(time.Hour)}, {MadeAt: w.ago(9e14), ExpiresAt: w.now.Add(23 * time.Hour)}}}
}

func (w world) sources() []story {
	shaped := func(show func(screen.Shaper) view.Message) func(screen.Reader) view.Message {
		return func(r screen.Reader) view.Message { return show(screen.Shaper{Reader: r, Draft: w.sourcing()}) }
	}
	of := func(id crm.SourceID, show func(screen.Shaper, crm.Source) view.Message) func(screen.Reader) view.Message {
		return shaped(func(s screen.Shaper) view.Message {
			src, _ := s.Draft.Target.Source(id)
			return show(s, src)
		})
	}
	facts := w.sourceFacts()
	plain := func(s screen.Shaper, src crm.Source) view.Message { return s.Source(src, facts) }
	key := crm.NewSource{Source: w.sourcing().Target.Sources[2], Key: "Ab3-dEf_0123456789012345678901234567890123x"}
	return []story{
		{"Sources", sara, shaped(func(s screen.Shaper) view.Message { return s.Sources(false, facts) })},
		{"Sources_retired", sara, shaped(func(s screen.Shaper) view.Message { return s.Sources(true, facts) })},
		{"Source_form", sara, of(instagram, plain)},
		{"Source_api", sara, of(website, plain)},
		{"Source_by_hand", sara, of(manual, func(s screen.Shaper, src crm.Source) view.Message { return s.Source(src, screen.SourceFacts{}) })},
		{"Source_retired", sara, of(former, plain)},
		{"Keys", sara, of(website, func(s screen.Shaper, src crm.Source) view.Message { return s.Keys(src, facts) })},
		{"KeyShown", sara, func(r screen.Reader) view.Message { return r.KeyShown(key, "https://example.com/api/v1/inquiries") }},
		{"KeyShown_without_an_address", sara, func(r screen.Reader) view.Message { return r.KeyShown(key, "") }},
		{"KeyShown_again", sara, func(r screen.Reader) view.Message { return r.KeyShown(crm.NewSource{Source: key.Source}, "") }},
		{"TestSent", sara, func(r screen.Reader) view.Message { return r.TestSent(key.Source, 41) }},
		{"Routing", sara, of(instagram, screen.Shaper.Routing)},
		{"Routing_in_a_group", sara, of(instagram, func(s screen.Shaper, src crm.Source) view.Message {
			src.Routing = crm.Routing{Group: 1}
			return s.Routing(src)
		})},
		{"Routing_to_one", sara, of(website, screen.Shaper.Routing)},
		{"RouteWait_again", sara, of(instagram, func(s screen.Shaper, src crm.Source) view.Message { return s.RouteWait(src, screen.ShapeAgain) })},
		{"RouteWait_tell", sara, of(website, func(s screen.Shaper, src crm.Source) view.Message { return s.RouteWait(src, screen.ShapeTell) })},
		{"Form", sara, of(instagram, screen.Shaper.Form)},
		{"Form_usual", sara, of(website, screen.Shaper.Form)},
		{"FormAdd", sara, of(instagram, screen.Shaper.FormAdd)},
		{"FormQuestion", sara, of(instagram, func(s screen.Shaper, src crm.Source) view.Message { return s.FormQuestion(src, src.Form.Questions[0]) })},
		{"FormQuestion_of_a_field", sara, of(instagram, func(s screen.Shaper, src crm.Source) view.Message { return s.FormQuestion(src, src.Form.Questions[1]) })},
		{"FormSeen", sara, of(instagram, screen.Shaper.FormSeen)},
		{"FormSeen_usual", sara, of(website, screen.Shaper.FormSeen)},
		{"Preview_of_sources", sara, shaped(screen.Shaper.Preview)},
	}
}
