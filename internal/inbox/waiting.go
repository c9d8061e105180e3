package inbox

import "slices"

// unknown stands for how many updates of a chat wait where they were not counted.
const unknown = 1 << 30

// waiting are the chats that are known to have updates to be taken up, the longest known first.
// It spares the search for them, and decides nothing: what is there the rows tell.
type waiting struct {
	order []int64
	left  map[int64]int   // at most so many updates of each
	hint  map[int64][]any // of those of them that arrived here, in order
}

func newWaiting() *waiting { return &waiting{left: map[int64]int{}, hint: map[int64][]any{}} }

// add notes that a chat has n more, and their hints where they are known.
func (w *waiting) add(chat int64, n int, hints ...any) {
	w.hint[chat] = append(w.hint[chat], hints...)
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
	delete(w.hint, chat)
	w.order = slices.DeleteFunc(w.order, func(c int64) bool { return c == chat })
}

// took notes that one update of a chat was taken up. If it has more, the others come first.
func (w *waiting) took(chat int64) {
	left, hints := w.left[chat], w.hint[chat]
	w.forget(chat)
	if left == unknown {
		w.add(chat, unknown, rest(hints)...)
	} else if left > 1 {
		w.add(chat, left-1, rest(hints)...)
	}
}

func rest(hints []any) []any { return hints[min(1, len(hints)):] }

// hints are those of the next updates of the first n of some chats.
func (w *waiting) hints(chats []int64, n int) []any {
	var out []any
	for _, chat := range chats[:min(n, len(chats))] {
		if next := w.hint[chat]; len(next) > 0 && next[0] != nil {
			out = append(out, next[0])
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
