package bot_test

import (
	"fmt"
	"slices"
	"testing"

	"cartable/bot/callback"
	"cartable/bot/screen"
	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/tgsim"
)

// shaped is a business in which every button of managers has something to act on.
type shaped struct {
	*salesroom
	second           *tgsim.Person // a manager
	target           crm.StaffID   // an agent who holds somebody
	invite           crm.NewInvite
	customer         crm.CustomerID
	batch            crm.BatchID
	proposals        []crm.ProposalID
	status           crm.Status // with a field of several kinds
	choice, weekday  crm.Field
	retired, dropped int64 // a field, a status
}

func newShaped(t *testing.T) *shaped {
	s := &shaped{salesroom: newSalesroom(t, "fa", "fa", "fa")}
	sara, omid := s.agents[0], s.agents[1]
	s.second = s.manager()
	s.target = s.staff(omid).ID
	s.customer = s.held(omid, "09121234567", "علی رضایی")
	var err error
	s.invite, err = s.crm.NewInvite(t.Context(), s.by(s.owner), crm.Agent, crm.InviteLife)
	must(t, err)
	list, err := s.crm.ImportList(t.Context(), s.by(s.owner), 1, []crm.ListEntry{{Phone: "+989127770001"}, {Phone: "+989127770002"}})
	must(t, err)
	s.batch = list.Batch
	undone, err := s.crm.RecordInquiry(t.Context(), s.by(sara), crm.Inquiry{Source: 1, Phone: undoneNumber, By: s.staff(sara).ID})
	must(t, err)
	_, err = s.crm.Undo(t.Context(), s.by(sara), undone.Event)
	must(t, err)
	for i := range 3 {
		id, err := s.crm.Propose(t.Context(), s.by(sara), crm.Proposed{Kind: crm.ProposeStatus, Title: fmt.Sprint("پیشنهاد ", i), Cartable: crm.CartableStay}, "")
		must(t, err)
		s.proposals = append(s.proposals, id)
	}
	s.publish(func(c *crm.Config) error {
		of := c.Statuses[1].ID
		_, err := c.AddReadyField(of, crm.Title{Text: "سطح"}, crm.Choice, []string{"یک", "دو", "سه"})
		must(t, err)
		_, err = c.AddField(of, crm.Title{Text: "روز دیگر"}, crm.Weekday)
		must(t, err)
		must(t, c.RetireField(c.Fields[0].ID))
		return c.RetireStatus(c.Statuses[8].ID)
	})
	dir, err := s.crm.Directory(t.Context())
	must(t, err)
	s.status, s.retired, s.dropped = dir.Statuses[1], int64(dir.Fields[0].ID), int64(dir.Statuses[8].ID)
	for _, f := range s.status.Fields {
		switch f.Title.Text {
		case "سطح":
			s.choice = f
		case "روز دیگر":
			s.weekday = f
		}
	}
	// A draft waits that can be published.
	_, err = s.crm.EditConfig(t.Context(), s.by(s.owner), func(c *crm.Config) (int64, error) { return 0, c.SetEmoji(s.status.ID, "🎁") })
	must(t, err)
	s.quiet()
	return s
}

const undoneNumber = persian.Phone("+989127770009")

// A tap is what a button carries beside what it does.
type tap struct {
	record, arg int64
	value       string
}

func values(record int64, values ...string) (out []tap) {
	for _, v := range values {
		out = append(out, tap{record, 0, v})
	}
	return out
}

