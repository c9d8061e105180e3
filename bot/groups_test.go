package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cartable/bot/callback"
	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/tgsim"
)

// salesroom is an office with a form whose leads are offered in a group.
type salesroom struct {
	*office
	form  crm.Source
	group *tgsim.Group
}

// newSalesroom has the owner make a form, add the bot to a group of everybody, and
// choose the group for the form by the button that comes.
func newSalesroom(t *testing.T, languages ...string) *salesroom {
	t.Helper()
	s := &salesroom{office: newOffice(t, languages...)}
	made, err := s.crm.AddSource(t.Context(), crm.Command{Actor: s.staff(s.owner).ID, Key: "form"}, "فرم سایت", crm.SourceForm)
	must(t, err)
	s.form = made.Source
	s.group = s.sim.Group("فروش تهران", append([]*tgsim.Person{s.owner}, s.agents...)...)
	s.owner.See(t, "فروش تهران", "فرم سایت")
	s.owner.Press(t, "فرم سایت")
	s.owner.SeeToast(t, "فرم سایت")
	s.owner.See(t, "✅ فرم سایت")
	return s
}

// arrive has somebody fill the form in.
func (s *salesroom) arrive(in crm.Inquiry) crm.CustomerID {
	s.t.Helper()
	s.keys++
	in.Source = s.form.ID
	a, err := s.crm.RecordInquiry(s.t.Context(), crm.Command{Key: fmt.Sprintf("form %d", s.keys)}, in)
	must(s.t, err)
	return a.Customer
}

// arriveMany has n leads come at once.
func (s *salesroom) arriveMany(n int) {
	s.t.Helper()
	owner := s.staff(s.owner).ID
	var list []crm.ListEntry
	for i := range n {
		list = append(list, crm.ListEntry{Phone: persian.Phone(fmt.Sprintf("+98912777%04d", i)), Name: fmt.Sprintf("مشتری %d", i)})
	}
	res, err := s.crm.ImportList(s.t.Context(), crm.Command{Actor: owner, Key: "list"}, s.form.ID, list)
	must(s.t, err)
	_, err = s.crm.Offer(s.t.Context(), crm.Command{Actor: owner, Key: "offer"}, res.Batch)
	must(s.t, err)
}

// reachable fails the test when the group shows a way to reach a customer.
func (s *salesroom) reachable(parts ...string) {
	s.t.Helper()
	for _, m := range s.group.Messages() {
		for _, p := range parts {
			if strings.Contains(m.Plain(), p) {
				s.t.Errorf("the group sees %q in %q", p, m.Plain())
			}
		}
	}
}

func TestLeadInAGroup(t *testing.T) {
	for _, lang := range []crm.Language{crm.Persian, crm.English} {
		t.Run(string(lang), func(t *testing.T) {
			s := newSalesroom(t, string(lang), string(lang))
			sara, omid := s.agents[0], s.agents[1]
			_, err := s.pool.Exec(t.Context(), `UPDATE settings SET language = $1`, lang)
			must(t, err)
			id := s.arrive(crm.Inquiry{Phone: "+989121234567", Name: "علی رضایی", City: "شیراز", Email: "ali@example.com",
				Message: "لطفاً با ۰۹۳۵ ۱۱۱ ۲۲۳۳ یا 88776655 تماس بگیرید، یا ali.r@example.org"})
			take := s.say(sara, "button.take")
			card := s.group.See(t, "علی رضایی", "شیراز", "فرم سایت", "لطفاً با", take)
			if labels := card.Labels(); len(labels) != 1 {
				t.Errorf("buttons %q", labels)
			}
			s.group.Press(t, sara, take)
			sara.SeeToast(t, s.say(sara, "group.taken"))
			sara.See(t, "علی رضایی", "09121234567", s.say(sara, "button.status"))
			s.group.See(t, "علی رضایی", s.staff(sara).Name)
			s.group.SeeGone(t, take)
			s.reachable("0912", "۰۹۳۵", "8877", "example")
			omid.NoMore(t, "علی رضایی")
			s.owner.NoMore(t, "علی رضایی")

			sara.Press(t, s.say(sara, "button.status"))
			sara.See(t, map[crm.Language]string{crm.Persian: "جلسه حضوری", crm.English: "In-person meeting"}[lang]) // in private
			sara.Press(t, s.say(sara, "common.cancel"))
			if c := s.customer(id); c.Holder != s.staff(sara).ID {
				t.Errorf("held by %d", c.Holder)
			}
			if n := len(s.group.Messages()); n != 2 { // hello, the card
				t.Errorf("%d messages in the group", n)
			}
			s.sim.CheckClean(t)
		})
	}
}

