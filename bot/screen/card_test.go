package screen_test

import (
	"strings"
	"testing"

	"cartable/bot/view"
	"cartable/internal/crm"
)

// Managers say which fields of theirs stand first on a card, and which do not; what
// was answered to a question that is asked no more stays legible.
func TestFieldsOnTheCard(t *testing.T) {
	w := newWorld(t, func(s string) string { return s })
	w.dir.Fields[0].Front, w.dir.Fields[2].Hidden = true, true
	s := &w.dir.Statuses[2]
	s.RetiredFields, s.Fields = s.Fields[:1], s.Fields[1:]
	c := crm.Customer{ID: 1, Name: "علی", City: "شیراز", Values: crm.Values{level: "2", newsletter: "yes", remarks: "پنهان"},
		Status: crm.StatusState{Status: contract, Answers: crm.Values{product: "نرم‌افزار", amount: "5000"}}}
	html := view.Plain(w.reader(sara, crm.Persian).Card(crm.Card{Customer: c}).HTML)
	at := -1
	for _, want := range []string{"علی", "کارشناسی ارشد", "شیراز", "عضو خبرنامه", "مبلغ", "نرم‌افزار"} {
		i := strings.Index(html, want)
		if i <= at {
			t.Errorf("%q is missing or in another place:\n%s", want, html)
		}
		at = i
	}
	if strings.Contains(html, "پنهان") {
		t.Errorf("what is hidden is shown:\n%s", html)
	}
}
