package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"cartable/bot/callback"
	"cartable/bot/form"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// actOnMe shows how it stands with the person themselves, and has them say that they are
// at work or not.
func (r *request) actOnMe(ctx context.Context, ref callback.Ref) (toast string, err error) {
	if ref.Question == screen.MemberMyDuty {
		if toast, err = r.setDuty(ctx, r.staff.ID, ref.Value); err != nil {
			return "", err
		}
	}
	return toast, r.me(ctx, r.up.Message)
}

// actOnHeirs goes a step on the way of handing a cartable over.
func (r *request) actOnHeirs(ctx context.Context, ref callback.Ref) (string, error) {
	step, remove := screen.HeirsStep(ref.Question)
	return r.heirs(ctx, crm.StaffID(ref.Record), step, remove, ref.Value)
}

// actOnMember carries out what managers do about a colleague.
func (r *request) actOnMember(ctx context.Context, ref callback.Ref) (string, error) {
	id := crm.StaffID(ref.Record)
	switch ref.Question {
	case screen.MemberDuty:
		toast, err := r.setDuty(ctx, id, ref.Value)
		if err != nil {
			return "", err
		}
		return toast, r.member(ctx, id)
	case screen.MemberRole, screen.MemberRoleYes, screen.MemberOwner, screen.MemberOwnerYes:
		return "", r.actOnRole(ctx, id, ref.Question, crm.Role(ref.Value))
	case screen.MemberLimit:
		return "", r.actOnLimit(ctx, id, ref.Value)
	case screen.MemberLeave:
		return "", r.actOnLeave(ctx, id, ref.Value)
	case screen.MemberShift:
		return r.actOnShift(ctx, id, ref.Value)
	default: // MemberDay
		day, hours, _ := strings.Cut(ref.Value, ":")
		return r.actOnDay(ctx, id, time.Weekday(number(day)), hours)
	}
}

// setDuty says that somebody is at work today, or is not.
func (r *request) setDuty(ctx context.Context, id crm.StaffID, value string) (string, error) {
	duty := crm.Duty(value)
	if value == screen.MemberByShift {
		duty = crm.DutyByShift
	}
	if err := r.Domain.SetDuty(ctx, r.command(), id, duty, true); err != nil {
		return "", err
	}
	toast := map[crm.Duty]string{crm.DutyOn: "me.toast_on", crm.DutyOff: "me.toast_off", crm.DutyByShift: "me.toast_shift"}[duty]
	return r.p.T(toast), r.reread(ctx)
}

// actOnRole changes a role, or passes ownership on: asked first where somebody loses
// by it.
func (r *request) actOnRole(ctx context.Context, id crm.StaffID, op string, role crm.Role) error {
	st, err := r.colleague(id)
	if err != nil {
		return err
	}
	switch {
	case op == screen.MemberRole && role == crm.Agent:
		return r.inPlace(ctx, r.reader().ConfirmRole(st))
	case op == screen.MemberOwner:
		if r.staff.Role != crm.Owner {
			return &crm.Error{Code: crm.Forbidden, Key: crm.KeyOwnerOnly}
		}
		return r.inPlace(ctx, r.reader().ConfirmOwner(st))
	case op == screen.MemberOwnerYes:
		return r.passOwnership(ctx, st)
	}
	if err := r.Domain.ChangeRole(ctx, r.command(), id, role); err != nil {
		return err
	}
	return r.altered(ctx, id, true)
}

func (r *request) passOwnership(ctx context.Context, to crm.Staff) error {
	if err := r.Domain.PassOwnership(ctx, r.command(), to.ID); err != nil {
		return err
	}
	if err := r.altered(ctx, to.ID, true); err != nil {
		return err
	}
	if err := r.commandsOf(ctx, r.staff.ID); err != nil {
		return err
	}
	_, err := r.send(ctx, r.reader().OwnerPassed(to))
	return err
}

func (r *request) actOnLimit(ctx context.Context, id crm.StaffID, value string) error {
	st, err := r.colleague(id)
	if err != nil {
		return err
	}
	switch value {
	case "":
		return r.inPlace(ctx, r.reader().LimitChoices(st))
	case screen.MemberAsk:
		return r.askMember(ctx, id, partLimit, "")
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		return &crm.Error{Code: crm.Invalid, Key: crm.KeyBadValue, Field: "limit"}
	}
	if err := r.Domain.SetLimit(ctx, r.command(), id, n); err != nil {
		return err
	}
	return r.altered(ctx, id, false)
}

