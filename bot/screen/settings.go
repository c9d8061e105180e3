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
	{"settings.sources", callback.Ref{Action: callback.Shape, Question: ShapeSources}},
	{"settings.business", callback.Ref{Action: callback.Shape, Question: ShapeBusiness}},
	{"menu.staff", callback.Ref{Action: callback.Staff}},
	{"settings.proposals", callback.Ref{Action: callback.Proposals, Question: ProposalList}},
	{"settings.file", callback.Ref{Action: callback.Shape, Question: ShapeFile}},
	{"settings.log", callback.Ref{Action: callback.Shape, Question: ShapeLog}},
}

// Settings is where everything that managers shape is found; open is how many
// proposals wait for them.
func (r Reader) Settings(open int) view.Message {
	var buttons []view.Button
	for _, s := range settingsSections {
		b := r.button(s.key, s.ref)
		if s.ref.Action == callback.Proposals && open > 0 {
			b.Label = r.P.T("settings.proposals_open", "Count", open)
		}
		buttons = append(buttons, b)
	}
	me := r.button("menu.me", callback.Ref{Action: callback.Member, Question: MemberMe})
	language := r.button("menu.language", callback.Ref{Action: callback.Language})
	return view.Message{HTML: r.P.H("settings.title"), Inline: r.keyboard(append(pairs(buttons), []view.Button{me, language})...)}
}

// SettingsBack returns to Settings.
func (r Reader) SettingsBack() []view.Button {
	return []view.Button{r.button("common.back", callback.Ref{Action: callback.Settings})}
}
