package crm

import (
	"time"

	"cartable/internal/persian"
)

// NotificationKind says what a notification tells its recipient.
type NotificationKind string

// What staff are told of.
const (
	NotifyLead      NotificationKind = "lead"      // a customer waits to be taken
	NotifyInquiry   NotificationKind = "inquiry"   // the recipient's customer came again, or a manager's colleague's whom nothing reaches
	NotifyHandOver  NotificationKind = "hand_over" // a customer came into the recipient's cartable
	NotifyAway      NotificationKind = "away"      // somebody else moved a customer out of the recipient's cartable
	NotifyReturned  NotificationKind = "returned"  // a hand-off of the recipient's came back
	NotifyMoved     NotificationKind = "moved"     // an appointment that concerns the recipient changed
	NotifyReminder  NotificationKind = "reminder"  // a reminder rings
	NotifyEscalated NotificationKind = "escalated" // nobody reacted to a reminder
	NotifyAsked     NotificationKind = "asked"     // a colleague asks for the recipient's customer
	NotifyGiven     NotificationKind = "given"     // the answer to that: no
	NotifyShared    NotificationKind = "shared"    // several customers came into the recipient's cartable
	NotifyPasted    NotificationKind = "pasted"    // an agent's pasted list waits to be shared out
	NotifyLeft      NotificationKind = "left"      // a removed colleague's cartable waits for a new holder
	NotifySilent    NotificationKind = "silent"    // a colleague cannot be reached any more
	NotifyRouted    NotificationKind = "routed"    // a lead came into the recipient's cartable by its source's routing
	NotifyUntaken   NotificationKind = "untaken"   // nobody took a lead
	NotifyRole      NotificationKind = "role"      // the recipient has another role
	NotifyAccess    NotificationKind = "access"    // the recipient was suspended, readmitted or removed

	NotifyProposal        NotificationKind = "proposal"         // an agent asks for something new
	NotifyProposalDecided NotificationKind = "proposal_decided" // what became of the recipient's proposal
	NotifyGroupLeft       NotificationKind = "group_left"       // the bot is not in a group any more

	NotifyMorning  NotificationKind = "morning"  // the recipient's day begins
	NotifyEvening  NotificationKind = "evening"  // the report of the day
	NotifyEntering NotificationKind = "entering" // the time for entering numbers begins
	NotifyCalling  NotificationKind = "calling"  // the time for calling begins
)

// SummarisableKinds are those of which many may become one message.
func SummarisableKinds() []NotificationKind {
	return []NotificationKind{NotifyLead, NotifyInquiry, NotifyUntaken}
}

// UrgentKinds are those that do not wait while their reader answers a question.
func UrgentKinds() []NotificationKind {
	return []NotificationKind{NotifyReminder, NotifyEscalated, NotifyAccess}
}

// CardLife is how long a message that was sent is kept up to date.
const CardLife = 14 * 24 * time.Hour

// Notification is a duty to tell somebody about an event. It has no text: it is
// worded when it is sent, from the event that it names. It is for a member of staff,
// or a lead for a group: To or Group is set.
type Notification struct {
	ID         NotificationID
	To         StaffID
	Group      GroupID
	Kind       NotificationKind
	Customer   CustomerID    // 0 for what is about no customer
	Event      EventID       // 0 for what no event tells of
	Reminder   ReminderID    // of NotifyReminder and NotifyEscalated
	Due        time.Time     // of the ring: a later Due replaces it; of what the routine tells, when it was to come
	Ring       int           // 1 for the first ring, 2 for the repeated one; of NotifyLead, 2 for offered again
	About      StaffID       // NotifyLeft, NotifySilent: whom; NotifyPasted: who
	Batch      BatchID       // NotifyShared, NotifyPasted
	AboutGroup GroupID       // NotifyGroupLeft
	Count      int           // NotifyShared, NotifyPasted, NotifyLeft: how many customers; NotifyGroupLeft: how many sources
	Proposal   ProposalID    // NotifyProposal, NotifyProposalDecided
	Day        persian.Civil // NotifyMorning, NotifyEvening: whose
	Since      persian.Civil // likewise: the first of the days before it that were missed; zero for none
	CreatedAt  time.Time
}
