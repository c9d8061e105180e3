package outbox_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"cartable/bot/chat"
	"cartable/internal/crm"
	"cartable/internal/outbox"
	"cartable/internal/pgtest"
)

func TestClaimEditsEveryColleaguesCopy(t *testing.T) {
	o := newOffice(t)
	c := o.customer()
	for range 5 {
		o.card(o.staff(crm.Agent), c)
	}
	o.run()
	o.expect(times(5, outbox.Sent)...)
	o.change(c)
	o.expect(times(5, outbox.Edited)...)
	for _, text := range o.tg.edited(0) {
		if !strings.HasSuffix(text, " v2") {
			t.Errorf("edited to %q", text)
		}
	}
}

func TestChangeWhileTheCardIsInFlight(t *testing.T) {
	o := newOffice(t)
	c := o.customer()
	a := o.staff(crm.Agent)
	o.card(a, c)
	o.tg.onSend = func(int64, string) error { o.change(c); return nil } // rendered, not yet delivered
	o.run()
	o.expect(outbox.Sent, outbox.Edited)
	if d := cmp.Diff([][]string{{"hand_over 1 v1"}, {"hand_over 1 v2"}}, [][]string{o.tg.texts(0), o.tg.edited(0)}); d != "" {
		t.Error(d)
	}
}

