package bot

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"cartable/bot/callback"
	"cartable/bot/form"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// formKind is what a form does in the end.
type formKind string

// The kinds of form.
const (
	formChoose   formKind = "choose" // which status; becomes a formStatus
	formStatus   formKind = "status"
	formNote     formKind = "note"
	formHandOver formKind = "hand_over"
	formReturn   formKind = "return"
	formRemind   formKind = "remind"
	formLater    formKind = "later"
	formEdit     formKind = "edit"
	formCustomer formKind = "customer"
	formFind     formKind = "find"
	formBusiness formKind = "business"
	formSource   formKind = "source"
	formPart     formKind = "part"  // a text of the configuration
	formAdd      formKind = "add"   // a new part of the configuration
	formTrial    formKind = "trial" // a status's form, without saving
	formPropose  formKind = "propose"
	formDecline  formKind = "decline"
	formSourceIn formKind = "source_in" // a source of any kind
	formText     formKind = "text"      // a text of a source or of the business
	formMember   formKind = "member"    // what is known of a colleague
)

// What drafts carry beside their answers.
const (
	argCard  = "card"  // the message of the card that the form was begun from
	argField = "field" // formEdit: "name", "city", "email", "phone" or "f<ID>"
	argPhone = "phone" // formCustomer: the number, where it is known
	argName  = "name"  // formCustomer: the name, where it is known
)

// define makes the questions of a draft from the definitions of now.
func (r *request) define(ctx context.Context, d form.Draft) (form.Definition, error) {
	about, err := r.about(ctx, d)
	if err != nil {
		return form.Definition{}, err
	}
	title := r.p.T("form_bot." + d.Kind)
	if d.Customer != 0 {
		title += " — " + view.Clip(r.reader().Name(about), 60)
	}
	one := func(q form.Question) form.Definition {
		return form.Definition{Title: title, Questions: []form.Question{q}}
	}
	text := func(id string, kind crm.FieldType, required bool) form.Question {
		return form.Question{ID: id, Title: r.p.T("form_bot.q_" + id), Type: kind, Required: required}
	}
	switch formKind(d.Kind) {
	case formChoose:
		return r.defineChoice(about), nil
	case formStatus:
		return r.defineStatus(ctx, d, about)
	case formNote:
		return one(text("note", crm.LongText, true)), nil
	case formHandOver:
		to := form.Question{ID: form.NextID, Title: r.p.T("form_bot.q_to"), Label: r.p.T("field.next"), Type: crm.Staffer, Required: true, Choices: r.colleagues(r.staff.ID)}
		message := text("message", crm.LongText, false)
		message.Label = r.p.T("field.message")
		return form.Definition{Title: title, Questions: []form.Question{to, message}}, nil
	case formReturn:
		return one(text("reason", crm.LongText, true)), nil
	case formRemind:
		return form.Definition{Title: title, Questions: []form.Question{
			form.Reminder(r.env(), true, appointment(about)), text("remind_reason", crm.Text, false)}}, nil
	case formLater:
		return one(form.Reminder(r.env(), true, nil)), nil
	case formEdit:
		return r.defineEdit(d, title)
	case formCustomer:
		return r.defineCustomer(d, title), nil
	case formFind:
		return one(text("find", crm.Text, true)), nil
	case formBusiness:
		return one(text("business", crm.Text, true)), nil
	case formSource:
		return one(text("source", crm.Text, true)), nil
	case formPart:
		return r.definePart(ctx, d)
	case formAdd:
		return r.defineAdd(ctx, d)
	case formTrial:
		return r.defineTrial(ctx, d)
	case formPropose:
		return r.definePropose(d)
	case formDecline:
		return r.defineDecline(ctx, d)
	case formSourceIn:
		return r.defineSource(), nil
	case formText:
		return r.defineText(ctx, d)
	case formMember:
		return r.defineMember(d)
	default:
		return form.Definition{}, errors.New("form of unknown kind " + d.Kind)
	}
}

// about is the customer whom a form is about; none for a form about nobody.
func (r *request) about(ctx context.Context, d form.Draft) (crm.Customer, error) {
	if d.Customer == 0 {
		return crm.Customer{}, nil
	}
	c, err := r.Domain.Card(ctx, r.dir, r.staff, d.Customer, 0)
	return c.Customer, err
}

