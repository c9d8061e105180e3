package form

import (
	"errors"
	"net/mail"
	"net/url"
	"strings"
	"unicode/utf8"

	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

const maxAddress = 500 // characters of an e-mail address or a link

// phoneKind is a telephone number.
type phoneKind struct{ typed }

func (phoneKind) hint(a asking) view.HTML { return a.h("form.hint_phone") }

func (phoneKind) read(a asking, text string) reply {
	p, err := persian.ParsePhone(text)
	switch {
	case errors.Is(err, persian.ErrManyPhones):
		return reply{problem: a.h("form.many_phones")}
	case err != nil:
		return reply{problem: a.h("form.unclear_phone")}
	}
	return reply{value: crm.Value(p)}
}

func (phoneKind) check(a asking, v crm.Value) view.HTML {
	if p, err := persian.ParsePhone(string(v)); err != nil || string(p) != string(v) {
		return a.h("form.unclear_phone")
	}
	return ""
}

func (phoneKind) format(_ asking, v crm.Value) view.HTML {
	return view.Code(persian.Phone(v).Local())
}

// emailKind is an e-mail address.
type emailKind struct{ typed }

func (emailKind) hint(a asking) view.HTML { return a.h("form.hint_email") }

func (k emailKind) read(a asking, text string) reply {
	address := strings.TrimPrefix(compact(text), "mailto:")
	if at := strings.LastIndexByte(address, '@'); at >= 0 {
		address = address[:at] + strings.ToLower(address[at:])
	}
	v := crm.Value(address)
	return reply{value: v, problem: k.check(a, v)}
}

func (emailKind) check(a asking, v crm.Value) view.HTML {
	s := string(v)
	parsed, err := mail.ParseAddress(s)
	_, domain, _ := strings.Cut(s, "@")
	if err != nil || parsed.Address != s || !strings.Contains(strings.Trim(domain, "."), ".") ||
		utf8.RuneCountInString(s) > maxAddress || compact(s) != s {
		return a.h("form.unclear_email")
	}
	return ""
}

func (emailKind) format(_ asking, v crm.Value) view.HTML {
	return view.Isolate(view.Text(string(v)))
}

// linkKind is an absolute http or https address; the scheme may be left out.
type linkKind struct{ typed }

func (linkKind) hint(a asking) view.HTML { return a.h("form.hint_link") }

func (k linkKind) read(a asking, text string) reply {
	address := compact(text)
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	v := crm.Value(address)
	return reply{value: v, problem: k.check(a, v)}
}

func (linkKind) check(a asking, v crm.Value) view.HTML {
	u, err := url.Parse(string(v))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") ||
		!strings.Contains(strings.Trim(u.Hostname(), "."), ".") || strings.ContainsAny(string(v), " <>\"") ||
		utf8.RuneCountInString(string(v)) > maxAddress || compact(string(v)) != string(v) {
		return a.h("form.unclear_link")
	}
	return ""
}

func (linkKind) format(_ asking, v crm.Value) view.HTML {
	return view.Isolate(view.Text(string(v)))
}

// compact is a typed address without the marks that copying adds.
func compact(s string) string { return persian.Clean(s) }
