package lease

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// keepAll is a table on which nobody else works.
func keepAll(_ context.Context, held []Claim) ([]int64, error) {
	var ids []int64
	for _, c := range held {
		ids = append(ids, c.ID)
	}
	return ids, nil
}

func TestRenewedClaimLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, stop := running(t, keepAll)
		defer stop()
		ctx, release := k.Hold(t.Context(), Claim{ID: 1, Token: 1}, Claim{ID: 2, Token: 1})
		time.Sleep(10 * For)
		if err := ctx.Err(); err != nil {
			t.Fatalf("work was stopped though its lease was renewed: %v", context.Cause(ctx))
		}
		release()
		if errors.Is(context.Cause(ctx), ErrLost) {
			t.Error("released work counts as lost")
		}
		if n := len(k.claims()); n != 0 {
			t.Errorf("%d claims are renewed after release", n)
		}
	})
}

func TestTakenClaimStopsTheWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, stop := running(t, func(context.Context, []Claim) ([]int64, error) { return []int64{2}, nil })
		defer stop()
		lost, releaseLost := k.Hold(t.Context(), Claim{ID: 1, Token: 1})
		defer releaseLost()
		kept, releaseKept := k.Hold(t.Context(), Claim{ID: 2, Token: 1})
		defer releaseKept()
		time.Sleep(renewEvery + time.Second)
		if !errors.Is(context.Cause(lost), ErrLost) {
			t.Errorf("cause %v, want ErrLost", context.Cause(lost))
		}
		if kept.Err() != nil {
			t.Error("the other's work was stopped too")
		}
	})
}

func TestWorkStopsBeforeALeaseEndsThatCannotBeRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, stop := running(t, func(context.Context, []Claim) ([]int64, error) { return nil, errors.New("no database") })
		defer stop()
		ctx, release := k.Hold(t.Context(), Claim{ID: 1, Token: 1})
		defer release()
		start := time.Now()
		<-ctx.Done()
		if took := time.Since(start); took >= For {
			t.Errorf("stopped after %v, the lease ended after %v", took, For)
		}
		if !errors.Is(context.Cause(ctx), ErrLost) {
			t.Errorf("cause %v, want ErrLost", context.Cause(ctx))
		}
	})
}

func running(t *testing.T, renew Renew) (k *Keeper, stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	k = NewKeeper(renew, slog.New(slog.DiscardHandler))
	ended := make(chan struct{})
	go func() { k.Run(ctx); close(ended) }()
	return k, func() { cancel(); <-ended }
}
