package outbox_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cartable/bot/chat"
	"cartable/internal/crm"
	"cartable/internal/outbox"
	"cartable/internal/pgtest"
)

func times(n int, o outbox.Outcome) []outbox.Outcome { return slices.Repeat([]outbox.Outcome{o}, n) }

func TestOrderWithinAChat(t *testing.T) {
	o := newOffice(t)
	want := map[int64][]string{}
	readers := []crm.StaffID{o.staff(crm.Agent), o.staff(crm.Agent), o.staff(crm.Agent)}
	for i := range 60 {
		to := readers[i%3]
		id := o.notify(to, crm.NotifyHandOver)
		want[chatOf(to)] = append(want[chatOf(to)], fmt.Sprintf("hand_over %d", id))
	}
	o.run()
	o.expect(times(60, outbox.Sent)...)
	for c, texts := range want {
		if d := cmp.Diff(texts, o.tg.texts(c)); d != "" {
			t.Errorf("chat %d: %s", c, d)
		}
	}
}

func TestManyLeadsBecomeOneMessageEach(t *testing.T) {
	o := newOffice(t)
	for range 5 {
		o.staff(crm.Agent)
	}
	o.exec(`INSERT INTO notifications (staff_id, kind, created_at) SELECT s.id, 'lead', $1 FROM generate_series(1, 300) i, staff s
		WHERE s.role = 'agent' ORDER BY i`, noon)
	o.run()
	o.expect(times(1500, outbox.Summarised)...)
	if d := cmp.Diff(slices.Repeat([]string{"summary of 300"}, 5), o.tg.texts(0)); d != "" {
		t.Error(d)
	}
	if n := one[int](o, `SELECT count(message_id) FROM notifications WHERE state = 'summarised'`); n != 5 {
		t.Errorf("%d rows keep a message, want one of each summary", n)
	}
}

func TestThreeLeadsAreThreeCards(t *testing.T) {
	o := newOffice(t)
	a := o.staff(crm.Agent)
	for range 3 {
		o.notify(a, crm.NotifyLead)
	}
	o.run()
	o.expect(times(3, outbox.Sent)...)
}

func TestSummaryLeavesOutWhatIsNotSummarisable(t *testing.T) {
	o := newOffice(t)
	a := o.staff(crm.Agent)
	for _, k := range []crm.NotificationKind{crm.NotifyLead, crm.NotifyInquiry, crm.NotifyHandOver, crm.NotifyLead, crm.NotifyReminder, crm.NotifyLead} {
		o.notify(a, k)
	}
	o.run()
	o.expect(append(times(4, outbox.Summarised), times(2, outbox.Sent)...)...)
	if d := cmp.Diff([]string{"summary of 4", "hand_over 3", "reminder 5"}, o.tg.texts(0)); d != "" {
		t.Error(d)
	}
}

func TestPatientKindsWaitForTheReadersAnswer(t *testing.T) {
	o := newOffice(t)
	a, b := o.staff(crm.Agent), o.staff(crm.Agent)
	for i, s := range []crm.StaffID{a, b} {
		// b's form is parked: it does not hold anything up.
		o.exec(`INSERT INTO forms (id, staff_id, chat_id, kind, parked, opened_at, touched_at) VALUES ($1, $2, $3, 'status', $4, $5, $5)`,
			fmt.Sprint(i), s, chatOf(s), s == b, noon)
	}
	o.notify(a, crm.NotifyHandOver)
	o.notify(b, crm.NotifyHandOver)
	o.notify(a, crm.NotifyReminder)
	o.run()
	o.expect(outbox.Sent, outbox.Sent)
	if d := cmp.Diff([]string{"reminder 3"}, o.tg.texts(chatOf(a))); d != "" {
		t.Error(d)
	}
	o.clock.Advance(3 * time.Minute)
	o.Wake()
	o.expect(outbox.Sent)
	if d := cmp.Diff([]string{"reminder 3", "hand_over 1"}, o.tg.texts(chatOf(a))); d != "" {
		t.Error(d)
	}
}

