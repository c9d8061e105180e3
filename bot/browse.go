package bot

import (
	"context"
	"time"

	"cartable/bot/callback"
	"cartable/bot/screen"
	"cartable/internal/crm"
)

// cartable shows a page of the person's own cartable.
func (r *request) cartable(ctx context.Context, message int, after crm.InboxCursor) error {
	in, err := r.Domain.Cartable(ctx, r.dir, r.staff, after, screen.ListPage)
	if err != nil {
		return err
	}
	return r.place(ctx, message, r.reader().Cartable(in, after.ID == 0))
}

// customers shows a page of all customers.
func (r *request) customers(ctx context.Context, message int, f screen.Filters, after crm.Cursor) error {
	found, err := r.Domain.Customers(ctx, r.dir, r.staff, f.Filter(r.Domain.Today(r.dir)), after, screen.ListPage+1)
	if err != nil {
		return err
	}
	l := screen.List{Customers: found, Filters: f, First: after.ID == 0, More: len(found) > screen.ListPage}
	if l.More {
		l.Customers = found[:screen.ListPage]
	}
	return r.place(ctx, message, r.reader().Customers(l))
}

func cursorOf(ref callback.Ref) crm.Cursor {
	if ref.Arg == 0 {
		return crm.Cursor{}
	}
	return crm.Cursor{At: time.UnixMicro(ref.Version), ID: crm.CustomerID(ref.Arg)}
}
