package tgsim

// The shapes below are those of the Bot API 10.1, with its field names; only what the simulator uses is there.

// User is a person or a bot.
type User struct {
	ID           int64  `json:"id"`
	IsBot        bool   `json:"is_bot"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name,omitempty"`
	Username     string `json:"username,omitempty"`
	LanguageCode string `json:"language_code,omitempty"`
}

// Chat is where messages are: a private chat has its person's ID, a group a negative one.
type Chat struct {
	ID        int64  `json:"id"`
	Type      string `json:"type"` // private, group or supergroup
	Title     string `json:"title,omitempty"`
	Username  string `json:"username,omitempty"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
}

// Entity marks a part of a text. Offset and Length count UTF-16 code units.
type Entity struct {
	Type           string `json:"type"`
	Offset         int    `json:"offset"`
	Length         int    `json:"length"`
	URL            string `json:"url,omitempty"`
	User           *User  `json:"user,omitempty"`
	Language       string `json:"language,omitempty"`
	CustomEmojiID  string `json:"custom_emoji_id,omitempty"`
	UnixTime       int64  `json:"unix_time,omitempty"`
	DateTimeFormat string `json:"date_time_format,omitempty"`
}

// Contact is a shared phone number. UserID is set when it belongs to somebody on Telegram.
type Contact struct {
	PhoneNumber string `json:"phone_number"`
	FirstName   string `json:"first_name"`
	LastName    string `json:"last_name,omitempty"`
	UserID      int64  `json:"user_id,omitempty"`
	VCard       string `json:"vcard,omitempty"`
}

// PhotoSize is one size of a picture; the simulator keeps the original only.
type PhotoSize struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	Width        int    `json:"width"`
	Height       int    `json:"height"`
	FileSize     int    `json:"file_size,omitempty"`
}

// Document is a file of any kind.
type Document struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	FileName     string `json:"file_name,omitempty"`
	MimeType     string `json:"mime_type,omitempty"`
	FileSize     int    `json:"file_size,omitempty"`
}

// Origin says who first wrote a forwarded message; SenderUser is absent when they hide their account.
type Origin struct {
	Type           string `json:"type"` // user or hidden_user
	Date           int64  `json:"date"`
	SenderUser     *User  `json:"sender_user,omitempty"`
	SenderUserName string `json:"sender_user_name,omitempty"`
}

// Message is a message as the Bot API shows it. Values are never changed after they were handed out: an edit
// makes a new one.
type Message struct {
	ID                int             `json:"message_id"`
	ThreadID          int             `json:"message_thread_id,omitempty"`
	From              *User           `json:"from,omitempty"`
	Chat              Chat            `json:"chat"`
	Date              int64           `json:"date"`
	EditDate          int64           `json:"edit_date,omitempty"`
	ForwardOrigin     *Origin         `json:"forward_origin,omitempty"`
	ReplyTo           *Message        `json:"reply_to_message,omitempty"`
	Text              string          `json:"text,omitempty"`
	Entities          []Entity        `json:"entities,omitempty"`
	Caption           string          `json:"caption,omitempty"`
	CaptionEntities   []Entity        `json:"caption_entities,omitempty"`
	Photo             []PhotoSize     `json:"photo,omitempty"`
	Document          *Document       `json:"document,omitempty"`
	Contact           *Contact        `json:"contact,omitempty"`
	ReplyMarkup       *InlineKeyboard `json:"reply_markup,omitempty"`
	MigrateToChatID   int64           `json:"migrate_to_chat_id,omitempty"`
	MigrateFromChatID int64           `json:"migrate_from_chat_id,omitempty"`

	// Silent, Protected and Reaction are what the bot asked for; the Bot API does not return them.
	Silent    bool   `json:"-"`
	Protected bool   `json:"-"`
	Reaction  string `json:"-"`
	// uneditable: it came with a reply keyboard; Telegram refuses to edit such a message.
	uneditable bool
}

// FromBot reports whether a bot sent it.
func (m Message) FromBot() bool { return m.From != nil && m.From.IsBot }

// Plain is the text or caption without its formatting.
func (m Message) Plain() string {
	if m.Text != "" {
		return m.Text
	}
	return m.Caption
}

// HTML is the text or caption with its entities as HTML that is safe to put into a page; line breaks stay "\n".
func (m Message) HTML() string {
	if m.Text != "" {
		return renderHTML(m.Text, m.Entities)
	}
	return renderHTML(m.Caption, m.CaptionEntities)
}

// Rows is its inline keyboard; nil when it has none.
func (m Message) Rows() [][]InlineButton {
	if m.ReplyMarkup == nil {
		return nil
	}
	return m.ReplyMarkup.Rows
}

// Labels lists the labels of its inline buttons, row by row.
func (m Message) Labels() []string {
	var labels []string
	for _, row := range m.Rows() {
		for _, b := range row {
			labels = append(labels, b.Text)
		}
	}
	return labels
}

// CallbackQuery is a tap on an inline button that carries data.
type CallbackQuery struct {
	ID           string   `json:"id"`
	From         *User    `json:"from"`
	Message      *Message `json:"message,omitempty"`
	ChatInstance string   `json:"chat_instance"`
	Data         string   `json:"data,omitempty"`
}

type chatMember struct {
	Status    string `json:"status"`
	User      *User  `json:"user"`
	UntilDate *int64 `json:"until_date,omitempty"`
}

type chatMemberUpdated struct {
	Chat Chat       `json:"chat"`
	From *User      `json:"from"`
	Date int64      `json:"date"`
	Old  chatMember `json:"old_chat_member"`
	New  chatMember `json:"new_chat_member"`
}

// Update is one thing that happened, as the bot gets it.
type Update struct {
	ID            int64              `json:"update_id"`
	Message       *Message           `json:"message,omitempty"`
	EditedMessage *Message           `json:"edited_message,omitempty"`
	CallbackQuery *CallbackQuery     `json:"callback_query,omitempty"`
	MyChatMember  *chatMemberUpdated `json:"my_chat_member,omitempty"`
}

// Command is an entry of the bot's menu.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}
