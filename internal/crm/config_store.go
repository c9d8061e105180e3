package crm

import (
	"context"
	"time"
)

// ConfigReader is what commands and screens ask about the configuration beside the
// directory.
type ConfigReader interface {
	// LastHolder finds who held a customer last before the present holder; 0 for nobody.
	LastHolder(ctx context.Context, id CustomerID, present StaffID) (StaffID, error)
	// ConfigAt is the configuration as a version left it.
	ConfigAt(ctx context.Context, version int64) (Config, error)
	// ConfigLog returns versions before the given one (0: from the newest), newest
	// first, without those that changed nothing.
	ConfigLog(ctx context.Context, before int64, limit int) ([]ConfigVersion, error)
	// StoredDraft returns what somebody has not published; ok is false for nothing,
	// of which only Made is known.
	StoredDraft(ctx context.Context, staff StaffID) (d StoredDraft, ok bool, err error)
	// StatusUse counts who has the statuses now, in the order of the IDs, and the forms
	// that are open for them and were touched after since.
	StatusUse(ctx context.Context, ids []StatusID, since time.Time) ([]Impact, error)
}

// ConfigTx is what changing the configuration asks of a transaction.
type ConfigTx interface {
	// LockConfig lets one transaction at a time change the configuration.
	LockConfig(ctx context.Context) error
	SaveSettings(ctx context.Context, s Settings) error
	// InsertStatus makes a status with nothing but its ID, and InsertField a field
	// with what never changes of it; saving fills the rest.
	InsertStatus(ctx context.Context) (StatusID, error)
	SaveStatus(ctx context.Context, s Status, at time.Time) error
	InsertField(ctx context.Context, f Field) (FieldID, error)
	SaveField(ctx context.Context, f Field, at time.Time) error
	InsertSource(ctx context.Context, s Source, keyHash []byte, at time.Time) (SourceID, error)
	SaveSource(ctx context.Context, s Source, at time.Time) error
	// InsertSourceKey gives a source a key more, and EndSourceKeys has those that it
	// has work until an instant at most.
	InsertSourceKey(ctx context.Context, id SourceID, hash []byte, at time.Time) error
	EndSourceKeys(ctx context.Context, id SourceID, until time.Time) error
	// EndOlderKeys ends all keys of a source at an instant but the newest.
	EndOlderKeys(ctx context.Context, id SourceID, at time.Time) error
	// AppendVersion writes a version with the configuration that it leaves, and
	// returns its number.
	AppendVersion(ctx context.Context, v ConfigVersion, left Config) (int64, error)

	// LockDraft lets one transaction at a time change somebody's draft.
	LockDraft(ctx context.Context, staff StaffID) error
	SaveDraft(ctx context.Context, staff StaffID, d StoredDraft) error
	// DeleteDraft forgets a draft but for its Made.
	DeleteDraft(ctx context.Context, staff StaffID) error
}

// ConfigVersion is a change of the configuration: who made it, when, and what.
type ConfigVersion struct {
	Version int64
	At      time.Time
	Actor   StaffID // 0 for the program
	Changes []ConfigChange
	Undoes  int64 // the version that this one took back; 0 for none
}

// StoredDraft is what a manager has edited and not published: Base is the version
// that they began with.
type StoredDraft struct {
	Base      int64
	Target    Config
	TouchedAt time.Time
	Made      int64 // the lowest ID that this manager's drafts ever gave to something new
}

// Impact is what a change of a status touches, or one of how long customers are kept.
type Impact struct {
	Status    StatusID
	Customers int // who have it now
	Forms     int // that are being filled in for it
	Erased    int // without a status: whom the next night erases, counted up to RetentionCounted
}
