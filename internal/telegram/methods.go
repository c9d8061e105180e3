package telegram

import (
	"context"
	"strconv"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"cartable/bot/chat"
	"cartable/bot/view"
)

// noChat is the key of the pacer for calls that name no chat.
const noChat int64 = 0

// Answer ends the waiting sign on a tapped button, with a short text where one
// is given: a line that passes, or a box to be closed when alert is set. Text
// beyond Telegram's limit is clipped. It returns nil when the tap is too old to
// be answered: nobody waits for it any more.
func (c *Client) Answer(ctx context.Context, queryID, text string, alert bool) error {
	params := tgbotapi.Params{"callback_query_id": queryID}
	params.AddNonEmpty("text", view.Clip(text, view.MaxAnswer))
	params.AddBool("show_alert", alert)
	return c.change(ctx, noChat, request{method: "answerCallbackQuery", params: params}, queryTooOld)
}

// Leave takes the bot out of a group; nil when it is not there any more.
func (c *Client) Leave(ctx context.Context, chatID int64) error {
	params := tgbotapi.Params{"chat_id": strconv.FormatInt(chatID, 10)}
	err := c.change(ctx, chatID, request{method: "leaveChat", params: params}, nil)
	if chat.ClassOf(err) == chat.Unreachable {
		return nil
	}
	return err
}

// SetCommands replaces the commands menu of one chat (of all chats when
// scopeChatID is 0) for clients of one language (of any when it is empty).
func (c *Client) SetCommands(ctx context.Context, scopeChatID int64, language string, commands []chat.Command) error {
	type entry struct {
		Command     string `json:"command"`
		Description string `json:"description"`
	}
	list := make([]entry, 0, len(commands))
	for _, cmd := range commands {
		list = append(list, entry{cmd.Name, cmd.Description})
	}
	params := commandScope(scopeChatID, language)
	params["commands"] = encode(list)
	return c.change(ctx, scopeChatID, request{method: "setMyCommands", params: params}, nil)
}

// DeleteCommands removes what SetCommands set, so that the wider scope shows.
func (c *Client) DeleteCommands(ctx context.Context, scopeChatID int64, language string) error {
	params := commandScope(scopeChatID, language)
	return c.change(ctx, scopeChatID, request{method: "deleteMyCommands", params: params}, nil)
}

func commandScope(chatID int64, language string) tgbotapi.Params {
	params := tgbotapi.Params{}
	if chatID != 0 {
		params["scope"] = `{"type":"chat","chat_id":` + strconv.FormatInt(chatID, 10) + `}`
	}
	params.AddNonEmpty("language_code", language)
	return params
}
