// Package crm is the domain of Cartable: what a customer, a status, a cartable
// and a reminder are, and the commands that change them.
//
// # One command, one transaction
//
// Every change is a method of Service that takes a Command (who acts, and the
// key that makes a repetition harmless). In one transaction it finds out
// whether the key was used before (then the first outcome is returned), locks
// the customer, checks the version that the actor saw and the actor's right,
// and writes the new state, the timeline event, the reminders and the
// notifications. A failed check changes nothing.
//
// # The timeline is the state's history
//
// Each event carries a Delta: what it changed, from what to what. Folding the
// deltas of a customer gives its holder, status, answers, values and open
// reminders (Replay); undoing an event appends the inverse delta as a new
// event. Nothing on the timeline is ever rewritten, except that erasing a
// person blanks the values and keeps what kind of thing happened when.
//
// # Stores
//
// Store and Tx are what the domain asks of a database. They are implemented by
// internal/postgres. Rights are checked here and nowhere else, since a button
// may be forged or replayed.
package crm
