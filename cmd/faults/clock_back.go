package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"cartable/internal/crm"
	"cartable/internal/postgres"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

// clockBack sets the machine's clock back an hour while there is work of every sort.
func clockBack() experiment {
	return experiment{
		number: 18, fault: "the clock is set back an hour",
		holds: fmt.Sprintf("everything goes on within %s: retries, answers, forms, leads, pages; no reminder rings twice", goesOn),
		run: func(ctx context.Context, b *breaker) (figures string, err error) {
			office, err := b.NewOffice(ctx, "clockback", 2, tgsim.Options{})
			if err != nil {
				return "", err
			}
			defer func() { err = errors.Join(err, office.Close()) }()
			s := &setBack{Office: office, file: filepath.Join(b.Dir, "clock")}
			if s.form, err = office.Domain.AddSource(ctx, office.Command(rig.Member{}), "Form", crm.SourceForm); err != nil {
				return "", err
			}
			if err := s.set(0); err != nil {
				return "", err
			}
			program, err := office.NewProgram(rig.Settings{"CLOCK_FILE": s.file})
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
			s.base, s.poster = program.Base, rig.NewPoster(program, office.Source.Key, 2)
			defer s.poster.Close()
			err = s.course(ctx)
			return s.figures(), err
		},
	}
}

// goesOn is within what time everything must go on after the clock was set.
const goesOn = 10 * time.Second

// helpTitle is what the answer to /help begins with.
const helpTitle = "How Cartable works"

// setBack is a business whose program goes by a clock that is set.
type setBack struct {
	*rig.Office

	file, base string
	poster     *rig.Poster
	form       crm.NewSource
	leads      []crm.CustomerID
	page       string // the token of a page that was opened before
	went       []gone
	rings      int
	replayed   int
}

// gone is what went on after the clock was set, and how soon.
type gone struct {
	what string
	took time.Duration
}

func (s *setBack) figures() string {
	var each []string
	for _, g := range s.went {
		each = append(each, fmt.Sprintf("%s after %s", g.what, g.took.Round(10*time.Millisecond)))
	}
	return fmt.Sprintf("%s; %d rings of 3 reminders; %d timelines replay", strings.Join(each, ", "), s.rings, s.replayed)
}

// set puts the program's clock off; it looks every few milliseconds.
func (s *setBack) set(by time.Duration) error {
	fresh := s.file + ".new"
	if err := os.WriteFile(fresh, []byte(by.String()), 0o600); err != nil {
		return fmt.Errorf("set the clock: %w", err)
	}
	if err := os.Rename(fresh, s.file); err != nil {
		return fmt.Errorf("set the clock: %w", err)
	}
	return nil
}

func (s *setBack) course(ctx context.Context) error {
	if err := s.before(ctx); err != nil {
		return fmt.Errorf("before: %w", err)
	}
	if err := s.set(-time.Hour); err != nil {
		return err
	}
	if err := s.during(ctx); err != nil {
		return fmt.Errorf("an hour back: %w", err)
	}
	// The hour passes: what was put off until then is due.
	if err := s.set(31 * time.Minute); err != nil {
		return err
	}
	if err := s.goes(ctx, "the later reminder rings", s.rang(s.leads[1], 1)); err != nil {
		return err
	}
	return s.judge(ctx)
}

// before leaves everything half done: a reminder that rang and nobody settled, one for later,
// an open form, an open page, a message and an update that wait to be tried again.
func (s *setBack) before(ctx context.Context) error {
	for i := range 3 {
		if err := s.arrive(ctx, http.StatusCreated, i); err != nil {
			return err
		}
		if _, err := s.Domain.Take(ctx, s.Command(s.Agents[i%2]), s.leads[i]); err != nil {
			return err
		}
	}
	for i, in := range []time.Duration{time.Second, 30 * time.Minute} {
		by := s.Agents[i%2]
		if _, err := s.Domain.Remind(ctx, s.Command(by), s.leads[i], time.Now().Add(in), "Call"); err != nil {
			return err
		}
	}
	if err := rig.Await(ctx, "the first reminder to ring", goesOn, s.rang(s.leads[0], 1)); err != nil {
		return err
	}
	page, err := s.get(ctx)
	if err != nil {
		return err
	}
	if s.page = between(page); s.page == "" {
		return errors.New("the form's page has no token")
	}
	sara := s.Agents[0].Person // who holds lead 2
	sara.Type(rig.Phone(2))
	for _, label := range []string{"Note"} {
		if err := press(ctx, sara, label); err != nil {
			return err
		}
	}
	if err := s.Settled(ctx, goesOn); err != nil {
		return err
	}
	s.Sim.Fault(tgsim.Fault{Method: "sendMessage", ChatID: s.Owner.Person.ID(), Kind: tgsim.BadGateway})
	s.Sim.Fault(tgsim.Fault{Method: "sendMessage", ChatID: s.Agents[1].Person.ID(), Kind: tgsim.InternalError})
	s.Agents[1].Person.Type("/help")
	if err := s.arrive(ctx, http.StatusCreated, 3); err != nil {
		return err
	}
	failing, cancel := context.WithTimeout(ctx, rig.Patience(goesOn))
	defer cancel()
	return s.Sim.FaultsDone(failing)
}

