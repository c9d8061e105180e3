package crm

import (
	"slices"
	"strconv"
	"strings"
)

// FieldType is the kind of answer that a field takes.
type FieldType string

// The kinds of field. The canonical form of a Value of each kind is given
// behind it.
const (
	Text     FieldType = "text"      // one line
	LongText FieldType = "long_text" // several lines
	Number   FieldType = "number"    // decimal: "12", "-3.5"
	Money    FieldType = "money"     // whole Toman: "1200000"
	YesNo    FieldType = "yes_no"    // "yes", "no"
	Choice   FieldType = "choice"    // a ChoiceID: "3"
	Choices  FieldType = "choices"   // ChoiceIDs in the order of the definition: "1,3"
	Date     FieldType = "date"      // Gregorian civil date: "2026-11-23"
	Time     FieldType = "time"      // wall clock of the business: "15:04"
	DateTime FieldType = "date_time" // instant, RFC 3339 in UTC: "2026-11-23T06:30:00Z"
	Weekday  FieldType = "weekday"   // time.Weekday: "0" is Sunday … "6" is Saturday
	Phone    FieldType = "phone"     // E.164
	Email    FieldType = "email"     // address
	Link     FieldType = "link"      // absolute http(s) URL
	Staffer  FieldType = "staff"     // a StaffID: "7"
	File     FieldType = "file"      // "<telegram file ID>|<file name>"
)

// FieldTypes lists every kind, in the order in which they are offered.
func FieldTypes() []FieldType {
	return []FieldType{Text, LongText, Number, Money, YesNo, Choice, Choices, Date, Time,
		DateTime, Weekday, Phone, Email, Link, Staffer, File}
}

// Value is an answer in its type's canonical form; "" is no answer. Two equal
// answers are equal strings.
type Value string

// Values are answers or customer values by field.
type Values map[FieldID]Value

// Field is a question: of a status, asked when it is set, or a column of the
// customer record. Its type never changes.
type Field struct {
	ID       FieldID        `json:"id"`
	Status   StatusID       `json:"status,omitempty"` // 0 for a customer field
	Key      string         `json:"key"`              // stable name used by forms and the API: "level"; unique among customer fields
	Title    Title          `json:"title"`
	Help     Title          `json:"help,omitzero"`
	Type     FieldType      `json:"type"`
	Required bool           `json:"required,omitempty"`
	Choices  []ChoiceOption `json:"choices,omitempty"`  // for Choice and Choices
	Derived  FieldID        `json:"derived,omitempty"`  // a Weekday that follows this Date field: shown, never asked; 0 for none
	Hidden   bool           `json:"hidden,omitempty"`   // of the customer: not on the card
	Front    bool           `json:"front,omitempty"`    // of the customer: on the card's first lines
	Position int            `json:"position,omitempty"` // its place as it is stored; lists are in order without it
	Retired  bool           `json:"retired,omitempty"`
}

// ChoiceOption is one possible answer. Its ID is stable: renaming it renames
// what history shows, not what it means.
type ChoiceOption struct {
	ID      ChoiceID `json:"id"`
	Title   Title    `json:"title"`
	Retired bool     `json:"retired,omitempty"`
}

// Option returns the choice with this ID.
func (f Field) Option(id ChoiceID) (ChoiceOption, bool) {
	i := slices.IndexFunc(f.Choices, func(c ChoiceOption) bool { return c.ID == id })
	if i < 0 {
		return ChoiceOption{}, false
	}
	return f.Choices[i], true
}

// ChoiceIDs reads the value of a Choice or Choices field.
func (v Value) ChoiceIDs() []ChoiceID {
	if v == "" {
		return nil
	}
	parts := strings.Split(string(v), ",")
	ids := make([]ChoiceID, 0, len(parts))
	for _, p := range parts {
		if n, err := strconv.ParseInt(p, 10, 64); err == nil {
			ids = append(ids, ChoiceID(n))
		}
	}
	return ids
}

// ChoiceValue is the value of a Choices field; ids in the order of the definition.
func ChoiceValue(ids ...ChoiceID) Value {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = strconv.FormatInt(int64(id), 10)
	}
	return Value(strings.Join(parts, ","))
}

// StaffID reads the value of a Staffer field; 0 for none.
func (v Value) StaffID() StaffID {
	n, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil {
		return 0
	}
	return StaffID(n)
}

// Title is a name that managers give, in the business's language, with an
// English form for readers of English where there is one.
type Title struct {
	Text    string `json:"text"`
	English string `json:"en,omitempty"`
}

// In returns the title for a reader of lang.
func (t Title) In(lang Language) string {
	if lang == English && t.English != "" {
		return t.English
	}
	return t.Text
}

// Language is a language that people read: Persian or English.
type Language string

// The languages of the program.
const (
	Persian Language = "fa"
	English Language = "en"
)
