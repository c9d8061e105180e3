package bot

import (
	"context"

	"cartable/bot/view"
	"cartable/internal/crm"
)

// join redeems an invite link: "/start <token>".
func (r *request) join(ctx context.Context) error {
	who := crm.Newcomer{TelegramID: r.up.From.ID, Name: r.up.From.Name, Language: r.p.Lang()}
	if r.staff.ID != 0 {
		who.Language = r.staff.Language
	}
	cmd := r.command()
	cmd.Actor = 0 // whoever joins is nobody yet; the token is their right
	st, err := r.Domain.Join(ctx, cmd, r.up.Args, who)
	if crm.IsKey(err, crm.KeyBadInvite) {
		if r.staff.Active() {
			return r.menu(ctx)
		}
		r.Log.Warn("refused: invite", "reason", "used, expired, unknown, or not its maker's to give any more")
		_, err = r.send(ctx, r.reader().BadInvite())
		return err
	}
	if crm.IsKey(err, crm.KeyNotActive) {
		return r.stranger(ctx) // suspended: a link does not change that
	}
	if err != nil {
		return err
	}
	r.staff = st
	if r.dir, err = r.Domain.Directory(ctx); err != nil {
		return err
	}
	if _, err := r.send(ctx, r.reader().Joined()); err != nil {
		return err
	}
	if err := r.setCommands(ctx); err != nil {
		return err
	}
	if st.Role == crm.Owner {
		return r.firstSteps(ctx, 0)
	}
	return nil
}

// setCommands gives the person's chat the commands of their role and language.
func (r *request) setCommands(ctx context.Context) error {
	return r.Messenger.SetCommands(ctx, r.up.ChatID, "", r.reader().Commands())
}

// firstSteps shows the owner what is left of the first day.
func (r *request) firstSteps(ctx context.Context, message int) error {
	m, err := r.stepsLeft(ctx)
	if err != nil {
		return err
	}
	_, err = r.show(ctx, message, m)
	return err
}

func (r *request) stepsLeft(ctx context.Context) (view.Message, error) {
	named := r.dir.Settings.Business != ""
	invited := len(r.dir.ActiveStaff()) > 1
	hasForm := false
	for _, s := range r.dir.Sources {
		hasForm = hasForm || s.Kind == crm.SourceForm
	}
	const early = 20 // versions: after more of them nobody is new
	log, err := r.Domain.ConfigLog(ctx, r.staff, 0, early)
	return r.reader().FirstSteps(named, invited, hasForm, untouched(log) && len(log) < early), err
}

// untouched says whether a business has the statuses and fields that every new one has.
func untouched(log []crm.ConfigVersion) bool {
	for _, v := range log {
		for _, c := range v.Changes {
			if c.Object == crm.ObjectStatus || c.Object == crm.ObjectField {
				return false
			}
		}
	}
	return true
}

// setup is a step of the owner's first day.
func (r *request) setup(ctx context.Context, step string) error {
	switch step {
	case "name":
		return r.begin(ctx, beginning{kind: formBusiness, message: r.up.Message})
	case "form":
		return r.begin(ctx, beginning{kind: formSource, message: 0})
	case "ready":
		return r.readyConfigs(ctx)
	default:
		return r.invite(ctx, crm.Agent)
	}
}

// StartLink is a link that opens the bot with a token.
func (b *Bot) StartLink(token string) string { return "https://t.me/" + b.Username + "?start=" + token }

// FormLink is the address of a hosted form; "" when the outside does not reach it.
func (b *Bot) FormLink(slug string) string {
	if b.PublicURL == "" {
		return ""
	}
	return b.PublicURL + "/f/" + slug
}

// menu shows the main menu.
func (r *request) menu(ctx context.Context) error {
	in, err := r.Domain.Cartable(ctx, r.dir, r.staff, crm.InboxCursor{}, 1)
	if err != nil {
		return err
	}
	waiting, err := r.Domain.WaitingLeads(ctx)
	if err != nil {
		return err
	}
	if _, err = r.send(ctx, r.reader().MainMenu(in.Counts, waiting)); err != nil {
		return err
	}
	if r.staff.Role == crm.Owner && r.dir.Settings.Business == "" {
		return r.firstSteps(ctx, 0)
	}
	return nil
}

// chooseLanguage makes lang what the person reads from now on.
func (r *request) chooseLanguage(ctx context.Context, lang crm.Language) error {
	if err := r.Domain.SetLanguage(ctx, r.command(), lang); err != nil {
		return err
	}
	r.staff.Language, r.p = lang, r.Catalogue.Printer(lang)
	if err := r.setCommands(ctx); err != nil {
		return err
	}
	if _, err := r.send(ctx, view.Message{HTML: r.p.H("language.set"), Reply: r.reader().Menu()}); err != nil {
		return err
	}
	return r.inPlace(ctx, r.reader().Languages()) // the other one stays a tap away
}
