package screen

import (
	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// EraseYes is the Value of a button that erases without asking again.
const EraseYes = "yes"

// eraseButton leads a manager to the question whether to erase a customer, whose card
// is message card.
func (r Reader) eraseButton(c crm.Customer, card int) []view.Button {
	if !r.Staff.Manages() {
		return nil
	}
	return []view.Button{r.button("erase.button", callback.Ref{Action: callback.Erase, Record: int64(c.ID), Arg: int64(card)})}
}

// ConfirmErase says what goes and what stays before somebody is erased, whose card is
// message card.
func (r Reader) ConfirmErase(c crm.Customer, card int) view.Message {
	yes := r.button("erase.yes", callback.Ref{Action: callback.Erase, Record: int64(c.ID), Arg: int64(card), Value: EraseYes})
	yes.Style = view.Danger
	cancel := r.button("common.cancel", callback.Ref{Action: callback.Back, Record: int64(c.ID), Value: "close"})
	return view.Message{
		HTML: view.Paragraphs(view.Lines(r.P.H("erase.sure", "Name", words(r.clip(r.Name(c), 100))), phone(c.Phone())),
			r.P.H("erase.goes"), r.P.H("erase.stays"), r.P.H("erase.note")),
		Inline: r.keyboard([]view.Button{yes}, []view.Button{cancel}),
	}
}

// ConfirmEraseUndone says what goes before what was undone of a number is erased.
func (r Reader) ConfirmEraseUndone(p persian.Phone) view.Message {
	yes := r.button("erase.yes", callback.Ref{Action: callback.EraseUndone, Arg: 1, Value: string(p)})
	yes.Style = view.Danger
	cancel := r.button("common.cancel", callback.Ref{Action: callback.Back, Value: "close"})
	return view.Message{HTML: view.Paragraphs(r.P.H("erase.sure_undone", "Phone", phone(p)), r.P.H("erase.goes"), r.P.H("erase.note")),
		Inline: r.keyboard([]view.Button{yes}, []view.Button{cancel})}
}

// ErasedNow says that somebody has just been erased.
func (r Reader) ErasedNow() view.Message { return view.Message{HTML: r.P.H("erase.done")} }

// Erased stands in place of whatever showed somebody who was erased.
func (r Reader) Erased() view.Message { return view.Message{HTML: r.P.H("erase.line")} }
