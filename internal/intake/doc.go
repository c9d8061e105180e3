// Package intake is how customers enter over HTTP: the API of a business's own
// programs and the hosted forms.
//
// # One reading
//
// What comes in, JSON, a form post of our page or of the business's own site,
// first becomes the same thing: values by name, as encoding/json knows them
// (submission). One function reads that into an inquiry and says what is wrong
// by field and reason (reader). The API words those problems as RFC 9457
// documents, the page as a summary with links to its inputs.
//
// # Stored first
//
// Nothing is answered with success before the domain has stored the inquiry. A
// submission once read is stored even when its sender hangs up meanwhile. When
// it cannot be stored, the answer says so (503) and the page keeps what was
// typed. Every inquiry has an idempotency key, the caller's own or one derived
// from the page that was sent, so that sending again after a doubtful answer is
// harmless.
//
// # Together
//
// What arrives while a transaction is under way waits for the next one and shares its
// commit with all others that wait (gatherer): the disk is waited for once, and each
// table is written by one statement. A lone inquiry begins at once. Each stays a command
// of its own, and what is wrong with one is told to its sender alone. The key of a
// source that was shown before is remembered, so that nothing has to be asked
// beforehand; whether it works is looked at by the transaction that stores (keyring).
//
// # Who may send how much
//
// The form is open to the world. A rendered page carries a signed token of when
// it was made: a post too soon or too late after it is shown the page again, and
// a post without one (a business's own site posts so) has tighter limits. Limits
// are per address and per number, in memory, and bounded.
package intake
