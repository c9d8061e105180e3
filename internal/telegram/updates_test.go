package telegram

import (
	"encoding/json"
	"testing"

	"cartable/bot/chat"
)

// TestParseBatch reads lists of updates: each is kept as it came, whether it is understood or not, and
// one that is no update at all makes the list unreadable.
func TestParseBatch(t *testing.T) {
	const tap = `{"update_id": 7, "callback_query": {"id": "q", "from": {"id": 101}, "data": "x"}}`
	const misfit = `{"update_id":8,"message":"one day this may be a text","chat_join_request":{"chat":{"id":-5}}}`
	const unknown = `{"update_id":9,"poll_answer":{"user":{"id":102}}}`
	raws, err := parseBatch(json.RawMessage(" [ " + tap + " ,\n" + misfit + "," + unknown + " ] "))
	if err != nil || len(raws) != 3 {
		t.Fatalf("%d updates, %v", len(raws), err)
	}
	for i, want := range []struct {
		json string
		id   int64
		chat int64
		kind chat.Kind
	}{{tap, 7, 101, chat.Tap}, {misfit, 8, -5, ""}, {unknown, 9, 102, chat.Other}} {
		got := raws[i]
		if string(got.JSON) != want.json || got.UpdateID != want.id || got.ChatID != want.chat || got.Update.Kind != want.kind {
			t.Errorf("update %d in chat %d, %q: %s; want %+v", got.UpdateID, got.ChatID, got.Update.Kind, got.JSON, want)
		}
	}
	if raws, err := parseBatch(json.RawMessage(`[]`)); err != nil || len(raws) != 0 {
		t.Errorf("none: %v, %v", raws, err)
	}
	for _, bad := range []string{``, `null`, `{}`, `true`, `[` + tap, `[` + tap + `,]`, `[null]`, `[{"message":{}}]`, `[` + tap + ` ` + tap + `]`} {
		if raws, err := parseBatch(json.RawMessage(bad)); err == nil {
			t.Errorf("%s is read as %v", bad, raws)
		}
	}
}
