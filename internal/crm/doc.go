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
// # The configuration is a value
//
// What managers shape is one Config. Pure edits (config_*.go) change a copy, which
// is its manager's draft. Publishing merges the draft with what others published
// since it was begun, object by object; checks the whole; and writes one version:
// the rows, the changes in words (DiffConfig) and the configuration as it is left.
// Undo publishes the version before again. Objects are retired and never deleted,
// a field's type never changes, and a choice's ID is never given twice, so history
// keeps its meaning. A status's own version counts the changes of its definition:
// SetStatus refuses answers that were given to another one.
//
// # Stores
//
// Store and Tx are what the domain asks of a database. They are implemented by
// internal/postgres. Rights are checked here and nowhere else, since a button
// may be forged or replayed.
package crm
