package crm

import "time"

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
}

// Active says whether the person may use the bot now.
func (s Staff) Active() bool { return s.State == Active }

// Manages says whether the person is an active manager or the owner.
func (s Staff) Manages() bool { return s.Active() && s.Role.Manages() }

// Invite is a one-time link into the staff. Only the hash of its token is kept.
type Invite struct {
	Role      Role
	By        StaffID // 0 when the program made it, for the first owner
	ExpiresAt time.Time
}

// InviteLife is how long an invite link works.
const InviteLife = 7 * 24 * time.Hour

// Settings are the business's own.
type Settings struct {
	Business     string // its name; "" until the owner gave it
	Zone         string // IANA name
	Language     Language
	AgentsSeeAll bool
}

// Location is the business's time zone. A name that the program does not know
// cannot be stored, so UTC here would only follow a damaged row.
func (s Settings) Location() *time.Location {
	loc, err := time.LoadLocation(s.Zone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// SourceKind is how a source delivers customers.
type SourceKind string

// The kinds of source.
const (
	SourceForm   SourceKind = "form"
	SourceAPI    SourceKind = "api"
	SourceSignup SourceKind = "signup"
	SourceCall   SourceKind = "call"
	SourceManual SourceKind = "manual"
)

// SourceKinds are the kinds that can be added; manual exists from the start.
func SourceKinds() []SourceKind { return []SourceKind{SourceForm, SourceAPI, SourceSignup, SourceCall} }

// Source is a way by which customers enter the list. Slug is its public name in
// URLs; the key of an API source is kept as a hash only.
type Source struct {
	ID      SourceID
	Kind    SourceKind
	Title   Title
	Slug    string
	Group   GroupID // where its leads are offered; 0 for in everybody's private chat
	Retired bool
}

// Directory is everything small that screens and commands refer to: one
// consistent reading of staff, statuses, fields, sources and settings.
type Directory struct {
	Settings Settings
	Staff    map[StaffID]Staff // all, also the removed ones, since history names them
	Statuses []Status          // in order, also the retired ones
	Fields   []Field           // customer fields in order, also the retired ones
	Sources  map[SourceID]Source
	Groups   map[GroupID]Group // all, also those that the bot has left
}

// GroupOf returns the group of a chat that the bot is in.
func (d Directory) GroupOf(chat int64) (Group, bool) {
	for _, g := range d.Groups {
		if g.Chat == chat && !g.Left {
			return g, true
		}
	}
	return Group{}, false
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
