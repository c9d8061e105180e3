package screen

import (
	"cartable/bot/callback"
	"cartable/bot/chat"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// MenuKeys are the labels of the main menu, in reading order; the label that is
// typed by a tap is found again by MenuKey.
func MenuKeys(s crm.Staff) [][]string {
	rows := [][]string{{"menu.cartable", "menu.customers"}, {"menu.new", "menu.take_next"}}
	if s.Manages() {
		return append(rows, []string{"menu.settings", "menu.help"})
	}
	return append(rows, []string{"menu.help", "menu.me"})
}

// Menu is the keyboard in place of the reader's own.
func (r Reader) Menu() *view.ReplyKeyboard {
	k := view.ReplyKeyboard{Placeholder: r.P.T("menu.placeholder")}
	for _, row := range MenuKeys(r.Staff) {
		var buttons []view.ReplyButton
		for _, key := range row {
			buttons = append(buttons, view.ReplyButton{Label: r.P.T(key)})
		}
		k.Rows = append(k.Rows, buttons)
	}
	if r.P.Lang() == crm.Persian {
		k = k.Mirror()
	}
	return &k
}

// MainMenu greets and shows the menu.
func (r Reader) MainMenu(counts crm.Counts, waiting int) view.Message {
	return view.Message{
		HTML: view.Paragraphs(
			r.P.H("menu.hello", "Name", words(r.clip(r.Staff.Name, 60))),
			view.Lines(
				r.P.H("menu.yours", "Count", counts.Total(), "Overdue", counts.Overdue, "Today", counts.Today),
				r.P.H("menu.waiting", "Count", waiting)),
		),
		Reply: r.Menu(),
	}
}

// Commands is the commands menu of the reader's role.
func (r Reader) Commands() []chat.Command {
	names := []string{"menu", "cartable", "customers", "new", "find", "duty"}
	if r.Staff.Manages() {
		names = append(names, "settings", "statuses", "fields", "staff", "sources", "business", "config", "proposals")
	} else {
		names = append(names, "propose", "proposals")
	}
	names = append(names, "cancel", "language", "help")
	out := make([]chat.Command, len(names))
	for i, n := range names {
		out[i] = chat.Command{Name: n, Description: r.P.T("command." + n)}
	}
	return out
}

// Help says what the bot can do, in a screenful.
func (r Reader) Help() view.Message {
	parts := []view.HTML{r.P.H("help.title"), r.P.H("help.find"), r.P.H("help.work"), r.P.H("help.list"), r.P.H("help.dates")}
	if r.Staff.Manages() {
		parts = append(parts, r.P.H("help.manager"))
	}
	return view.Message{HTML: view.Paragraphs(parts...), Reply: r.Menu()}
}

// Languages lets the reader choose what they read; what they read now is marked.
func (r Reader) Languages() view.Message {
	option := func(key string, lang crm.Language) view.Button {
		return ticked(r.button(key, callback.Ref{Action: callback.Language, Value: string(lang)}), lang == r.P.Lang())
	}
	return view.Message{HTML: r.P.H("language.choose"), Inline: r.keyboard([]view.Button{
		option("language.fa", crm.Persian), option("language.en", crm.English)})}
}

// Stranger is the one polite line for whoever is not staff. It says nothing of
// the business.
func (r Reader) Stranger() view.Message { return view.Message{HTML: r.P.H("stranger.hello")} }

// BadInvite says that a link does not work any more.
func (r Reader) BadInvite() view.Message { return view.Message{HTML: r.P.H("stranger.bad_invite")} }

// Joined welcomes somebody who has just joined.
func (r Reader) Joined() view.Message {
	name := words(r.clip(r.Staff.Name, 60))
	hello := r.P.H("joined.hello", "Name", name, "Business", words(r.Dir.Settings.Business))
	if r.Dir.Settings.Business == "" {
		hello = r.P.H("joined.hello_unnamed", "Name", name)
	}
	return view.Message{HTML: view.Paragraphs(hello, r.P.H("joined."+string(r.Staff.Role))), Reply: r.Menu()}
}
