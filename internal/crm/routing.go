package crm

import "time"

// RoutingMode is who gets a new lead of a source.
type RoutingMode string

// The modes.
const (
	RouteOffer  RoutingMode = "offer"  // everyone on shift; the first to take gets it
	RouteTurn   RoutingMode = "turn"   // one of those on shift, in turn
	RoutePerson RoutingMode = "person" // one named person
	RoutePool   RoutingMode = "pool"   // nobody is told
)

// RoutingModes lists every mode, in the order in which they are offered.
func RoutingModes() []RoutingMode {
	return []RoutingMode{RouteOffer, RouteTurn, RoutePerson, RoutePool}
}

// Routing is what happens to the leads of a source that nobody holds. The zero
// Routing is the usual one: offered to everyone on shift.
type Routing struct {
	Mode   RoutingMode `json:"mode,omitempty"`   // "" is RouteOffer
	Person StaffID     `json:"person,omitempty"` // of RoutePerson
	Group  GroupID     `json:"group,omitempty"`  // of RouteOffer: offered there, in place of everybody's private chat
	// Working minutes after it was first offered, for a lead that nobody took:
	// when it is offered again, and when the managers are told. 0 is the usual,
	// Never is never.
	AgainAfter int `json:"again_after,omitempty"`
	TellAfter  int `json:"tell_after,omitempty"`
}

// The minutes of Routing.
const (
	Never             = -1
	DefaultAgainAfter = 10
	DefaultTellAfter  = 20
	MaxRouteWait      = 7 * MinutesOfDay
)

// Way is the mode, the usual one where none is set.
func (r Routing) Way() RoutingMode {
	if r.Mode == "" {
		return RouteOffer
	}
	return r.Mode
}

// Place is the group in which leads are offered; 0 for in private. Only leads that are
// offered to everyone go to a group.
func (r Routing) Place() GroupID {
	if r.Way() != RouteOffer {
		return 0
	}
	return r.Group
}

// Again is after how much working time a lead that nobody took is offered again; ok is
// false for never.
func (r Routing) Again() (after time.Duration, ok bool) {
	return minutes(r.AgainAfter, DefaultAgainAfter)
}

// Tell is after how much working time the managers are told of it, never before it is
// offered again; ok is false for never.
func (r Routing) Tell() (after time.Duration, ok bool) {
	usual := DefaultTellAfter
	if r.AgainAfter > 0 {
		usual = 2 * r.AgainAfter
	}
	return minutes(r.TellAfter, usual)
}

func minutes(n, usual int) (time.Duration, bool) {
	if n == 0 {
		n = usual
	}
	return time.Duration(n) * time.Minute, n > 0
}

// check says what is wrong with the routing by itself.
func (r Routing) check() error {
	bad := func(field string) error { return &Error{Code: Invalid, Key: KeyBadValue, Field: field} }
	switch r.Way() {
	case RoutePerson:
		if r.Person == 0 {
			return &Error{Code: Invalid, Key: KeyRequired, Field: "person"}
		}
	case RouteOffer, RouteTurn, RoutePool:
	default:
		return bad("routing")
	}
	for _, n := range []int{r.AgainAfter, r.TellAfter} {
		if n < Never || n > MaxRouteWait {
			return bad("minutes")
		}
	}
	again, offers := r.Again()
	if tell, tells := r.Tell(); offers && tells && tell <= again {
		return &Error{Code: Invalid, Key: KeyTellsFirst, Field: "minutes"}
	}
	return nil
}
