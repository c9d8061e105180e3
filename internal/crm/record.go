package crm

import (
	"context"
	"errors"
	"time"

	"cartable/internal/persian"
)

// Recording is an inquiry to be recorded by nobody's hand.
type Recording struct {
	Key     string // as of a Command
	Inquiry Inquiry
	// SourceKey is the key that whoever sent the inquiry showed for its source. The
	// inquiry is refused with KeyNoSource unless the key works; "" where none was asked.
	SourceKey string
}

// Recorded is what became of a Recording.
type Recorded struct {
	Arrival
	Err error
}

// RecordInquiries records inquiries as RecordInquiry does, one after the other, in one
// transaction: each is a command of its own, with its own key, outcome, event and
// notifications, and what is wrong with one does the others no harm. The answers are in
// the order of the inquiries.
func (s *Service) RecordInquiries(ctx context.Context, rs []Recording) []Recorded {
	out, tried := make([]Recorded, len(rs)), make([][]byte, len(rs))
	err := s.recordTogether(ctx, rs, tried, out)
	if err != nil && len(rs) > 1 && ctx.Err() == nil {
		// Whichever of them it was, by itself it fails alone.
		for i := range rs {
			if err := s.recordTogether(ctx, rs[i:i+1], tried[i:i+1], out[i:i+1]); err != nil {
				out[i] = Recorded{Err: err}
			}
		}
		err = nil
	}
	for i := range out {
		if err != nil {
			out[i] = Recorded{Err: err}
		}
	}
	s.wake()
	return out
}

// recordTogether carries out all of rs or, with an error, none. tried is as of once.
func (s *Service) recordTogether(ctx context.Context, rs []Recording, tried [][]byte, out []Recorded) error {
	ahead := Ahead{Keys: make([]string, len(rs)), Phones: make([]persian.Phone, len(rs))}
	for i, r := range rs {
		if r.Key == "" {
			return errNoKey
		}
		ahead.Keys[i], ahead.Phones[i] = r.Key, r.Inquiry.Phone
		if r.SourceKey != "" {
			ahead.SourceKeys = append(ahead.SourceKeys, hashToken(r.SourceKey))
		}
	}
	_, err := s.store.InTxAhead(ctx, ahead, func(tx Tx) error {
		for i, r := range rs {
			var err error
			if out[i], err = s.recordOne(ctx, tx, r, &tried[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// recordOne records one of several. What is wrong with the inquiry itself is found before
// anything is written and goes into the answer; after an error the transaction is lost.
func (s *Service) recordOne(ctx context.Context, tx Tx, r Recording, tried *[]byte) (Recorded, error) {
	now, clean := s.now(), false
	err := mayEnter(ctx, tx, r, now)
	var a Arrival
	var repeated bool
	if err == nil {
		a, repeated, err = once(ctx, tx, Command{Key: r.Key}, now, tried, func(w *work) (Arrival, error) {
			in, err := w.cleanInquiry(r.Inquiry)
			if err != nil {
				return Arrival{}, err
			}
			clean = true
			a, c, e, err := w.enter(ctx, in)
			if err != nil {
				return Arrival{}, err
			}
			return a, w.announce(ctx, c, e)
		})
	}
	var refused *Error
	if !clean && errors.As(err, &refused) {
		return Recorded{Err: err}, nil
	}
	a.Repeated = repeated
	return Recorded{Arrival: a}, err
}

// mayEnter refuses an inquiry whose sender's key does not work for its source, and one
// without a number.
func mayEnter(ctx context.Context, tx Tx, r Recording, now time.Time) error {
	if r.SourceKey != "" {
		src, err := tx.SourceByKey(ctx, hashToken(r.SourceKey), now)
		if err != nil {
			return err
		}
		if src.ID != r.Inquiry.Source {
			return fail(NotFound, KeyNoSource)
		}
	}
	if r.Inquiry.Phone == "" {
		return errNoPhone()
	}
	return nil
}
