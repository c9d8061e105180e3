package rig

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
)

// Arrival is an announcement that reached its chat.
type Arrival struct {
	Chat     int64
	Customer crm.CustomerID
	Kind     crm.NotificationKind
	Made, At time.Time // when it was committed to, and when Telegram had it
}

// Took is how long it was on its way.
func (a Arrival) Took() time.Duration { return a.At.Sub(a.Made) }

// Arrivals are all announcements that were sent singly, by what the database says was
// made and the Telegram server says it took. Clocks are the machine's.
func (o *Office) Arrivals(ctx context.Context) ([]Arrival, error) {
	type place struct {
		chat    int64
		message int
	}
	took := map[place]time.Time{}
	for _, s := range o.Sim.Sends() {
		if s.MessageID != 0 {
			took[place{s.ChatID, s.MessageID}] = s.At
		}
	}
	rows, err := o.Pool.Query(ctx, `SELECT r.chat_id, n.message_id, coalesce(n.customer_id, 0), n.kind, n.created_at
		FROM notifications n JOIN readers r ON r.reader = n.reader
		WHERE n.state = 'sent' AND n.message_id IS NOT NULL ORDER BY n.id`)
	if err != nil {
		return nil, fmt.Errorf("read what was sent: %w", err)
	}
	var out []Arrival
	var a Arrival
	var message int
	_, err = pgx.ForEachRow(rows, []any{&a.Chat, &message, &a.Customer, &a.Kind, &a.Made}, func() error {
		if at, ok := took[place{a.Chat, message}]; ok {
			a.At = at
			out = append(out, a)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what was sent: %w", err)
	}
	return out, nil
}