// defineChoice asks what came of a contact.
func (r *request) defineChoice(about crm.Customer) form.Definition {
	q := form.Question{ID: "status", Emoji: "🏷", Title: r.p.T("form_bot.q_status"), Type: crm.Choice, Required: true}
	for _, s := range r.dir.Statuses {
		q.Choices = append(q.Choices, form.Option{Value: crm.ChoiceValue(crm.ChoiceID(s.ID)),
			Label: view.Clip(r.reader().StatusTitle(s.ID), 40), Retired: s.Retired || !s.MayFollow(about.Status.Status)})
	}
	return form.Definition{Title: view.Clip(r.reader().Name(about), 60), Questions: []form.Question{q}}
}

// chosen goes on from the choice of a status to its questions, in the same message.
func (r *request) chosen(ctx context.Context, d form.Draft) (string, error) {
	ids := d.Answers["status"].ChoiceIDs()
	if len(ids) != 1 {
		return r.p.T("error.old_button"), nil
	}
	err := r.begin(ctx, beginning{kind: formStatus, customer: d.Customer, version: d.CustomerVersion,
		subject: int64(ids[0]), message: d.Message, args: map[string]string{argCard: d.Args[argCard]}})
	if err != nil {
		return "", err
	}
	return "", r.overtaken(ctx, d)
}

func (r *request) defineStatus(ctx context.Context, d form.Draft, about crm.Customer) (form.Definition, error) {
	s, ok := r.dir.Status(crm.StatusID(d.Subject))
	if !ok || s.Retired {
		return form.Definition{}, &crm.Error{Code: crm.NotFound, Key: crm.KeyNoStatus}
	}
	if !s.MayFollow(about.Status.Status) {
		return form.Definition{}, &crm.Error{Code: crm.Conflict, Key: crm.KeyNotAfter, Title: s.Title}
	}
	next, err := r.Domain.NextColleagues(ctx, r.dir, s, about)
	if err != nil {
		return form.Definition{}, err
	}
	def := form.FromStatus(s, r.colleagues(0), r.people(next), r.env())
	def.Title = r.reader().StatusTitle(s.ID) + " — " + view.Clip(r.reader().Name(about), 60)
	return def, nil
}

// appointment tells a reminder of a customer's appointment.
func appointment(c crm.Customer) func(form.Answers) (time.Time, bool) {
	if c.Status.Appointment == nil {
		return nil
	}
	at := *c.Status.Appointment
	return func(form.Answers) (time.Time, bool) { return at, true }
}

func (r *request) defineEdit(d form.Draft, title string) (form.Definition, error) {
	name := d.Args[argField]
	q := form.Question{ID: name, Title: r.p.T("field." + name), Type: crm.Text, Required: true}
	needed := false
	switch name {
	case "name", "city":
	case "email":
		q.Type = crm.Email
	case "phone":
		q.Type, q.Title = crm.Phone, r.p.T("field.phone_add")
	default:
		f, ok := r.dir.Field(crm.FieldID(number36(name[1:])))
		if !ok || f.Retired {
			return form.Definition{}, &crm.Error{Code: crm.NotFound, Key: crm.KeyBadValue}
		}
		q = form.FromField(f, r.p.Lang())
		q.Required, needed = true, f.Required
		if f.Type == crm.Staffer {
			q.Choices = r.colleagues(0)
		}
	}
	// What stands can be emptied, but for what a customer is known by and what managers
	// made required.
	if name != "name" && name != "phone" && !needed && d.Prefill[q.ID] != "" {
		q.Required, q.Clears = false, true
	}
	return form.Definition{Title: title, Questions: []form.Question{q}}, nil
}

func (r *request) defineCustomer(d form.Draft, title string) form.Definition {
	var qs []form.Question
	if d.Args[argPhone] == "" {
		qs = append(qs, form.Question{ID: "phone", Title: r.p.T("form_bot.q_phone"), Type: crm.Phone, Required: true})
	} else {
		title += " — \u2066" + persian.Phone(d.Args[argPhone]).Local() + "\u2069"
	}
	if d.Args[argName] == "" {
		qs = append(qs, form.Question{ID: "name", Title: r.p.T("form_bot.q_name"), Type: crm.Text})
	}
	qs = append(qs, form.Question{ID: "about", Title: r.p.T("form_bot.q_about"), Label: r.p.T("form_bot.l_about"), Type: crm.LongText})
	return form.Definition{Title: title, Questions: qs}
}

// colleagues are the active staff but one, as choices.
func (r *request) colleagues(but crm.StaffID) []form.Option {
	return r.people(slices.DeleteFunc(r.dir.ActiveStaff(), func(s crm.Staff) bool { return s.ID == but }))
}

