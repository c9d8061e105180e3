package inbox

import (
	"cmp"
	"slices"
)

// unknown stands for how many updates of a chat wait where they were not counted.
const unknown = 1 << 30

// waiting are the chats that are known to have updates to be taken up, the longest known first.
// It spares the search for them, and decides nothing: what is there the rows tell.
type waiting struct {
	order []int64
	left  map[int64]int   // at most so many updates of each
	known map[int64][]Raw // those of them that arrived here, in order, without their JSON
}

func newWaiting() *waiting { return &waiting{left: map[int64]int{}, known: map[int64][]Raw{}} }

// maxKnown bounds what is kept of a chat after which many wait: the others are decoded once more.
const maxKnown = 100

// add notes that a chat has n more, known or not.
func (w *waiting) add(chat int64, n int, known ...Raw) {
	if len(w.known[chat]) < maxKnown {
		w.known[chat] = append(w.known[chat], known...)
	}
	if w.left[chat] == 0 {
		w.order = append(w.order, chat)
	}
	w.left[chat] = min(w.left[chat]+n, unknown)
}

// forget notes that a chat has nothing that could be taken up now.
func (w *waiting) forget(chat int64) {
	if w.left[chat] == 0 {
		return
	}
	delete(w.left, chat)
	delete(w.known, chat)
	w.order = slices.DeleteFunc(w.order, func(c int64) bool { return c == chat })
}

// took notes that an update of a chat was taken up, and returns what it was decoded to. If the chat
// has more, the others come first.
func (w *waiting) took(chat, updateID int64) (decoded any) {
	left, rest := w.left[chat], w.known[chat]
	if i := slices.IndexFunc(rest, func(u Raw) bool { return u.UpdateID == updateID }); i >= 0 {
		decoded, rest = rest[i].Decoded, rest[i+1:]
	}
	w.forget(chat)
	if left == unknown {
		w.add(chat, unknown, rest...)
	} else if left > 1 {
		w.add(chat, left-1, rest...)
	}
	return decoded
}

// decoded is what the n oldest of the next updates of some chats were decoded to: those that are claimed.
func (w *waiting) decoded(chats []int64, n int) []any {
	var next []Raw
	for _, chat := range chats {
		next = append(next, w.known[chat][:min(1, len(w.known[chat]))]...)
	}
	slices.SortFunc(next, func(a, b Raw) int { return cmp.Compare(a.UpdateID, b.UpdateID) })
	var out []any
	for _, u := range next[:min(n, len(next))] {
		if u.Decoded != nil {
			out = append(out, u.Decoded)
		}
	}
	return out
}

// first are at most n of the chats that are not busy.
func (w *waiting) first(n int, busy map[int64]bool) []int64 {
	var out []int64
	for _, chat := range w.order {
		if len(out) == n {
			break
		}
		if !busy[chat] {
			out = append(out, chat)
		}
	}
	return out
}
