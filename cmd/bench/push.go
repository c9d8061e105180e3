package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"cartable/internal/crm"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

const (
	pushChats = 60
	pushLeads = 400
	pushEvery = 50 * time.Millisecond // 20 a second
	pushP50   = 10 * time.Millisecond
	pushP99   = 50 * time.Millisecond
)

// pushes are the row on how soon somebody knows of a lead.
func pushes() measurement {
	return measurement{3, "from the 201 to the push's arrival at Telegram", measurePush}
}

// measurePush sends leads at an even pace, each of which goes to one person in turn.
func measurePush(ctx context.Context, s *setting) (out []figure, err error) {
	office, err := s.NewOffice(ctx, "push", pushChats, tgsim.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, office.Close()) }()
	if err := office.Route(ctx, office.Source.ID, crm.Routing{Mode: crm.RouteTurn}); err != nil {
		return nil, err
	}
	program, err := office.NewProgram(nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, program.Kill()) }()
	if err := program.Run(ctx, nil); err != nil {
		return nil, err
	}
	poster := rig.NewPoster(program, office.Source.Key, 4)
	defer poster.Close()
	if _, err := postPushes(ctx, poster, 0, pushChats); err != nil { // everything once, cold
		return nil, err
	}
	accepted, err := postPushes(ctx, poster, pushChats, pushLeads)
	if err != nil {
		return nil, err
	}
	if err := office.Settled(ctx, time.Minute); err != nil {
		return nil, err
	}
	arrivals, err := office.Arrivals(ctx)
	if err != nil {
		return nil, err
	}
	var took []time.Duration
	for _, a := range arrivals {
		if at, ok := accepted[a.Customer]; ok && a.Kind == crm.NotifyRouted {
			took = append(took, a.At.Sub(at))
		}
	}
	if len(took) != pushLeads {
		return nil, fmt.Errorf("%d of %d pushes arrived", len(took), pushLeads)
	}
	p50, p99 := rig.Quantile(took, 0.5), rig.Quantile(took, 0.99)
	return []figure{{
		Row: 3, What: fmt.Sprintf("201 to the push at Telegram, 20 leads/s, one recipient each, %d chats", pushChats),
		Ours: fmt.Sprintf("p50 %.1f ms, p99 %.1f ms", milliseconds(p50), milliseconds(p99)),
		Goal: "p50 ≤ 10 ms, p99 ≤ 50 ms", Met: p50 <= pushP50 && p99 <= pushP99,
	}}, nil
}

// postPushes posts leads at an even pace and returns when each customer's 201 was read.
func postPushes(ctx context.Context, poster *rig.Poster, from, n int) (map[crm.CustomerID]time.Time, error) {
	accepted := make(map[crm.CustomerID]time.Time, n)
	var mu sync.Mutex
	var wg sync.WaitGroup
	var failed error
	tick := time.NewTicker(pushEvery)
	defer tick.Stop()
	for i := from; i < from+n; i++ {
		wg.Go(func() {
			a := poster.Post(ctx, rig.Phone(i), rig.Phone(i), fmt.Sprintf("Lead %d", i))
			at := time.Now()
			mu.Lock()
			defer mu.Unlock()
			if !a.Accepted() {
				failed = fmt.Errorf("a lead was answered with %d", a.Code)
			}
			accepted[crm.CustomerID(a.Customer)] = at
		})
		<-tick.C
	}
	wg.Wait()
	return accepted, failed
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
