package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cartable/bot/callback"
	"cartable/bot/screen"
	"cartable/internal/crm"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

// forgedTaps sends what a changed app can send in place of a button's data.
func forgedTaps() experiment {
	return experiment{
		number: 18, fault: "5,000 taps that are forged, replayed, truncated or of somebody else's buttons",
		holds: "each is answered, nothing in the database changes, no update fails",
		run: func(ctx context.Context, b *breaker) (figures string, err error) {
			office, err := b.NewOffice(ctx, "forged", 3, tgsim.Options{Limits: tgsim.Limits{Off: true}})
			if err != nil {
				return "", err
			}
			defer func() { err = errors.Join(err, office.Close()) }()
			program, err := office.NewProgram(rig.Settings{"SEND_RATE": "0"})
			if err != nil {
				return "", err
			}
			if err := program.Run(ctx, nil); err != nil {
				return "", err
			}
			defer func() {
				_, stopErr := program.Stop()
				err = errors.Join(err, stopErr)
			}()
			f := &forgery{Office: office, program: program}
			if err := f.prepare(ctx); err != nil {
				return "", err
			}
			if err := f.still(ctx); err != nil {
				return "", err
			}
			before, err := office.Everything(ctx)
			if err != nil {
				return "", err
			}
			if err := f.attack(ctx, b.times(5000, 500)); err != nil {
				return "", err
			}
			return f.judge(ctx, before)
		},
	}
}

// forgery is a business in which nobody but the owner holds a customer any more, and people
// who have had buttons of all sorts before them.
type forgery struct {
	*rig.Office

	program   *rig.Program
	attackers []rig.Member // a former holder, one who never held, a suspended one, a stranger
	real      []string     // the data of all buttons that anybody has seen
	began     time.Time
	first     int // the index of the first forged tap
}

const tapPatience = 60 * time.Second

// prepare has agents work with customers until every sort of button was shown, and then
// takes the customers from them.
func (f *forgery) prepare(ctx context.Context) error {
	const leads = 12
	poster := rig.NewPoster(f.program, f.Source.Key, 1)
	defer poster.Close()
	for i := range leads {
		a := poster.Post(ctx, "", rig.Phone(i), fmt.Sprintf("Lead %d", i))
		if !a.Accepted() {
			return fmt.Errorf("lead %d was answered with %d", i, a.Code)
		}
		holder := f.Agents[0]
		if i%2 == 1 {
			holder = f.Agents[2]
		}
		if _, err := f.Domain.Take(ctx, f.Command(holder), crm.CustomerID(a.Customer)); err != nil {
			return err
		}
	}
	if _, err := f.Pool.Exec(ctx, `UPDATE settings SET agents_see_all = false`); err != nil {
		return fmt.Errorf("have agents see their own alone: %w", err)
	}
	for _, m := range []rig.Member{f.Agents[0], f.Agents[2]} {
		if err := f.tour(ctx, m.Person, "/cartable", rig.Phone(0), rig.Phone(1), rig.Phone(2), "/help", "/new"); err != nil {
			return err
		}
	}
	if err := f.tour(ctx, f.Owner.Person, "/settings", "/staff", "/statuses", "/fields", "/sources", "/business", rig.Phone(3)); err != nil {
		return err
	}
	for _, m := range []rig.Member{f.Agents[0], f.Agents[2]} {
		if _, err := f.Domain.GiveAll(ctx, f.Command(f.Owner), m.ID, f.Owner.ID); err != nil {
			return err
		}
	}
	if err := f.Domain.ChangeStaff(ctx, f.Command(f.Owner), f.Agents[2].ID, crm.Suspended); err != nil {
		return err
	}
	stranger := f.Sim.Person(tgsim.Profile{FirstName: "Stranger", LanguageCode: "en"})
	stranger.Type("/start")
	f.Agents[1].Person.Type("/duty")
	if err := f.quiet(ctx); err != nil {
		return err
	}
	f.collect()
	f.attackers = append(slices.Clone(f.Agents), rig.Member{Person: stranger})
	return nil
}

// tour has somebody write these texts, and tap once on each sort of button that comes.
func (f *forgery) tour(ctx context.Context, who *tgsim.Person, texts ...string) error {
	tapped := map[callback.Action]int{}
	for _, text := range texts {
		who.Type(text)
		if err := f.quiet(ctx); err != nil {
			return err
		}
		m := who.Last()
		for _, data := range dataOf(m) {
			ref, err := callback.Decode(data)
			if err != nil {
				return fmt.Errorf("a button of the program: %w", err)
			}
			if tapped[ref.Action]++; tapped[ref.Action] > 3 || ref.Action == callback.Language {
				continue
			}
			if err := who.TapData(m.ID, data); err != nil {
				return err
			}
			if err := f.quiet(ctx); err != nil {
				return err
			}
			f.collect()
		}
	}
	return nil
}

func dataOf(m tgsim.Message) (all []string) {
	for _, row := range m.Rows() {
		for _, b := range row {
			if b.Data != "" {
				all = append(all, b.Data)
			}
		}
	}
	return all
}

// collect keeps the data of what stands in the chats now.
func (f *forgery) collect() {
	for _, m := range f.Everybody() {
		for _, msg := range m.Person.Messages() {
			f.real = append(f.real, dataOf(msg)...)
		}
	}
	slices.Sort(f.real)
	f.real = slices.Compact(f.real)
}

