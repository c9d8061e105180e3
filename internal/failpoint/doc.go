// Package failpoint lets a fault rig end the program at exact places.
//
// A place in the code is a Point that is reached. In an ordinary build reaching it
// does nothing and costs nothing. In a build with the tag "faults" the environment
// variable CARTABLE_FAILPOINT names one point and how often it may be reached,
//
//	CARTABLE_FAILPOINT=intake.committed:17
//
// and at that time the process kills itself with SIGKILL: as by a power cut, nothing
// is finished, flushed or told.
package failpoint

// Point is a place in the program.
type Point string

// The points, each named by what has just happened.
const (
	IntakeRead       Point = "intake.read"       // a submission was read, nothing is stored
	CommandBegun     Point = "command.begun"     // a command of the domain has begun, nothing is written
	CommandDone      Point = "command.done"      // it has decided, it is not committed
	CommandCommitted Point = "command.committed" // it is committed, nobody knows
	IntakeRecorded   Point = "intake.recorded"   // an inquiry is stored, its caller has no answer
	IntakeAnswered   Point = "intake.answered"   // the answer was written
	InboxStored      Point = "inbox.stored"      // updates are stored, not yet confirmed to Telegram
	InboxClaimed     Point = "inbox.claimed"     // an update is leased, not yet handled
	InboxHandled     Point = "inbox.handled"     // it has had its effect, it is not settled
	InboxSettled     Point = "inbox.settled"     // it is settled
	OutboxClaimed    Point = "outbox.claimed"    // a notification is leased
	OutboxRendered   Point = "outbox.rendered"   // it is worded, not sent
	OutboxSent       Point = "outbox.sent"       // Telegram has it, it is not settled
	OutboxSettled    Point = "outbox.settled"    // it is settled
	DraftSaved       Point = "draft.saved"       // an answer of a form is in Redis, the next question is not asked
	ReminderRung     Point = "reminder.rung"     // due reminders are committed as notifications
)

// Points are all of them.
func Points() []Point {
	return []Point{
		IntakeRead, CommandBegun, CommandDone, CommandCommitted, IntakeRecorded, IntakeAnswered,
		InboxStored, InboxClaimed, InboxHandled, InboxSettled,
		OutboxClaimed, OutboxRendered, OutboxSent, OutboxSettled, DraftSaved, ReminderRung,
	}
}