func (r *request) people(staff []crm.Staff) []form.Option {
	var out []form.Option
	for _, s := range staff {
		out = append(out, form.Option{Value: crm.Value(strconv.FormatInt(int64(s.ID), 10)), Label: r.reader().StaffName(s.ID)})
	}
	return out
}

// save makes the domain call of a draft and words its outcome.
func (r *request) save(ctx context.Context, def form.Definition, d form.Draft) (view.Message, error) {
	cmd := crm.Command{Actor: r.staff.ID, Key: FormKey + d.ID}
	a := func(id string) string { return string(d.Answers[id]) }
	switch formKind(d.Kind) {
	case formStatus:
		return r.saved(ctx, d)(r.Domain.SetStatus(ctx, cmd, statusChange(def, d)))
	case formNote:
		return r.saved(ctx, d)(r.Domain.AddNote(ctx, cmd, d.Customer, a("note")))
	case formHandOver:
		to := d.Answers[form.NextID].StaffID()
		return r.saved(ctx, d)(r.Domain.HandOver(ctx, cmd, d.Customer, d.CustomerVersion, to, a("message")))
	case formReturn:
		return r.saved(ctx, d)(r.Domain.Return(ctx, cmd, d.Customer, a("reason")))
	case formRemind:
		at, _ := form.Instant(d.Answers[form.ReminderID])
		return r.saved(ctx, d)(r.Domain.Remind(ctx, cmd, d.Customer, at, a("remind_reason")))
	case formLater:
		at, _ := form.Instant(d.Answers[form.ReminderID])
		return r.saved(ctx, d)(r.Domain.Postpone(ctx, cmd, crm.ReminderID(d.Subject), at))
	case formEdit:
		return r.saveEdit(ctx, cmd, d)
	case formCustomer:
		return r.saveCustomer(ctx, cmd, d)
	case formBusiness:
		if err := r.Domain.NameBusiness(ctx, cmd, a("business")); err != nil {
			return view.Message{}, err
		}
		return r.nextStep(ctx, r.p.H("setup.named", "Name", view.Isolate(view.Text(a("business")))))
	case formPart:
		return r.savePart(ctx, cmd, d)
	case formAdd:
		return r.saveAdd(ctx, cmd, d)
	case formTrial:
		return view.Message{HTML: r.p.H("shape.tried")}, nil
	case formPropose:
		return r.savePropose(ctx, cmd, d)
	case formDecline:
		return r.saveDecline(ctx, cmd, d)
	case formSourceIn:
		return r.saveSource(ctx, cmd, d)
	case formText:
		return r.saveText(ctx, cmd, d)
	case formMember:
		return r.saveMember(ctx, cmd, d)
	default: // formSource; define has refused all others
		src, err := r.Domain.AddSource(ctx, cmd, a("source"), crm.SourceForm)
		if err != nil {
			return view.Message{}, err
		}
		return r.reader().NewForm(src.Title.In(r.p.Lang()), r.FormLink(src.Slug)), nil
	}
}

// nextStep says what was done and, to an owner, what is left of the first day.
func (r *request) nextStep(ctx context.Context, what view.HTML) (view.Message, error) {
	dir, err := r.Domain.Directory(ctx)
	if err != nil {
		return view.Message{}, err
	}
	r.dir = dir
	if err := r.firstSteps(ctx, 0); err != nil {
		return view.Message{}, err
	}
	return view.Message{HTML: what}, nil
}

func statusChange(def form.Definition, d form.Draft) crm.StatusChange {
	sc := crm.StatusChange{
		Customer: d.Customer, Version: d.CustomerVersion, Status: crm.StatusID(d.Subject), Definition: int(d.DefinitionVersion),
		Answers: def.Values(d.Answers), Next: d.Answers[form.NextID].StaffID(),
	}
	if at, ok := form.Instant(d.Answers[form.ReminderID]); ok {
		sc.Remind = &at
	}
	return sc
}

// saved words the outcome of a command on a customer by the event that it made. It looks for the
// form that waits before the command is carried out.
func (r *request) saved(ctx context.Context, d form.Draft) func(crm.Outcome, error) (view.Message, error) {
	parked, failed := r.parked(ctx, d.ID)
	return func(out crm.Outcome, err error) (view.Message, error) {
		if err = cmp.Or(err, failed); err != nil {
			return view.Message{}, err
		}
		c, e, err := r.wrote(ctx, out)
		if err != nil {
			return view.Message{}, err
		}
		return r.reader().Saved(r.reader().Recorded(c, e), out, parked), nil
	}
}

