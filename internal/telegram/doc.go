// Package telegram is the adapter between the conversation and a Telegram Bot
// API server, and the only user of the Telegram library. Everything enters as
// chat.Update and leaves as view.Message; every failure is a *chat.Error.
//
// The library (go-telegram-bot-api v5.5.1) is used as a transport: it encodes
// parameters and files and decodes the envelope of the answer, through
// MakeRequest and UploadFiles. What it does not do, this package does:
//
//   - It knows no context and no time limit. Each call gets a BotAPI of its own
//     whose client is bound to the context of that call (transport.go).
//   - It reads an answer up to the last brace, so connections are not reused;
//     the default transport keeps two idle ones. Answers are read to their end
//     here, over a transport of our own.
//   - It takes any answer for the Bot API's. A page of a proxy, a gateway or a
//     filter is told apart by not being a JSON object, so that a filter's 403
//     never marks a person as unreachable.
//   - Its errors carry the address, and so the token. Ours are scrubbed, and
//     classified by what is to be done about them (errors.go).
//   - Its Update has fallen behind the Bot API, and a field that changes its
//     type would lose the whole update. decode.go reads only what is needed.
//   - It has no idea of Telegram's limits. pacer.go keeps them before they are
//     hit, and obeys a 429 where one comes all the same.
//   - Its polling loop confirms updates before they are handled. poller.go
//     stores first; webhook.go is the other way in, with the same contract.
package telegram