func (r *request) actOnLeave(ctx context.Context, id crm.StaffID, value string) error {
	st, err := r.colleague(id)
	if err != nil {
		return err
	}
	until := time.Time{}
	switch value {
	case "":
		return r.inPlace(ctx, r.reader().LeaveChoices(st))
	case screen.MemberAsk:
		return r.askMember(ctx, id, partLeave, "")
	case screen.MemberEnd:
	default:
		days, err := strconv.Atoi(value)
		if err != nil || days < 1 {
			return &crm.Error{Code: crm.Invalid, Key: crm.KeyBadValue, Field: "leave"}
		}
		until = persian.CivilOf(r.now).AddDays(min(days, maxLeave)).In(r.now.Location())
	}
	if err := r.Domain.SetLeave(ctx, r.command(), id, until); err != nil {
		return err
	}
	return r.altered(ctx, id, false)
}

// maxLeave is the longest leave that a button gives, in days.
const maxLeave = 366

// actOnShift shows or sets when somebody works in a week.
func (r *request) actOnShift(ctx context.Context, id crm.StaffID, value string) (string, error) {
	st, err := r.colleague(id)
	if err != nil {
		return "", err
	}
	var shift crm.Week
	switch value {
	case "":
		return "", r.inPlace(ctx, r.reader().ShiftWeek(st))
	case screen.MemberBusiness:
	default:
		spans, err := readSpans(value)
		if err != nil {
			return "", err
		}
		for _, d := range workingDays(r.dir.Settings) {
			shift[d] = spans
		}
	}
	return "", r.setShift(ctx, id, shift, r.reader().ShiftWeek)
}

// workingDays are the days on which the business is open; while it has no days off,
// all but Friday.
func workingDays(s crm.Settings) []time.Weekday {
	off := s.DaysOff
	if len(off) == 0 {
		off = []time.Weekday{time.Friday}
	}
	var out []time.Weekday
	for d := time.Sunday; d <= time.Saturday; d++ {
		if !slices.Contains(off, d) {
			out = append(out, d)
		}
	}
	return out
}

// actOnDay shows or sets when somebody works on a day of the week.
func (r *request) actOnDay(ctx context.Context, id crm.StaffID, day time.Weekday, hours string) (string, error) {
	st, err := r.colleague(id)
	if err != nil {
		return "", err
	}
	if day < time.Sunday || day > time.Saturday {
		return r.p.T("error.old_button"), nil
	}
	showDay := func(st crm.Staff) view.Message { return r.reader().ShiftDay(st, day) }
	switch hours {
	case "":
		return "", r.inPlace(ctx, showDay(st))
	case screen.MemberAsk:
		return "", r.askMember(ctx, id, partHours, strconv.Itoa(int(day)))
	case screen.MemberAll:
		shift := r.shiftOf(st)
		spans := shift[day]
		for d := range shift {
			shift[d] = spans
		}
		return "", r.setShift(ctx, id, shift, r.reader().ShiftWeek)
	}
	shift, err := r.withDay(st, day, hours)
	if err != nil {
		return "", err
	}
	return "", r.setShift(ctx, id, shift, showDay)
}

// shiftOf is somebody's own week, begun with the business's hours where they have none.
func (r *request) shiftOf(st crm.Staff) crm.Week {
	if st.Shift.Empty() {
		return screen.Open(r.dir.Settings)
	}
	return st.Shift
}

// withDay is somebody's week with other hours on a day. A week without any would be
// the business's.
func (r *request) withDay(st crm.Staff, day time.Weekday, hours string) (crm.Week, error) {
	spans, err := readSpans(hours)
	if err != nil {
		return crm.Week{}, err
	}
	shift := r.shiftOf(st)
	shift[day] = spans
	if shift.Empty() {
		return crm.Week{}, &crm.Error{Code: crm.Invalid, Key: crm.KeyNoDayLeft}
	}
	return shift, nil
}

