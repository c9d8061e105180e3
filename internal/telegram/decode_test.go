package telegram

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cartable/bot/chat"
)

const (
	ali     = `{"id":5,"is_bot":false,"first_name":"علی","last_name":"رضا","username":"ali","language_code":"fa"}`
	private = `{"id":5,"first_name":"علی","type":"private"}`
	group   = `{"id":-100,"title":"g","type":"supergroup"}`
)

func TestDecode(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	person := chat.Person{ID: 5, Name: "علی رضا", Username: "ali", Language: "fa"}
	// message is one in a private chat with more fields.
	message := func(more string) string {
		return `{"message_id":9,"from":` + ali + `,"chat":` + private + `,"date":1767323045` + more + `}`
	}
	// from is what all of those have in common.
	from := func(change func(*chat.Update)) chat.Update {
		u := chat.Update{ID: 1, ChatID: 5, Private: true, From: person, At: at, Message: 9}
		change(&u)
		return u
	}
	inGroup := func(kind chat.Kind) chat.Update {
		return from(func(u *chat.Update) { u.Kind, u.Message, u.ChatID, u.Private, u.Title = kind, 0, -100, false, "g" })
	}
	for name, tt := range map[string]struct {
		raw  string
		want chat.Update
	}{
		"text": {
			`"message":` + message(`,"text":"سلام"`),
			from(func(u *chat.Update) { u.Kind, u.Text = chat.Text, "سلام" }),
		},
		"command": {
			`"message":` + message(`,"text":"/start abc_-1","entities":[{"type":"bot_command","offset":0,"length":6}]`),
			from(func(u *chat.Update) {
				u.Kind, u.Text, u.Command, u.Args = chat.Text, "/start abc_-1", "start", "abc_-1"
			}),
		},
		"command that names the bot": {
			`"message":` + message(`,"text":"/New@car_bot  09121234567 علی\nدو"`),
			from(func(u *chat.Update) {
				u.Kind, u.Text, u.Command, u.Args = chat.Text, "/New@car_bot  09121234567 علی\nدو", "new", "09121234567 علی\nدو"
			}),
		},
		"a slash is no command": {
			`"message":` + message(`,"text":"/ 5"`),
			from(func(u *chat.Update) { u.Kind, u.Text = chat.Text, "/ 5" }),
		},
		"edited": {
			`"edited_message":` + message(`,"edit_date":1767323105,"text":"b"`),
			from(func(u *chat.Update) { u.Kind, u.Text, u.Edited, u.At = chat.Text, "b", true, at.Add(time.Minute) }),
		},
		"own contact": {
			`"message":` + message(`,"contact":{"phone_number":"989121234567","first_name":"علی","user_id":5}`),
			from(func(u *chat.Update) {
				u.Kind, u.Card = chat.Contact, &chat.ContactCard{Phone: "989121234567", Name: "علی", Own: true}
			}),
		},
		"somebody's contact": {
			`"message":` + message(`,"contact":{"phone_number":"+982188776655","first_name":"مینا","last_name":"ک","user_id":6}`),
			from(func(u *chat.Update) {
				u.Kind, u.Card = chat.Contact, &chat.ContactCard{Phone: "+982188776655", Name: "مینا ک"}
			}),
		},
		"contact of a forwarded message, without account": {
			`"message":` + message(`,"forward_origin":{"type":"hidden_user"},"contact":{"phone_number":"0912","first_name":"x"}`),
			from(func(u *chat.Update) { u.Kind, u.Card = chat.Contact, &chat.ContactCard{Phone: "0912", Name: "x"} }),
		},
		"document": {
			`"message":` + message(`,"caption":"لیست","document":{"file_id":"D","file_name":"a.xlsx","file_size":12}`),
			from(func(u *chat.Update) {
				u.Kind, u.Text, u.File = chat.Document, "لیست", &chat.FileRef{ID: "D", Name: "a.xlsx", Size: 12}
			}),
		},
		"photo": {
			`"message":` + message(`,"photo":[{"file_id":"s","width":90,"height":90},{"file_id":"l","width":900,"height":900,"file_size":7},{"file_id":"m","width":300,"height":300}]`),
			from(func(u *chat.Update) { u.Kind, u.File = chat.Document, &chat.FileRef{ID: "l", Size: 7} }),
		},
		"voice": {
			`"message":` + message(`,"voice":{"file_id":"V","duration":3,"file_size":9}`),
			from(func(u *chat.Update) { u.Kind, u.File = chat.Document, &chat.FileRef{ID: "V", Size: 9} }),
		},
		"video": {
			`"message":` + message(`,"video":{"file_id":"W","file_name":"v.mp4","file_size":9}`),
			from(func(u *chat.Update) { u.Kind, u.File = chat.Document, &chat.FileRef{ID: "W", Name: "v.mp4", Size: 9} }),
		},
		"sticker": {
			`"message":` + message(`,"sticker":{"file_id":"S"}`),
			from(func(u *chat.Update) { u.Kind = chat.Other }),
		},
		"a field that changed its type": {
			`"message":` + message(`,"text":"x","reply_to_message":"gone","entities":{"new":1}`),
			from(func(u *chat.Update) { u.Kind, u.Text = chat.Text, "x" }),
		},
		"group became a supergroup": {
			`"message":{"message_id":9,"from":` + ali + `,"chat":{"id":-5,"type":"group"},"date":1767323045,"migrate_to_chat_id":-100}`,
			from(func(u *chat.Update) { u.Kind, u.ChatID, u.Private, u.Migrated = chat.Other, -5, false, -100 }),
		},
		"tap": {
			`"callback_query":{"id":"77","from":` + ali + `,"chat_instance":"x","data":"c:1","message":{"message_id":3,"date":1767323045,"chat":` + group + `,"text":"card"}}`,
			chat.Update{ID: 1, Kind: chat.Tap, ChatID: -100, From: person, Message: 3, Query: "77", Data: "c:1"},
		},
		"tap on a message out of reach": {
			`"callback_query":{"id":"77","from":` + ali + `,"data":"c:1","message":{"message_id":3,"date":0,"chat":` + private + `}}`,
			chat.Update{ID: 1, Kind: chat.Tap, ChatID: 5, Private: true, From: person, Message: 3, Query: "77", Data: "c:1"},
		},
		"tap without a message": {
			`"callback_query":{"id":"77","from":` + ali + `,"data":"c:1","inline_message_id":"z"}`,
			chat.Update{ID: 1, Kind: chat.Tap, ChatID: 5, Private: true, From: person, Query: "77", Data: "c:1"},
		},
		"blocked": {
			`"my_chat_member":{"chat":` + private + `,"from":` + ali + `,"date":1767323045,"old_chat_member":{"status":"member"},"new_chat_member":{"status":"kicked","until_date":0}}`,
			from(func(u *chat.Update) { u.Kind, u.Message = chat.Blocked, 0 }),
		},
		"returned": {
			`"my_chat_member":{"chat":` + private + `,"from":` + ali + `,"date":1767323045,"old_chat_member":{"status":"kicked"},"new_chat_member":{"status":"member"}}`,
			from(func(u *chat.Update) { u.Kind, u.Message = chat.Returned, 0 }),
		},
		"the bot is taken out of a group": {
			`"my_chat_member":{"chat":` + group + `,"from":` + ali + `,"date":1767323045,"old_chat_member":{"status":"member"},"new_chat_member":{"status":"kicked"}}`,
			inGroup(chat.Removed),
		},
		"the bot is added to a group": {
			`"my_chat_member":{"chat":` + group + `,"from":` + ali + `,"date":1767323045,"old_chat_member":{"status":"left"},"new_chat_member":{"status":"administrator"}}`,
			inGroup(chat.Added),
		},
		"the bot may do more in a group": {
			`"my_chat_member":{"chat":` + group + `,"from":` + ali + `,"date":1767323045,"old_chat_member":{"status":"restricted","is_member":true},"new_chat_member":{"status":"administrator"}}`,
			inGroup(chat.Other),
		},
		"the bot is added to a channel": {
			`"my_chat_member":{"chat":{"id":-100,"type":"channel","title":"g"},"from":` + ali + `,"date":1767323045,"old_chat_member":{"status":"left"},"new_chat_member":{"status":"administrator"}}`,
			inGroup(chat.Other),
		},
		"a kind of the future": {
			`"something_new":{"chat":` + group + `}`,
			chat.Update{ID: 1, Kind: chat.Other, ChatID: -100},
		},
	} {
		t.Run(name, func(t *testing.T) {
			raw := json.RawMessage(`{"update_id":1,` + tt.raw + `}`)
			got, err := Decode(raw)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if id := ChatID(raw); id != got.ChatID {
				t.Errorf("ordered by %d, happened in %d", id, got.ChatID)
			}
		})
	}
}

func TestWhatIsNoUpdate(t *testing.T) {
	for _, raw := range []string{``, `[]`, `{"update_id":"x"}`, `{"message":7}`, `{"callback_query":{"id":"1"}}`} {
		if u, err := Decode(json.RawMessage(raw)); err == nil {
			t.Errorf("%s: got %+v", raw, u)
		}
		if id := ChatID(json.RawMessage(raw)); id != 0 {
			t.Errorf("%s: ordered by %d", raw, id)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"update_id":1,"message":{"message_id":9,"from":` + ali + `,"chat":` + private + `,"text":"/start x"}}`))
	f.Add([]byte(`{"update_id":1,"callback_query":{"id":"1","from":` + ali + `,"message":null}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		u, err := Decode(raw)
		if err == nil && u.Kind == "" {
			t.Errorf("%s has no kind", raw)
		}
		ChatID(raw)
	})
}
