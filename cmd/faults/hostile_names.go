package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jonboulle/clockwork"
	"golang.org/x/sync/errgroup"

	"cartable/bot/screen"
	"cartable/bot/text"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/rig"
	"cartable/internal/telegram"
	"cartable/internal/tgsim"
)

// hostileNames has customers come whose names are made to break something.
func hostileNames() experiment {
	return experiment{
		number: 18, fault: "100,000 hostile names over the API",
		holds: "each is stored as it reads or refused with the reason; every card shows it whole, and a strict Telegram takes it",
		run: func(ctx context.Context, b *breaker) (figures string, err error) {
			office, err := b.NewOffice(ctx, "names", 2, tgsim.Options{Limits: tgsim.Limits{Off: true}})
			if err != nil {
				return "", err
			}
			defer func() { err = errors.Join(err, office.Close()) }()
			program, err := office.NewProgram(rig.Settings{"SEND_RATE": "0", "INTAKE_RATE": "100000"})
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
			h := &hostile{Office: office, names: namesToSend(b.times(100_000, 1500))}
			h.poster = rig.NewPoster(program, office.Source.Key, nameSenders)
			defer h.poster.Close()
			err = h.course(ctx, b.times(1000, 60))
			return h.figures(), err
		},
	}
}

const nameSenders = 8

// hostile sends names, and looks for them on cards.
type hostile struct {
	*rig.Office

	poster    *rig.Poster
	names     []name
	announced int // by the program itself, to two people each
	stored    atomic.Int64
	refused   atomic.Int64
	rendered  atomic.Int64 // cards that Telegram took, in either language
}

func (h *hostile) figures() string {
	return fmt.Sprintf("%d names: %d stored, %d refused with the reason; %d announced by the program to two people, %d cards in two languages rendered from the database and taken",
		len(h.names), h.stored.Load(), h.refused.Load(), h.announced, h.rendered.Load())
}

// name is one as it is sent.
type name struct {
	json   string // the literal, whatever it is
	want   string // how it must be stored
	reason string // or why it must be refused
}

func namesToSend(count int) []name {
	draw := rand.New(rand.NewPCG(18, 100_000)) //nolint:gosec // the same names each time
	out := make([]name, count)
	for i := range out {
		out[i] = hostileName(draw)
	}
	return out
}

// hostileParts are what names are made of.
var hostileParts = []string{
	"<b>", "</b>", "<i", "</code></pre>", "<script>alert(1)</script>", "<a href=\"tg://user?id=1\">", "<tg-spoiler>", "<!--", "]]>", "<b/>",
	"&", "&amp;", "&lt;", "&#0;", "&#x110000;", "&#55296;", "&nbsp;", "&#x202e;", "*_`[]()~>#+-=|{}.!", "__x__", "```",
	"\u202e", "\u202a", "\u2066", "\u2069", "\u200f", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u0640", "\u061c",
	"👨‍👩‍👧‍👦", "🏳️‍🌈", "🇮🇷", "👍🏽", "☎️", "\u20e3", "\U000e0067\U000e0062", "𝓐𝓁𝒾", "ﷺ", "ﻋﻠﻲ", "كريم", "علي\u064b\u064c\u064d", "مریم", "Ali",
	"e" + strings.Repeat("\u0301", 40), "'; DROP TABLE customers; --", "\" OR 1=1 --", "\\'; --", "%", "%s%d%n", "${jndi:ldap://x}", "{{.Name}}", "{{template \"x\"}}",
	"$1", "\\u0000", "\\", "/start", "@admin", "#tag", "https://example.com/?a=1&b=<", "tg://resolve?domain=x", "09121234567", "۰۹۱۲", "1e309", "null", "true",
	"\n", "\r\n", "\t", "\v", "\u2028", "\u2029", "\u0085", "\u0001", "\u001b[31m", "\u007f", "\ufffd", "\ufffe", "\U0010ffff", "\ue000", " ", "\u00a0", "\u3000", ".", ",",
}