// still waits until nothing goes on by itself any more.
func (f *forgery) still(ctx context.Context) error {
	if err := f.Still(ctx, tapPatience); err != nil {
		return err
	}
	return rig.Await(ctx, "the leads to be routed", tapPatience, func(ctx context.Context) (bool, error) {
		n, err := f.Count(ctx, `SELECT count(*) FROM routes WHERE next_at IS NOT NULL`)
		return n == 0, err
	})
}

func (f *forgery) quiet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, tapPatience)
	defer cancel()
	if err := f.Sim.Drained(ctx); err != nil {
		return err
	}
	return f.Settled(ctx, tapPatience)
}

// attack has everybody tap, in waves, so that no tap is too old when its turn comes.
func (f *forgery) attack(ctx context.Context, taps int) error {
	const wave = 200
	f.began, f.first = time.Now(), len(f.Sim.Inputs())
	for i := range taps {
		who := f.attackers[i%len(f.attackers)]
		data := f.forge(i/len(f.attackers), who.ID)
		if i%50 == 49 { // the owner may do all that can be read
			who = f.Owner
			for _, err := callback.Decode(data); err == nil; _, err = callback.Decode(data) {
				data = randomData()
			}
		}
		if err := who.Person.TapData(tappable(who.Person), data); err != nil {
			return err
		}
		if i%wave == wave-1 {
			if err := f.quiet(ctx); err != nil {
				return err
			}
		}
	}
	return f.quiet(ctx)
}

// tappable is one of their messages with buttons; whoever has none taps on the last one.
func tappable(who *tgsim.Person) int {
	all := who.Messages()
	with := slices.DeleteFunc(slices.Clone(all), func(m tgsim.Message) bool { return len(m.Rows()) == 0 })
	if len(with) == 0 {
		return all[len(all)-1].ID
	}
	return with[rand.IntN(len(with))].ID
}

// forge makes data of one of the sorts in turn, for somebody to whom it does not belong.
func (f *forgery) forge(turn int, by crm.StaffID) string {
	for {
		data := f.real[rand.IntN(len(f.real))]
		switch turn % 4 {
		case 0: // replayed, or somebody else's
		case 1:
			data = data[:rand.IntN(len(data))]
		case 2:
			data = mutated(data)
		case 3:
			data = randomData()
		}
		if ref, err := callback.Decode(data); data != "" && (err != nil || !ofOneself(ref, by)) {
			return data
		}
	}
}

// ofOneself says whether data is anybody's own to send: their language, and whether they
// are at work today.
func ofOneself(ref callback.Ref, by crm.StaffID) bool {
	switch ref.Action {
	case callback.Language:
		return true
	case callback.Member:
		return ref.Question == screen.MemberMyDuty || ref.Question == screen.MemberDuty && ref.Record == int64(by)
	default:
		return false
	}
}

// mutated changes one to three characters.
func mutated(data string) string {
	const letters = "0123456789abcdefghijklmnopqrstuvwxyz._-+ A\x00'\"<"
	out := []byte(data)
	for range 1 + rand.IntN(3) {
		out[rand.IntN(len(out))] = letters[rand.IntN(len(letters))]
	}
	return string(out)
}

// randomData is up to 64 bytes of anything; Telegram's JSON carries text, so what is no
// UTF-8 arrives as its replacement.
func randomData() string {
	out := make([]byte, 1+rand.IntN(callback.MaxBytes))
	for i := range out {
		out[i] = byte(rand.IntN(256))
	}
	if rand.IntN(2) == 0 { // as if it were ours
		copy(out, "1")
	}
	text := strings.ToValidUTF8(string(out), "\ufffd")
	for len(text) > callback.MaxBytes {
		_, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
	}
	return text
}

func (f *forgery) judge(ctx context.Context, before map[string]string) (string, error) {
	took := time.Since(f.began)
	taps := f.Sim.Inputs()[f.first:]
	answered, said := 0, 0
	for _, t := range taps {
		if !t.Answered.IsZero() {
			answered++
		}
		if t.Answer != "" {
			said++
		}
	}
	after, err := f.Everything(ctx)
	if err != nil {
		return "", err
	}
	changed := differing(before, after)
	failed, err := f.Count(ctx, `SELECT count(*) FROM updates WHERE state <> 'done'`)
	figures := fmt.Sprintf("%d taps by %d people on %d buttons' data: %d answered (%d in words), %d a second; %d tables of %d changed, %d updates failed",
		len(taps), len(f.attackers)+1, len(f.real), answered, said, int(float64(len(taps))/took.Seconds()), len(changed), len(before), failed)
	if answered != len(taps) || failed > 0 {
		err = errors.Join(err, fmt.Errorf("%d taps were not answered, %d updates not handled", len(taps)-answered, failed))
	}
	if len(changed) > 0 {
		err = errors.Join(err, fmt.Errorf("changed: %s", strings.Join(changed, "; ")))
	}
	if v := f.Sim.Violations(); len(v) > 0 {
		err = errors.Join(err, fmt.Errorf("refused by Telegram %d times, first: %s", len(v), v[0]))
	}
	return figures, err
}

// differing names the tables that are not what they were, each with its first new row.
func differing(before, after map[string]string) (out []string) {
	for table, rows := range after {
		if before[table] == rows {
			continue
		}
		known := strings.Split(before[table], "\n")
		fresh := slices.DeleteFunc(strings.Split(rows, "\n"), func(row string) bool { return slices.Contains(known, row) })
		out = append(out, fmt.Sprintf("%s, %d new rows: %.300s", table, len(fresh), strings.Join(fresh, " | ")))
	}
	slices.Sort(out)
	return out
}
