package rig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"

	"github.com/Shopify/toxiproxy/v2/toxics"
)

const commitToxicType = "lost_commit"

// LoseCommits has the share (0 to 1) of PostgreSQL's answers to COMMIT lost, at random, and
// their connections with them, until release is called; lost counts them. What the
// answer was to is committed then: the server does not answer before.
func (p *Proxy) LoseCommits(ctx context.Context, share float64) (lost func() int64, release func(), err error) {
	toxics.Register(commitToxicType, new(commitToxic))
	release, err = p.spoil(ctx, commitToxicType, fmt.Sprintf(`{"share": %g}`, share), "downstream")
	if err != nil {
		return nil, nil, err
	}
	toxic, ok := p.Toxics.GetToxic(commitToxicType + "-downstream").Toxic.(*commitToxic)
	if !ok {
		release()
		return nil, nil, errors.New("the proxy has another toxic than was added")
	}
	return toxic.lost.Load, release, nil
}

// commitToxic ends a connection in place of the answer to COMMIT.
type commitToxic struct {
	Share float64 `json:"share"`

	lost atomic.Int64
}

// committed is the message CommandComplete of a COMMIT. Source: PostgreSQL manual, 55.7
// "Message Formats".
var committed = []byte("C\x00\x00\x00\x0bCOMMIT\x00")

// Pipe implements toxics.Toxic. Of an answer that comes in two pieces the second is lost.
func (t *commitToxic) Pipe(stub *toxics.ToxicStub) {
	var tail []byte // of what was let through
	for {
		select {
		case <-stub.Interrupt:
			return
		case chunk := <-stub.Input:
			if chunk == nil {
				stub.Close()
				return
			}
			seen := slices.Concat(tail, chunk.Data)
			if bytes.Contains(seen, committed) && rand.Float64() < t.Share { //nolint:gosec // chance, no secret
				t.lost.Add(1)
				stub.Close()
				return
			}
			tail = bytes.Clone(seen[max(0, len(seen)-len(committed)+1):])
			stub.Output <- chunk
		}
	}
}