// hostileName is one of one to six parts; now and then it is very long, holds a NUL, bytes
// that are no UTF-8, or half of a surrogate pair.
func hostileName(draw *rand.Rand) name {
	var b strings.Builder
	for range 1 + draw.IntN(6) {
		b.WriteString(hostileParts[draw.IntN(len(hostileParts))])
		if draw.IntN(3) == 0 {
			b.WriteString(" ")
		}
	}
	text := b.String()
	if draw.IntN(20) == 0 {
		text = strings.Repeat(text, 1+draw.IntN(60))
	}
	literal, _ := json.Marshal(text) // a string is always encoded
	open := string(literal[:len(literal)-1])
	switch draw.IntN(40) {
	case 0:
		return name{json: open + "\\u0000x\"", reason: "bad_text"}
	case 1:
		return name{json: open + "\xff\xfe\"", reason: "bad_text"}
	case 2:
		return name{json: open + "\xed\xa0\x80\"", reason: "bad_text"} // a surrogate in UTF-8's form
	case 3:
		return expected(open+"\\ud83d x\"", text+"\ufffd x")
	}
	return expected(string(literal), text)
}

// expected says what becomes of a name that is text.
func expected(literal, text string) name {
	clean := persian.Clean(text)
	if len([]rune(clean)) > crm.MaxName {
		return name{json: literal, reason: "too_long"}
	}
	return name{json: literal, want: clean}
}

// course announces the first names and has the others wait in silence, which is quicker.
func (h *hostile) course(ctx context.Context, announced int) error {
	if err := h.Domain.SetLanguage(ctx, h.Command(h.Agents[1]), crm.Persian); err != nil {
		return err
	}
	if err := h.announce(ctx, announced); err != nil {
		return err
	}
	_, err := h.Domain.EditConfig(ctx, h.Command(h.Owner), func(c *crm.Config) (int64, error) {
		return 0, c.SetRouting(h.Source.ID, crm.Routing{Mode: crm.RoutePool})
	})
	if err != nil {
		return err
	}
	if _, err := h.Domain.PublishDraft(ctx, h.Command(h.Owner)); err != nil {
		return err
	}
	if err := h.sendRest(ctx, announced); err != nil {
		return err
	}
	if err := h.compare(ctx); err != nil {
		return err
	}
	return h.render(ctx)
}

// send posts name n, and checks the answer.
func (h *hostile) send(ctx context.Context, n int) error {
	sent := h.names[n]
	a := h.poster.PostBody(ctx, "", fmt.Sprintf(`{"phone": %q, "name": %s}`, rig.Phone(n), sent.json))
	switch {
	case sent.reason != "" && a.Code == http.StatusBadRequest && strings.Contains(a.Refusal, `"reason":"`+sent.reason+`"`):
		h.refused.Add(1)
		return nil
	case sent.reason == "" && a.Code == http.StatusCreated:
		h.stored.Add(1)
		return nil
	}
	return fmt.Errorf("name %d, %q (%q), is answered with %d %s", n, sent.json, sent.reason, a.Code, a.Refusal)
}

// announce sends the first names, and looks for each on the cards of both agents.
func (h *hostile) announce(ctx context.Context, names int) error {
	const patience = 30 * time.Second
	for n := range names {
		if err := h.send(ctx, n); err != nil {
			return err
		}
		if n%3 == 2 { // more at once would be one message that sums them up
			if err := h.Settled(ctx, patience); err != nil {
				return err
			}
		}
	}
	if err := h.Settled(ctx, patience); err != nil {
		return err
	}
	for _, agent := range h.Agents {
		shown := map[string]tgsim.Message{} // by the number that can be copied
		for _, m := range agent.Person.Messages() {
			for _, row := range m.Rows() {
				for _, b := range row {
					if b.CopyText != nil {
						shown[b.CopyText.Text] = m
					}
				}
			}
		}
		for n, sent := range h.names[:names] {
			if sent.reason == "" && !strings.Contains(shown[rig.Phone(n)].Plain(), sent.want) {
				return fmt.Errorf("the card of name %d, %q, shows %q", n, sent.want, shown[rig.Phone(n)].Plain())
			}
		}
	}
	h.announced = int(h.stored.Load())
	return h.objections(h.Sim)
}

