package bot

import (
	"context"

	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// shape opens a part of what managers shape, in place of a message, or below for
// message 0.
func (r *request) shape(ctx context.Context, message int, part string) error {
	if !r.staff.Manages() {
		return &crm.Error{Code: crm.Forbidden, Key: crm.KeyManagers}
	}
	switch part {
	case "statuses", "fields":
		show := screen.Shaper.Fields
		if part == "statuses" {
			show = func(s screen.Shaper) view.Message { return s.Statuses(false) }
		}
		return r.shapeScreen(ctx, show)
	case "sources":
		return r.showSources(ctx, false)
	case "business":
		return r.shapeScreen(ctx, screen.Shaper.Business)
	case "log":
		return r.configLog(ctx, message, 0)
	case "staff":
		return r.team(ctx, message)
	case "config":
		return r.configFile(ctx)
	default:
		open, err := r.Domain.CountProposals(ctx)
		if err != nil {
			return err
		}
		_, err = r.show(ctx, message, r.reader().Settings(open))
		return err
	}
}
