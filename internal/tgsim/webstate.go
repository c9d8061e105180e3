package tgsim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
)

// What the page reads. Lists are never null.

type pageState struct {
	Now     time.Time  `json:"now"`
	Zone    string     `json:"zone"`
	Movable bool       `json:"movable"` // POST /sim/clock works
	Bot     pageBot    `json:"bot"`
	Links   []Link     `json:"links"`
	Chats   []pageChat `json:"chats"`
}

type pageBot struct {
	Username string `json:"username"`
	Name     string `json:"name"`
}

type pageChat struct {
	ID         int64         `json:"id"`
	Name       string        `json:"name"`
	Language   string        `json:"language"`
	Blocked    bool          `json:"blocked"`
	Unread     int           `json:"unread"`
	Menu       []Command     `json:"menu"`
	Keyboard   *pageKeyboard `json:"keyboard"`
	ForceReply bool          `json:"force_reply"`
	Toast      *Toast        `json:"toast"`
	Messages   []pageMessage `json:"messages"`
}

type pageKeyboard struct {
	Rows        [][]ReplyButton `json:"rows"`
	Placeholder string          `json:"placeholder"`
}

type pageMessage struct {
	ID       int            `json:"id"`
	From     string         `json:"from"` // bot, me or service
	Date     time.Time      `json:"date"`
	Edited   bool           `json:"edited"`
	HTML     string         `json:"html"` // safe, see Message.HTML
	Photo    *pageFile      `json:"photo"`
	Document *pageFile      `json:"document"`
	Contact  *pageContact   `json:"contact"`
	Inline   [][]pageButton `json:"inline"`
	Deleted  bool           `json:"deleted"`
}

type pageFile struct {
	Name string `json:"name,omitempty"`
	Size int    `json:"size"`
	URL  string `json:"url"`
}

type pageContact struct {
	Phone string `json:"phone"`
	Name  string `json:"name"`
}

type pageButton struct {
	Text  string `json:"text"`
	Data  string `json:"data,omitempty"`
	URL   string `json:"url,omitempty"`
	Copy  string `json:"copy,omitempty"`
	Style string `json:"style,omitempty"`
}

func (s *Server) webState(w http.ResponseWriter, _ *http.Request) {
	writePage(w, s.pageState())
}

func (s *Server) pageState() pageState {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := pageState{
		Now: s.now().In(s.opts.Zone), Zone: s.opts.Zone.String(), Movable: s.opts.Advance != nil,
		Bot: pageBot{s.bot.Username, s.bot.FirstName}, Links: append([]Link{}, s.opts.Links...), Chats: []pageChat{},
	}
	for _, p := range s.people {
		state.Chats = append(state.Chats, p.page())
	}
	slices.SortFunc(state.Chats, func(a, b pageChat) int { return cmp.Compare(a.ID, b.ID) })
	return state
}

func (s *Server) webChat(w http.ResponseWriter, r *http.Request) {
	p, err := s.webWho(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	s.mu.Lock()
	chat := p.page()
	s.mu.Unlock()
	writePage(w, chat)
}

func writePage(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_ = json.NewEncoder(w).Encode(v) // a page that is gone has nobody to tell
}

func (p *Person) page() pageChat {
	c := pageChat{
		ID: p.profile.ID, Name: strings.TrimSpace(p.profile.FirstName + " " + p.profile.LastName), Language: p.profile.LanguageCode,
		Blocked: p.blocked, Unread: p.chat.unread, ForceReply: p.chat.force != nil,
		Menu:     append([]Command{}, p.server.commandsFor(p.chat, p.profile.LanguageCode)...),
		Messages: []pageMessage{},
	}
	if k := p.chat.keys; k != nil {
		c.Keyboard = &pageKeyboard{Rows: k.Rows, Placeholder: k.Placeholder}
	}
	if p.chat.force != nil && p.chat.force.Placeholder != "" {
		if c.Keyboard == nil {
			c.Keyboard = &pageKeyboard{Rows: [][]ReplyButton{}}
		}
		c.Keyboard.Placeholder = p.chat.force.Placeholder
	}
	if n := len(p.toasts); n > 0 {
		toast := p.toasts[n-1]
		c.Toast = &toast
	}
	for _, e := range p.chat.messages {
		c.Messages = append(c.Messages, e.page(p.server))
	}
	return c
}

func (e *entry) page(s *Server) pageMessage {
	m := pageMessage{ID: e.ID, From: "me", Date: time.Unix(e.Date, 0).In(s.opts.Zone), Deleted: e.deleted, Inline: [][]pageButton{}}
	switch {
	case e.FromBot():
		m.From = "bot"
	case e.From == nil:
		m.From = "service"
	}
	if e.deleted {
		return m // what was deleted is not shown
	}
	m.Edited, m.HTML = e.EditDate != 0, e.HTML()
	if len(e.Photo) > 0 {
		m.Photo = &pageFile{Size: e.Photo[0].FileSize, URL: "/sim/file/" + e.Photo[0].FileID}
	}
	if e.Document != nil {
		m.Document = &pageFile{Name: e.Document.FileName, Size: e.Document.FileSize, URL: "/sim/file/" + e.Document.FileID}
	}
	if e.Contact != nil {
		m.Contact = &pageContact{Phone: e.Contact.PhoneNumber, Name: strings.TrimSpace(e.Contact.FirstName + " " + e.Contact.LastName)}
	}
	for _, row := range e.Rows() {
		buttons := []pageButton{}
		for _, b := range row {
			button := pageButton{Text: b.Text, Data: b.Data, URL: b.URL, Style: b.Style}
			if b.CopyText != nil {
				button.Copy = b.CopyText.Text
			}
			buttons = append(buttons, button)
		}
		m.Inline = append(m.Inline, buttons)
	}
	return m
}

// webFile gives a file to the page. Only pictures are shown by the browser; anything else, which may be a hostile
// page, is saved.
func (s *Server) webFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f := s.files[r.PathValue("file")]
	s.mu.Unlock()
	if f == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	kind := http.DetectContentType(f.data)
	if !strings.HasPrefix(kind, "image/") {
		kind = "application/octet-stream"
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.name}))
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(f.data) // a page that is gone has nobody to tell
}

// webEvents tells the page which chats changed, as server-sent events; several changes may come as one.
// Chat 0 is what concerns all: somebody new, the clock.
func (s *Server) webEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	seq := s.sequence()
	if _, err := fmt.Fprint(w, ": connected\n\n"); err != nil {
		return
	}
	for {
		if err := control.Flush(); err != nil {
			return
		}
		chats, last, changed := s.changedSince(seq)
		for _, id := range chats {
			if _, err := fmt.Fprintf(w, "event: change\ndata: {\"seq\":%d,\"chat\":%d}\n\n", last, id); err != nil {
				return
			}
		}
		if seq = last; len(chats) > 0 {
			continue
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		case <-s.ctx.Done():
			return
		}
	}
}

func (s *Server) sequence() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seq
}

// changedSince lists the private chats that changed after a point; 0 alone where all did.
func (s *Server) changedSince(seq int64) ([]int64, int64, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var chats []int64
	if s.allSeq > seq {
		return []int64{0}, s.seq, s.changed.wait()
	}
	for id, c := range s.chats {
		if c.private() && c.seq > seq {
			chats = append(chats, id)
		}
	}
	slices.Sort(chats)
	return chats, s.seq, s.changed.wait()
}