// What differs is shown, but for other ways to reach the customer; a lead that was
// taken back is offered in the group again.
func TestGroupLeadComesBack(t *testing.T) {
	s := newSalesroom(t, "fa")
	sara := s.agents[0]
	id := s.arrive(crm.Inquiry{Phone: "+989121234567", Name: "علی رضایی", City: "شیراز", Email: "ali@example.com"})
	s.group.Press(t, sara, "برمی‌دارم")
	s.group.SeeGone(t, "برمی‌دارم")
	sara.Press(t, s.say(sara, "button.undo"))
	s.group.See(t, "علی رضایی", "برمی‌دارم")
	s.forward(time.Hour)
	s.arrive(crm.Inquiry{Phone: "+989121234567", Name: "علی", City: "یزد", Email: "other@example.com"})
	s.group.See(t, s.say(s.owner, "notice.lead_again"), "یزد")
	s.quiet()
	s.reachable("0912", "example")
	s.group.Press(t, sara, "برمی‌دارم")
	s.group.SeeGone(t, "برمی‌دارم")
	_, err := s.crm.GiveAll(t.Context(), crm.Command{Actor: s.staff(s.owner).ID, Key: "free"}, s.staff(sara).ID, 0)
	must(t, err)
	s.group.See(t, "برمی‌دارم")
	if s.customer(id).Holder != 0 {
		t.Error("not in the pool")
	}
}

func TestTwoTakeAtOnceInAGroup(t *testing.T) {
	s := newSalesroom(t, "fa", "en")
	sara, omid := s.agents[0], s.agents[1]
	s.arrive(crm.Inquiry{Phone: "+989121234567", Name: "علی رضایی"})
	card := s.group.See(t, "برمی‌دارم")
	data := card.Rows()[0][0].Data
	must(t, s.group.TapData(sara, card.ID, data))
	must(t, s.group.TapData(omid, card.ID, data))
	waitToasts(t, sara, 1)
	waitToasts(t, omid, 1)
	winner := 0
	for p, other := range map[*tgsim.Person]*tgsim.Person{sara: omid, omid: sara} {
		switch toast := p.Toasts()[0]; {
		case toast.Text == s.say(p, "group.taken"):
			winner++
			p.See(t, "علی رضایی", "09121234567")
		case !strings.Contains(toast.Text, s.staff(other).Name) || !toast.Alert:
			t.Errorf("told %+v", toast)
		}
	}
	if winner != 1 {
		t.Errorf("%d winners", winner)
	}
}

func TestOnlyManagersBringTheBotIntoGroups(t *testing.T) {
	o := newOffice(t, "fa")
	stranger := o.sim.Person(tgsim.Profile{FirstName: "غریبه", LanguageCode: "en"})
	for _, by := range []*tgsim.Person{stranger, o.agents[0]} {
		g := o.sim.Group("جای دیگر", by)
		g.See(t, o.say(o.owner, "group.sorry"))
		o.quiet()
		g.Say(by, "/start")
		o.quiet()
		if n := len(g.Messages()); n != 2 { // sorry, /start
			t.Errorf("%d messages", n)
		}
	}
	dir, err := o.crm.Directory(t.Context())
	must(t, err)
	if len(dir.Groups) != 0 {
		t.Errorf("%+v", dir.Groups)
	}
	o.owner.NoMore(t, "جای دیگر")
	o.sim.CheckClean(t)
}

