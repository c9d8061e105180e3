package bot

import (
	"context"

	"cartable/bot/view"
	"cartable/internal/crm"
)

// shape opens a part of what managers shape, in place of a message, or below for
// message 0.
func (r *request) shape(ctx context.Context, message int, part string) error {
	if !r.staff.Manages() {
		return &crm.Error{Code: crm.Forbidden, Key: crm.KeyManagers}
	}
	var m view.Message
	switch part {
	case "staff":
		m = r.reader().Team()
	default:
		m = r.reader().Settings()
	}
	_, err := r.show(ctx, message, m)
	return err
}
