// Package outbox delivers notifications: pick → render → send → settle.
//
// # Picking
//
// The rows of one reader are sent one after the other, in their order; readers
// are served side by side, whoever waits longest first. A reader is a member of staff
// or a group: the view readers has both, and nothing here tells them apart but the
// report of who cannot be reached. A reader whose chat is
// paced, or told to wait by a retry_after, is passed over and costs no worker. While
// a reader answers a question of the bot (a form that is open and was touched in the last
// 3 minutes), patient kinds wait and the others overtake them. Where more than
// three summarisable ones wait for a reader, all of them become one message, at the
// place of the first.
//
// Nothing is picked for people who are suspended, removed or cannot be reached.
// What waits for the removed, or for a group that was left, is cancelled; of those who
// cannot be reached only the leads, which others are told of too. Inquiries that wait
// for either, or for the suspended, are passed on by the domain: to who holds the
// customer by now, or to the managers. The rest goes out when they are back.
//
// # At least once
//
// A row is leased by the database's clock while it is in hand (see
// internal/lease), and settled after the messenger's answer, also when the program
// is told to stop meanwhile. A crash, or an answer that got lost, leaves the row
// pending: it is sent again. That is the only way to a duplicate, and since the
// messenger has no idempotency key it cannot be closed.
//
// # Cards that grow old
//
// A sent row keeps the message and the version of the customer that it showed.
// Three marks keep the message true:
//
//   - Who changes a customer, or withdraws an event, marks its rows stale,
//     whether sent or in hand.
//   - A claim takes the mark off, before anything is rendered. A mark that is there when
//     the row settles therefore came after the rendering began.
//   - Settling also compares the version shown with the customer's, whose row it
//     locks for that: a change that is about to be committed is waited for.
//
// Stale rows are rendered and edited again, one edit of a message at a time, so any
// number of changes during one edit become one further edit. An edit that a crash broke off
// leaves a lease that has run out, which counts as stale. Edits are not paced.
// Summaries are never edited, and neither is what grew older than crm.CardLife. A row
// whose message shows what only an undo can change (the renderer says so) is final: a
// change of its customer passes it by. What is marked nevertheless is rendered again,
// so the mark that came during a last edit is not lost.
//
// # Failures
//
// What a 429 asks for is honoured for the whole chat. What may go better next time
// is tried again with growing pauses, for as long as it takes, and at once when the
// messenger is back after it answered nobody. What never will (a
// permanent 400, or a message that could not be rendered in five attempts) becomes
// failed, with an error in the log, so that it never blocks its reader. Who cannot be
// reached is noted through the domain, which tells the managers.
package outbox
