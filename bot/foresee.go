package bot

import (
	"slices"

	"cartable/bot/callback"
	"cartable/bot/chat"
	"cartable/bot/screen"
	"cartable/internal/crm"
)

// Foreseen is what handling an update reads first, so that it can be read by a transaction that
// comes before. It decides nothing: what is not foreseen is read when it is needed.
type Foreseen struct {
	Card   crm.CustomerID // whose card is read; 0 for nobody's
	Events int            // so many of its last events with it
	Chat   int64          // the private chat whose forms are read, with the customer of the open one; 0 for none
	Draft  string         // the form whose answers are read; "" for none
}

// The buttons about a customer for whom they are foreseen: startForms read the customer before they change
// anything, atOnce change them, by a command that decides on what was foreseen where that is still so.
var (
	startForms = []callback.Action{callback.SetStatus, callback.ChooseStat, callback.Note, callback.HandOver, callback.Remind, callback.Reschedule}
	atOnce     = []callback.Action{callback.Take, callback.NoAnswer, callback.WrongPhone, callback.Accept}
	goOn       = []callback.Action{callback.FormAnswer, callback.FormPick, callback.FormBack, callback.FormSkip, callback.FormEdit,
		callback.FormSave}
)

// Foresee tells it of an update.
func Foresee(up chat.Update) Foreseen {
	if !up.Private {
		return Foreseen{}
	}
	if up.Kind == chat.Text && up.Command == "" {
		return Foreseen{Chat: up.ChatID}
	}
	ref, err := callback.Decode(up.Data)
	switch {
	case up.Kind != chat.Tap || err != nil:
		return Foreseen{}
	case ref.Action == callback.Open:
		return Foreseen{Card: crm.CustomerID(ref.Record), Events: screen.CardEvents}
	case slices.Contains(startForms, ref.Action), slices.Contains(atOnce, ref.Action):
		return Foreseen{Card: crm.CustomerID(ref.Record)}
	case slices.Contains(goOn, ref.Action):
		return Foreseen{Chat: up.ChatID, Draft: ref.Draft}
	default:
		return Foreseen{}
	}
}