func TestWhatAGroupRefuses(t *testing.T) {
	s := newSalesroom(t, "fa")
	sara := s.agents[0]
	id := s.arrive(crm.Inquiry{Phone: "+989121234567", Name: "علی رضایی"})
	card := s.group.See(t, "برمی‌دارم")
	stranger := s.sim.Person(tgsim.Profile{FirstName: "غریبه", LanguageCode: "fa"})
	must(t, s.group.TapData(stranger, card.ID, card.Rows()[0][0].Data))
	waitToasts(t, stranger, 1)
	if toast := stranger.Toasts()[0]; toast.Text != s.cat.Printer(crm.Persian).T("stranger.tap") {
		t.Errorf("%+v", toast)
	}
	taps := 0
	for a := range callback.Actions {
		if a == callback.Take || a == callback.TakeNext {
			continue
		}
		taps++
		must(t, s.group.TapData(s.owner, card.ID, callback.MustEncode(callback.Ref{Action: a, Record: int64(id), Version: 1})))
	}
	must(t, s.group.TapData(s.owner, card.ID, "nonsense"))
	waitToasts(t, s.owner, 1+taps+1) // the first chose the source
	for _, toast := range s.owner.Toasts()[1:] {
		if toast.Text != s.say(s.owner, "group.only_take") || !toast.Alert {
			t.Errorf("%+v", toast)
		}
	}
	if s.customer(id).Holder != 0 {
		t.Error("taken by a forged tap")
	}
	must(t, s.crm.ChangeStaff(t.Context(), crm.Command{Actor: s.staff(s.owner).ID, Key: "out"}, s.staff(sara).ID, crm.Removed))
	s.group.Press(t, sara, "برمی‌دارم")
	waitToasts(t, sara, 1)
	if s.customer(id).Holder != 0 {
		t.Error("taken by somebody who was removed")
	}

	before := len(s.group.Messages())
	for _, text := range []string{"سلام بچه‌ها", "/menu", "09121234567", "/start", "@" + s.sim.Bot().Username + " کجایی؟"} {
		s.group.Say(s.owner, text)
	}
	s.quiet()
	if n := len(s.group.Messages()) - before; n != 5+2 {
		t.Errorf("%d messages, want the five and two answers", n)
	}
	s.reachable("0912 ")
	s.sim.CheckClean(t)
}

// An agent forges the button that chooses a group.
func TestAgentsChooseNoGroup(t *testing.T) {
	s := newSalesroom(t, "fa")
	sara := s.agents[0]
	sara.Type("/help")
	m := sara.See(t, s.say(sara, "help.title"))
	for _, a := range []callback.Action{callback.Group, callback.GroupSource, callback.GroupPrivate} {
		must(t, sara.TapData(m.ID, callback.MustEncode(callback.Ref{Action: a, Record: 1, Arg: int64(s.form.ID)})))
	}
	waitToasts(t, sara, 3)
	for _, toast := range sara.Toasts() {
		if toast.Text != s.say(sara, "error.managers") {
			t.Errorf("%+v", toast)
		}
	}
	s.owner.Press(t, "✅ فرم سایت") // and the manager takes it back
	s.owner.See(t, "▫️ فرم سایت")
	s.arrive(crm.Inquiry{Phone: "+989121234567", Name: "علی رضایی"})
	sara.See(t, "علی رضایی", "09121234567", "برمی‌دارم")
}

func TestManyLeadsInAGroupBecomeOneMessage(t *testing.T) {
	s := newSalesroom(t, "fa")
	sara := s.agents[0]
	s.arriveMany(10)
	s.group.See(t, "۱۰ مشتری تازه")
	s.quiet()
	if n := len(s.group.Messages()); n != 2 { // hello, the summary
		t.Errorf("%d messages in the group", n)
	}
	next := s.say(sara, "button.take_next")
	s.group.Press(t, sara, next)
	sara.See(t, "مشتری 0", "09127770000", s.say(sara, "button.status"))
	s.group.Press(t, sara, next)
	sara.See(t, "مشتری 1", "09127770001")
	s.group.See(t, "۱۰ مشتری تازه", "۸ مشتری هنوز", next) // it tells what waits now
	s.reachable("0912")
	for range 8 {
		_, err := s.crm.TakeNext(t.Context(), crm.Command{Actor: s.staff(s.owner).ID, Key: fmt.Sprint("next ", s.keys)})
		must(t, err)
		s.keys++
	}
	s.group.Press(t, sara, next)
	sara.SeeToast(t, s.say(sara, "error.no_lead"))
	s.group.See(t, "۱۰ مشتری تازه", s.say(sara, "notice.none_waits"))
	s.group.SeeGone(t, next)
	s.sim.CheckClean(t)
}

