package screen_test

import (
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/configfile"
	"cartable/internal/crm"
)

// configuring are the screens of the configuration as a file.
func (w world) configuring() []story {
	file := "statuss: []\nbusiness: {zone: Mars, digests: [" + quoted(w.say("نادر")) + "]}\nstatuses:\n- title: الف\n  offers: [soon]\n- title: الف\n  type: choice\n" +
		"holidays: [{date: later, title: نوروز}]\n"
	_, some := configfile.Read([]byte(file), w.dir)
	var many []configfile.Mistake
	for range 5 {
		many = append(many, some...)
	}
	difference := func(what string, draft crm.Draft) func(screen.Reader) view.Message {
		return func(r screen.Reader) view.Message { return screen.Shaper{Reader: r, Draft: draft}.Difference(what) }
	}
	ready, _, _ := configfile.Accounting.Config(w.dir)
	return []story{
		{"ConfigFile", sara, func(r screen.Reader) view.Message {
			return r.ConfigFile(view.File{Name: "cartable-config-2026-11-24.yaml", Data: configfile.Write(w.dir.Config(), w.dir, r.P)})
		}},
		{"ReadyConfigs", sara, func(r screen.Reader) view.Message { return r.ReadyConfigs() }},
		{"Difference_of_a_file", sara, difference("ABCDEFGHIJ", w.draft())},
		{"Difference_of_a_preset", sara, difference("accounting", crm.Draft{Target: ready, Changes: crm.DiffConfig(w.dir.Config(), ready),
			Impact: []crm.Impact{{Status: waiting, Customers: 12}}})},
		{"Difference_erases", sara, difference("ABCDEFGHIJ", w.shorter(1))},
		{"Difference_none", sara, difference("ABCDEFGHIJ", crm.Draft{})},
		{"ConfigMistakes", sara, func(r screen.Reader) view.Message { return r.ConfigMistakes(some) }},
		{"ConfigMistakes_many", sara, func(r screen.Reader) view.Message { return r.ConfigMistakes(many) }},
	}
}

// quoted is a text as a YAML scalar in single quotes, on one line.
func quoted(s string) string {
	out := "'"
	for _, c := range s {
		switch {
		case c == '\'':
			out += "''"
		case c >= ' ' && c != 0x7f:
			out += string(c)
		}
	}
	return out + "'"
}
