package tgsim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Transcript tells what happened in the chats of these people or groups, in order and for reading: who wrote
// what, keyboards, edits, taps and toasts. Without IDs it tells of all chats.
func (s *Server) Transcript(chatIDs ...int64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(chatIDs) == 0 {
		for id, c := range s.chats {
			if len(c.log) > 0 {
				chatIDs = append(chatIDs, id)
			}
		}
		slices.Sort(chatIDs)
	}
	var out strings.Builder
	for _, id := range chatIDs {
		c := s.chats[id]
		if c == nil {
			fmt.Fprintf(&out, "=== chat %d: not there\n", id)
			continue
		}
		fmt.Fprintf(&out, "=== %s%s (%d)\n", c.info.Title, strings.TrimSpace(c.info.FirstName+" "+c.info.LastName), id)
		for _, h := range c.log {
			h.write(&out, s.opts.Zone)
		}
		if c.keys != nil {
			fmt.Fprintf(&out, "  keyboard now: %s\n", keyRows(c.keys))
		}
	}
	return out.String()
}

func (h happening) write(out *strings.Builder, zone *time.Location) {
	at := h.at.In(zone).Format("15:04:05")
	switch h.what {
	case "message":
		fmt.Fprintf(out, "[%s] %s #%d: %s\n", at, h.who, h.msg.ID, h.msg.describe())
	case "edit":
		fmt.Fprintf(out, "[%s] %s edits #%d: %s\n", at, h.who, h.msg.ID, h.msg.describe())
	case "delete":
		fmt.Fprintf(out, "[%s] %s deletes #%d\n", at, h.who, h.msg.ID)
	case "tap":
		fmt.Fprintf(out, "[%s] %s taps [%s] of #%d\n", at, h.who, h.text, h.msg.ID)
	case "toast":
		fmt.Fprintf(out, "[%s] %s sees the toast: %s\n", at, h.who, h.text)
	default:
		fmt.Fprintf(out, "[%s] %s %s\n", at, h.who, h.text)
	}
	for _, row := range h.msg.Rows() {
		if h.what != "message" && h.what != "edit" {
			break
		}
		var labels []string
		for _, b := range row {
			labels = append(labels, b.describe())
		}
		fmt.Fprintf(out, "    [ %s ]\n", strings.Join(labels, " | "))
	}
	if h.keys != nil {
		fmt.Fprintf(out, "    keyboard: %s\n", keyRows(h.keys))
	}
}

// describe is a message on one or more lines, with its formatting as HTML.
func (m Message) describe() string {
	var parts []string
	if m.ForwardOrigin != nil {
		parts = append(parts, "(forwarded)")
	}
	if m.ReplyTo != nil {
		parts = append(parts, fmt.Sprintf("(reply to #%d)", m.ReplyTo.ID))
	}
	if len(m.Photo) > 0 {
		parts = append(parts, "(photo)")
	}
	if m.Document != nil {
		parts = append(parts, "(file "+m.Document.FileName+")")
	}
	if m.Contact != nil {
		parts = append(parts, "(contact "+m.Contact.FirstName+" "+m.Contact.PhoneNumber+")")
	}
	if text := m.HTML(); text != "" {
		parts = append(parts, strings.ReplaceAll(text, "\n", "\n    "))
	}
	return strings.Join(parts, " ")
}

func (b InlineButton) describe() string {
	switch {
	case b.URL != "":
		return b.Text + " → " + b.URL
	case b.CopyText != nil:
		return b.Text + " ⧉ " + b.CopyText.Text
	}
	return b.Text
}

func keyRows(k *ReplyKeyboard) string {
	var rows []string
	for _, row := range k.Rows {
		var labels []string
		for _, b := range row {
			labels = append(labels, b.Text)
		}
		rows = append(rows, "[ "+strings.Join(labels, " | ")+" ]")
	}
	return strings.Join(rows, " ")
}
