package form_test

import (
	"slices"
	"strings"
	"testing"

	"cartable/bot/form"
	"cartable/internal/crm"
)

// A status proposes the reminders that managers gave it, in their words, and the
// built-in ones where none of those is ahead.
func TestOffersOfAStatus(t *testing.T) {
	s := meeting()
	s.Offers = []crm.Offer{{Kind: crm.OfferBefore, Minutes: 20}, {Kind: crm.OfferBefore, Minutes: 120}, {Kind: crm.OfferBefore, Minutes: 2 * 24 * 60},
		{Kind: crm.OfferEvening}, {Kind: crm.OfferMinutes, Minutes: 30}, {Kind: crm.OfferDays, Days: 2, At: "10:00"}}
	colleague := []form.Option{{Value: "1", Label: "امید"}}
	offered := func(lang crm.Language, date string) string {
		e := env(t, lang)
		p := openForm(e, t, form.FromStatus(s, colleague, colleague, e), form.Draft{
			Answers: form.Answers{"fb": crm.Value(date), "fc": "10:30", form.NextID: "1"}})
		p.at(form.ReminderID)
		return strings.Join(slices.Concat(p.labels()...), " | ")
	}
	for _, tt := range []struct {
		lang crm.Language
		want []string
	}{
		{crm.Persian, []string{"۲۰ دقیقه قبل", "۲ ساعت قبل", "۲ روز قبل", "عصر روز قبل", "۳۰ دقیقه دیگر", "۲ روز دیگر"}},
		{crm.English, []string{"20 minutes before", "2 hours before", "2 days before", "The evening before", "In 30 minutes", "In 2 days"}},
	} {
		got := offered(tt.lang, "2026-11-28")
		for _, want := range tt.want {
			if !strings.Contains(got, want) {
				t.Errorf("%q is not offered: %s", want, got)
			}
		}
	}
	s.Offers = []crm.Offer{{Kind: crm.OfferBefore, Minutes: 7 * 24 * 60}}
	if got := offered(crm.Persian, "2026-11-24"); !strings.Contains(got, "یک ساعت قبل") {
		t.Errorf("nothing is offered: %s", got)
	}
}