// In private the summary tells what waits too, and keeps what it told of.
func TestSummaryCountsOn(t *testing.T) {
	s := newSalesroom(t, "fa")
	sara := s.agents[0]
	s.owner.Press(t, "✅ فرم سایت") // offered in private again
	s.quiet()
	s.arriveMany(5)
	m := sara.See(t, "۵ مشتری تازه", "۵ مشتری هنوز")
	next := s.say(sara, "button.take_next")
	for left := range 5 {
		sara.PressOn(t, m.ID, next)
		s.quiet()
		if left == 0 {
			sara.See(t, "۵ مشتری تازه", "۴ مشتری هنوز", s.say(sara, "menu.cartable"))
		}
	}
	sara.See(t, "۵ مشتری تازه", s.say(sara, "notice.none_waits"))
	sara.SeeGone(t, next)
	if n, err := s.crm.HeldCount(t.Context(), s.staff(sara).ID); n != 5 || err != nil {
		t.Error(n, err)
	}
	s.sim.CheckClean(t)
}

// Taken out of the group, the bot offers privately: what waits, and what comes.
func TestGroupThatIsLeft(t *testing.T) {
	s := newSalesroom(t, "fa")
	sara := s.agents[0]
	s.arrive(crm.Inquiry{Phone: "+989121234567", Name: "علی رضایی"})
	s.group.See(t, "علی رضایی")
	s.group.Kick(sara)
	s.owner.See(t, "ربات دیگر در گروه", "فروش تهران", "۱ ورود")
	s.forward(0)
	sara.See(t, "علی رضایی", "برمی‌دارم")
	s.arrive(crm.Inquiry{Phone: "+989121234568", Name: "مریم کریمی"})
	sara.See(t, "مریم کریمی", "برمی‌دارم")
	s.owner.Press(t, "✅ فرم سایت")
	s.owner.SeeToast(t, s.say(s.owner, "error.no_group"))
}

// The bot was taken out, and hears of it by the refusal of what it sends.
func TestGroupThatRefusesMessages(t *testing.T) {
	s := newSalesroom(t, "fa")
	sara := s.agents[0]
	s.sim.Fault(tgsim.Fault{Method: "sendMessage", ChatID: s.group.ID(), Kind: tgsim.Forbidden})
	s.arrive(crm.Inquiry{Phone: "+989121234567", Name: "علی رضایی"})
	s.owner.See(t, "ربات دیگر در گروه", "فروش تهران", "۱ ورود")
	s.forward(0)
	sara.See(t, "علی رضایی", "برمی‌دارم")
	s.quiet()
	if n := len(s.group.Messages()); n != 1 { // hello
		t.Errorf("%d messages in the group", n)
	}
}

func TestGroupThatMoved(t *testing.T) {
	s := newSalesroom(t, "fa")
	sara := s.agents[0]
	s.arrive(crm.Inquiry{Phone: "+989121234567", Name: "علی رضایی"})
	old := s.group.See(t, "علی رضایی", "برمی‌دارم")
	moved := s.group.Migrate()
	s.group.SeeThat(t, "the lead anew", func(v *tgsim.View) bool {
		return v.Last().ID != old.ID && v.Last().Shows("علی رضایی", "برمی‌دارم")
	})
	s.quiet()
	dir, err := s.crm.Directory(t.Context())
	must(t, err)
	if g, ok := dir.GroupOf(moved); !ok || dir.Sources[s.form.ID].Routing.Place() != g.ID {
		t.Fatalf("%+v %+v", dir.Groups, dir.Sources)
	}
	s.group.Press(t, sara, "برمی‌دارم")
	sara.See(t, "علی رضایی", "09121234567")
	s.arrive(crm.Inquiry{Phone: "+989121234568", Name: "مریم کریمی"})
	s.group.See(t, "مریم کریمی", "برمی‌دارم")
	s.owner.Press(t, "✅ فرم سایت") // the button names the group, not the chat
	s.owner.See(t, "▫️ فرم سایت")
}

// The group moves between two messages, and the send that finds it out is first.
func TestSendFollowsAGroup(t *testing.T) {
	s := newSalesroom(t, "fa")
	s.sim.Fault(tgsim.Fault{Method: "sendMessage", ChatID: s.group.ID(), Kind: tgsim.Migrate})
	s.arrive(crm.Inquiry{Phone: "+989121234567", Name: "علی رضایی"})
	s.group.See(t, "علی رضایی", "برمی‌دارم")
	s.quiet()
	cards := 0
	for _, m := range s.group.Messages() {
		if m.Shows("علی رضایی") {
			cards++
		}
	}
	if cards != 1 {
		t.Errorf("%d cards", cards)
	}
}