func TestPacedChatsCostNoWorker(t *testing.T) {
	o := newOffice(t)
	for range 40 { // more than there are workers
		s := o.staff(crm.Agent)
		o.tg.setReady(chatOf(s), noon.Add(time.Hour))
		o.notify(s, crm.NotifyReminder)
	}
	free := o.staff(crm.Agent)
	o.notify(free, crm.NotifyReminder)
	o.run()
	o.expect(outbox.Sent)
	if got := o.tg.texts(0); len(got) != 1 || o.tg.texts(chatOf(free)) == nil {
		t.Errorf("sent %v", got)
	}
	o.clock.Advance(time.Hour)
	o.Wake()
	o.expect(times(40, outbox.Sent)...)
}

func TestRetryAfterIsHonouredForTheChat(t *testing.T) {
	o := newOffice(t)
	a, b := o.staff(crm.Agent), o.staff(crm.Agent)
	o.notify(a, crm.NotifyHandOver)
	o.notify(a, crm.NotifyReminder)
	o.notify(b, crm.NotifyHandOver)
	refused := false
	o.tg.onSend = func(c int64, _ string) error {
		if c == chatOf(a) && !refused {
			refused = true
			e := refusal(chat.TooMany)
			e.RetryAfter = time.Minute
			return e
		}
		return nil
	}
	o.run()
	o.expect(outbox.Retried, outbox.Sent)
	o.clock.Advance(59 * time.Second)
	o.notify(b, crm.NotifyReminder)
	o.Wake()
	o.expect(outbox.Sent) // of b: a's chat was passed over
	if got := o.tg.texts(chatOf(a)); len(got) != 0 {
		t.Fatalf("sent %v before the minute was over", got)
	}
	o.clock.Advance(time.Second)
	o.Wake()
	o.expect(outbox.Sent, outbox.Sent)
	if d := cmp.Diff([]string{"hand_over 1", "reminder 2"}, o.tg.texts(chatOf(a))); d != "" {
		t.Error(d)
	}
}

// What waits to be tried again does not wait for the clock to catch up, but a 429 is
// honoured whatever the clock says.
func TestClockSetBackPutsNothingOff(t *testing.T) {
	o := newOffice(t)
	a, b := o.staff(crm.Agent), o.staff(crm.Agent)
	o.notify(a, crm.NotifyHandOver)
	failures := 0
	o.tg.onSend = func(c int64, _ string) error {
		if failures++; failures > 2 {
			return nil
		}
		e := refusal(chat.Unavailable)
		if c == chatOf(b) {
			e = refusal(chat.TooMany)
			e.RetryAfter = 2 * time.Hour
		}
		return e
	}
	o.run()
	o.expect(outbox.Retried)
	o.notify(b, crm.NotifyHandOver)
	o.Wake()
	o.expect(outbox.Retried)
	o.clock.Advance(-time.Hour)
	o.Wake()
	o.expect(outbox.Sent)
	if len(o.tg.texts(chatOf(a))) != 1 || len(o.tg.texts(chatOf(b))) != 0 {
		t.Errorf("sent %v", o.tg.texts(0))
	}
}

func TestOutageIsSurvived(t *testing.T) {
	o := newOffice(t)
	a := o.staff(crm.Agent)
	id := o.notify(a, crm.NotifyHandOver)
	failures := 0
	o.tg.onSend = func(int64, string) error {
		if failures++; failures <= 12 {
			return refusal(chat.Unavailable)
		}
		return nil
	}
	o.run()
	for range 12 {
		o.expect(outbox.Retried)
		o.clock.Advance(time.Minute) // the longest pause
		o.Wake()
	}
	o.expect(outbox.Sent)
	if s := o.state(id); s != "sent" {
		t.Errorf("state %s", s)
	}
	if !o.log.has("messages cannot be delivered") || !o.log.has("messages are delivered again") {
		t.Errorf("log:\n%s", o.log)
	}
}

