package crm

import (
	"context"
	"fmt"

	"cartable/internal/persian"
)

// TestLead sends one lead through a source as anybody's would come: recorded,
// routed, offered, told, also to the manager who sends it. name marks it as a test.
// Only Erase takes it back, since what the program recorded is nobody's to undo.
func (s *Service) TestLead(ctx context.Context, cmd Command, source SourceID, name string) (Arrival, error) {
	out, repeated, err := run(ctx, s, cmd, func(w *work) (Arrival, error) {
		if err := mustManage(w); err != nil {
			return Arrival{}, err
		}
		w.actor = Staff{} // nobody is told of their own doing, and this is to be told
		a, c, e, err := w.arrive(ctx, Inquiry{Source: source, Phone: testPhone(w.now.UnixMilli()), Name: name})
		if err != nil {
			return Arrival{}, err
		}
		return a, w.announce(ctx, c, e)
	})
	out.Repeated = repeated
	return out, err
}

// testPhone is a number that rings nowhere: no country has the code 999. It is
// another one for every test, so that each is a new customer and goes the whole way,
// where the one before would only be told to whoever holds it.
// Source: ITU-T E.164, list of country codes: 999 is reserved.
func testPhone(n int64) persian.Phone {
	const rest = 1_000_000_000_000 // 15 digits in all
	return persian.Phone(fmt.Sprintf("+999%012d", n%rest))
}
