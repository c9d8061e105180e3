package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

// leaks looks for the bot's token and for every customer's number in all that was logged,
// answered and measured. It comes last: it searches what the other experiments left too.
func leaks() experiment {
	return experiment{
		number: 19, fault: "the token, a password and phone numbers in all of the above, and in errors of every sort at level debug",
		holds: "found 0 times in logs, refusals and metrics",
		run: func(ctx context.Context, b *breaker) (string, error) {
			if err := b.mutter(ctx); err != nil {
				return "", err
			}
			s, err := newSearch(b.Numbers, tgsim.DefaultToken, canaryPassword)
			if err != nil {
				return "", err
			}
			err = s.all(b.Dir)
			figures := fmt.Sprintf("%d forms of secrets, %d customers' numbers and all alike looked for in %d files, %d lines, %.1f MB: found %d times",
				len(s.secrets), len(s.numbers), s.files, s.lines, float64(s.bytes)/1e6, s.found)
			if s.found > 0 {
				err = errors.Join(err, fmt.Errorf("found in %s", strings.Join(s.places, ", ")))
			}
			if s.files == 0 || len(s.numbers) == 0 {
				err = errors.Join(err, errors.New("there was nothing to search"))
			}
			return figures, err
		},
	}
}

const canaryPassword = "canary-Pa55word" //nolint:gosec // of nobody

// mutter has a program log as much as it can of what goes wrong, while it handles numbers.
func (b *breaker) mutter(ctx context.Context) (err error) {
	office, err := b.NewOffice(ctx, "leaks", 2, tgsim.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, office.Close()) }()
	database, err := b.PostgresProxy()
	if err != nil {
		return err
	}
	defer database.Stop()
	redis, err := b.RedisProxy()
	if err != nil {
		return err
	}
	defer redis.Stop()
	address := strings.Replace(database.URL, "@", ":"+canaryPassword+"@", 1)
	program, err := office.NewProgram(rig.Settings{"DATABASE_URL": address, "REDIS_URL": redis.URL, "LOG_LEVEL": "debug"})
	if err != nil {
		return err
	}
	if err := program.Run(ctx, nil); err != nil {
		return err
	}
	defer func() {
		_, stopErr := program.Stop()
		err = errors.Join(err, stopErr)
	}()
	m := &muttering{Office: office, poster: rig.NewPoster(program, office.Source.Key, 2)}
	defer m.poster.Close()
	if err := m.talk(ctx); err != nil {
		return err
	}
	return m.outages(ctx, database, redis)
}

// muttering is a business in which everything is about numbers and much goes wrong.
type muttering struct {
	*rig.Office

	poster *rig.Poster
	sent   int
}

const mutterPatience = 30 * time.Second

// talk sends numbers by every way in: right and wrong, over the API and in the chat.
func (m *muttering) talk(ctx context.Context) error {
	for _, body := range []string{
		`{"phone": "%s", "name": "%[1]s"}`, `{"phone": "%s, 09350000001"}`, `{"phone": "%sx"}`, `{"phone": %s}`, `{"phone": "%s"`,
		`{"phone": "%s", "email": "%[1]s"}`, `{"phone": "%s", "fields": {"%[1]s": "%[1]s"}}`, `{"phone": "%s", "utm": "%[1]s"}`,
		`{"phone": "%s", "city": ["%[1]s"]}`, `{"%s": "%[1]s"}`,
	} {
		m.poster.PostBody(ctx, "key-"+rig.Phone(m.sent), fmt.Sprintf(body, rig.Phone(m.sent)))
		m.sent++
	}
	sara := m.Agents[0].Person
	sara.Type(rig.Phone(0))
	sara.Type(strings.Join([]string{rig.Phone(20), rig.Phone(21), "0912 000 0022", "+98 912 000 0023", "۰۹۱۲۰۰۰۰۰۲۴"}, "\n"))
	sara.SendContact("98912"+rig.Phone(25)[4:], rig.Phone(25))
	sara.Type("/find " + rig.Phone(3))
	sara.Type("/start " + rig.Phone(4))
	if err := sara.TapData(sara.Messages()[0].ID, "1ac......"+rig.Phone(5)); err != nil {
		return err
	}
	m.Sim.Person(tgsim.Profile{FirstName: rig.Phone(6)}).ShareContact()
	return m.handled(ctx)
}

// handled waits for updates alone: what is told waits for people who are asked something.
func (m *muttering) handled(ctx context.Context) error {
	waiting, cancel := context.WithTimeout(ctx, rig.Patience(mutterPatience))
	defer cancel()
	if err := m.Sim.Drained(waiting); err != nil {
		return err
	}
	return rig.Await(ctx, "every update to be handled", mutterPatience, func(ctx context.Context) (bool, error) {
		n, err := m.Count(ctx, `SELECT count(*) FROM updates WHERE state = 'new'`)
		return n == 0, err
	})
}

