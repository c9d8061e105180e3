package outbox_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cartable/bot/chat"
	"cartable/internal/crm"
	"cartable/internal/outbox"
)

const groupChat = -100

// group adds a group by a new manager, and returns both.
func (o *office) group() (crm.GroupID, crm.StaffID) {
	o.t.Helper()
	by := o.staff(crm.Manager)
	return one[crm.GroupID](o, `INSERT INTO groups (chat_id, title, added_by, added_at) VALUES ($1, 'g', $2, $3) RETURNING id`,
		groupChat, by, noon), by
}

// offer adds a lead for a group.
func (o *office) offer(g crm.GroupID, c crm.CustomerID) crm.NotificationID {
	o.t.Helper()
	return one[crm.NotificationID](o, `INSERT INTO notifications (group_chat, kind, customer_id, created_at)
		VALUES ($1, 'lead', $2, $3) RETURNING id`, g, c, noon)
}

// moved refuses what goes to the group's old chat.
func moved(c int64) error {
	if c != groupChat {
		return nil
	}
	e := refusal(chat.Migrated)
	e.MigratedTo = -1000
	return e
}

func TestGroupIsAReader(t *testing.T) {
	o := newOffice(t)
	g, manager := o.group()
	c := o.customer()
	o.offer(g, c)
	o.notify(manager, crm.NotifyReminder)
	o.run()
	o.expect(outbox.Sent, outbox.Sent)
	o.change(c)
	o.expect(outbox.Edited)
	if d := cmp.Diff([]string{"lead 1 v2"}, o.tg.edited(groupChat)); d != "" {
		t.Error(d)
	}
	o.exec(`INSERT INTO notifications (group_chat, kind, customer_id, created_at)
		SELECT $1, 'lead', $2, $3 FROM generate_series(1, 4)`, g, c, noon)
	o.Wake()
	o.expect(times(4, outbox.Summarised)...)
}

func TestGroupThatWasLeftGetsNothing(t *testing.T) {
	o := newOffice(t)
	g, _ := o.group()
	c := o.customer()
	o.exec(`UPDATE customers SET waiting = true`)
	id := o.offer(g, c)
	o.exec(`WITH e AS (INSERT INTO events (customer_id, kind, at, version, key, delta, detail) VALUES ($1, 'inquiry', $2, 1, 'k', '{}', '{}') RETURNING id),
		r AS (INSERT INTO routes (customer_id, event_id, came_at, since, state) SELECT $1, id, $2, $2, 'told' FROM e)
		UPDATE notifications SET event_id = e.id FROM e`, c, noon)
	o.tg.onSend = func(to int64, _ string) error {
		if to == groupChat {
			return refusal(chat.Unreachable)
		}
		return nil
	}
	o.run()
	o.expect(outbox.Unreachable, outbox.Sent) // the manager hears of the group
	if s := o.state(id); s != "cancelled" {
		t.Error(s)
	}
	if s := one[string](o, `SELECT state FROM routes WHERE next_at = $1`, noon); s != "waits" {
		t.Errorf("the lead is %q", s)
	}
	if n, _, err := o.Depth(t.Context()); n != 0 || err != nil {
		t.Errorf("%d wait, %v", n, err)
	}
}

// A card is never edited in the new chat, where its ID may be another message's.
func TestEditInAGroupThatMoved(t *testing.T) {
	o := newOffice(t)
	g, _ := o.group()
	c := o.customer()
	o.offer(g, c)
	o.run()
	o.expect(outbox.Sent)
	o.tg.mu.Lock()
	o.tg.onEdit = func(to int64, _ int, _ string) error { return moved(to) }
	o.tg.mu.Unlock()
	o.change(c)
	o.expect(outbox.Unedited)
	if got := o.tg.edited(0); len(got) != 0 {
		t.Errorf("edited %q", got)
	}
	if to := one[int64](o, `SELECT chat_id FROM groups`); to != -1000 {
		t.Errorf("the group is at %d", to)
	}
}

func TestSendToAGroupThatMoved(t *testing.T) {
	o := newOffice(t)
	g, _ := o.group()
	o.offer(g, o.customer())
	o.offer(g, o.customer())
	o.tg.onSend = func(to int64, _ string) error { return moved(to) }
	o.run()
	o.expect(outbox.Retried, outbox.Sent, outbox.Sent)
	if d := cmp.Diff([]string{"lead 1 v1", "lead 2 v1"}, o.tg.texts(-1000)); d != "" {
		t.Error(d)
	}
}

// The old chat took the card, and the group moves before that is noted.
func TestGroupMovesWhileACardIsOnItsWay(t *testing.T) {
	o := newOffice(t)
	g, _ := o.group()
	o.offer(g, o.customer())
	o.tg.onSend = func(to int64, _ string) error {
		if to != groupChat {
			return nil
		}
		return o.svc.MoveGroup(t.Context(), groupChat, -1000)
	}
	o.run()
	o.expect(outbox.Sent)
	for chat, want := range map[int64][]string{groupChat: {"lead 1 v1"}, -1000: {"lead 1 v1"}} {
		if d := cmp.Diff(want, o.tg.texts(chat)); d != "" {
			t.Error(d)
		}
	}
}

// The group moves while it is being noted that the old chat took the card: the lead is
// offered anew, as it would have been a moment later.
func TestGroupMovesWhileACardIsNoted(t *testing.T) {
	o := newOffice(t)
	g, _ := o.group()
	o.offer(g, o.customer())
	o.exec(`UPDATE customers SET waiting = true`)
	noting, err := o.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = noting.Rollback(t.Context()) }()
	if _, err := noting.Exec(t.Context(), `UPDATE notifications SET state = 'sent', message_id = 1, sent_at = now()`); err != nil {
		t.Fatal(err)
	}
	moving := make(chan error, 1)
	go func() { moving <- o.svc.MoveGroup(t.Context(), groupChat, -1000) }()
	for deadline := time.Now().Add(patience); one[int](o, `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("the move does not wait for the note")
		}
		time.Sleep(time.Millisecond)
	}
	if err := noting.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-moving; err != nil {
		t.Fatal(err)
	}
	o.run()
	o.expect(outbox.Sent)
	if d := cmp.Diff([]string{"lead 2 v1"}, o.tg.texts(-1000)); d != "" {
		t.Error(d)
	}
}
