// Package tgsim is a Telegram that runs here: the Bot API over HTTP on one side, people who type and tap on
// the other. The program under test is not changed; it only gets another base URL.
//
// # The server
//
// [New] makes a [Server], [Server.Start] lets it listen on loopback, [Server.URL] is the base URL to give to the
// program. It refuses what the real server refuses. The common texts were read from tdlib/telegram-bot-api and
// tdlib/td; those that only Telegram's closed side makes (most of the codes in capitals) are from memory, so rely
// on their status rather than their words. In strict mode it also refuses parameters that a method does not have,
// which the real one ignores in silence. [Server.Violations] lists all that a careful bot would not have done.
// [Server.Fault] scripts what a bad day brings.
//
// # People
//
// [Server.Person] gives somebody with a private chat: they press start, type, tap by label, share contacts,
// block the bot. [Server.Group] puts several into one chat. [Person.See] and its like wait for what the bot
// shows, by signal, and print the chat when it does not come.
//
// # Time
//
// Dates of messages, and how long taps and updates are kept, follow Options.Clock, which a test or the demo may
// move. Rate limits and the marks of [Send] follow Options.Wall, which nobody moves.
//
// # Locking
//
// One mutex guards all state. Every change renews a signal (closes its channel), and whoever waits takes the
// channel under the mutex, looks, and waits on it: no change is missed, and nobody polls.
package tgsim
