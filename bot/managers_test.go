package bot_test

import (
	"slices"
	"strings"
	"testing"

	"cartable/bot"
	"cartable/bot/callback"
	"cartable/bot/screen"
	"cartable/internal/crm"
	"cartable/internal/tgsim"

	"github.com/jackc/pgx/v5"
)

// Every action is carried out somewhere, once, and of what shapes the business agents have
// their own duty and their own proposals.
func TestWhoMayTap(t *testing.T) {
	seen := map[callback.Ref]int{}
	actions := map[callback.Action]bool{}
	for _, ref := range slices.Concat(bot.ManagersTaps(), bot.EverybodysTaps()) {
		seen[ref]++
		actions[ref.Action] = true
		if seen[ref] > 1 {
			t.Errorf("%+v is carried out in two places", ref)
		}
	}
	for a := range callback.Actions {
		if !actions[a] {
			t.Errorf("nothing carries %s out", a)
		}
	}
	var own []string
	for _, ref := range bot.EverybodysTaps() {
		if ref.Question != "" {
			own = append(own, string(ref.Action)+" "+ref.Question)
		}
	}
	slices.Sort(own)
	if want := []string{"pr list", "pr menu", "pr new", "pr show", "pr withdraw", "sp me", "sp my_duty"}; !slices.Equal(own, want) {
		t.Errorf("everybody may %q", own)
	}
	managers := []callback.Action{callback.Shape, callback.Settings, callback.Staff, callback.StaffMember, callback.StaffChange, callback.Setup,
		callback.InviteRole, callback.InviteLife, callback.InviteQR, callback.InviteRevoke, callback.Group, callback.GroupSource,
		callback.GroupPrivate, callback.Erase, callback.EraseUndone, callback.ShareOut, callback.ShareWith, callback.ShareNow}
	for _, ref := range bot.EverybodysTaps() {
		if slices.Contains(managers, ref.Action) {
			t.Errorf("everybody may %+v", ref)
		}
	}
}

// forged are the plausible taps of a button, and the same on what is not there.
func (s *shaped) forged(ref callback.Ref) (out []callback.Ref) {
	uses := callback.Actions[ref.Action]
	for _, p := range s.plausible(ref) {
		ref.Record, ref.Arg, ref.Value = p.record, p.arg, p.value
		if !uses.Arg {
			ref.Arg = 0
		}
		out = append(out, ref)
		if ref.Record != 0 {
			ref.Record = 999999
			out = append(out, ref)
		}
	}
	return out
}

// taps has somebody tap buttons on a message of theirs, in a group where there is one, and
// is what was said to it. A tap that shows something need not be answered in words.
func (s *shaped) taps(p *tgsim.Person, at int, group *tgsim.Group, refs []callback.Ref) []string {
	s.t.Helper()
	before := len(p.Toasts())
	for _, ref := range refs {
		data := callback.MustEncode(ref)
		if group != nil {
			must(s.t, group.TapData(p, at, data))
		} else {
			must(s.t, p.TapData(at, data))
		}
	}
	s.quiet()
	var out []string
	for _, toast := range p.Toasts()[before:] {
		out = append(out, toast.Text)
	}
	return out
}

