// Package inbox handles what people do, exactly in the order in which they did
// it, and never forgets any of it.
//
// # Stored, confirmed, handled
//
// Updates, polled or by webhook, are first stored: one insert for a batch,
// updates whose ID is known ignored. Only then are they handled, from the rows, and
// confirmed to Telegram. Where they are handled they are claimed
// by the transaction that stores them, if their chats are not busy. So polling and webhook are one path, a
// crash loses nothing, and an update that Telegram delivers twice is handled
// once. Settled rows stay for Keep, without their content, to know repetitions.
//
// They are confirmed when they are on disk; that their handling does not wait for. A power cut in
// between takes the row, and Telegram delivers the update again; or the handler's command was
// committed, then the row is on disk too, since PostgreSQL writes its log in order. Taking up
// and settling do not wait for the disk either: what a power cut takes of them is done again.
//
// # Chat by chat
//
// The updates of one chat are handled one after the other; chats are handled side by
// side, so a chat whose handling takes long keeps only itself waiting. A row is
// leased while it is handled (see internal/lease): should two processes believe
// for a moment that they lead, each update still is in the hands of one.
//
// # Settled after the effect
//
// A row is settled after its handler has returned, and before the next one of its chat is
// claimed. What several chats have finished is settled by one transaction, which claims what
// is next and stores what has arrived too. For such company it waits a few milliseconds where nobody waits for it. Commands carry an
// idempotency key that is made from the update (the callback query's ID, chat
// and message of typed text), and each is one transaction with its key. So a
// crash between the effect and the settling has the update handled again, its
// command answers with the first outcome, and only the reply is repeated. The
// other order, or one transaction around both, would hold a database
// transaction open while Telegram is waited for.
//
// # Failures
//
// An update whose handler fails is tried again after 1 and after 5 seconds, and
// until then its chat waits: typed text means something only in its order, an
// answer that is handled after the next one would answer the wrong question. For
// the same reason it is not tried again later: after the third failure it is put
// aside (state "failed", an error in the log, the metric), and its chat goes on.
// The handler has three attempts to tell the person at least that something
// went wrong; what a person has been told of is no failure here. Neither is a messenger
// that asks for a pause of up to a minute: after it the update is handled again.
//
// An update that is in hand when the program is killed has not failed: most likely it has nothing to do
// with that, and it is taken up again as if for the first time. Only one that was in hand at the end of
// ten processes is put aside, so that a poisoned update cannot keep the program from starting for ever.
package inbox
