package crmtest

import (
	"maps"
	"slices"

	"cartable/internal/crm"

	"pgregory.net/rapid"
)

// Edit is what a manager does to a draft.
type Edit func(*crm.Config) error

// DrawEdit draws an edit of any kind. Some are refused, for they are about what is not
// there, or leave what cannot be.
func DrawEdit(t *rapid.T) Edit { return draw(t, allEdits) }

// DrawFormEdit draws an edit that changes what agents are asked when they set a status.
func DrawFormEdit(t *rapid.T) Edit { return draw(t, formEdits) }

func draw(t *rapid.T, names []string) Edit {
	name := rapid.SampledFrom(names).Draw(t, "edit")
	return func(c *crm.Config) error { return edits[name](dice{t, c}) }
}

func title(s string) crm.Title { return crm.Title{Text: s} }

// dice draws parts of a configuration, now and then what is not there.
type dice struct {
	t *rapid.T
	c *crm.Config
}

func (d dice) title() crm.Title {
	return title(rapid.SampledFrom([]string{"پرسش الف", "پرسش ب", "پرسش پ", "پرسش ت", "پرسش ث", "پرسش ج", "پرسش چ",
		"پرسش ح", "پرسش خ", "پرسش د", "پرسش ذ", "پرسش ر", "", "جلسه"}).Draw(d.t, "title"))
}

func (d dice) status() crm.StatusID {
	ids := []crm.StatusID{-9}
	for _, s := range d.c.Statuses {
		ids = append(ids, s.ID)
	}
	return rapid.SampledFrom(ids).Draw(d.t, "status")
}

func (d dice) field() crm.FieldID {
	ids := []crm.FieldID{-99}
	for _, f := range d.c.Fields {
		ids = append(ids, f.ID)
	}
	for _, s := range d.c.Statuses {
		for _, f := range slices.Concat(s.Fields, s.RetiredFields) {
			ids = append(ids, f.ID)
		}
	}
	return rapid.SampledFrom(ids).Draw(d.t, "field")
}

func (d dice) choice() crm.ChoiceID {
	return crm.ChoiceID(rapid.IntRange(1, 5).Draw(d.t, "choice"))
}

func (d dice) way() crm.Direction {
	return rapid.SampledFrom([]crm.Direction{crm.Up, crm.Down}).Draw(d.t, "way")
}

func (d dice) yes() bool { return rapid.Bool().Draw(d.t, "yes") }

var edits = map[string]func(d dice) error{
	"add status":    func(d dice) error { _, err := d.c.AddStatus(d.title(), "🙂"); return err },
	"rename status": func(d dice) error { return d.c.RenameStatus(d.status(), d.title()) },
	"emoji":         func(d dice) error { return d.c.SetEmoji(d.status(), d.title().Text) },
	"cartable": func(d dice) error {
		return d.c.SetCartable(d.status(), rapid.SampledFrom([]crm.CartableRule{crm.CartableNext, crm.CartableStay, crm.CartableNone}).Draw(d.t, "rule"))
	},
	"next": func(d dice) error {
		return d.c.SetNext(d.status(), rapid.SampledFrom([]crm.NextRule{{Mode: crm.NextAnyone}, {Mode: crm.NextLast},
			{Mode: crm.NextRole, Role: crm.Agent}, {Mode: crm.NextPeople, People: []crm.StaffID{1, 2}}}).Draw(d.t, "rule"))
	},
	"offers": func(d dice) error {
		return d.c.SetOffers(d.status(), []crm.Offer{{Kind: rapid.SampledFrom([]crm.OfferKind{crm.OfferEvening, crm.OfferBefore}).Draw(d.t, "offer")}})
	},
	"reminder": func(d dice) error {
		return d.c.SetReminder(d.status(), rapid.SampledFrom([]crm.ReminderRule{crm.ReminderNo, crm.ReminderYes}).Draw(d.t, "rule"))
	},
	"after":          func(d dice) error { return d.c.SetAfter(d.status(), []crm.StatusID{d.status()}) },
	"after all":      func(d dice) error { return d.c.SetAfter(d.status(), nil) },
	"move status":    func(d dice) error { return d.c.MoveStatus(d.status(), d.way()) },
	"retire status":  func(d dice) error { return d.c.RetireStatus(d.status()) },
	"restore status": func(d dice) error { return d.c.RestoreStatus(d.status()) },
	"add field": func(d dice) error {
		of := d.status() * crm.StatusID(rapid.IntRange(0, 1).Draw(d.t, "of a status"))
		id, err := d.c.AddField(of, d.title(), rapid.SampledFrom(crm.FieldTypes()).Draw(d.t, "type"))
		if f, _ := d.c.Field(id); err == nil && (f.Type == crm.Choice || f.Type == crm.Choices) {
			_, err = d.c.AddChoice(id, title("یک"))
		}
		return err
	},
	"rename field":   func(d dice) error { return d.c.RenameField(d.field(), d.title()) },
	"help":           func(d dice) error { return d.c.SetHelp(d.field(), d.title()) },
	"required":       func(d dice) error { return d.c.SetRequired(d.field(), d.yes()) },
	"move field":     func(d dice) error { return d.c.MoveField(d.field(), d.way()) },
	"retire field":   func(d dice) error { return d.c.RetireField(d.field()) },
	"restore field":  func(d dice) error { return d.c.RestoreField(d.field()) },
	"card":           func(d dice) error { return d.c.SetHidden(d.field(), d.yes()) },
	"appointment":    func(d dice) error { return d.c.SetAppointment(d.status(), d.field(), d.field()) },
	"weekday":        func(d dice) error { return d.c.LinkWeekday(d.field(), d.field()) },
	"add choice":     func(d dice) error { _, err := d.c.AddChoice(d.field(), d.title()); return err },
	"rename choice":  func(d dice) error { return d.c.RenameChoice(d.field(), d.choice(), d.title()) },
	"retire choice":  func(d dice) error { return d.c.RetireChoice(d.field(), d.choice()) },
	"restore choice": func(d dice) error { return d.c.RestoreChoice(d.field(), d.choice()) },
	"move choice":    func(d dice) error { return d.c.MoveChoice(d.field(), d.choice(), d.way()) },
	"form": func(d dice) error {
		f, _ := d.c.Field(d.field())
		return d.c.SetForm(2, crm.HostedForm{Questions: []crm.FormQuestion{{Key: f.Key}}})
	},
	"routing": func(d dice) error {
		return d.c.SetRouting(2, crm.Routing{Mode: crm.RouteTurn, AgainAfter: rapid.IntRange(0, 3).Draw(d.t, "minutes")})
	},
	"name":    func(d dice) error { return d.c.SetBusinessName(d.title().Text) },
	"see all": func(d dice) error { return d.c.SetAgentsSeeAll(d.yes()) },
}

// formEdits has the ones twice that the forms of agents see most of in a day.
var formEdits = []string{"rename field", "move field", "retire field", "add field", "rename field", "move field", "retire field", "add field",
	"restore field", "required", "help", "add choice", "rename choice", "retire choice", "restore choice", "move choice", "weekday", "appointment",
	"rename status", "emoji", "cartable", "next", "reminder", "offers", "move status", "retire status", "restore status", "after", "after all"}

var allEdits = slices.Sorted(maps.Keys(edits))
