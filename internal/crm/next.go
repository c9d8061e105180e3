package crm

import (
	"context"
	"slices"
)

// NextMode is a way of saying who may be chosen as the next colleague.
type NextMode string

// The modes.
const (
	NextAnyone NextMode = "anyone"
	NextRole   NextMode = "role"   // whoever has Role; the owner counts as a manager
	NextPeople NextMode = "people" // People
	NextLast   NextMode = "last"   // who held the customer last before the present holder
)

// NextRule is who may be chosen when a status asks for the next colleague. Where
// it leaves nobody who is active, anyone may be: work must not stand still.
type NextRule struct {
	Mode   NextMode  `json:"mode"`
	Role   Role      `json:"role,omitempty"`
	People []StaffID `json:"people,omitempty"`
}

// Candidates are the active staff who may be next by the rule, by the order in
// which they joined. last is who held the customer last before the present
// holder; it counts for NextLast alone, 0 for nobody.
func (d Directory) Candidates(rule NextRule, last StaffID) []Staff {
	all := d.ActiveStaff()
	some := slices.DeleteFunc(slices.Clone(all), func(s Staff) bool { return !rule.admits(s, last) })
	if len(some) == 0 {
		return all
	}
	return some
}

func (r NextRule) admits(s Staff, last StaffID) bool {
	switch r.Mode {
	case NextRole:
		return s.Role == r.Role || r.Role == Manager && s.Role.Manages()
	case NextPeople:
		return slices.Contains(r.People, s.ID)
	case NextLast:
		return s.ID == last
	default:
		return true
	}
}

// nextFor are who may be next when the status is set for a customer. Setting it
// again may leave the customer with whom it is.
func nextFor(ctx context.Context, read ConfigReader, dir Directory, status Status, c Customer) ([]Staff, error) {
	var last StaffID
	if status.Next.Mode == NextLast {
		var err error
		if last, err = read.LastHolder(ctx, c.ID, c.Holder); err != nil {
			return nil, err
		}
	}
	some := dir.Candidates(status.Next, last)
	holder, ok := dir.Staff[c.Holder]
	if ok && holder.Active() && c.Status.Status == status.ID && !slices.ContainsFunc(some, func(s Staff) bool { return s.ID == holder.ID }) {
		some = append(some, holder)
	}
	return some, nil
}

// NextColleagues are who may be chosen as the next colleague when the status is
// set for a customer: SetStatus takes nobody else.
func (s *Service) NextColleagues(ctx context.Context, dir Directory, status Status, c Customer) ([]Staff, error) {
	return nextFor(ctx, s.store, dir, status, c)
}
