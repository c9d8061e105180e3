package screen

import (
	"cartable/bot/callback"
	"cartable/bot/view"
)

// settingsSections are the parts of the business that managers shape, in reading
// order, each with what opens it.
var settingsSections = []struct {
	key string
	ref callback.Ref
}{
	{"settings.statuses", callback.Ref{Action: callback.Shape, Question: ShapeStatuses}},
	{"settings.fields", callback.Ref{Action: callback.Shape, Question: ShapeFields}},
	{"menu.staff", callback.Ref{Action: callback.Staff}},
	{"settings.file", callback.Ref{Action: callback.Shape, Question: ShapeFile}},
	{"settings.log", callback.Ref{Action: callback.Shape, Question: ShapeLog}},
}

// Settings is where everything that managers shape is found.
func (r Reader) Settings() view.Message {
	var buttons []view.Button
	for _, s := range settingsSections {
		buttons = append(buttons, r.button(s.key, s.ref))
	}
	language := r.button("menu.language", callback.Ref{Action: callback.Language})
	return view.Message{HTML: r.P.H("settings.title"), Inline: r.keyboard(append(pairs(buttons), []view.Button{language})...)}
}

// SettingsBack returns to Settings.
func (r Reader) SettingsBack() []view.Button {
	return []view.Button{r.button("common.back", callback.Ref{Action: callback.Settings})}
}