// during goes on with all of it, and with something new.
func (s *setBack) during(ctx context.Context) error {
	sara, omid := s.Agents[0].Person, s.Agents[1].Person
	if err := s.goes(ctx, "the failed message comes", sees(s.Owner.Person, "Lead 3")); err != nil {
		return err
	}
	if err := s.goes(ctx, "the failed answer comes", sees(omid, helpTitle)); err != nil {
		return err
	}
	sara.Type("Asked for a call")
	if err := s.goes(ctx, "the open form is saved", s.counts(1, `SELECT count(*) FROM events WHERE kind = $1`, crm.EventNote)); err != nil {
		return err
	}
	began := time.Now()
	if err := s.submit(ctx); err != nil {
		return err
	}
	s.went = append(s.went, gone{"the open page is taken", time.Since(began)})
	if err := s.arrive(ctx, http.StatusOK, 3); err != nil {
		return fmt.Errorf("the same key again: %w", err)
	}
	if err := s.arrive(ctx, http.StatusCreated, 4); err != nil {
		return err
	}
	if err := s.goes(ctx, "a new lead is announced", sees(s.Owner.Person, "Lead 4")); err != nil {
		return err
	}
	// A reminder of this hour, by the clock that the program goes by.
	now := crm.NewService(postgres.NewStore(s.Pool), hourAgo{}, nil)
	if _, err := now.Remind(ctx, s.Command(s.Agents[0]), s.leads[2], hourAgo{}.Now().Add(time.Second), "Call"); err != nil {
		return err
	}
	if err := s.goes(ctx, "a new reminder rings", s.rang(s.leads[2], 1)); err != nil {
		return err
	}
	// Who rang is settled, so that it does not ring again for want of an answer.
	_, err := s.Pool.Exec(ctx, `UPDATE reminders SET reacted_at = now(), next_ring = NULL WHERE rings > 0`)
	if err != nil {
		return fmt.Errorf("settle the reminders: %w", err)
	}
	return nil
}

type hourAgo struct{}

func (hourAgo) Now() time.Time { return time.Now().Add(-time.Hour) }

func (s *setBack) judge(ctx context.Context) (err error) {
	if err := s.Settled(ctx, goesOn); err != nil {
		return err
	}
	if s.rings, err = s.Count(ctx, `SELECT count(*) FROM notifications WHERE kind = $1`, crm.NotifyReminder); err != nil {
		return err
	}
	if s.replayed, err = s.Replay(ctx); err != nil {
		return err
	}
	const reminders, customers = 3, 6
	if s.rings != reminders || s.replayed != customers {
		err = fmt.Errorf("%d rings of %d reminders, %d customers of %d", s.rings, reminders, s.replayed, customers)
	}
	failed, countErr := s.Count(ctx, `SELECT (SELECT count(*) FROM updates WHERE state = 'failed') + (SELECT count(*) FROM notifications WHERE state = 'failed')`)
	if failed > 0 {
		err = errors.Join(err, fmt.Errorf("%d updates and messages failed", failed))
	}
	if v := s.Sim.Violations(); len(v) > 0 {
		err = errors.Join(err, fmt.Errorf("refused by Telegram: %v", v))
	}
	return errors.Join(err, countErr)
}

// goes waits until something has gone on, and notes how soon.
func (s *setBack) goes(ctx context.Context, what string, done func(context.Context) (bool, error)) error {
	began := time.Now()
	if err := rig.Await(ctx, what, goesOn, done); err != nil {
		return err
	}
	s.went = append(s.went, gone{what, time.Since(began)})
	return nil
}

func (s *setBack) counts(want int, sql string, args ...any) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		n, err := s.Count(ctx, sql, args...)
		return n >= want, err
	}
}

// rang says whether a customer's reminder was told so often.
func (s *setBack) rang(of crm.CustomerID, times int) func(context.Context) (bool, error) {
	return s.counts(times, `SELECT count(*) FROM notifications WHERE kind = $1 AND customer_id = $2 AND state = 'sent'`, crm.NotifyReminder, of)
}

func sees(who *tgsim.Person, texts ...string) func(context.Context) (bool, error) {
	return func(context.Context) (bool, error) {
		_, ok := who.View().Find(texts...)
		return ok, nil
	}
}

// press waits until something bears the label and taps it.
func press(ctx context.Context, who *tgsim.Person, label string) error {
	return rig.Await(ctx, "a button "+label, goesOn, func(context.Context) (bool, error) { return who.Tap(label) == nil, nil })
}

// arrive posts lead n with a key of its own.
func (s *setBack) arrive(ctx context.Context, want, n int) error {
	a := s.poster.Post(ctx, fmt.Sprintf("lead-%d", n), rig.Phone(n), fmt.Sprintf("Lead %d", n))
	if a.Code != want {
		return fmt.Errorf("lead %d was answered with %d instead of %d", n, a.Code, want)
	}
	if want == http.StatusCreated {
		s.leads = append(s.leads, crm.CustomerID(a.Customer))
	}
	return nil
}

var tokenOfPage = regexp.MustCompile(`name="_token" value="([^"]+)"`)

func between(page string) string {
	if m := tokenOfPage.FindStringSubmatch(page); m != nil {
		return m[1]
	}
	return ""
}

// get opens the form's page.
func (s *setBack) get(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/f/"+s.form.Slug, http.NoBody)
	if err != nil {
		return "", fmt.Errorf("open the form: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("open the form: %w", err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	return string(page), err
}

// submit posts the page that was opened before the clock was set.
func (s *setBack) submit(ctx context.Context) error {
	values := url.Values{"phone": {rig.Phone(5)}, "name": {"Lead 5"}, "_token": {s.page}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/f/"+s.form.Slug, strings.NewReader(values.Encode()))
	if err != nil {
		return fmt.Errorf("submit the form: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("submit the form: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("the page that was open is answered with %d", res.StatusCode)
	}
	return nil
}
