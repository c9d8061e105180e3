package callback_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"cartable/bot/callback"
)

// valueBounds are the longest Values of the actions that carry several numbers as
// well: the ID of a message; a phone number in E.164; filters with IDs of four digits of
// base 36 (over a million statuses, sources and colleagues); a section's name; the longest word for a part of a status; the longest kind of proposal.
// The Values of all other actions may have MaxValue bytes.
var valueBounds = map[callback.Action]int{
	callback.ChooseStat: len("2147483647"),
	callback.WrongPhone: len("+999999999999999"),
	callback.Erase:      len("yes"),
	callback.Customers:  len("szzzz-ozzzz-hzzzz-pm"),
	callback.Cartable:   len("overdue"),
	callback.Shape:      len("evening_before"),
	callback.Proposals:  len("question"),
}

// largest fills every part that an action uses to its bound.
func largest(a callback.Action, u callback.Uses) callback.Ref {
	r := callback.Ref{Action: a}
	if u.Record {
		r.Record = math.MaxInt64
	}
	if u.Version {
		r.Version = math.MaxInt64
	}
	if u.Arg {
		r.Arg = math.MaxInt64
	}
	if u.Draft {
		r.Draft = strings.Repeat("D", callback.MaxDraft)
	}
	if u.Question {
		r.Question = strings.Repeat("q", callback.MaxQuestion)
	}
	if u.Value {
		n, ok := valueBounds[a]
		if !ok {
			n = callback.MaxValue
		}
		r.Value = strings.Repeat("v", n)
	}
	return r
}

func TestEveryActionFits(t *testing.T) {
	for a, u := range callback.Actions {
		want := largest(a, u)
		data, err := callback.Encode(want)
		if err != nil {
			t.Errorf("%s: %v", a, err)
			continue
		}
		if len(data) > callback.MaxBytes {
			t.Errorf("%s: %d bytes", a, len(data))
		}
		if got, err := callback.Decode(data); err != nil || got != want {
			t.Errorf("%s: decoded %+v, %v; want %+v", a, got, err, want)
		}
	}
}

func TestActionsAreTwoLetters(t *testing.T) {
	for a := range callback.Actions {
		if len(a) != 2 || strings.Trim(string(a), "abcdefghijklmnopqrstuvwxyz") != "" {
			t.Errorf("action %q", a)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	for name, r := range map[string]callback.Ref{
		"unregistered": {Action: "zz"},
		"draft":        {Action: callback.FormSave, Draft: "a.b"},
		"question":     {Action: callback.FormSkip, Question: "a.b"},
	} {
		if data, err := callback.Encode(r); err == nil {
			t.Errorf("%s: encoded %q", name, data)
		}
	}
	long := callback.Ref{Action: callback.AddCustomer, Value: strings.Repeat("v", callback.MaxBytes)}
	if _, err := callback.Encode(long); !errors.Is(err, callback.ErrTooLong) {
		t.Errorf("too long: %v", err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, data := range []string{
		"", "1", "1co\n", "2co.1", "1zz.1", "co.1", "1co.", "1co.01", "1co.A", "1co.+1", "1co.0", "1co.-0",
		"1co.1.", "1co.1....", "1co.zzzzzzzzzzzzzzzz", "1co.1 ", "1co.1;drop table", strings.Repeat("1", 65),
		"1fa....a\x00b", "1fa.....q\x00", "1fa......v\x00w", "1fa......\xff", "1fa....\n",
	} {
		if r, err := callback.Decode(data); !errors.Is(err, callback.ErrMalformed) {
			t.Errorf("Decode(%q) = %+v, %v", data, r, err)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	var actions []callback.Action
	for a := range callback.Actions {
		actions = append(actions, a)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[A-Za-z0-9_|:+-]{0,12}`)
		want := callback.Ref{
			Action: rapid.SampledFrom(actions).Draw(t, "action"),
			Record: rapid.Int64().Draw(t, "record"), Version: rapid.Int64().Draw(t, "version"), Arg: rapid.Int64().Draw(t, "arg"),
			Draft: text.Draw(t, "draft"), Question: text.Draw(t, "question"),
			Value: rapid.String().Draw(t, "value"),
		}
		data, err := callback.Encode(want)
		if errors.Is(err, callback.ErrTooLong) {
			return
		}
		if strings.ContainsFunc(want.Value, unicode.IsControl) {
			if err == nil {
				t.Fatalf("encoded control characters: %q", data)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, err := callback.Decode(data); err != nil || got != want {
			t.Fatalf("%q decoded to %+v, %v; want %+v", data, got, err, want)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for a, u := range callback.Actions {
		f.Add(callback.MustEncode(largest(a, u)))
		f.Add("1" + string(a) + ".1.2.3.d.q.v.w")
	}
	f.Fuzz(func(t *testing.T, data string) {
		r, err := callback.Decode(data)
		if err != nil {
			if r != (callback.Ref{}) {
				t.Fatalf("%q: an error and %+v", data, r)
			}
			return
		}
		if again, err := callback.Encode(r); err != nil || again != data {
			t.Fatalf("%q reads %+v, which encodes as %q, %v", data, r, again, err)
		}
	})
}
