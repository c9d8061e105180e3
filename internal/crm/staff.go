package crm

import (
	"sync"
	"time"
)

// Role is what a member of staff may do.
type Role string

// The roles. The owner is a manager whom others cannot remove.
const (
	Owner   Role = "owner"
	Manager Role = "manager"
	Agent   Role = "agent"
)

// Manages says whether the role configures the bot and sees everything.
func (r Role) Manages() bool { return r == Owner || r == Manager }

// StaffState is whether somebody may use the bot.
type StaffState string

// The states.
const (
	Active    StaffState = "active"
	Suspended StaffState = "suspended"
	Removed   StaffState = "removed"
)

// Staff is a member of the business. TelegramID is both the person and their
// private chat with the bot.
type Staff struct {
	ID          StaffID
	TelegramID  int64
	Name        string
	Role        Role
	State       StaffState
	Language    Language
	Unreachable bool // blocked the bot, or never started it
	JoinedAt    time.Time

	Shift      Week      // when they work; empty: in the business's hours
	LeaveUntil time.Time // on leave before it; zero for not
	Duty       Duty      // what they said, over the shift …
	DutyUntil  time.Time // … until then; zero: until told otherwise
	Limit      int       // the most customers held to which routing brings them; 0 for none
}

// Active says whether the person may use the bot now.
func (s Staff) Active() bool { return s.State == Active }

// Reached says whether messages reach the person now.
func (s Staff) Reached() bool { return s.Active() && !s.Unreachable }

// Manages says whether the person is an active manager or the owner.
func (s Staff) Manages() bool { return s.Active() && s.Role.Manages() }

// Settings are the business's own. Their parts are told apart by their names in
// JSON: two managers may change different ones at once.
type Settings struct {
	Business     string    `json:"business"` // its name; "" until the owner gave it
	Zone         string    `json:"zone"`     // IANA name
	Language     Language  `json:"language"`
	AgentsSeeAll bool      `json:"agents_see_all"`
	Retention    int       `json:"retention"` // days that closed customers are kept; 0 for ever
	Digests      []StaffID `json:"digests"`   // who gets the day's digests; none for all managers

	Hours    Week           `json:"hours"`    // when the business is open; empty: always
	DaysOff  []time.Weekday `json:"days_off"` // closed every week, whatever Hours say; a shift of one's own may name them
	Holidays []Holiday      `json:"holidays"` // closed for everybody, by date

	Windows  []Window    `json:"windows"`   // the daily routine, in order
	DigestAt DigestTimes `json:"digest_at"` // when the day's digests come
}

// zones are the time zones that were read, by name: reading one opens a file.
var zones sync.Map // of *time.Location

// Location is the business's time zone. A name that the program does not know
// cannot be stored, so UTC here would only follow a damaged row.
func (s Settings) Location() *time.Location {
	if loc, ok := zones.Load(s.Zone); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(s.Zone)
	if err != nil {
		return time.UTC
	}
	zones.Store(s.Zone, loc)
	return loc
}

// Directory is everything small that screens and commands refer to: one
// consistent reading of staff, statuses, fields, sources and settings.
type Directory struct {
	Version  int64 // of the configuration: everything here but the staff
	Settings Settings
	Staff    map[StaffID]Staff // all, also the removed ones, since history names them
	Statuses []Status          // in order, also the retired ones
	Fields   []Field           // customer fields in order, also the retired ones
	Sources  map[SourceID]Source
	Groups   map[GroupID]Group // all, also those that the bot has left
}

// GroupOf returns the group of a chat that the bot is in.
func (d Directory) GroupOf(chat int64) (Group, bool) {
	g, ok := d.groupAt(chat)
	return g, ok && !g.Left
}

// groupAt returns the group of a chat, also one that was left.
func (d Directory) groupAt(chat int64) (Group, bool) {
	for _, g := range d.Groups {
		if g.Chat == chat {
			return g, true
		}
	}
	return Group{}, false
}

// StaffOf returns the member of staff behind a Telegram account, in whatever state; ok is
// false where there is none.
func (d Directory) StaffOf(telegramID int64) (s Staff, ok bool) {
	for _, s := range d.Staff {
		if s.TelegramID == telegramID {
			return s, true
		}
	}
	return Staff{}, false
}

// Status returns the status with this ID; ok is false for 0 and unknown ones.
func (d Directory) Status(id StatusID) (Status, bool) {
	for _, s := range d.Statuses {
		if s.ID == id {
			return s, true
		}
	}
	return Status{}, false
}

// Field returns the customer field with this ID.
func (d Directory) Field(id FieldID) (Field, bool) {
	for _, f := range d.Fields {
		if f.ID == id {
			return f, true
		}
	}
	return Field{}, false
}

// ActiveStaff returns who may use the bot, by the order in which they joined.
func (d Directory) ActiveStaff() []Staff {
	var out []Staff
	for _, s := range d.Staff {
		if s.Active() {
			out = append(out, s)
		}
	}
	sortStaff(out)
	return out
}
