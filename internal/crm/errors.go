package crm

import "errors"

// Code classes an error for people by what they can do about it.
type Code string

// The classes.
const (
	Invalid   Code = "invalid"   // what was asked cannot be; Field names the part
	Forbidden Code = "forbidden" // the actor may not
	NotFound  Code = "not_found" // no such record, or not for this actor
	Conflict  Code = "conflict"  // somebody else was there first
	Gone      Code = "gone"      // too late: expired, undone, already settled
)

// Error is an error for people. The catalogue words it by Key ("error." + Key);
// Staff and Field are for its wording. All other errors are faults.
type Error struct {
	Code     Code
	Key      string
	Staff    StaffID // whom it is about: who holds the customer, say
	Field    string  // the part of the input that it is about
	FieldID  FieldID // likewise, for fields of a status or of the customer
	Customer CustomerID
	Title    Title     // of the status, field or source that it is about, where it is no field's ID
	Problems []Problem // KeyConfigProblems: what is wrong
}

func (e *Error) Error() string {
	s := "crm: " + string(e.Code) + ": " + e.Key
	if e.Field != "" {
		s += " (" + e.Field + ")"
	}
	return s
}

// IsKey says whether err is an Error for people with this key.
func IsKey(err error, key string) bool {
	var e *Error
	return errors.As(err, &e) && e.Key == key
}

// The keys that callers tell apart.
const (
	KeyChanged     = "changed"      // the customer is at another version than the actor saw
	KeyTaken       = "taken"        // somebody (Staff) holds the customer already
	KeyYours       = "yours"        // the actor holds it already
	KeyNotActive   = "not_active"   // the actor is suspended, removed or unknown
	KeyNotYours    = "not_yours"    // only the holder (Staff) and managers may
	KeyManagers    = "managers"     // only managers may
	KeyNoCustomer  = "no_customer"  // no such customer, or not for this actor
	KeyNoStatus    = "no_status"    // no such status, or it is retired
	KeyRequired    = "required"     // a required answer is missing
	KeyBadValue    = "bad_value"    // an answer is not of its field's kind
	KeyNoColleague = "no_colleague" // the colleague chosen is not active
	KeyNoReminder  = "no_reminder"  // the reminder is not open any more
	KeyPast        = "past"         // the instant is over
	KeyTooLate     = "too_late"     // undo after its 60 seconds, or after another command
	KeyUndone      = "undone"       // undone already
	KeyBadInvite   = "bad_invite"   // the link was used, is expired, never was, or its maker may not invite any more
	KeyNoPhone     = "no_phone"     // no number in it, or one that cannot be
	KeyPhoneOther  = "phone_other"  // the number belongs to another customer (Customer)
	KeyNoHandoff   = "no_handoff"   // nothing to accept or return any more
	KeyLastOwner   = "last_owner"   // the owner cannot be suspended or removed
	KeyNoLead      = "no_lead"      // no customer waits to be taken
	KeyEmpty       = "empty"        // text is missing
	KeyTooLong     = "too_long"     // text is over its bound
	KeyNoSource    = "no_source"    // no such source, or it is retired
	KeyNoGroup     = "no_group"     // no such group, or the bot is not there any more
	KeyErased      = "erased"       // the customer was erased
	KeyInviteOver  = "invite_over"  // the invite was used, revoked or is expired
	KeyNotAfter    = "not_after"    // the status may not follow the customer's
	KeyNotNext     = "not_next"     // the colleague (Staff) may not be next for this status
	KeyDefinition  = "definition"   // the status is defined otherwise than the actor saw
)

// The keys of configuration.
const (
	KeyNoField        = "no_field"        // no such field or choice
	KeyDuplicate      = "duplicate"       // something (Title) is called so already
	KeyTooMany        = "too_many"        // the list is full
	KeyBuiltIn        = "built_in"        // cannot be retired
	KeyConfigConflict = "config_conflict" // somebody (Staff) published another change of the same thing (Title)
	KeyConfigProblems = "config_problems" // Problems are to be put right first
	KeyConfigNothing  = "config_nothing"  // there is nothing to publish
	KeyConfigUndo     = "config_undo"     // not the newest change, or another's
	KeyBadHours       = "bad_hours"       // spans that are no part of a day, or overlap
	KeyOwnersRole     = "owners_role"     // the owner's role changes by passing ownership on alone
	KeyOwnerOnly      = "owner_only"      // only the owner may
	KeyConfigMoved    = "config_moved"    // the configuration is at another version than the actor saw
	KeyNoDayLeft      = "no_day_left"     // a shift without any working time
	KeyTellsFirst     = "tells_first"     // managers would be told before a lead is offered again
)

// The keys of proposals.
const (
	KeyNoProposal        = "no_proposal"        // no such proposal, or not for this actor
	KeyProposalsFull     = "proposals_full"     // too many of the actor's wait already
	KeyProposalDecided   = "proposal_decided"   // a manager (Staff) has decided on it
	KeyProposalWithdrawn = "proposal_withdrawn" // its maker (Staff) took it back
	KeyProposalShaped    = "proposal_shaped"    // it is in the draft of a manager (Staff)
)

func fail(code Code, key string) *Error { return &Error{Code: code, Key: key} }