// all is every row of every table, but for the taps themselves, and every key of Redis.
func (o *office) all() map[string]string {
	o.t.Helper()
	ctx := o.t.Context()
	rows, err := o.pool.Query(ctx, `SELECT table_name FROM information_schema.tables
		WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name <> 'updates' ORDER BY 1`)
	must(o.t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(o.t, err)
	var parts []string
	for _, table := range tables {
		name := pgx.Identifier{table}.Sanitize()
		if table == "notifications" { // how far their delivery is does not count
			name = `(SELECT id, kind, staff_id FROM notifications)`
		}
		parts = append(parts, `SELECT '`+table+`', coalesce(string_agg(x::text, E'\n' ORDER BY x::text), '') FROM `+name+` x`)
	}
	rows, err = o.pool.Query(ctx, strings.Join(parts, " UNION ALL "))
	must(o.t, err)
	out := map[string]string{}
	var table, all string
	_, err = pgx.ForEachRow(rows, []any{&table, &all}, func() error { out[table] = all; return nil })
	must(o.t, err)
	keys, err := o.redis.Keys(ctx, "*").Result()
	must(o.t, err)
	slices.Sort(keys)
	out["redis"] = strings.Join(keys, " ")
	return out
}

// differing are the tables that are not the same.
func differing(before, after map[string]string) (out []string) {
	for table := range after {
		if before[table] != after[table] {
			out = append(out, table)
		}
	}
	slices.Sort(out)
	return out
}

// onlyShow are the buttons of managers that change nothing, in this business at least.
var onlyShow = []string{"ls ", "lw ", "sh ", "st ", "sm ", "sq ", "gr ", "sp owner", "sp give", "sp r_give", "sp one", "sp r_one", "sp among",
	"sp r_among", "sp sure", "sp r_sure", "sx log", "sx preview", "sx file", "sx ready", "sx drop", "sx statuses", "sx fields", "sx retired",
	"sx status", "sx field", "sx choice", "sx sources", "sx source", "sx keys", "sx form", "sx form_ask", "sx form_seen", "sx business"}

// Whatever agents, those who were suspended and strangers send as a button of managers, on
// what there is and what there is not, is refused, shows nothing and changes nothing; the
// same taps of the owner do.
func TestOnlyManagersShape(t *testing.T) {
	s := newShaped(t)
	sara, gone := s.agents[0], s.agents[2]
	s.keyed()
	stranger := s.sim.Person(tgsim.Profile{FirstName: "غریبه", LanguageCode: "fa"})
	for _, p := range []*tgsim.Person{sara, gone, stranger} {
		s.types(p, "/help")
	}
	must(t, s.crm.ChangeStaff(t.Context(), s.by(s.owner), s.staff(gone).ID, crm.Suspended))
	s.group.Say(s.owner, "@"+s.sim.Bot().Username)
	s.quiet()
	said := s.group.Messages()
	var refs []callback.Ref
	for _, ref := range bot.ManagersTaps() {
		refs = append(refs, s.forged(ref)...)
	}
	before := s.all()
	nobody := s.cat.Printer(crm.Persian).T("stranger.tap")
	for _, who := range []struct {
		person *tgsim.Person
		group  *tgsim.Group
		told   string
	}{
		{sara, nil, s.say(sara, "error.managers")}, {gone, nil, nobody}, {stranger, nil, nobody}, {sara, s.group, s.say(sara, "group.only_take")},
	} {
		at := who.person.Last()
		if who.group != nil {
			at = said[len(said)-1]
		}
		messages := len(who.person.Messages())
		answers := s.taps(who.person, at.ID, who.group, refs)
		if len(answers) != len(refs) {
			t.Fatalf("%d of %d taps are answered", len(answers), len(refs))
		}
		for i, answer := range answers {
			if answer != who.told {
				t.Errorf("%+v: %q", refs[i], answer)
			}
		}
		if last := who.person.Last(); len(who.person.Messages()) != messages || who.group == nil && last.Text != at.Text {
			t.Errorf("%s sees %q", who.person.Profile().FirstName, last.Text)
		}
	}
	if changed := differing(before, s.all()); len(changed) > 0 {
		t.Fatalf("changed: %v", changed)
	}
	if now := s.group.Messages(); len(now) != len(said) {
		t.Errorf("said in the group: %v", now[len(said):])
	}
	s.ownerTaps()
}

// ownerTaps has the owner tap what was refused to others: each button that does not only
// show something changes something.
func (s *shaped) ownerTaps() {
	s.types(s.owner, "/help")
	at := s.owner.Last().ID
	old, managers := s.say(s.owner, "error.old_button"), s.say(s.owner, "error.managers")
	before := s.all()
	for _, ref := range bot.ManagersTaps() {
		refs := s.forged(ref)
		answers := s.taps(s.owner, at, nil, refs)
		if slices.Contains(answers, managers) || len(refs) == len(answers) && !slices.ContainsFunc(answers, func(a string) bool { return a != old }) {
			s.t.Errorf("%+v of the owner: %q", ref, answers)
		}
		key := string(ref.Action) + " " + ref.Question
		after := s.all()
		changed := differing(before, after) // the commands that were carried out at least
		before = after
		switch shows := slices.Contains(onlyShow, key); {
		case len(changed) > 0 && shows:
			s.t.Errorf("%s changes %v", key, changed)
		case len(changed) == 0 && !shows:
			s.t.Errorf("%s changes nothing here: its taps prove nothing, or it is to be in onlyShow", key)
		}
	}
}

// A manager who is made an agent in the middle of a form that shapes something does not
// finish it, as they would else, and commands of managers are none of theirs any more.
func TestFormerManagersFinishNothing(t *testing.T) {
	s := newShaped(t)
	p := s.second
	become := func(role crm.Role) {
		t.Helper()
		if s.staff(p).Role == role {
			return
		}
		must(t, s.crm.ChangeRole(t.Context(), s.by(s.owner), s.staff(p).ID, role))
		s.quiet()
	}
	status, source := int64(s.status.ID), int64(s.form.ID)
	for _, form := range []struct {
		ref   callback.Ref
		words string // that answer its questions
	}{
		{callback.Ref{Action: callback.Setup, Value: "name"}, "یک"}, {callback.Ref{Action: callback.Setup, Value: "form"}, "دو"},
		{callback.Ref{Action: callback.Member, Record: int64(s.target), Question: screen.MemberLimit, Value: screen.MemberAsk}, "12"},
		{callback.Ref{Action: callback.Member, Record: int64(s.target), Question: screen.MemberLeave, Value: screen.MemberAsk}, "2027-03-25"},
		{callback.Ref{Action: callback.Member, Record: int64(s.target), Question: screen.MemberDay, Value: "1:ask"}, "9-17"},
		{callback.Ref{Action: callback.Proposals, Record: int64(s.proposals[0]), Question: screen.ProposalDecline}, "سه"},
		{callback.Ref{Action: callback.Shape, Record: status, Question: screen.ShapeAsk, Value: "title"}, "چهار"},
		{callback.Ref{Action: callback.Shape, Record: status, Question: screen.ShapeAdd, Value: "status"}, "پنج"},
		{callback.Ref{Action: callback.Shape, Record: status, Question: screen.ShapeAdd, Value: "field"}, "شش"},
		{callback.Ref{Action: callback.Shape, Record: int64(s.choice.ID), Question: screen.ShapeAdd, Value: "choice"}, "هفت"},
		{callback.Ref{Action: callback.Shape, Question: screen.ShapeSourceIn}, "هشت"},
		{callback.Ref{Action: callback.Shape, Record: source, Question: screen.ShapeText, Value: "src_title"}, "نه"},
		{callback.Ref{Action: callback.Shape, Question: screen.ShapeText, Value: "name"}, "ده"},
		{callback.Ref{Action: callback.Shape, Question: screen.ShapeText, Value: "holiday"}, "2027-03-25"},
	} {
		for _, role := range []crm.Role{crm.Agent, crm.Manager} {
			become(crm.Manager)
			s.types(p, "/help")
			s.taps(p, p.Last().ID, nil, []callback.Ref{form.ref})
			if s.formsOf(p) != 1 {
				t.Fatalf("%+v opens no form", form.ref)
			}
			become(role)
			before := s.all()
			const most = 4 // questions of one form
			for range most {
				s.answers(p, form.words)
			}
			s.types(p, "/cancel")
			changed := slices.DeleteFunc(differing(before, s.all()), func(table string) bool {
				return table == "forms" || table == "redis" // the form itself
			})
			if finished := len(changed) > 0; finished != (role == crm.Manager) {
				t.Errorf("%+v of a %s changes %q", form.ref, role, changed)
			}
		}
	}
	become(crm.Agent)
	for _, command := range []string{"/settings", "/statuses", "/fields", "/sources", "/staff", "/business", "/config"} {
		s.types(p, command)
		p.SeeLast(t, s.say(p, "error.managers"))
	}
}

// formsOf is how many forms somebody has open.
func (s *shaped) formsOf(p *tgsim.Person) (n int) {
	s.t.Helper()
	must(s.t, s.pool.QueryRow(s.t.Context(), `SELECT count(*) FROM forms WHERE staff_id = $1 AND NOT parked`, s.staff(p).ID).Scan(&n))
	return n
}

// answers answers the question before somebody: by a button where one answers it.
func (s *shaped) answers(p *tgsim.Person, words string) {
	s.t.Helper()
	last := p.Last()
	for _, row := range last.Rows() {
		for _, b := range row {
			if ref, err := callback.Decode(b.Data); err == nil && ref.Action == callback.FormAnswer {
				s.taps(p, last.ID, nil, []callback.Ref{ref})
				return
			}
		}
	}
	s.types(p, words)
}
