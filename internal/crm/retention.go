package crm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cartable/internal/persian"
)

// retentionFrom is when, by the business's clocks, a night begins for retention.
const retentionFrom = 2 * time.Hour

// RetentionCounted is up to how many customers are counted whom a night would erase.
const RetentionCounted = 10_000

// RetentionNight is for how long the customers of a night are kept whose follow-up has ended:
// what the setting said when the night began. It is settled once, so that whoever changes the
// setting by mistake has until the next night to put it right.
type RetentionNight struct {
	Day  persian.Civil // on which it begins, by the business's calendar, and which is its own until the next
	Keep int           // days; 0 for ever
}

// RetentionTx is what retention does in a transaction.
type RetentionTx interface {
	// LastRetentionNight returns the latest night that is settled; ok is false where none is.
	LastRetentionNight(ctx context.Context) (n RetentionNight, ok bool, err error)
	// SettleRetentionNight settles a night, and returns it; as it was settled, where it was.
	SettleRetentionNight(ctx context.Context, n RetentionNight, at time.Time) (RetentionNight, error)
	// FormAbout says whether somebody has a form about a customer open, or parked.
	FormAbout(ctx context.Context, id CustomerID) (bool, error)
}

// RetentionReader is what retention asks of a database.
type RetentionReader interface {
	// Ended returns up to limit customers whose follow-up one of these statuses has ended,
	// of whom nothing is open, and to whom nothing has happened since before. They are
	// those of Service.RetentionDue, unlocked.
	Ended(ctx context.Context, by []StatusID, before time.Time, limit int) ([]CustomerID, error)
}

// RetentionDue erases up to limit of the customers whose follow-up ended longer ago than the
// business keeps them, each in a transaction of their own, and returns how many. What it did
// before, or another instance does, it does not do again.
//
// A follow-up has ended with a status that is won or lost, where nobody holds the customer,
// nothing reminds of them, they have not come again since, and nobody has a form open about
// them; since the last thing that happened to them, or is to. Who is blocked is kept: the
// block would be forgotten with the number.
func (s *Service) RetentionDue(ctx context.Context, limit int) (erased int, err error) {
	night, dir, err := s.retentionNight(ctx)
	if err != nil {
		return 0, err
	}
	before, ends := night.keptSince(dir.Settings)
	if !ends {
		return 0, nil
	}
	ids, err := s.store.Ended(ctx, endings(dir.Statuses), before, limit)
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, id := range ids {
		switch err := s.retire(ctx, night, id); {
		case errors.Is(err, errKept):
		case ctx.Err() != nil:
			return erased, ctx.Err()
		case err != nil: // the others are not to wait for whoever cannot be erased
			failed = append(failed, fmt.Errorf("erase customer %d: %w", id, err))
		default:
			erased++
		}
	}
	return erased, errors.Join(failed...)
}

// retentionNight is the present night, which is settled where it was not. The first one ever
// erases nobody: nobody has seen yet whom the setting would erase.
func (s *Service) retentionNight(ctx context.Context) (night RetentionNight, dir Directory, err error) {
	err = s.store.InTx(ctx, func(tx Tx) error {
		if dir, err = tx.Directory(ctx); err != nil {
			return err
		}
		last, begun, err := tx.LastRetentionNight(ctx)
		if err != nil {
			return err
		}
		now := s.now()
		night = RetentionNight{Day: nightOf(dir.Settings, now)}
		if begun && !last.Day.Before(night.Day) {
			night.Keep = last.Keep
			return nil
		}
		if begun {
			night.Keep = dir.Settings.Retention
		}
		night, err = tx.SettleRetentionNight(ctx, night, now)
		return err
	})
	return night, dir, err
}

// nightOf is the day of the night that began last before now.
func nightOf(s Settings, now time.Time) persian.Civil {
	return persian.CivilOf(now.Add(-retentionFrom).In(s.Location()))
}

// keptSince is since when something must have happened to a customer for them to be kept: the
// longer of what the setting says now and when the night began. ends is false where everybody is.
func (n RetentionNight) keptSince(s Settings) (before time.Time, ends bool) {
	if n.Keep == 0 || s.Retention == 0 {
		return time.Time{}, false
	}
	return n.Day.AddDays(-max(n.Keep, s.Retention)).In(s.Location()), true
}

// endings are the statuses after which a customer is not kept for ever.
func endings(all []Status) []StatusID {
	var out []StatusID
	for _, s := range all {
		if s.Ends == Won || s.Ends == Lost {
			out = append(out, s.ID)
		}
	}
	return out
}

// errKept says that a customer is not to be erased after all.
var errKept = errors.New("the customer is kept")

// retire erases a customer of a night, unless something happened to them since they were found.
func (s *Service) retire(ctx context.Context, n RetentionNight, id CustomerID) error {
	_, _, err := run(ctx, s, Command{Key: fmt.Sprintf("retention:%d", id)}, func(w *work) (Outcome, error) {
		before, ends := n.keptSince(w.dir.Settings)
		if !ends {
			return Outcome{}, errKept
		}
		c, err := w.LockCustomer(ctx, id)
		if err != nil {
			return Outcome{}, err
		}
		kept, err := w.kept(ctx, c, before)
		if err != nil {
			return Outcome{}, err
		}
		if kept {
			return Outcome{}, errKept
		}
		return w.forget(ctx, c)
	})
	return err
}

// kept says whether a customer, who is locked, has something open or something happened to
// them since before.
func (w *work) kept(ctx context.Context, c Customer, before time.Time) (bool, error) {
	if c.Hidden || c.Holder != 0 || c.Waiting() || len(c.Reminders) > 0 || !slices.Contains(endings(w.dir.Statuses), c.Status.Status) ||
		!c.Status.At.Before(before) || !c.Due().Before(before) {
		return true, nil
	}
	last, err := w.LastEvent(ctx, c.ID)
	if err != nil {
		return true, err
	}
	e, err := w.LockEvent(ctx, last)
	if err != nil || !e.At.Before(before) {
		return true, err
	}
	return w.FormAbout(ctx, c.ID)
}

// wouldErase counts whom the next night erases under a configuration, up to RetentionCounted.
func (s *Service) wouldErase(ctx context.Context, c Config) (int, error) {
	next := RetentionNight{Day: nightOf(c.Settings, s.now()).AddDays(1), Keep: c.Settings.Retention}
	before, ends := next.keptSince(c.Settings)
	if !ends {
		return 0, nil
	}
	ids, err := s.store.Ended(ctx, endings(c.Statuses), before, RetentionCounted)
	return len(ids), err
}