// wrote is what a command made: its event, and the customer after it, who is the zero one where
// this person may not see them any more.
func (r *request) wrote(ctx context.Context, out crm.Outcome) (crm.Customer, crm.Event, error) {
	if out.Wrote != nil {
		return out.Wrote.Customer, out.Wrote.Events[0], nil
	}
	e, err := r.Domain.Event(ctx, out.Event)
	if err != nil {
		return crm.Customer{}, crm.Event{}, err
	}
	c, err := r.Domain.Card(ctx, r.dir, r.staff, out.Customer, 0)
	if crm.IsKey(err, crm.KeyNoCustomer) {
		err = nil
	}
	return c.Customer, e, err
}

func (r *request) saveEdit(ctx context.Context, cmd crm.Command, d form.Draft) (view.Message, error) {
	name := d.Args[argField]
	v := string(d.Answers[name])
	var p crm.Patch
	switch name {
	case "name":
		p.Name = &v
	case "city":
		p.City = &v
	case "email":
		p.Email = &v
	case "phone":
		return r.saved(ctx, d)(r.Domain.AddPhone(ctx, cmd, d.Customer, v))
	default:
		id := crm.FieldID(number36(name[1:]))
		p.Values = crm.Values{id: d.Answers[form.FieldQuestion(id)]}
	}
	return r.saved(ctx, d)(r.Domain.Edit(ctx, cmd, d.Customer, p))
}

// saveCustomer enters a customer by hand and shows the card, ready to be taken.
func (r *request) saveCustomer(ctx context.Context, cmd crm.Command, d form.Draft) (view.Message, error) {
	typed, name := d.Args[argPhone], d.Args[argName]
	if typed == "" {
		typed = string(d.Answers["phone"])
	}
	if name == "" {
		name = string(d.Answers["name"])
	}
	p, err := persian.ParsePhone(typed)
	if err != nil {
		return view.Message{}, &crm.Error{Code: crm.Invalid, Key: crm.KeyNoPhone, Field: "phone"}
	}
	a, err := r.Domain.RecordInquiry(ctx, cmd, crm.Inquiry{Source: r.manualSource(), Phone: p, Name: name,
		Message: string(d.Answers["about"]), By: r.staff.ID})
	if err != nil {
		return view.Message{}, err
	}
	parked, err := r.parked(ctx, d.ID)
	if err != nil {
		return view.Message{}, err
	}
	if err := r.card(ctx, 0, a.Customer); err != nil && !crm.IsKey(err, crm.KeyNoCustomer) {
		return view.Message{}, err
	}
	key := "saved.customer"
	if a.Known {
		key = "saved.customer_known"
	}
	return r.reader().Saved(r.p.H(key), crm.Outcome{Event: a.Event}, parked), nil
}

// again is the button that begins a lost form anew; nil where there is none.
func (f OpenForm) again() *callback.Ref {
	id := int64(f.Customer)
	ref := callback.Ref{Record: id}
	switch f.Kind {
	case formChoose:
		ref.Action = callback.SetStatus
	case formStatus:
		ref.Action, ref.Arg = callback.ChooseStat, f.Subject
	case formNote:
		ref.Action = callback.Note
	case formHandOver:
		ref.Action = callback.HandOver
	case formRemind:
		ref.Action = callback.Remind
	case formReturn:
		ref.Action = callback.Return
	case formLater:
		return &callback.Ref{Action: callback.Later, Record: f.Subject, Value: "pick"}
	case formEdit:
		ref.Action = callback.EditFields
	case formCustomer:
		return &callback.Ref{Action: callback.AddCustomer}
	case formPart, formAdd:
		return &callback.Ref{Action: callback.Shape, Question: screen.ShapeStatuses}
	case formTrial:
		return &callback.Ref{Action: callback.Shape, Question: screen.ShapeTry, Record: f.Subject}
	case formPropose:
		return &callback.Ref{Action: callback.Proposals, Question: screen.ProposalMenu}
	case formDecline:
		return &callback.Ref{Action: callback.Proposals, Question: screen.ProposalDecline, Record: f.Subject}
	case formSourceIn:
		return &callback.Ref{Action: callback.Shape, Question: screen.ShapeSourceIn}
	case formText:
		return &callback.Ref{Action: callback.Settings}
	case formMember:
		return &callback.Ref{Action: callback.StaffMember, Record: f.Subject}
	case formBusiness:
		return &callback.Ref{Action: callback.Setup, Value: "name"}
	case formSource:
		return &callback.Ref{Action: callback.Setup, Value: "form"}
	default:
		return nil
	}
	return &ref
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func number36(s string) int64 {
	n, err := strconv.ParseInt(s, 36, 64)
	if err != nil {
		return 0
	}
	return n
}