// outages let Telegram, the database and Redis fail in each of their ways.
func (m *muttering) outages(ctx context.Context, database, redis *rig.Proxy) error {
	// Of polls a few alone: each failure doubles the pause before the next.
	m.Sim.Fault(tgsim.Fault{Method: "getUpdates", Kind: tgsim.Reset})
	m.Sim.Fault(tgsim.Fault{Method: "getUpdates", Kind: tgsim.BadGateway})
	for _, kind := range []tgsim.FaultKind{tgsim.BadGateway, tgsim.InternalError, tgsim.Reset, tgsim.DropAnswer, tgsim.TooMany, tgsim.Forbidden} {
		for _, method := range []string{"sendMessage", "answerCallbackQuery"} {
			m.Sim.Fault(tgsim.Fault{Method: method, Kind: kind})
		}
		m.Agents[1].Person.Type(rig.Phone(m.sent))
		m.post(ctx)
	}
	for _, p := range []*rig.Proxy{redis, database} {
		p.Stop()
		for range 3 {
			m.Agents[0].Person.Type(rig.Phone(m.sent))
			m.post(ctx)
		}
		if err := p.Start(); err != nil {
			return fmt.Errorf("give the connection back: %w", err)
		}
	}
	err := rig.Await(ctx, "inquiries to be taken again", mutterPatience, func(ctx context.Context) (bool, error) {
		return m.post(ctx).Accepted(), nil
	})
	return errors.Join(err, m.handled(ctx))
}

func (m *muttering) post(ctx context.Context) rig.Answer {
	m.sent++
	return m.poster.Post(ctx, "", rig.Phone(m.sent), rig.Phone(m.sent))
}

// search looks for secrets as they are, and for numbers in any of their forms.
type search struct {
	secrets []string
	numbers map[string]bool // the ten digits without the country

	files, lines, found int
	bytes               int64
	places              []string
}

// nationalDigits is how long a number is without its country and zero.
const nationalDigits = 10

// newSearch reads the numbers, one a line in E.164.
func newSearch(numbers, token, password string) (*search, error) {
	s := &search{numbers: map[string]bool{}}
	_, secret, _ := strings.Cut(token, ":")
	for _, text := range []string{token, secret, password} {
		s.secrets = append(s.secrets, text, url.QueryEscape(text), base64.StdEncoding.EncodeToString([]byte(text)), base64.RawURLEncoding.EncodeToString([]byte(text)))
	}
	content, err := os.ReadFile(numbers)
	if err != nil {
		return nil, fmt.Errorf("read the numbers: %w", err)
	}
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimSpace(line); len(line) >= nationalDigits {
			s.numbers[line[len(line)-nationalDigits:]] = true
		}
	}
	return s, nil
}

// all searches the files that programs and servers left in the directory.
func (s *search) all(dir string) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // a server's own file, gone meanwhile
			return nil
		case err != nil:
			return fmt.Errorf("search: %w", err)
		case e.IsDir() && e.Name() == "postgres": // its data
			return filepath.SkipDir
		case !e.Type().IsRegular() || !logged.MatchString(path):
			return nil
		}
		return s.file(path)
	})
}

// logged are the names of logs, of what was refused, and of what was measured.
var logged = regexp.MustCompile(`\.log(\.old|\.refusals|\.metrics)?$`)

func (s *search) file(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	defer file.Close()
	s.files++
	found := s.found
	const longest = 16 << 20
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, longest)
	for lines.Scan() {
		s.lines++
		s.bytes += int64(len(lines.Bytes()))
		s.found += s.in(lines.Text())
	}
	if s.found > found {
		s.places = append(s.places, fmt.Sprintf("%s (%d)", filepath.Base(path), s.found-found))
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("search %s: %w", path, err)
	}
	return nil
}

var (
	asciiDigits = strings.NewReplacer("۰", "0", "۱", "1", "۲", "2", "۳", "3", "۴", "4", "۵", "5", "۶", "6", "۷", "7", "۸", "8", "۹", "9",
		"٠", "0", "١", "1", "٢", "2", "٣", "3", "٤", "4", "٥", "5", "٦", "6", "٧", "7", "٨", "8", "٩", "9")
	digits = regexp.MustCompile(`\d(?:[ ()-]{0,2}\d){9,}`)
	spaces = strings.NewReplacer(" ", "", "(", "", ")", "", "-", "")
	// measured is the fraction of what a line of metrics ends with: its many digits are
	// alike some number sooner or later.
	measured = regexp.MustCompile(`\.\d+(?:e[+-]?\d+)?$`)
)

// isNumber knows the customers' numbers, and those of rig.Phone that were refused or
// are of nobody.
func (s *search) isNumber(digits string) bool {
	return s.numbers[digits] || strings.HasPrefix(digits, rig.Phone(0)[1:5])
}

// in counts what a line holds that it must not.
func (s *search) in(line string) (found int) {
	for _, secret := range s.secrets {
		found += strings.Count(line, secret)
	}
	for _, run := range digits.FindAllString(asciiDigits.Replace(measured.ReplaceAllString(line, "")), -1) {
		run = spaces.Replace(run)
		for i := 0; i+nationalDigits <= len(run); i++ {
			if s.isNumber(run[i : i+nationalDigits]) {
				found++
			}
		}
	}
	return found
}