func TestAllGoesAtOnceWhenTheMessengerIsBack(t *testing.T) {
	o := newOffice(t)
	readers := []crm.StaffID{o.staff(crm.Agent), o.staff(crm.Agent), o.staff(crm.Agent), o.staff(crm.Agent)}
	for _, r := range readers[:3] {
		o.notify(r, crm.NotifyHandOver)
	}
	var away atomic.Bool
	away.Store(true)
	o.tg.onSend = func(int64, string) error {
		if away.Load() {
			return refusal(chat.Unavailable)
		}
		return nil
	}
	o.run()
	o.expect(times(3, outbox.Retried)...)
	away.Store(false)
	o.notify(readers[3], crm.NotifyHandOver) // the first whose turn it is, while the others' pauses last
	o.Wake()
	o.expect(times(4, outbox.Sent)...)
}

func TestPauseOfOneChatLastsWhileOthersAreAnswered(t *testing.T) {
	o := newOffice(t)
	a, b := o.staff(crm.Agent), o.staff(crm.Agent)
	o.notify(a, crm.NotifyHandOver)
	o.tg.onSend = func(c int64, _ string) error {
		if c == chatOf(a) {
			return refusal(chat.Unavailable)
		}
		return nil
	}
	o.run()
	o.expect(outbox.Retried)
	for range 3 {
		o.notify(b, crm.NotifyHandOver)
		o.Wake()
		o.expect(outbox.Sent) // and a is not tried again
	}
}

// Messages that the messenger is silent about hold up only their own chats.
func TestSilenceHoldsUpItsChatAlone(t *testing.T) {
	o := newOffice(t)
	stuck := make(chan struct{})
	var silent sync.WaitGroup
	silent.Add(40) // more than are prepared at a time
	mute := map[int64]bool{}
	for range 40 {
		s := o.staff(crm.Agent)
		mute[chatOf(s)] = true
		o.notify(s, crm.NotifyHandOver)
	}
	o.tg.onSend = func(c int64, _ string) error {
		if mute[c] {
			silent.Done()
			<-stuck
		}
		return nil
	}
	o.run()
	silent.Wait()
	o.notify(o.staff(crm.Agent), crm.NotifyHandOver)
	o.Wake()
	o.expect(outbox.Sent)
	close(stuck)
	o.expect(times(40, outbox.Sent)...)
}

func TestRejectedMessageBlocksNobody(t *testing.T) {
	o := newOffice(t)
	a := o.staff(crm.Agent)
	bad := o.notify(a, crm.NotifyHandOver)
	o.notify(a, crm.NotifyHandOver)
	o.tg.onSend = func(_ int64, text string) error {
		if text == fmt.Sprintf("hand_over %d", bad) {
			return refusal(chat.Rejected)
		}
		return nil
	}
	o.run()
	o.expect(outbox.Failed, outbox.Sent)
	if s := o.state(bad); s != "failed" {
		t.Errorf("state %s", s)
	}
	if !o.log.has("level=ERROR") {
		t.Errorf("no alert in:\n%s", o.log)
	}
}

func TestWhoBlockedTheBot(t *testing.T) {
	o := newOffice(t)
	boss, a := o.staff(crm.Owner), o.staff(crm.Agent)
	first := o.notify(a, crm.NotifyHandOver)
	lead := o.notify(a, crm.NotifyLead)
	blocked := true
	o.tg.onSend = func(c int64, _ string) error {
		if blocked && c == chatOf(a) {
			return refusal(chat.Unreachable)
		}
		return nil
	}
	o.run()
	o.expect(outbox.Unreachable)
	o.Wake()
	o.expect(outbox.Sent)
	if d := cmp.Diff([]string{"silent 3"}, o.tg.texts(chatOf(boss))); d != "" {
		t.Errorf("manager: %s", d)
	}
	if got := [2]string{o.state(first), o.state(lead)}; got != [2]string{"pending", "cancelled"} {
		t.Errorf("hand-off and lead are %v", got)
	}
	o.tg.mu.Lock()
	o.tg.onSend = nil
	o.tg.mu.Unlock()
	if err := o.svc.Reachable(t.Context(), crm.Command{Key: "back"}, a, true); err != nil {
		t.Fatal(err)
	}
	o.Wake()
	o.expect(outbox.Sent)
	if d := cmp.Diff([]string{"hand_over 1"}, o.tg.texts(chatOf(a))); d != "" {
		t.Error(d)
	}
}

