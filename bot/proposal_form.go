package bot

import (
	"context"
	"strconv"

	"cartable/bot/form"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// definePropose asks for what makes a proposal of its kind useful at once.
func (r *request) definePropose(d form.Draft) (form.Definition, error) {
	kind := crm.ProposalKind(d.Args[argPart])
	question := func(id string, t crm.FieldType, required bool) form.Question {
		return form.Question{ID: id, Title: r.p.T("proposal.q_" + id), Label: r.p.T("proposal.l_" + id), Type: t, Required: required}
	}
	title := question("title", crm.Text, true)
	var qs []form.Question
	switch kind {
	case crm.ProposeStatus:
		title.Title = r.p.T("shape.q_new_status")
		cartable := question("cartable", crm.Choice, true)
		for _, rule := range cartableRules() {
			cartable.Choices = append(cartable.Choices, form.Option{Value: crm.Value(rule), Label: view.Capital(r.p.T("shape.cartable_" + string(rule)))})
		}
		qs = []form.Question{title, cartable}
	case crm.ProposeQuestion:
		of := question("status", crm.Choice, true)
		for _, s := range r.dir.Statuses {
			of.Choices = append(of.Choices, form.Option{Value: crm.ChoiceValue(crm.ChoiceID(s.ID)), Label: r.reader().StatusTitle(s.ID), Retired: s.Retired})
		}
		qs = append([]form.Question{of, title}, r.typeQuestions()...)
	case crm.ProposeField:
		qs = append([]form.Question{title}, r.typeQuestions()...)
	case crm.ProposeChoice:
		of := question("field", crm.Choice, true)
		for _, f := range r.reader().ChoiceFields() {
			of.Choices = append(of.Choices, form.Option{Value: crm.Value(strconv.FormatInt(int64(f.ID), 10)), Label: r.reader().FieldPlace(f)})
		}
		if len(of.Choices) == 0 {
			return form.Definition{}, &crm.Error{Code: crm.NotFound, Key: crm.KeyNoField}
		}
		qs = []form.Question{of, title}
	default:
		return form.Definition{}, &crm.Error{Code: crm.Invalid, Key: crm.KeyBadValue}
	}
	return form.Definition{Title: r.p.T("form_bot.propose") + " — " + r.p.T("proposal.new_"+string(kind)), Questions: append(qs, question("why", crm.LongText, false))}, nil
}

// cartableRules are what a status can do to the cartable, in the order in which it is
// offered.
func cartableRules() []crm.CartableRule {
	return []crm.CartableRule{crm.CartableNext, crm.CartableStay, crm.CartableNone}
}

// savePropose sends a proposal to the managers.
func (r *request) savePropose(ctx context.Context, cmd crm.Command, d form.Draft) (view.Message, error) {
	a := d.Answers
	what := crm.Proposed{Kind: crm.ProposalKind(d.Args[argPart]), Title: string(a["title"])}
	switch what.Kind {
	case crm.ProposeStatus:
		what.Emoji, what.Title = splitEmoji(what.Title)
		what.Cartable = crm.CartableRule(a["cartable"])
	case crm.ProposeQuestion:
		what.Status = crm.StatusID(number(string(a["status"])))
	case crm.ProposeChoice:
		what.Field = crm.FieldID(number(string(a["field"])))
	}
	if a["type"] != "" {
		what.Type, what.Choices = typeOf(a["type"]), choicesOf(a)
	}
	id, err := r.Domain.Propose(ctx, cmd, what, string(a["why"]))
	if err != nil {
		return view.Message{}, err
	}
	p, err := r.Domain.Proposal(ctx, r.staff, id)
	return r.reader().ProposalSent(p), err
}

// defineDecline asks for the reason that the maker of a proposal is told.
func (r *request) defineDecline(ctx context.Context, d form.Draft) (form.Definition, error) {
	p, err := r.Domain.Proposal(ctx, r.staff, crm.ProposalID(d.Subject))
	if err != nil {
		return form.Definition{}, err
	}
	return form.Definition{Title: r.p.T("form_bot.decline") + " — " + view.Clip(p.What.Title, 60),
		Questions: []form.Question{{ID: "reason", Title: r.p.T("proposal.q_reason"), Type: crm.LongText, Required: true}}}, nil
}

// saveDecline declines a proposal. Where somebody else was there first, it says so and
// shows what became of it.
func (r *request) saveDecline(ctx context.Context, cmd crm.Command, d form.Draft) (view.Message, error) {
	id := crm.ProposalID(d.Subject)
	err := r.Domain.DeclineProposal(ctx, cmd, id, string(d.Answers["reason"]))
	over := view.HTML("")
	switch {
	case crm.IsKey(err, crm.KeyProposalDecided), crm.IsKey(err, crm.KeyProposalWithdrawn), crm.IsKey(err, crm.KeyProposalShaped):
		words, _ := r.words(err)
		over = "⚠️ " + view.Text(words)
	case err != nil:
		return view.Message{}, err
	}
	p, err := r.Domain.Proposal(ctx, r.staff, id)
	if err != nil {
		return view.Message{}, err
	}
	if over == "" {
		return r.reader().Declined(p), nil
	}
	m := r.reader().Proposal(p, false)
	m.HTML = view.Paragraphs(over, m.HTML)
	return m, nil
}
