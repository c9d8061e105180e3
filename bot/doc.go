// Package bot is the conversation: an update comes in, is checked against who
// its sender is now, and becomes a screen, a step of a form, or one command of the
// domain and the view of its outcome.
//
// Nothing is kept here between updates. A card's buttons name records and
// versions (bot/callback), an unfinished form is a draft in Redis whose existence
// PostgreSQL remembers, and everything else is the domain's. So an update that is
// handled again after a crash does the same again: commands carry a key made from
// the update or the draft, and drafts note the last input that they took.
package bot