// An inquiry whose reader turns out to be unreachable when it is sent reaches the manager.
func TestInquiryOfWhoBlockedTheBot(t *testing.T) {
	o := newOffice(t)
	boss, a := o.staff(crm.Owner), o.staff(crm.Agent)
	record := func(key string) crm.Arrival {
		t.Helper()
		arrival, err := o.svc.RecordInquiry(t.Context(), crm.Command{Key: key}, crm.Inquiry{Source: 1, Phone: "+989121234567"})
		if err != nil {
			t.Fatal(err)
		}
		return arrival
	}
	c := record("first").Customer
	if _, err := o.svc.Take(t.Context(), crm.Command{Actor: a, Key: "take"}, c); err != nil {
		t.Fatal(err)
	}
	o.exec(`UPDATE notifications SET state = 'cancelled'`)
	record("again")
	o.tg.onSend = func(chatID int64, _ string) error {
		if chatID == chatOf(a) {
			return refusal(chat.Unreachable)
		}
		return nil
	}
	o.run()
	o.expect(outbox.Unreachable, outbox.Sent, outbox.Sent)
	if got := o.tg.texts(chatOf(boss)); len(got) != 2 || !strings.HasPrefix(got[0], "silent") || !strings.HasPrefix(got[1], "inquiry") {
		t.Errorf("the manager got %v", got)
	}
	if n := one[int](o, `SELECT count(*) FROM notifications WHERE state = 'pending'`); n != 0 {
		t.Errorf("%d wait", n)
	}
}

func TestSuspendedWaitRemovedAreForgotten(t *testing.T) {
	o := newOffice(t)
	suspended, removed, active := o.staff(crm.Agent), o.staff(crm.Agent), o.staff(crm.Agent)
	o.exec(`UPDATE staff SET state = 'suspended' WHERE id = $1`, suspended)
	o.exec(`UPDATE staff SET state = 'removed' WHERE id = $1`, removed)
	waits, forgotten := o.notify(suspended, crm.NotifyReminder), o.notify(removed, crm.NotifyReminder)
	passed := o.notify(removed, crm.NotifyUntaken) // by the domain
	o.notify(active, crm.NotifyReminder)
	o.run()
	o.expect(outbox.Sent)
	if got := [3]string{o.state(waits), o.state(forgotten), o.state(passed)}; got != [3]string{"pending", "cancelled", "pending"} {
		t.Errorf("states %v", got)
	}
	if got := o.tg.texts(0); len(got) != 1 {
		t.Errorf("sent %v", got)
	}
}

// Whoever has no access any more is told just that, at once, and nothing else.
func TestFarewell(t *testing.T) {
	o := newOffice(t)
	suspended, removed, blocked := o.staff(crm.Agent), o.staff(crm.Agent), o.staff(crm.Agent)
	waits, forgotten := o.notify(suspended, crm.NotifyHandOver), o.notify(removed, crm.NotifyHandOver)
	farewells := []crm.NotificationID{o.notify(suspended, crm.NotifyAccess), o.notify(removed, crm.NotifyAccess), o.notify(blocked, crm.NotifyAccess)}
	o.exec(`UPDATE staff SET state = 'suspended' WHERE id = $1`, suspended)
	o.exec(`UPDATE staff SET state = 'removed', unreachable = id = $2 WHERE id IN ($1, $2)`, removed, blocked)
	o.exec(`INSERT INTO forms (id, staff_id, chat_id, kind, opened_at, touched_at) VALUES ('x', $1, $2, 'note', $3, $3)`,
		suspended, chatOf(suspended), noon)
	o.run()
	o.expect(outbox.Sent, outbox.Sent)
	var states []string
	for _, id := range append(farewells, waits, forgotten) {
		states = append(states, o.state(id))
	}
	if d := cmp.Diff([]string{"sent", "sent", "cancelled", "pending", "cancelled"}, states); d != "" {
		t.Error(d)
	}
	if got := o.tg.texts(0); len(got) != 2 {
		t.Errorf("sent %v", got)
	}
}

