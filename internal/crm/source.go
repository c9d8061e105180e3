package crm

import (
	"context"
	"slices"

	"cartable/internal/persian"
)

// SourceKind is how a source delivers customers.
type SourceKind string

// The kinds of source.
const (
	SourceForm   SourceKind = "form"
	SourceAPI    SourceKind = "api"
	SourceSignup SourceKind = "signup"
	SourceCall   SourceKind = "call"
	SourceManual SourceKind = "manual"
)

// SourceKinds are the kinds that can be added; manual exists from the start.
func SourceKinds() []SourceKind { return []SourceKind{SourceForm, SourceAPI, SourceSignup, SourceCall} }

// Keyed says whether a source of this kind is sent to with its key; the others have
// an address of their own, or are the staff.
func (k SourceKind) Keyed() bool {
	return k == SourceAPI || k == SourceSignup || k == SourceCall
}

// Source is a way by which customers enter the list. Slug is its public name in
// URLs; keys are kept as hashes only (SourceKey). Its kind never changes.
type Source struct {
	ID      SourceID   `json:"id"`
	Kind    SourceKind `json:"kind"`
	Title   Title      `json:"title"`
	Slug    string     `json:"slug,omitempty"`
	Form    HostedForm `json:"form,omitzero"`
	Routing Routing    `json:"routing"`
	Retired bool       `json:"retired,omitempty"`
}

// HostedForm is what the hosted form of a source shows and asks. Its zero parts
// are the form that every business has at first.
type HostedForm struct {
	Title     Title          `json:"title,omitzero"`
	Lead      Title          `json:"lead,omitzero"`    // below the title
	Success   Title          `json:"success,omitzero"` // after it was sent
	Questions []FormQuestion `json:"questions,omitempty"`
}

// FormQuestion is an input of a hosted form, beside the phone number, which is
// always asked first.
type FormQuestion struct {
	Key      string `json:"key"` // of FormKeys, or of a customer field
	Required bool   `json:"required,omitempty"`
	Label    Title  `json:"label,omitzero"` // in place of the field's own
}

// FormKeys are the questions of hosted forms that are no fields of the business.
func FormKeys() []string { return []string{"name", "city", "email", "message"} }

// NewSource is a source as its maker is shown it once: only the hash of Key stays.
type NewSource struct {
	Source
	Key string // "" where the command is a repetition: it was shown then
}

// AddSource makes a source. Actor 0 is the program's command line.
func (s *Service) AddSource(ctx context.Context, cmd Command, title string, kind SourceKind) (NewSource, error) {
	key, hash := newToken()
	slug, _ := newToken()
	out, repeated, err := run(ctx, s, cmd, func(w *work) (Source, error) {
		if cmd.Actor != 0 {
			if err := mustManage(w); err != nil {
				return Source{}, err
			}
		}
		if err := w.baseline(ctx); err != nil {
			return Source{}, err
		}
		before := w.dir.Config()
		t, err := before.newTitle(Title{Text: title}, nil)
		if err != nil {
			return Source{}, err
		}
		if !slices.Contains(SourceKinds(), kind) {
			return Source{}, &Error{Code: Invalid, Key: KeyBadValue, Field: "kind"}
		}
		src := Source{Kind: kind, Title: t, Slug: slugOf(slug), Routing: Routing{Mode: RouteOffer}}
		if src.ID, err = w.InsertSource(ctx, src, hash, w.now); err != nil {
			return Source{}, err
		}
		after := before.canonical()
		after.Sources = append(after.Sources, src)
		v := ConfigVersion{At: w.now, Actor: w.actor.ID, Changes: DiffConfig(before, after)}
		_, err = w.AppendVersion(ctx, v, after)
		return src, err
	})
	if err != nil {
		return NewSource{}, err
	}
	if repeated {
		key = "" // the first call's key is gone with its answer
	}
	return NewSource{Source: out, Key: key}, nil
}

// slugOf shortens a random token to what stands well in a URL.
func slugOf(token string) string {
	out := make([]byte, 0, 8)
	for i := 0; i < len(token) && len(out) < 8; i++ {
		if c := token[i]; c != '-' && c != '_' {
			out = append(out, c)
		}
	}
	return string(out)
}

// SourceByKey finds the source whose key a caller shows, while the key works.
func (s *Service) SourceByKey(ctx context.Context, key string) (Source, error) {
	return s.store.SourceByKey(ctx, hashToken(key), s.now())
}

// SourceBySlug finds the source of a hosted form.
func (s *Service) SourceBySlug(ctx context.Context, slug string) (Source, error) {
	return s.store.SourceBySlug(ctx, persian.Clean(slug))
}