// readSpans reads the hours of a day as people type them.
func readSpans(text string) ([]crm.Span, error) {
	hours, err := persian.ReadHours(text)
	if err != nil {
		return nil, &crm.Error{Code: crm.Invalid, Key: crm.KeyBadHours, Field: "hours"}
	}
	spans := make([]crm.Span, len(hours))
	for i, h := range hours {
		spans[i] = crm.Span(h)
	}
	return spans, nil
}

func (r *request) setShift(ctx context.Context, id crm.StaffID, shift crm.Week, show func(crm.Staff) view.Message) error {
	if err := r.Domain.SetShift(ctx, r.command(), id, shift); err != nil {
		return err
	}
	if err := r.reread(ctx); err != nil {
		return err
	}
	return r.inPlace(ctx, show(r.dir.Staff[id]))
}

// What a formMember asks for.
const (
	partLimit = "limit"
	partLeave = "leave"
	partHours = "hours"

	argDay = "day" // partHours: the weekday
)

// askMember asks for something of a colleague, in place of the screen that leads there.
func (r *request) askMember(ctx context.Context, id crm.StaffID, part, day string) error {
	return r.begin(ctx, beginning{kind: formMember, subject: int64(id), message: r.up.Message,
		args: map[string]string{argPart: part, argDay: day}})
}

func (r *request) defineMember(d form.Draft) (form.Definition, error) {
	if !r.staff.Manages() {
		return form.Definition{}, &crm.Error{Code: crm.Forbidden, Key: crm.KeyManagers}
	}
	st, err := r.colleague(crm.StaffID(d.Subject))
	if err != nil {
		return form.Definition{}, err
	}
	q := form.Question{ID: d.Args[argPart], Required: true}
	switch d.Args[argPart] {
	case partLimit:
		q.Type, q.Title = crm.Number, r.p.T("member.q_limit")
	case partLeave:
		q.Type, q.Title = crm.Date, r.p.T("member.q_leave")
	default:
		q.Type = crm.Text
		day := time.Weekday(number(d.Args[argDay]))
		q.Title = r.p.T("member.q_hours", "Day", persian.WeekdayName(day, string(r.p.Lang())))
		q.Help = r.p.T("member.q_hours_help")
	}
	return form.Definition{Title: "🧑‍💼 " + view.Clip(st.Name, 60), Questions: []form.Question{q}}, nil
}

// saveMember writes what was asked for, and shows the colleague.
func (r *request) saveMember(ctx context.Context, cmd crm.Command, d form.Draft) (view.Message, error) {
	st, err := r.colleague(crm.StaffID(d.Subject))
	if err != nil {
		return view.Message{}, err
	}
	answer := string(d.Answers[d.Args[argPart]])
	day := time.Weekday(number(d.Args[argDay]))
	switch d.Args[argPart] {
	case partLimit:
		n, failed := strconv.Atoi(answer)
		if failed != nil {
			return view.Message{}, &crm.Error{Code: crm.Invalid, Key: crm.KeyBadValue, Field: "limit"}
		}
		err = r.Domain.SetLimit(ctx, cmd, st.ID, n)
	case partLeave:
		back, failed := persian.ParseCivil(answer)
		if failed != nil {
			return view.Message{}, &crm.Error{Code: crm.Invalid, Key: crm.KeyBadValue, Field: "leave"}
		}
		err = r.Domain.SetLeave(ctx, cmd, st.ID, back.In(r.now.Location()))
	default:
		shift, failed := r.withDay(st, day, answer)
		if failed != nil {
			return view.Message{}, failed
		}
		err = r.Domain.SetShift(ctx, cmd, st.ID, shift)
	}
	if err != nil {
		return view.Message{}, err
	}
	if err := r.reread(ctx); err != nil {
		return view.Message{}, err
	}
	return r.memberScreen(ctx, d)
}

// memberScreen is the screen of a colleague from which a formMember asks.
func (r *request) memberScreen(ctx context.Context, d form.Draft) (view.Message, error) {
	st, err := r.colleague(crm.StaffID(d.Subject))
	if err != nil {
		return view.Message{}, err
	}
	if d.Args[argPart] == partHours {
		return r.reader().ShiftDay(st, time.Weekday(number(d.Args[argDay]))), nil
	}
	loads, err := r.Domain.Workloads(ctx, r.dir, r.staff)
	if err != nil {
		return view.Message{}, err
	}
	return r.reader().Member(st, loads[st.ID]), nil
}
