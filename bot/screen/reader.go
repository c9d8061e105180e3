// Package screen is what people see: one file per screen, each a pure function
// from records to a message. Nothing here loads, sends or decides.
package screen

import (
	"strconv"
	"time"

	"cartable/bot/callback"
	"cartable/bot/text"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// Reader is whoever a screen is for, with what they may refer to.
type Reader struct {
	Staff crm.Staff
	Dir   crm.Directory
	P     text.Printer
	Now   time.Time // in the business's zone

	tight int // how many characters of each text are shown, where all do not fit; 0 for as many as it likes
	few   int // likewise, how many lines of each list
}

// fit renders what may hold many long texts, with ever less of each, and then of
// each list, until the whole fits a message.
func (r Reader) fit(render func(r Reader) view.HTML) view.HTML {
	html := render(r)
	for _, r.tight = range []int{300, 120, 50, 20} {
		if view.Fits(html, view.MaxText) {
			return html
		}
		html = render(r)
	}
	for _, r.few = range []int{12, 6, 3, 1} {
		if view.Fits(html, view.MaxText) {
			break
		}
		html = render(r)
	}
	return html
}

// atMost is the lines of a list, as many as are shown, and how many more there are.
func (r Reader) atMost(lines []view.HTML) view.HTML {
	if more := len(lines) - r.few; r.few > 0 && more > 0 {
		lines = append(lines[:r.few:r.few], r.P.HN("list.and_more", more))
	}
	return view.Lines(lines...)
}

func (r Reader) clip(s string, limit int) string {
	if r.tight > 0 {
		limit = min(limit, r.tight)
	}
	return view.Clip(s, limit)
}

func (r Reader) lang() string { return string(r.P.Lang()) }

// label is a button's text; keyboard lays rows out in reading order.
func (r Reader) keyboard(rows ...[]view.Button) view.Keyboard {
	k := make(view.Keyboard, 0, len(rows))
	for _, row := range rows {
		if len(row) > 0 {
			k = append(k, row)
		}
	}
	if r.P.Lang() == crm.Persian {
		return k.Mirror()
	}
	return k
}

// shortLabel is how much of a label stands on half the width of a phone.
const shortLabel = 17

// pairs lays buttons out two to a row, and alone whose label is too long for that.
func pairs(buttons []view.Button) [][]view.Button {
	var rows [][]view.Button
	half := false // the last row has room
	for _, b := range buttons {
		short := len([]rune(b.Label)) <= shortLabel
		if short && half {
			rows[len(rows)-1] = append(rows[len(rows)-1], b)
			half = false
			continue
		}
		rows, half = append(rows, []view.Button{b}), short
	}
	return rows
}

func (r Reader) button(key string, ref callback.Ref) view.Button {
	return view.Button{Label: view.Capital(r.P.T(key)), Data: callback.MustEncode(ref)}
}

// line is one fact: an emoji and a label first, so that the line reads in the
// reader's direction whatever the value is.
func (r Reader) line(key string, value view.HTML) view.HTML {
	if value == "" {
		return ""
	}
	return view.Text(r.P.T(key)) + ": " + value
}

// words is a person's text inside a line: isolated, so that a Latin name or a
// link does not turn the line around.
func words(s string) view.HTML {
	if s == "" {
		return ""
	}
	return view.Isolate(view.Text(s))
}

// phone is a number that one tap copies, in ASCII digits without spaces.
func phone(p persian.Phone) view.HTML {
	if p == "" {
		return ""
	}
	return view.Code(p.Local())
}

// Name is a customer's name, or what stands for it while it is not known.
func (r Reader) Name(c crm.Customer) string {
	if c.Name != "" {
		return c.Name
	}
	return r.P.T("customer.nameless")
}

// StaffName is a colleague's name; the reader is "you", the program is itself.
func (r Reader) StaffName(id crm.StaffID) string {
	if id == r.Staff.ID && id != 0 {
		return r.P.T("staff.you")
	}
	return r.Colleague(id)
}

// StaffLabel is StaffName as a button says it.
func (r Reader) StaffLabel(id crm.StaffID) string {
	if id == r.Staff.ID && id != 0 {
		return view.Capital(r.P.T("staff.you"))
	}
	return r.Colleague(id)
}

// Colleague is a member of staff by name, the reader too.
func (r Reader) Colleague(id crm.StaffID) string {
	if s, ok := r.Dir.Staff[id]; ok {
		return view.Clip(s.Name, 40)
	}
	return r.P.T("staff.program")
}

// When is a moment in short words, which a tap on a phone shows in full.
func (r Reader) When(t time.Time) view.HTML {
	if t.IsZero() {
		return ""
	}
	short := persian.FormatShort(t.In(r.Now.Location()), r.Now, r.lang())
	return view.Instant(view.Text(short), t.Unix())
}

// Moment is a moment in full: weekday, date and time.
func (r Reader) Moment(t time.Time) view.HTML {
	return view.Instant(view.Text(persian.FormatDateTime(t.In(r.Now.Location()), r.lang())), t.Unix())
}

// StatusTitle is a status with its emoji.
func (r Reader) StatusTitle(id crm.StatusID) string {
	s, ok := r.Dir.Status(id)
	if !ok {
		return r.P.T("status.none")
	}
	if s.Emoji == "" {
		return s.Title.In(r.P.Lang())
	}
	return s.Emoji + " " + s.Title.In(r.P.Lang())
}

// SourceTitle is a source by name.
func (r Reader) SourceTitle(id crm.SourceID) string { return r.Dir.Sources[id].Title.In(r.P.Lang()) }

// Value words a value of a field.
func (r Reader) Value(f crm.Field, v crm.Value) view.HTML {
	switch f.Type {
	case crm.Number:
		return view.Isolate(view.Text(r.digits(string(v))))
	case crm.Money:
		n, _ := strconv.ParseInt(string(v), 10, 64)
		return view.Text(persian.FormatMoney(n, r.lang()))
	case crm.YesNo:
		return view.Text(r.P.T("value." + string(v)))
	case crm.Choice, crm.Choices:
		return view.Text(r.choices(f, v))
	case crm.Date:
		if day, err := persian.ParseCivil(string(v)); err == nil {
			return view.Text(persian.FormatDate(day, r.lang()))
		}
	case crm.Time:
		if at, err := time.Parse("15:04", string(v)); err == nil {
			return view.Text(persian.FormatTime(at.Hour(), at.Minute(), r.lang()))
		}
	case crm.DateTime:
		if at, err := time.Parse(time.RFC3339, string(v)); err == nil {
			return r.Moment(at)
		}
	case crm.Weekday:
		if n, err := strconv.Atoi(string(v)); err == nil {
			return view.Text(persian.WeekdayName(time.Weekday(n), r.lang()))
		}
	case crm.Phone:
		return phone(persian.Phone(v))
	case crm.Staffer:
		return words(r.Colleague(v.StaffID()))
	case crm.File:
		return words(fileName(v))
	}
	return words(r.clip(string(v), 250))
}

func (r Reader) digits(s string) string {
	if r.P.Lang() == crm.Persian {
		return persian.Digits(s)
	}
	return s
}

func (r Reader) choices(f crm.Field, v crm.Value) string {
	out := ""
	for _, id := range v.ChoiceIDs() {
		if o, ok := f.Option(id); ok {
			if out != "" {
				out += r.P.T("common.comma")
			}
			out += o.Title.In(r.P.Lang())
		}
	}
	return out
}

func fileName(v crm.Value) string {
	for i := range v {
		if v[i] == '|' {
			return string(v[i+1:])
		}
	}
	return string(v)
}
