package bot

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// pasted reads a pasted list and asks whether to take it in. The lines wait in
// Redis for the answer.
func (r *request) pasted(ctx context.Context, typed string) error {
	lines := strings.Split(typed, "\n")
	p := readList(lines)
	if len(p.Entries) == 0 {
		return &crm.Error{Code: crm.Invalid, Key: crm.KeyNoPhone}
	}
	id := r.draftID()
	if err := r.Drafts.SaveList(ctx, id, lines); err != nil {
		return err
	}
	_, err := r.send(ctx, r.reader().ConfirmList(p, id))
	return err
}

// readList reads one customer a line: a number and a name, in any order. A line of
// several numbers is several customers.
func readList(lines []string) screen.Pasted {
	var out screen.Pasted
	seen := map[persian.Phone]bool{}
	for _, l := range lines {
		if strings.TrimSpace(persian.Clean(l)) == "" {
			continue
		}
		entries := readLine(l)
		if len(entries) == 0 {
			out.Unreadable = append(out.Unreadable, l)
		}
		for _, e := range entries {
			if seen[e.Phone] {
				out.Repeated++
				continue
			}
			seen[e.Phone] = true
			out.Entries = append(out.Entries, e)
		}
	}
	return out
}

// readLine reads the customers of one line. Of several, each has the name on its
// own side: the side on which the first one's stands.
func readLine(l string) []crm.ListEntry {
	found := persian.FindPhones(l)
	if len(found) == 1 {
		return []crm.ListEntry{{Phone: found[0].Phone, Name: nameBeside(l, found[0])}}
	}
	var out []crm.ListEntry
	before := len(found) > 0 && tidyName(l[:found[0].Start]) != ""
	for i, f := range found {
		from, to := f.End, len(l)
		if i+1 < len(found) {
			to = found[i+1].Start
		}
		if before {
			from, to = 0, f.Start
			if i > 0 {
				from = found[i-1].End
			}
		}
		e := crm.ListEntry{Phone: f.Phone, Name: tidyName(l[from:to])}
		if e.Name == "" && i > 0 {
			e.Name = out[i-1].Name // two numbers in a row are one person's
		}
		out = append(out, e)
	}
	return out
}

// listMark is the number of a line in a list: "12." or "۳)".
var listMark = regexp.MustCompile(`^[0-9۰-۹]{1,4}\s*[.)\-:]\s*`)

// nameBeside is what stands in a line beside the number: the name, without
// separators, list marks and the words that label it.
func nameBeside(l string, found persian.FoundPhone) string {
	return tidyName(l[:found.Start] + " " + l[found.End:])
}

func tidyName(s string) string {
	const separators = " \t-–—:;,،؛.|/\\()[]*•+\"'"
	rest := strings.Trim(persian.Clean(s), separators)
	rest = strings.Trim(listMark.ReplaceAllString(rest, ""), separators)
	if len([]rune(rest)) > crm.MaxName {
		rest = string([]rune(rest)[:crm.MaxName])
	}
	return rest
}

// importList takes a list in that was confirmed.
func (r *request) importList(ctx context.Context, draft string) error {
	lines, err := r.Drafts.LoadList(ctx, draft)
	if err != nil {
		return r.listGone(ctx, err)
	}
	p := readList(lines)
	cmd := crm.Command{Actor: r.staff.ID, Key: "list:" + draft}
	res, err := r.Domain.ImportList(ctx, cmd, r.manualSource(), p.Entries)
	if err != nil {
		return err
	}
	_, err = r.show(ctx, r.up.Message, r.reader().ListReport(res, p))
	return err
}

func (r *request) listGone(ctx context.Context, err error) error {
	if errors.Is(err, ErrDraftGone) {
		_, err = r.show(ctx, r.up.Message, view.Message{HTML: r.p.H("list.lost")})
	}
	return err
}

// manualSource is the source of what staff enter.
func (r *request) manualSource() crm.SourceID {
	for id, s := range r.dir.Sources {
		if s.Kind == crm.SourceManual {
			return id
		}
	}
	return 0
}

// share asks among whom a batch is shared out; everyone but the actor to begin with.
func (r *request) share(ctx context.Context, batch crm.BatchID, chosen screen.Chosen, message int) error {
	waiting, err := r.Domain.BatchWaiting(ctx, batch)
	if err != nil {
		return err
	}
	if waiting == 0 {
		return &crm.Error{Code: crm.Gone, Key: crm.KeyNoLead}
	}
	_, err = r.show(ctx, message, r.reader().Share(batch, waiting, chosen))
	return err
}

// everyoneElse are the active colleagues who follow customers up.
func (r *request) everyoneElse() screen.Chosen {
	var c screen.Chosen
	for _, s := range r.dir.ActiveStaff() {
		if s.Role == crm.Agent && !s.Unreachable {
			c = c.Toggle(s.ID)
		}
	}
	return c
}

// shareNow shares a batch out, or offers it to everyone.
func (r *request) shareNow(ctx context.Context, batch crm.BatchID, value string) (string, error) {
	if value == "offer" {
		n, err := r.Domain.Offer(ctx, r.command(), batch)
		if err != nil {
			return "", err
		}
		return r.p.N("list.offered", n), nil
	}
	shares, err := r.Domain.ShareOut(ctx, r.command(), batch, screen.Chosen(value).IDs())
	if err != nil {
		return "", err
	}
	_, err = r.show(ctx, r.up.Message, r.reader().Shared(shares))
	return "", err
}
