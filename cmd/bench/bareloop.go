package main

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// bareLoop is the other side of the taps: the same library with a transport that keeps its
// connections, which answers and edits without a database, each update in a goroutine.
// It never returns.
type bareLoop struct {
	API   string `required:"" help:"Base URL of the Bot API."`
	Token string `required:"" help:"The bot's token."`
}

const bareWorkers = 16 // as many as the program has

// Run answers until the process is killed.
func (b *bareLoop) Run() error {
	transport := &http.Transport{
		DialContext:  (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		MaxIdleConns: 64, MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second,
	}
	bot := &tgbotapi.BotAPI{Token: b.Token, Client: &http.Client{Transport: transport}}
	bot.SetAPIEndpoint(b.API + "/bot%s/%s")
	free := make(chan struct{}, bareWorkers)
	poll := tgbotapi.NewUpdate(0)
	poll.Timeout = 30
	for {
		updates, err := bot.GetUpdates(poll)
		if err != nil {
			return err
		}
		for _, u := range updates {
			poll.Offset = u.UpdateID + 1
			free <- struct{}{}
			go func() {
				defer func() { <-free }()
				bareAnswer(bot, u)
			}()
		}
	}
}

// bareCard has the size of the program's card.
const bareCard = `<b>Customer %s</b>
📞 <code>09120000001</code>
📍 Tehran · 🌐 Site
📌 In-person meeting, tomorrow at 10:30
⏰ Reminder: tomorrow 09:30
👤 Cartable: Agent 1

• Inquiry: Please call me
• Agent 1 took the customer
• Status: In-person meeting`

func bareKeyboard() tgbotapi.InlineKeyboardMarkup {
	b := tgbotapi.NewInlineKeyboardButtonData
	return tgbotapi.NewInlineKeyboardMarkup(
		[]tgbotapi.InlineKeyboardButton{b("Status", "1cs.1.2"), b("No answer", "1ca.1.2")},
		[]tgbotapi.InlineKeyboardButton{b("Note", "1cn.1"), b("Hand over", "1ch.1.2")},
		[]tgbotapi.InlineKeyboardButton{b("Reminder", "1cr.1.2"), b("Edit", "1ce.1")},
		[]tgbotapi.InlineKeyboardButton{b("Timeline", "1cl.1"), b("Wrong number", "1cw.1.2")},
	)
}

func bareAnswer(bot *tgbotapi.BotAPI, u tgbotapi.Update) {
	if u.CallbackQuery == nil {
		m := tgbotapi.NewMessage(u.Message.Chat.ID, bareText(0))
		m.ParseMode, m.ReplyMarkup = tgbotapi.ModeHTML, bareKeyboard()
		_, _ = bot.Request(m) // the bench sees what did not come
		return
	}
	on := u.CallbackQuery.Message
	edit := tgbotapi.NewEditMessageTextAndMarkup(on.Chat.ID, on.MessageID, bareText(u.UpdateID), bareKeyboard())
	edit.ParseMode = tgbotapi.ModeHTML
	_, _ = bot.Request(edit)
	_, _ = bot.Request(tgbotapi.NewCallback(u.CallbackQuery.ID, ""))
}

func bareText(n int) string {
	return fmt.Sprintf(bareCard, strconv.Itoa(n))
}