// plausible are the taps by which a button of managers does, or shows, something here.
func (s *shaped) plausible(ref callback.Ref) []tap {
	status, field, choice, source := int64(s.status.ID), int64(s.choice.ID), int64(s.choice.Choices[1].ID), int64(s.form.ID)
	switch ref.Action {
	case callback.ShareOut, callback.ShareWith, callback.ShareNow:
		return values(int64(s.batch), "", fmt.Sprint(s.target), "offer")
	case callback.Erase:
		return values(int64(s.customer), "", screen.EraseYes)
	case callback.EraseUndone:
		return []tap{{0, 0, string(undoneNumber)}, {0, 1, string(undoneNumber)}}
	case callback.StaffMember:
		return values(int64(s.target), "")
	case callback.StaffChange:
		return values(int64(s.target), "suspend", "resume")
	case callback.Setup:
		return values(0, "", "name", "form", "ready")
	case callback.InviteRole:
		return values(0, "agent", "manager")
	case callback.InviteLife, callback.InviteQR:
		return []tap{{0, 30, s.invite.Token}}
	case callback.InviteRevoke:
		return values(int64(s.invite.ID), "")
	case callback.Group, callback.GroupSource, callback.GroupPrivate:
		return []tap{{1, source, ""}, {1, 1, ""}}
	case callback.Proposals:
		i := slices.Index([]string{screen.ProposalApprove, screen.ProposalDecline, screen.ProposalShape}, ref.Question)
		return values(int64(s.proposals[max(0, i)]), "")
	case callback.Member:
		return s.plausibleOfMember(ref.Question)
	}
	switch ref.Question {
	case screen.ShapePublish:
		return []tap{{0, s.stamp(), ""}}
	case screen.ShapeDiscard:
		return values(0, "", screen.DiscardYes)
	case screen.ShapeUndo, screen.ShapeLog:
		return []tap{{0, s.version(), ""}}
	case screen.ShapeTheirs:
		return values(status, "status")
	case screen.ShapeTheirPart:
		return values(0, "business")
	case screen.ShapeReady:
		return values(0, "", "institute")
	case screen.ShapeApply:
		return []tap{{0, s.version(), "institute"}}
	case screen.ShapeAsk:
		return append(values(status, "title", "english", "emoji"), values(field, "ftitle", "help")...)
	case screen.ShapeAdd:
		return append(values(status, "status", "field"), values(field, "choice")...)
	case screen.ShapeText:
		return append(values(source, "src_title", "form_title", "again"), values(0, "name", "zone", "holiday", "entry")...)
	case screen.ShapeStatuses, screen.ShapeSources:
		return values(0, "", "retired")
	case screen.ShapeRetired:
		return append(values(0, "status", "field"), values(field, "choice")...)
	case screen.ShapeMove:
		return append(append(values(status, "up", "down"), values(field, "fup", "fdown")...), tap{field, choice, "cup"})
	case screen.ShapeRetire:
		return []tap{{int64(s.weekday.ID), 0, "field"}, {field, choice, "choice"}, {source, 0, "source"}, {status + 1, 0, "status"}}
	case screen.ShapeRestore:
		return []tap{{s.retired, 0, "field"}, {field, choice, "choice"}, {source, 0, "source"}, {s.dropped, 0, "status"}}
	case screen.ShapeChoice:
		return []tap{{field, choice, ""}}
	case screen.ShapePerson, screen.ShapeDigests:
		return []tap{{status, int64(s.target), ""}}
	case screen.ShapeAfter:
		return []tap{{status, 3, "x"}, {status, 0, "all"}, {status, 0, ""}}
	case screen.ShapeMeeting:
		return []tap{{status, 0, "0"}, {status, 0, ""}}
	case screen.ShapeWeekday:
		return []tap{{int64(s.weekday.ID), int64(s.dateField()), ""}}
	case screen.ShapeCard:
		return values(2, "front", "hidden", "plain")
	case screen.ShapeRotate:
		return []tap{{source, 24, ""}, {s.keyed(), 24, ""}}
	case screen.ShapeEndKeys, screen.ShapeKeys:
		return values(s.keyed(), "")
	case screen.ShapeDay:
		return []tap{{0, 1, "closed"}, {0, 1, "all_day"}, {0, 1, "copy"}}
	case screen.ShapeFormAdd, screen.ShapeFormMust, screen.ShapeFormUp, screen.ShapeFormDown, screen.ShapeFormOut, screen.ShapeFormAsk:
		return append(values(source, "name", "city"), tap{source, 2, ""})
	case screen.ShapeHoliday:
		return []tap{{0, 1, "2027-03-21"}}
	case screen.ShapeHoliMove:
		return []tap{{0, 1, "2027-03-21"}, {0, 1, "2027-03-22"}}
	case screen.ShapeHoliOut:
		return values(0, "2027-03-21", "2027-03-23")
	case screen.ShapeWindowOut:
		return []tap{{0, 9 * 60, ""}, {0, 10 * 60, ""}, {0, 8 * 60, ""}}
	}
	// What has a value of its own, or none; also whatever is added to the program later.
	record := map[string]int64{screen.ShapeField: field, screen.ShapeRequired: field}[ref.Question]
	if record == 0 {
		record = map[bool]int64{true: source, false: status}[slices.Contains([]string{screen.ShapeSource, screen.ShapeTestLead, screen.ShapeRouting,
			screen.ShapeAgain, screen.ShapeTell, screen.ShapeForm, screen.ShapeFormSeen}, ref.Question)]
	}
	return append(values(record, map[string][]string{
		screen.ShapeCartable: {"none", "next"}, screen.ShapeNext: {"role:manager", "last"}, screen.ShapeRemind: {"no", "yes"},
		screen.ShapeOffer: {"before:60", "evening_before"}, screen.ShapeEnds: {"won", "open"}, screen.ShapeRequired: {"yes", "no"},
		screen.ShapeRouting: {"pool", "turn"}, screen.ShapeAgain: {"15"}, screen.ShapeTell: {"60"}, screen.ShapeZone: {"1", "2"},
		screen.ShapeLanguage: {"en", "fa"}, screen.ShapeSeeAll: {"no", "yes"}, screen.ShapeRetention: {"1"}, screen.ShapeHours: {"shop", "office"},
		screen.ShapeHolidays: {"fixed"}, screen.ShapeWindows: {"usual", "none"},
	}[ref.Question]...), tap{record, 0, ""}, tap{record, 1, "yes"})
}

