package crm

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"time"
)

// Invite is a one-time link into the staff. Only the hash of its token is kept.
type Invite struct {
	ID        InviteID  `json:"id"`
	Role      Role      `json:"role"`
	By        StaffID   `json:"by,omitempty"` // 0 when the program made it, for the first owner
	ExpiresAt time.Time `json:"expires_at"`
}

// InviteLife is how long an invite link works, unless its maker chooses otherwise.
const InviteLife = 7 * 24 * time.Hour

// InviteLives are the lives that an invite can be given, in the order in which they
// are offered.
func InviteLives() []time.Duration {
	return []time.Duration{24 * time.Hour, InviteLife, 30 * 24 * time.Hour}
}

// MaxOpenInvites is how many open invites are listed.
const MaxOpenInvites = 10

// NewInvite is an invite as its maker is shown it once: the token is stored nowhere.
type NewInvite struct {
	Invite
	Token string
}

// NewInvite makes a one-time token that makes whoever opens it within life, one of
// InviteLives, a member of staff in the role. Only the program (Actor 0) makes
// owners, and only while there is none. A repetition answers KeyBadInvite and the
// first call's invite, whose token is gone with its answer.
func (s *Service) NewInvite(ctx context.Context, cmd Command, role Role, life time.Duration) (NewInvite, error) {
	token, hash := newToken()
	inv, repeated, err := run(ctx, s, cmd, func(w *work) (Invite, error) {
		if err := w.mayInvite(cmd, role); err != nil {
			return Invite{}, err
		}
		if err := mustBeLife(life); err != nil {
			return Invite{}, err
		}
		inv := Invite{Role: role, By: cmd.Actor, ExpiresAt: w.now.Add(life)}
		id, err := w.InsertInvite(ctx, hash, inv, w.now)
		inv.ID = id
		return inv, err
	})
	if err == nil && repeated {
		return NewInvite{Invite: inv}, fail(Gone, KeyBadInvite)
	}
	if err != nil {
		return NewInvite{}, err
	}
	return NewInvite{Invite: inv, Token: token}, nil
}

func (w *work) mayInvite(cmd Command, role Role) error {
	if cmd.Actor == 0 && role == Owner {
		if st, ok := w.owner(); ok {
			return &Error{Code: Conflict, Key: KeyLastOwner, Staff: st.ID}
		}
		return nil
	}
	if role != Agent && role != Manager {
		return fail(Forbidden, KeyManagers)
	}
	return mustManage(w)
}

func mustBeLife(life time.Duration) error {
	if !slices.Contains(InviteLives(), life) {
		return &Error{Code: Invalid, Key: KeyBadValue}
	}
	return nil
}

// SetInviteLife has an open invite work for life from now on, by the same link.
// KeyInviteOver where it was used, revoked or is expired.
func (s *Service) SetInviteLife(ctx context.Context, cmd Command, token string, life time.Duration) (Invite, error) {
	out, _, err := run(ctx, s, cmd, func(w *work) (Invite, error) {
		if err := mustManage(w); err != nil {
			return Invite{}, err
		}
		if err := mustBeLife(life); err != nil {
			return Invite{}, err
		}
		return w.SaveInviteLife(ctx, hashToken(token), w.now.Add(life), w.now)
	})
	return out, err
}

// RevokeInvite ends an open invite: its link works for nobody any more. KeyInviteOver
// where it was used, revoked or is expired.
func (s *Service) RevokeInvite(ctx context.Context, cmd Command, id InviteID) error {
	_, _, err := run(ctx, s, cmd, func(w *work) (struct{}, error) {
		if err := mustManage(w); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, w.RevokeInvite(ctx, id, w.now)
	})
	return err
}

// FindInvite reads the open invite of a token; KeyInviteOver where it was used,
// revoked or is expired.
func (s *Service) FindInvite(ctx context.Context, actor Staff, token string) (Invite, error) {
	if !actor.Manages() {
		return Invite{}, fail(Forbidden, KeyManagers)
	}
	return s.store.OpenInvite(ctx, hashToken(token), s.now())
}

// OpenInvites reads the invites that still can be opened, the newest first, at most
// MaxOpenInvites.
func (s *Service) OpenInvites(ctx context.Context, actor Staff) ([]Invite, error) {
	if !actor.Manages() {
		return []Invite{}, fail(Forbidden, KeyManagers)
	}
	return s.store.OpenInvites(ctx, s.now(), MaxOpenInvites)
}

// newToken returns a token for a start link and the hash that is stored of it.
func newToken() (token string, hash []byte) {
	raw := make([]byte, 18)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the program instead
	token = base64.RawURLEncoding.EncodeToString(raw)
	return token, hashToken(token)
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
