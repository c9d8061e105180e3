// Package text is the message catalogue: every word that the bot says, in
// Persian and in English, in one TOML file per area and language
// (card.fa.toml, card.en.toml).
package text

import (
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

//go:embed *.toml
var files embed.FS

// Catalogue holds all messages. It is immutable and safe for concurrent use.
type Catalogue struct {
	printers map[crm.Language]Printer
}

// Load reads the embedded catalogue. The bundle's default language is English:
// with Persian as the default, go-i18n answers a missing key with "".
func Load() (*Catalogue, error) {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	names, err := fs.Glob(files, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("list catalogue: %w", err)
	}
	c := &Catalogue{printers: map[crm.Language]Printer{}}
	for _, lang := range []crm.Language{crm.Persian, crm.English} {
		c.printers[lang] = Printer{lang: lang, localizer: i18n.NewLocalizer(bundle, string(lang)), fixed: map[string]string{}}
	}
	for _, name := range names {
		file, err := bundle.LoadMessageFileFS(files, name)
		if err != nil {
			return nil, fmt.Errorf("load catalogue %s: %w", name, err)
		}
		for _, m := range file.Messages {
			if fixed := c.printers[crm.Language(file.Tag.String())].fixed; !strings.Contains(m.Other, "{{") {
				fixed[m.ID] = m.Other
			}
		}
	}
	return c, nil
}

// Printer returns the catalogue in one language; an unknown language reads Persian.
func (c *Catalogue) Printer(lang crm.Language) Printer {
	if p, ok := c.printers[lang]; ok {
		return p
	}
	return c.printers[crm.Persian]
}

// Printer words messages in one language.
type Printer struct {
	lang      crm.Language
	localizer *i18n.Localizer
	fixed     map[string]string // what takes no values, such as labels: many to a message
}

// Lang is the language of the printer.
func (p Printer) Lang() crm.Language { return p.lang }

// T words a message as plain text: labels, toasts, and what view.Text will
// escape. args are names and values in turn: T("card.taken", "Name", n).
// Integers appear in the language's digits.
func (p Printer) T(id string, args ...any) string {
	if s, ok := p.fixed[id]; ok {
		return s
	}
	return p.localize(id, nil, p.data(args, false))
}

// N is T for a message with plural forms, chosen by count, which is also
// available to the message as Count.
func (p Printer) N(id string, count int, args ...any) string {
	return p.localize(id, count, p.data(append(args, "Count", count), false))
}

// H words a message as markup: the catalogue's own tags stand, values are
// escaped unless they are view.HTML already.
func (p Printer) H(id string, args ...any) view.HTML {
	if s, ok := p.fixed[id]; ok {
		return view.HTML(s)
	}
	return view.HTML(p.localize(id, nil, p.data(args, true)))
}

// HN is H with plural forms, as N.
func (p Printer) HN(id string, count int, args ...any) view.HTML {
	return view.HTML(p.localize(id, count, p.data(append(args, "Count", count), true)))
}

// Num is n in the language's digits.
func (p Printer) Num(n int) string {
	if p.lang == crm.Persian {
		return persian.Digits(strconv.Itoa(n))
	}
	return strconv.Itoa(n)
}

func (p Printer) localize(id string, count any, data map[string]any) string {
	cfg := &i18n.LocalizeConfig{MessageID: id, TemplateData: data, PluralCount: count}
	s, err := p.localizer.Localize(cfg)
	if err != nil {
		// The completeness test renders every key in both languages, so this is a
		// key that no test knows: its name is the most useful thing to show.
		return id
	}
	return s
}

func (p Printer) data(args []any, markup bool) map[string]any {
	data := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		name, _ := args[i].(string)
		data[name] = p.value(args[i+1], markup)
	}
	return data
}

func (p Printer) value(v any, markup bool) any {
	switch v := v.(type) {
	case view.HTML:
		return string(v)
	case int:
		return p.Num(v)
	case string:
		if markup {
			return string(view.Text(v))
		}
		return v
	default:
		s := fmt.Sprint(v)
		if markup {
			return string(view.Text(s))
		}
		return s
	}
}