func (s *shaped) plausibleOfMember(question string) []tap {
	id := int64(s.target)
	switch question {
	case screen.MemberOwner, screen.MemberOwnerYes:
		return values(int64(s.staff(s.second).ID), "")
	case screen.MemberRole, screen.MemberRoleYes:
		return values(id, "manager", "agent", "owner")
	case screen.MemberLimit:
		return values(id, "", "10", screen.MemberAsk)
	case screen.MemberShift:
		return values(id, "", screen.MemberBusiness, "9-17")
	case screen.MemberDay:
		return values(id, "1", "1:9-17", "1:ask", "1:all")
	case screen.MemberLeave:
		return values(id, "", "3", screen.MemberAsk, screen.MemberEnd)
	case screen.MemberDuty:
		return values(id, "on", "off", screen.MemberByShift)
	}
	return values(id, "", screen.HeirsLater, screen.HeirsPool, fmt.Sprint(s.staff(s.agents[0]).ID))
}

func (s *shaped) dateField() crm.FieldID {
	i := slices.IndexFunc(s.status.Fields, func(f crm.Field) bool { return f.Type == crm.Date })
	return s.status.Fields[i].ID
}

// keyed is a source that has keys.
func (s *shaped) keyed() int64 {
	dir, err := s.crm.Directory(s.t.Context())
	must(s.t, err)
	for id, src := range dir.Sources {
		if src.Kind.Keyed() {
			return int64(id)
		}
	}
	made, err := s.crm.AddSource(s.t.Context(), s.by(s.owner), "کد سایت", crm.SourceAPI)
	must(s.t, err)
	return int64(made.ID)
}

// stamp is of the draft that the owner would publish.
func (s *shaped) stamp() int64 {
	d, err := s.crm.ConfigDraft(s.t.Context(), s.staff(s.owner).ID)
	must(s.t, err)
	return screen.DraftStamp(d)
}
