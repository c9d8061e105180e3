package tgsim

import (
	"fmt"
	"strings"
)

// Tap taps what bears a label: first an inline button of the newest message that has one, then a key of the reply
// keyboard. In each place an equal label goes before one that only contains it. A button with data goes to the
// bot, one with an address is opened, one with a text copies it; a key types its label or shares the contact.
func (p *Person) Tap(label string) error {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	if m, b, ok := p.chat.findButton(label); ok {
		p.press(p.chat, m, b)
		return nil
	}
	if key, ok := p.chat.findKey(label); ok {
		if key.RequestContact {
			p.sharedContact()
		} else {
			p.typed(key.Text)
		}
		return nil
	}
	return fmt.Errorf("tap: nothing is labelled %q", label)
}

// TapOn taps an inline button of one message.
func (p *Person) TapOn(messageID int, label string) error {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	e := p.chat.find(messageID)
	if e == nil {
		return fmt.Errorf("tap: no message %d", messageID)
	}
	b, ok := buttonIn(e.Message, label)
	if !ok {
		return fmt.Errorf("tap: message %d has no button %q", messageID, label)
	}
	p.press(p.chat, e.Message, b)
	return nil
}

// TapData sends data that need not stand on any button, as a changed app can: what arrives is not to be trusted.
func (p *Person) TapData(messageID int, data string) error {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	e := p.chat.find(messageID)
	if e == nil {
		return fmt.Errorf("tap: no message %d", messageID)
	}
	p.server.tap(p, p.chat, e.Message, labelOf(e.Message, data), data)
	return nil
}

// tapAt taps the button at a place, counted from 0.
func (p *Person) tapAt(messageID, row, col int) error {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	e := p.chat.find(messageID)
	if e == nil {
		return fmt.Errorf("tap: no message %d", messageID)
	}
	rows := e.Rows()
	if row < 0 || row >= len(rows) || col < 0 || col >= len(rows[row]) {
		return fmt.Errorf("tap: message %d has no button at row %d, column %d", messageID, row, col)
	}
	p.press(p.chat, e.Message, rows[row][col])
	return nil
}

func labelOf(m Message, data string) string {
	for _, row := range m.Rows() {
		for _, b := range row {
			if b.Data == data {
				return b.Text
			}
		}
	}
	return "(" + data + ")"
}

// press does what a button is for.
func (p *Person) press(at *chat, m Message, b InlineButton) {
	switch {
	case b.URL != "":
		p.opened = append(p.opened, b.URL)
		p.server.note(at, happening{what: "tap", who: p.profile.FirstName, text: b.Text, msg: m})
	case b.CopyText != nil:
		p.clipboard = b.CopyText.Text
		p.server.note(at, happening{what: "tap", who: p.profile.FirstName, text: b.Text, msg: m})
	default:
		p.server.tap(p, at, m, b.Text, b.Data)
	}
}

func (c *chat) findButton(label string) (found Message, button InlineButton, ok bool) {
	c.newest(func(m Message) bool {
		button, ok = buttonIn(m, label)
		found = m
		return ok
	})
	return found, button, ok
}

func buttonIn(m Message, label string) (InlineButton, bool) {
	for _, fits := range []func(string) bool{
		func(text string) bool { return text == label },
		func(text string) bool { return strings.Contains(text, label) },
	} {
		for _, row := range m.Rows() {
			for _, b := range row {
				if fits(b.Text) {
					return b, true
				}
			}
		}
	}
	return InlineButton{}, false
}

func (c *chat) findKey(label string) (ReplyButton, bool) {
	if c.keys == nil {
		return ReplyButton{}, false
	}
	for _, fits := range []func(string) bool{
		func(text string) bool { return text == label },
		func(text string) bool { return strings.Contains(text, label) },
	} {
		for _, row := range c.keys.Rows {
			for _, b := range row {
				if fits(b.Text) {
					return b, true
				}
			}
		}
	}
	return ReplyButton{}, false
}