func TestChangeThatCommitsDuringSettling(t *testing.T) {
	o := newOffice(t)
	c := o.customer()
	o.card(o.staff(crm.Agent), c)
	tx, err := o.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.tg.onSend = func(int64, string) error {
		// The command has changed the customer and not yet marked the cards.
		_, err := tx.Exec(t.Context(), `UPDATE customers SET version = version + 1 WHERE id = $1`, c)
		return err
	}
	o.run()
	// It commits only when the settling waits for it.
	waiting := func() bool {
		return one[int](o, `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`) > 0
	}
	for end := time.Now().Add(patience); !waiting(); {
		if time.Now().After(end) {
			t.Fatal("nothing waits for the command")
		}
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.expect(outbox.Sent, outbox.Edited)
	if d := cmp.Diff([]string{"hand_over 1 v2"}, o.tg.edited(0)); d != "" {
		t.Error(d)
	}
}

func TestEditsOfOneMessageCoalesce(t *testing.T) {
	o := newOffice(t)
	c := o.customer()
	o.card(o.staff(crm.Agent), c)
	o.run()
	o.expect(outbox.Sent)
	begun, goOn := make(chan struct{}), make(chan struct{})
	first := true
	o.tg.mu.Lock()
	o.tg.onEdit = func(int64, int, string) error {
		if first {
			first = false
			close(begun)
			<-goOn
		}
		return nil
	}
	o.tg.mu.Unlock()
	o.change(c)
	<-begun
	for range 10 {
		o.change(c)
	}
	close(goOn)
	o.expect(outbox.Edited, outbox.Edited)
	if d := cmp.Diff([]string{"hand_over 1 v2", "hand_over 1 v12"}, o.tg.edited(0)); d != "" {
		t.Error(d)
	}
	if n := one[int](o, `SELECT count(*) FROM notifications WHERE stale OR leased_until IS NOT NULL`); n != 0 {
		t.Errorf("%d rows are still to be edited", n)
	}
}

// withdraw is WithdrawNotifications of internal/postgres, by row.
const withdraw = `UPDATE notifications SET withdrawn = true, stale = true,
	state = CASE WHEN state = 'pending' AND (leased_until IS NULL OR leased_until < now()) THEN 'cancelled' ELSE state END
	WHERE id = $1 AND state IN ('pending', 'sent')`

func TestWithdrawn(t *testing.T) {
	t.Run("sent", func(t *testing.T) {
		o := newOffice(t)
		id := o.notify(o.staff(crm.Agent), crm.NotifyHandOver)
		o.run()
		o.expect(outbox.Sent)
		o.exec(withdraw, id)
		o.Wake()
		o.expect(outbox.Edited)
		if d := cmp.Diff([]string{"hand_over 1 withdrawn"}, o.tg.edited(0)); d != "" {
			t.Error(d)
		}
	})
	t.Run("in flight", func(t *testing.T) {
		o := newOffice(t)
		id := o.notify(o.staff(crm.Agent), crm.NotifyHandOver)
		o.tg.onSend = func(int64, string) error { o.exec(withdraw, id); return nil }
		o.run()
		o.expect(outbox.Sent, outbox.Edited)
		if d := cmp.Diff([]string{"hand_over 1 withdrawn"}, o.tg.edited(0)); d != "" {
			t.Error(d)
		}
	})
	t.Run("in flight that fails", func(t *testing.T) {
		o := newOffice(t)
		a := o.staff(crm.Agent)
		id := o.notify(a, crm.NotifyHandOver)
		o.tg.onSend = func(_ int64, text string) error {
			if text == "hand_over 1" {
				o.exec(withdraw, id)
				return refusal(chat.Unavailable)
			}
			return nil
		}
		o.run()
		o.expect(outbox.Retried)
		o.clock.Advance(time.Minute)
		o.notify(a, crm.NotifyReminder)
		o.Wake()
		o.expect(outbox.Sent)
		if d := cmp.Diff([]string{"reminder 2"}, o.tg.texts(0)); d != "" {
			t.Error(d)
		}
	})
}

func TestFailedEdits(t *testing.T) {
	for _, c := range []struct {
		class chat.ErrorClass
		want  []outbox.Outcome
		alert bool
	}{
		{chat.Gone, []outbox.Outcome{outbox.Unedited}, false},
		{chat.Rejected, []outbox.Outcome{outbox.Unedited}, true},
		{chat.TooMany, []outbox.Outcome{outbox.Retried, outbox.Edited}, false},
		{chat.Unavailable, []outbox.Outcome{outbox.Retried, outbox.Edited}, false},
	} {
		t.Run(string(c.class), func(t *testing.T) {
			o := newOffice(t)
			customer := o.customer()
			o.card(o.staff(crm.Agent), customer)
			failed := false
			o.tg.onEdit = func(int64, int, string) error {
				if failed {
					return nil
				}
				failed = true
				return refusal(c.class)
			}
			o.run()
			o.expect(outbox.Sent)
			o.change(customer)
			for _, w := range c.want {
				o.expect(w)
				o.clock.Advance(time.Minute)
				o.Wake()
			}
			if n := one[int](o, `SELECT count(*) FROM notifications WHERE stale OR leased_until IS NOT NULL`); n != 0 {
				t.Errorf("%d rows are still to be edited", n)
			}
			if o.log.has("level=ERROR") != c.alert {
				t.Errorf("alert %v, want %v:\n%s", !c.alert, c.alert, o.log)
			}
		})
	}
}

func TestEditThatFindsTheBotBlockedWaitsForTheReader(t *testing.T) {
	o := newOffice(t)
	a, c := o.staff(crm.Agent), o.customer()
	o.card(a, c)
	o.tg.onEdit = func(int64, int, string) error { return refusal(chat.Unreachable) }
	o.run()
	o.expect(outbox.Sent)
	o.change(c)
	o.expect(outbox.Unreachable)
	if !one[bool](o, `SELECT unreachable FROM staff WHERE id = $1`, a) {
		t.Error("the reader counts as reachable")
	}
	o.tg.mu.Lock()
	o.tg.onEdit = nil
	o.tg.mu.Unlock()
	if err := o.svc.Reachable(t.Context(), crm.Command{Key: "back"}, a, true); err != nil {
		t.Fatal(err)
	}
	o.Wake()
	o.expect(outbox.Edited)
	if d := cmp.Diff([]string{"hand_over 1 v2"}, o.tg.edited(0)); d != "" {
		t.Error(d)
	}
}

// Where many messages are old, the newest are brought up to date first.
func TestNewestIsEditedFirst(t *testing.T) {
	const rows, editors = 12, 4
	o := newOffice(t)
	a := o.staff(crm.Agent)
	for i := range rows {
		id := o.card(a, o.customer())
		o.exec(`UPDATE notifications SET state = 'sent', message_id = $2, sent_at = $3, stale = true WHERE id = $1`, id, i+1, noon)
	}
	begun, goOn := make(chan int, rows), make(chan struct{})
	o.tg.onEdit = func(_ int64, id int, _ string) error { begun <- id; <-goOn; return nil }
	o.run()
	for range editors {
		if id := <-begun; id <= rows-editors {
			t.Errorf("message %d is edited before newer ones", id)
		}
	}
	close(goOn)
	o.expect(times(rows, outbox.Edited)...)
}

// The renderer says what is final, each time anew.
func TestFinalIsKept(t *testing.T) {
	o := newOffice(t)
	c := o.customer()
	id := o.card(o.staff(crm.Agent), c)
	final := func(yes bool) {
		o.render.set(func(outbox.Item) (outbox.Notice, error) { return outbox.Notice{Final: yes}, nil })
	}
	is := func() bool { return one[bool](o, `SELECT final FROM notifications WHERE id = $1`, id) }
	final(true)
	o.run()
	o.expect(outbox.Sent)
	if !is() {
		t.Error("not noted")
	}
	final(false)
	o.change(c) // an undo: it marks final ones too
	o.expect(outbox.Edited)
	if is() {
		t.Error("final for ever")
	}
}

func TestSummaryIsNeverEdited(t *testing.T) {
	o := newOffice(t)
	a, c := o.staff(crm.Agent), o.customer()
	for range 4 {
		id := o.notify(a, crm.NotifyLead)
		o.exec(`UPDATE notifications SET customer_id = $2 WHERE id = $1`, id, c)
	}
	o.tg.onSend = func(_ int64, text string) error {
		if strings.HasPrefix(text, "summary") {
			o.change(c)
		}
		return nil
	}
	o.run()
	o.expect(times(4, outbox.Summarised)...)
	o.change(c)
	card := o.card(a, c) // what comes after is edited
	o.Wake()
	o.expect(outbox.Sent)
	o.change(c)
	o.expect(outbox.Edited)
	if got := o.tg.edited(0); len(got) != 1 || o.state(card) != "sent" {
		t.Errorf("edits %v", got)
	}
}

// crash runs an outbox on connections of its own until the messenger has got
// what it is to get, and cuts the connections off before that is settled.
func crash(t *testing.T, pool *pgxpool.Pool, tg *messenger, set func(lost func())) {
	t.Helper()
	own, err := pgxpool.New(t.Context(), pool.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	victim := officeOn(t, own, tg)
	gone := make(chan struct{})
	set(func() { own.Close(); close(gone) })
	stop := victim.start()
	victim.Wake()
	<-gone
	stop()
	tg.mu.Lock()
	tg.after, tg.onEdit = nil, nil
	tg.mu.Unlock()
}

func TestCrashBetweenSendAndSettleSendsAgain(t *testing.T) {
	pool, tg := pgtest.New(t), newMessenger()
	o := officeOn(t, pool, tg)
	a := o.staff(crm.Agent)
	first, second := o.notify(a, crm.NotifyHandOver), o.notify(a, crm.NotifyReminder)
	crash(t, pool, tg, func(lost func()) { tg.after = func(string) error { lost(); return nil } })
	if got := [2]string{o.state(first), o.state(second)}; got != [2]string{"pending", "pending"} {
		t.Fatalf("states %v", got)
	}
	o.leasesRunOut()
	o.run()
	o.expect(outbox.Sent, outbox.Sent)
	if d := cmp.Diff([]string{"hand_over 1", "hand_over 1", "reminder 2"}, tg.texts(0)); d != "" {
		t.Error(d)
	}
}

func TestCrashDuringAnEditEditsAgain(t *testing.T) {
	pool, tg := pgtest.New(t), newMessenger()
	o := officeOn(t, pool, tg)
	c := o.customer()
	o.card(o.staff(crm.Agent), c)
	stop := o.start()
	o.expect(outbox.Sent)
	stop()
	o.change(c)
	crash(t, pool, tg, func(lost func()) {
		tg.onEdit = func(int64, int, string) error { lost(); return errors.New("killed") }
	})
	o.leasesRunOut()
	again := officeOn(t, pool, tg)
	again.run()
	again.expect(outbox.Edited)
	if d := cmp.Diff([]string{"hand_over 1 v2"}, tg.edited(0)); d != "" {
		t.Error(d)
	}
}

func TestStoppedRunSettlesWhatWasSent(t *testing.T) {
	o := newOffice(t)
	a := o.staff(crm.Agent)
	first, second := o.notify(a, crm.NotifyHandOver), o.notify(a, crm.NotifyHandOver)
	begun, goOn := make(chan struct{}), make(chan struct{})
	o.tg.onSend = func(int64, string) error { close(begun); <-goOn; return nil }
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	<-begun
	cancel()
	close(goOn)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if got := [2]string{o.state(first), o.state(second)}; got != [2]string{"sent", "pending"} {
		t.Errorf("states %v", got)
	}
}

// Somebody who was erased goes also from the chats of those who left; nothing else is
// edited there.
func TestErasedGoesFromEveryChat(t *testing.T) {
	o := newOffice(t)
	c, other := o.customer(), o.customer()
	left, blocked, here := o.staff(crm.Agent), o.staff(crm.Agent), o.staff(crm.Agent)
	for _, to := range []crm.StaffID{left, blocked, here} {
		o.card(to, c)
	}
	o.card(left, other)
	o.run()
	o.expect(times(4, outbox.Sent)...)
	o.exec(`UPDATE staff SET state = 'removed' WHERE id = $1`, left)
	o.exec(`UPDATE staff SET unreachable = true WHERE id = $1`, blocked)
	o.exec(`UPDATE customers SET erased_at = $2, hidden = true WHERE id = $1`, c, noon)
	o.change(other)
	o.change(c)
	o.expect(times(2, outbox.Edited)...)
	if n := one[int](o, `SELECT count(*) FROM notifications WHERE customer_id = $1 AND stale AND staff_id = $2`, other, left); n != 1 {
		t.Error("a card of somebody else was edited in the chat of who left")
	}
}
