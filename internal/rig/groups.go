package rig

import (
	"context"
	"fmt"

	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// OfferGroup is a group chat in which the leads of a source of its own are offered.
type OfferGroup struct {
	*tgsim.Group

	Source crm.NewSource
}

// Route has the leads of a source go another way than to everyone.
func (o *Office) Route(ctx context.Context, id crm.SourceID, r crm.Routing) error {
	if err := o.Domain.SetRouting(ctx, o.Command(o.Owner), id, r); err != nil {
		return fmt.Errorf("route a source: %w", err)
	}
	return nil
}

// Groups adds n of them to the business.
func (o *Office) Groups(ctx context.Context, n int) ([]OfferGroup, error) {
	var out []OfferGroup
	for i := range n {
		title := fmt.Sprintf("Group %d", i+1)
		chat := o.Sim.Group(title, o.Owner.Person)
		group, err := o.Domain.AddGroup(ctx, o.Command(o.Owner), chat.ID(), title)
		if err != nil {
			return nil, fmt.Errorf("add a group: %w", err)
		}
		source, err := o.Domain.AddSource(ctx, o.Command(Member{}), "Site of "+title, crm.SourceAPI)
		if err != nil {
			return nil, fmt.Errorf("add a group's source: %w", err)
		}
		if err := o.Domain.OfferInGroup(ctx, o.Command(o.Owner), source.ID, group.ID); err != nil {
			return nil, fmt.Errorf("offer in a group: %w", err)
		}
		out = append(out, OfferGroup{Group: chat, Source: source})
	}
	return out, nil
}
