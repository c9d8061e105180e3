package bot

import (
	"context"
	"errors"
	"time"

	"cartable/bot/form"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// fresh is how long after its last answer a form may take a number for a remark.
const fresh = 3 * time.Minute

// typeIntoForm gives typed words to the form that is open. A number alone, where
// none is asked for, is looked up, since an agent may be asked about another
// customer; as a note, or the like, it is taken while the form is fresh.
func (r *request) typeIntoForm(ctx context.Context, open OpenForm) error {
	if number, alone := r.numberAlone(); alone {
		taken, err := r.takesNumber(ctx, open)
		if err != nil {
			return err
		}
		if !taken {
			return r.byPhone(ctx, number, "")
		}
	}
	_, err := r.advance(ctx, open.ID, true, func(def form.Definition, d form.Draft) (form.Draft, form.Outcome) {
		return form.Type(def, d, r.up.Text, r.env())
	})
	return err
}

// takesNumber says whether a telephone number may be the answer to the question that
// is open. A form whose answers are lost says so itself.
func (r *request) takesNumber(ctx context.Context, open OpenForm) (bool, error) {
	d, err := r.Drafts.Load(ctx, open.ID)
	if errors.Is(err, ErrDraftGone) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	def, err := r.define(ctx, d)
	if err != nil {
		return true, nil //nolint:nilerr // met again, and told, where the input is taken
	}
	q, asked := def.Question(d.Current)
	switch {
	case !asked:
		return d.Current != "", nil // the question is gone, which the form says
	case q.Type == crm.Phone || open.Kind == formFind:
		return true, nil
	default:
		return q.Type == crm.LongText && r.now.Sub(open.TouchedAt) <= fresh, nil
	}
}

// numberAlone is the telephone number that the whole text is.
func (r *request) numberAlone() (persian.Phone, bool) {
	found := persian.FindPhones(r.up.Text)
	if len(found) != 1 || nameBeside(r.up.Text, found[0]) != "" {
		return "", false
	}
	return found[0].Phone, true
}

// contactIntoForm gives a shared contact to the form that is open. taken is false
// where the form asks for something else.
func (r *request) contactIntoForm(ctx context.Context, open OpenForm, phone string) (taken bool, err error) {
	taken = true // whatever else the form says to it
	_, err = r.advance(ctx, open.ID, true, func(def form.Definition, d form.Draft) (form.Draft, form.Outcome) {
		q, _ := def.Question(d.Current)
		if taken = q.Type == crm.Phone; !taken {
			return d, form.Outcome{}
		}
		return form.Contact(def, d, phone, r.env())
	})
	return taken, err
}

// fileIntoForm gives an uploaded file to the form that is open. taken is false where
// the form asks for something else, and the file can be taken as the configuration.
func (r *request) fileIntoForm(ctx context.Context, open OpenForm) (taken bool, err error) {
	taken = true
	_, err = r.advance(ctx, open.ID, true, func(def form.Definition, d form.Draft) (form.Draft, form.Outcome) {
		q, _ := def.Question(d.Current)
		if taken = q.Type == crm.File || !r.isConfig(); !taken {
			return d, form.Outcome{}
		}
		return form.Attach(def, d, r.up.File.ID, r.up.File.Name, r.env())
	})
	return taken, err
}