// A lead that nobody takes comes to the group again, then to the manager.
func TestGroupLeadNobodyTakes(t *testing.T) {
	s := newSalesroom(t, "fa")
	sara := s.agents[0]
	s.arrive(crm.Inquiry{Phone: "+989121234567", Name: "علی رضایی"})
	s.group.See(t, "علی رضایی", "برمی‌دارم")
	s.quiet() // an offer's minutes begin when it is known to have arrived
	s.forward(10 * time.Minute)
	s.group.See(t, s.say(sara, "notice.lead_waits"), "علی رضایی")
	s.quiet()
	s.forward(10 * time.Minute)
	s.owner.See(t, s.say(s.owner, "notice.untaken"), "09121234567")
	s.owner.Press(t, s.say(s.owner, "button.take"))
	s.group.SeeGone(t, "برمی‌دارم")
	s.quiet()
	sara.NoMore(t, "علی رضایی")
	s.reachable("0912")
	s.sim.CheckClean(t)
}

// Whoever was erased is gone from the group too: from the card, and from a message
// that was typed into the form.
func TestErasedFromAGroup(t *testing.T) {
	s := newSalesroom(t, "fa")
	for _, taken := range []bool{false, true} {
		id := s.arrive(crm.Inquiry{Phone: "+989121234567", Name: "علی رضایی", City: "شیراز", Message: "سلام از شیراز"})
		s.group.See(t, "علی رضایی", "برمی‌دارم")
		if taken {
			s.group.Press(t, s.agents[0], "برمی‌دارم")
			s.group.SeeGone(t, "برمی‌دارم")
		}
		_, err := s.crm.Erase(t.Context(), s.by(s.owner), id)
		must(t, err)
		s.group.See(t, s.say(s.owner, "erase.line"))
		s.quiet()
		s.reachable("علی", "شیراز", "برمی‌دارم")
	}
}

// A group is found among the sources, and in the routing of each: there it is part of
// the draft, as any other way.
func TestGroupAmongTheSources(t *testing.T) {
	s := newSalesroom(t, "fa")
	boss := s.owner
	routing := func() crm.Routing {
		dir, err := s.crm.Directory(t.Context())
		must(t, err)
		return dir.Sources[s.form.ID].Routing
	}
	s.types(boss, "/sources")
	boss.Press(t, "👥 فروش تهران")
	s.quiet()
	boss.SeeLast(t, "✅ فرم سایت")
	s.press(boss, "common.back")
	boss.Press(t, "📄 فرم سایت")
	s.quiet()
	s.press(boss, "source.routing")
	inGroup := s.say(boss, "route.in_group", "Title", "فروش تهران")
	boss.SeeLast(t, "✅ "+inGroup)
	s.press(boss, "route.offer")
	s.press(boss, "shape.preview")
	s.press(boss, "shape.publish")
	if r := routing(); r.Place() != 0 || r.Way() != crm.RouteOffer {
		t.Fatalf("%+v", r)
	}
	s.types(boss, "/sources")
	boss.Press(t, "📄 فرم سایت")
	s.quiet()
	s.press(boss, "source.routing")
	boss.Press(t, inGroup)
	s.quiet()
	boss.SeeLast(t, s.say(boss, "shape.draft"))
	s.press(boss, "shape.preview")
	boss.SeeLast(t, "فروش تهران")
	s.press(boss, "shape.publish")
	if r := routing(); r.Place() == 0 {
		t.Fatalf("%+v", r)
	}
	s.group.Kick(boss)
	s.quiet()
	s.types(boss, "/sources")
	for _, label := range boss.Last().Labels() {
		if label == "👥 فروش تهران" {
			t.Error("a group that was left is listed")
		}
	}
	s.sim.CheckClean(t)
}

// A group becomes a supergroup while the bot greets it: it is the same group, greeted in
// its new chat.
func TestGroupMovesWhileItIsGreeted(t *testing.T) {
	o := newOffice(t, "fa")
	o.sim.Fault(tgsim.Fault{Method: "sendMessage", ChatID: -1001, Kind: tgsim.Migrate})
	g := o.sim.Group("فروش", o.owner)
	g.See(t, "سلام")
	dir, err := o.crm.Directory(t.Context())
	must(t, err)
	if group, ok := dir.GroupOf(g.ID()); !ok || len(dir.Groups) != 1 || g.ID() == -1001 {
		t.Errorf("chat %d is group %+v of %v", g.ID(), group, dir.Groups)
	}
}