// sendRest sends the other names, several at a time.
func (h *hostile) sendRest(ctx context.Context, from int) error {
	var next atomic.Int64
	next.Store(int64(from))
	g, ctx := errgroup.WithContext(ctx)
	for range nameSenders {
		g.Go(func() error {
			for n := int(next.Add(1)) - 1; n < len(h.names); n = int(next.Add(1)) - 1 {
				if err := h.send(ctx, n); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// compare holds what is stored against what was sent.
func (h *hostile) compare(ctx context.Context) error {
	rows, err := h.Pool.Query(ctx, `SELECT p.phone, c.name FROM phones p JOIN customers c ON c.id = p.customer_id`)
	if err != nil {
		return fmt.Errorf("read the names: %w", err)
	}
	defer rows.Close()
	stored := make(map[string]string, len(h.names))
	for rows.Next() {
		var phone, stands string
		if err := rows.Scan(&phone, &stands); err != nil {
			return fmt.Errorf("read the names: %w", err)
		}
		stored[phone] = stands
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the names: %w", err)
	}
	for n, sent := range h.names {
		stands, there := stored["+98"+rig.Phone(n)[1:]]
		if there != (sent.reason == "") || stands != sent.want {
			return fmt.Errorf("name %d, %q, is stored as %q (%t)", n, sent.want, stands, there)
		}
	}
	return nil
}

// render has every customer's card made from the database as the program makes it, in both
// languages in turn, and sent to a strict Telegram.
func (h *hostile) render(ctx context.Context) error {
	const chunk = 5000 // messages that one simulator remembers
	ids, err := h.ids(ctx)
	if err != nil {
		return err
	}
	for first := 0; first < len(ids); first += chunk {
		if err := h.renderSome(ctx, ids[first:min(first+chunk, len(ids))]); err != nil {
			return err
		}
	}
	return nil
}

func (h *hostile) ids(ctx context.Context) (ids []crm.CustomerID, err error) {
	err = h.Pool.QueryRow(ctx, `SELECT array_agg(id ORDER BY id) FROM customers`).Scan(&ids)
	if err != nil {
		return nil, fmt.Errorf("list the customers: %w", err)
	}
	return ids, nil
}

func (h *hostile) renderSome(ctx context.Context, ids []crm.CustomerID) (err error) {
	clock := clockwork.NewRealClock()
	sim := tgsim.New(tgsim.Options{Clock: clock, Limits: tgsim.Limits{Off: true}})
	if err := sim.Start("127.0.0.1:0"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sim.Close()) }()
	client, err := telegram.New(telegram.Config{Token: sim.Token(), API: sim.URL(), Clock: clock, Limits: telegram.NoLimits(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer client.Close()
	catalogue, err := text.Load()
	if err != nil {
		return err
	}
	dir, err := h.Domain.Directory(ctx)
	if err != nil {
		return err
	}
	chat := sim.Person(tgsim.Profile{FirstName: "Reader"})
	chat.Began()
	g, ctx := errgroup.WithContext(ctx)
	const workers = 4
	g.SetLimit(workers)
	names := make([]string, len(ids))
	messages := make([]int, len(ids))
	for i, id := range ids {
		g.Go(func() (err error) {
			who := dir.Staff[h.Agents[i%len(h.Agents)].ID]
			c, err := h.Domain.Card(ctx, dir, who, id, screen.CardEvents)
			if err != nil {
				return err
			}
			rd := screen.Reader{Staff: who, Dir: dir, P: catalogue.Printer(who.Language), Now: clock.Now()}
			m := rd.Card(c)
			m.HTML = view.Directed(m.HTML, who.Language == crm.Persian)
			names[i] = rd.Name(c.Customer)
			messages[i], err = client.Send(ctx, telegram.Announce, chat.ID(), m)
			if err != nil {
				return fmt.Errorf("the card of %q: %w", names[i], err)
			}
			h.rendered.Add(1)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return errors.Join(h.shown(chat, names, messages), h.objections(sim))
}

// shown is an error where a card does not show its name whole.
func (h *hostile) shown(chat *tgsim.Person, names []string, messages []int) error {
	texts := map[int]string{}
	for _, m := range chat.Messages() {
		texts[m.ID] = m.Plain()
	}
	for i, id := range messages {
		if !strings.Contains(texts[id], names[i]) {
			return fmt.Errorf("the card of %q shows %q", names[i], texts[id])
		}
	}
	return nil
}

func (h *hostile) objections(sim *tgsim.Server) error {
	if v := sim.Violations(); len(v) > 0 {
		return fmt.Errorf("refused by Telegram %d times, first: %s", len(v), v[0])
	}
	return nil
}