func TestSkippedNoticeIsCancelled(t *testing.T) {
	o := newOffice(t)
	id := o.notify(o.staff(crm.Agent), crm.NotifyReminder)
	o.render.set(func(outbox.Item) (outbox.Notice, error) { return outbox.Notice{Skip: true}, nil })
	o.run()
	o.expect(outbox.Cancelled)
	if s := o.state(id); s != "cancelled" || len(o.tg.texts(0)) != 0 {
		t.Errorf("state %s, sent %v", s, o.tg.texts(0))
	}
}

func TestWhatCannotBeRenderedBlocksNobody(t *testing.T) {
	for name, fault := range map[string]func() error{
		"error": func() error { return errors.New("no such event") },
		"panic": func() error { panic("about a person") },
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			a := o.staff(crm.Agent)
			bad := o.notify(a, crm.NotifyReminder)
			o.notify(a, crm.NotifyReminder)
			o.render.set(func(item outbox.Item) (outbox.Notice, error) {
				if item.Notification.ID == bad {
					return outbox.Notice{}, fault()
				}
				return outbox.Notice{}, nil
			})
			o.run()
			for range 4 {
				o.expect(outbox.Retried)
				o.clock.Advance(time.Minute)
				o.Wake()
			}
			o.expect(outbox.Failed, outbox.Sent)
			if s := o.state(bad); s != "failed" || o.log.has("about a person") {
				t.Errorf("state %s, log:\n%s", s, o.log)
			}
		})
	}
}

func TestMigratedChatIsFollowed(t *testing.T) {
	o := newOffice(t)
	a := o.staff(crm.Agent)
	o.notify(a, crm.NotifyReminder)
	o.tg.onSend = func(c int64, _ string) error {
		if c == chatOf(a) {
			e := refusal(chat.Migrated)
			e.MigratedTo = 77
			return e
		}
		return nil
	}
	o.run()
	o.expect(outbox.Sent)
	if d := cmp.Diff([]string{"reminder 1"}, o.tg.texts(77)); d != "" {
		t.Error(d)
	}
}

func TestTwoRunnersSendEachOnceAndInOrder(t *testing.T) {
	pool, tg := pgtest.New(t), newMessenger()
	a, b := officeOn(t, pool, tg), officeOn(t, pool, tg)
	b.outcomes = a.outcomes
	want := map[int64][]string{}
	var readers []crm.StaffID
	for range 4 {
		readers = append(readers, a.staff(crm.Agent))
	}
	for i := range 80 {
		to := readers[i%4]
		want[chatOf(to)] = append(want[chatOf(to)], fmt.Sprintf("reminder %d", a.notify(to, crm.NotifyReminder)))
	}
	stopA, stopB := a.start(), b.start()
	a.expect(times(80, outbox.Sent)...)
	stopA()
	stopB()
	for c, texts := range want {
		if d := cmp.Diff(texts, tg.texts(c)); d != "" {
			t.Errorf("chat %d: %s", c, d)
		}
	}
}

func TestDepth(t *testing.T) {
	o := newOffice(t)
	a := o.staff(crm.Agent)
	if n, oldest, err := o.Depth(t.Context()); n != 0 || oldest != 0 || err != nil {
		t.Errorf("empty: %d %v %v", n, oldest, err)
	}
	o.notify(a, crm.NotifyReminder)
	o.clock.Advance(time.Minute)
	if n, oldest, err := o.Depth(t.Context()); n != 1 || oldest != time.Minute || err != nil {
		t.Errorf("%d %v %v", n, oldest, err)
	}
}
