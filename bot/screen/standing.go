package screen

import (
	"cartable/bot/view"
	"cartable/internal/crm"
)

// NewRole tells somebody of the role that they are in now, and gives them its menu.
func (r Reader) NewRole() view.Message {
	role := r.P.H("standing.role", "Role", view.Text(r.P.T("role."+string(r.Staff.Role))))
	if r.Staff.Role == crm.Owner {
		role = "" // what follows says so
	}
	return view.Message{HTML: view.Paragraphs(role, r.P.H("standing."+string(r.Staff.Role))), Reply: r.Menu()}
}

// Access tells somebody that they were suspended, readmitted or removed. Who has no
// access has no menu either.
func (r Reader) Access() view.Message {
	if r.Staff.Active() {
		return view.Message{HTML: r.P.H("standing.active"), Reply: r.Menu()}
	}
	key := "standing.suspended"
	if r.Staff.State == crm.Removed {
		key = "standing.removed"
	}
	return view.Message{HTML: r.P.H(key, "Name", words(r.clip(r.Staff.Name, 60))), Reply: &view.ReplyKeyboard{Remove: true}}
}
