package screen

import (
	"math/big"
	"slices"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// Pasted is what a pasted list says, before it is taken in.
type Pasted struct {
	Entries    []crm.ListEntry
	Unreadable []string // lines without a number that can be read
	Repeated   int      // numbers that stand in the list twice
}

// ConfirmList shows what was read of a pasted list and asks whether to take it in.
func (r Reader) ConfirmList(p Pasted, draft string) view.Message {
	lines := []view.HTML{r.P.HN("list.read", len(p.Entries))}
	for i, e := range p.Entries {
		if i == 5 {
			lines = append(lines, r.P.HN("list.and_more", len(p.Entries)-i))
			break
		}
		name := e.Name
		if name == "" {
			name = r.P.T("customer.nameless")
		}
		lines = append(lines, "• "+words(r.clip(name, 40))+" — "+phone(e.Phone))
	}
	if p.Repeated > 0 {
		lines = append(lines, r.P.HN("list.repeated", p.Repeated))
	}
	yes := r.button("list.take_in", callback.Ref{Action: callback.ImportList, Draft: draft})
	yes.Style = view.Success
	no := r.button("common.cancel", callback.Ref{Action: callback.DropList, Draft: draft})
	return view.Message{HTML: view.Paragraphs(view.Lines(lines...), r.unreadable(p.Unreadable)), Inline: r.keyboard([]view.Button{yes, no})}
}

func (r Reader) unreadable(lines []string) view.HTML {
	if len(lines) == 0 {
		return ""
	}
	out := []view.HTML{r.P.HN("list.unreadable", len(lines))}
	for i, l := range lines {
		if i == 10 {
			out = append(out, r.P.HN("list.and_more", len(lines)-i))
			break
		}
		out = append(out, "• "+words(r.clip(persian.Clean(l), 80)))
	}
	return view.Lines(out...)
}

// ListReport says what came of a list: new, known, unreadable.
func (r Reader) ListReport(res crm.ListResult, p Pasted) view.Message {
	text := view.Paragraphs(view.Lines(
		r.P.H("list.done"),
		r.P.H("list.new", "Count", len(res.New)),
		r.P.H("list.known", "Count", len(res.Known)),
		r.P.H("list.bad", "Count", len(p.Unreadable))), r.unreadable(p.Unreadable))
	var rows [][]view.Button
	if res.Batch != 0 {
		rows = append(rows, r.batchButtons(res.Batch))
		if !r.Staff.Manages() {
			text = view.Paragraphs(text, r.P.H("list.managers_told"))
		}
	}
	if res.Event != 0 {
		rows = append(rows, []view.Button{r.undoButton(res.Event)})
	}
	return view.Message{HTML: text, Inline: r.keyboard(rows...)}
}

func (r Reader) batchButtons(b crm.BatchID) []view.Button {
	if !r.Staff.Manages() {
		return nil
	}
	share := r.button("list.share", callback.Ref{Action: callback.ShareOut, Record: int64(b)})
	share.Style = view.Primary
	return []view.Button{share, r.button("list.offer", callback.Ref{Action: callback.ShareNow, Record: int64(b), Value: "offer"})}
}

// Chosen is a set of colleagues as a button carries it: the bits of their IDs in
// base 36. It holds IDs up to about 150, more than a team of one bot has.
type Chosen string

// IDs returns the colleagues of the set, ascending.
func (s Chosen) IDs() []crm.StaffID {
	bits, ok := new(big.Int).SetString(string(s), 36)
	if !ok {
		return nil
	}
	var out []crm.StaffID
	for i := range bits.BitLen() {
		if bits.Bit(i) == 1 {
			out = append(out, crm.StaffID(i))
		}
	}
	return out
}

// Has says whether a colleague is in the set.
func (s Chosen) Has(id crm.StaffID) bool { return slices.Contains(s.IDs(), id) }

// Toggle returns the set with one colleague put in or taken out.
func (s Chosen) Toggle(id crm.StaffID) Chosen {
	bits, ok := new(big.Int).SetString(string(s), 36)
	if !ok {
		bits = new(big.Int)
	}
	bits.SetBit(bits, int(id), bits.Bit(int(id))^1)
	return Chosen(bits.Text(36))
}

// Share asks among whom a batch is shared out.
func (r Reader) Share(batch crm.BatchID, waiting int, chosen Chosen) view.Message {
	var rows [][]view.Button
	var row []view.Button
	n := 0
	for _, s := range r.Dir.ActiveStaff() {
		mark := "▫️ "
		if chosen.Has(s.ID) {
			mark = "✅ "
			n++
		}
		row = append(row, view.Button{Label: mark + view.Clip(r.StaffLabel(s.ID), 30), Data: callback.MustEncode(callback.Ref{
			Action: callback.ShareWith, Record: int64(batch), Value: string(chosen.Toggle(s.ID))})})
		if len(row) == 2 {
			rows, row = append(rows, row), nil
		}
	}
	rows = append(rows, row)
	if n > 0 {
		share := r.button("list.share_now", callback.Ref{Action: callback.ShareNow, Record: int64(batch), Value: string(chosen)})
		share.Style = view.Success
		rows = append(rows, []view.Button{share})
	}
	text := r.P.HN("list.share_among", waiting)
	if n > 0 {
		text = view.Lines(text, r.P.H("list.each", "From", waiting/n, "To", (waiting+n-1)/n))
	}
	return view.Message{HTML: text, Inline: r.keyboard(rows...)}
}

// Shared says who received how many.
func (r Reader) Shared(s crm.Shares) view.Message {
	lines := []view.HTML{r.P.H("list.shared")}
	for _, st := range r.everyone() {
		if n := s.Per[st.ID]; n > 0 {
			lines = append(lines, "• "+words(r.StaffName(st.ID))+": "+view.Text(r.P.Num(n)))
		}
	}
	return view.Message{HTML: view.Lines(lines...), Inline: r.keyboard([]view.Button{r.undoButton(s.Event)})}
}

func (r Reader) undoButton(e crm.EventID) view.Button {
	return r.button("button.undo", callback.Ref{Action: callback.Undo, Record: int64(e)})
}
