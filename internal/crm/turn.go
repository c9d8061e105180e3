package crm

import "time"

// Turn is how it stands with somebody who receives leads in turn.
type Turn struct {
	Staff    StaffID
	Received int       // what routing brought them on the day
	Last     time.Time // when it last did, on whichever day; zero for never
	Held     int       // how many customers they hold; counted as far as their limit only
}

// nextInTurn is whose turn it is: who received least on the day, of those whoever
// received longest ago. Whoever is at their limit is passed over; 0 for nobody.
func nextInTurn(turns []Turn, staff map[StaffID]Staff) StaffID {
	var best Turn
	for _, t := range turns {
		limit := staff[t.Staff].Limit
		switch {
		case limit > 0 && t.Held >= limit:
		case best.Staff == 0 || t.Received < best.Received,
			t.Received == best.Received && t.Last.Before(best.Last):
			best = t
		}
	}
	return best.Staff
}
