package bot

import (
	"context"

	"cartable/bot/callback"
	"cartable/bot/screen"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// erase asks a manager whether a customer is to be erased, and erases on their yes.
func (r *request) erase(ctx context.Context, ref callback.Ref) (string, error) {
	id, card := crm.CustomerID(ref.Record), int(ref.Arg)
	if ref.Value != screen.EraseYes {
		c, err := r.Domain.Card(ctx, r.dir, r.staff, id, 0)
		if err != nil {
			return "", err
		}
		return "", r.inPlace(ctx, r.reader().ConfirmErase(c.Customer, card))
	}
	_, err := r.Domain.Erase(ctx, r.command(), id)
	if err != nil && !crm.IsKey(err, crm.KeyErased) {
		return "", err
	}
	// Also for whom was erased before, since closing the forms may have failed then.
	if err := r.closeFormsAbout(ctx, id); err != nil {
		return "", err
	}
	if card != 0 {
		if err := r.Messenger.Edit(ctx, r.up.ChatID, card, r.reader().Erased()); err != nil {
			r.Log.Debug("close the card of somebody erased", "error", err)
		}
	}
	return "", r.inPlace(ctx, r.reader().ErasedNow())
}

// eraseUndone asks a manager whether what was undone of a number is to be erased, and
// erases on their yes.
func (r *request) eraseUndone(ctx context.Context, p persian.Phone, sure bool) error {
	if !sure {
		found, err := r.Domain.Undone(ctx, r.staff, p)
		switch {
		case err != nil:
			return err
		case !found:
			return &crm.Error{Code: crm.NotFound, Key: crm.KeyNoCustomer}
		}
		return r.inPlace(ctx, r.reader().ConfirmEraseUndone(p))
	}
	out, err := r.Domain.EraseUndone(ctx, r.command(), p)
	if err != nil {
		return err
	}
	if err := r.closeFormsAbout(ctx, out.Customer); err != nil {
		return err
	}
	return r.inPlace(ctx, r.reader().ErasedNow())
}

// closeFormsAbout ends what anybody is filling in about a customer, with the answers.
func (r *request) closeFormsAbout(ctx context.Context, id crm.CustomerID) error {
	open, err := r.Forms.About(ctx, id)
	if err != nil {
		return err
	}
	for _, f := range open {
		if err := r.Drafts.Delete(ctx, f.ID); err != nil {
			return err
		}
		rd := r.readerOf(r.dir, r.dir.Staff[f.Staff])
		if f.Message != 0 {
			if err := r.Messenger.Edit(ctx, f.ChatID, f.Message, rd.FormOver(rd.P.T("error.erased"))); err != nil {
				r.Log.Debug("close a form about somebody erased", "error", err)
			}
		}
		r.FormEnded("lost")
		if err := r.Forms.Close(ctx, f.ID); err != nil {
			return err
		}
	}
	return nil
}

// onCustomer is the outcome of a button that is about one customer. The message with
// the button of somebody who was erased goes from the chat too; but for Open's,
// which may be a list of others.
func (r *request) onCustomer(ctx context.Context, ref callback.Ref, toast string, err error) (string, error) {
	below := ref.Action == callback.Open && ref.Value == ""
	if below || !crm.IsKey(err, crm.KeyErased) {
		return toast, err
	}
	if shown := r.inPlace(ctx, r.reader().Erased()); shown != nil {
		return "", shown
	}
	return toast, err
}
