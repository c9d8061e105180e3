package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/tgsim"
)

// open brings the people of the demo to their chats: at the first start they join
// and find work, later they come back to a chat that begins anew.
func (d *demo) open(ctx context.Context) error {
	if _, err := d.telegram.bot(ctx); err != nil {
		return err
	}
	dir, err := d.service.Directory(ctx)
	if err != nil {
		return err
	}
	if len(dir.Staff) == 0 {
		return d.firstDay(ctx)
	}
	for _, s := range dir.ActiveStaff() {
		p := d.sim.Person(tgsim.Profile{ID: s.TelegramID, FirstName: s.Name, LanguageCode: string(s.Language)})
		if err := d.start(ctx, p, ""); err != nil {
			return err
		}
	}
	return nil
}

// forgetChats forgets what belongs to the chats of the last demo: the new ones number
// their messages and taps anew, and hold no question that waits for an answer.
func (a *app) forgetChats(ctx context.Context) error {
	now := a.clock.Now()
	_, formsErr := a.forms.Purge(ctx, now)
	return errors.Join(formsErr, a.store.PurgeCommands(ctx, now), a.store.ForgetMessages(ctx), a.redis.FlushDB(ctx).Err())
}

// start has somebody press the start button, and waits for the answer.
func (d *demo) start(ctx context.Context, p *tgsim.Person, token string) error {
	if err := p.Start(token); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	return p.Wait(ctx, func(v *tgsim.View) bool { return v.Last().ID != 0 && v.Keyboard != nil })
}

// firstDay has the owner and the agents join, as people do, and gives them work.
func (d *demo) firstDay(ctx context.Context) error {
	sources, err := d.addSources(ctx)
	if err != nil {
		return err
	}
	// Those with a history came before the staff did, so that nobody is told of them.
	for i := range demoLeads {
		if demoLeads[i].holder != "" {
			if err := d.arrive(ctx, &demoLeads[i], sources); err != nil {
				return err
			}
		}
	}
	staff, err := d.hire(ctx)
	if err != nil {
		return err
	}
	for i := range demoLeads {
		l := &demoLeads[i]
		if l.holder == "" {
			err = d.arrive(ctx, l, sources)
		} else {
			err = d.follow(ctx, l, staff)
		}
		if err != nil {
			return fmt.Errorf("sample lead %d: %w", i+1, err)
		}
	}
	return nil
}

// addSources makes the sources beside the form and returns all by their kind.
func (d *demo) addSources(ctx context.Context) (map[crm.SourceKind]crm.SourceID, error) {
	out := map[crm.SourceKind]crm.SourceID{crm.SourceForm: d.form.ID}
	for kind, title := range demoSources {
		src, err := d.service.AddSource(ctx, crm.Command{Key: "demo:source:" + string(kind)}, title, kind)
		if err != nil {
			return nil, fmt.Errorf("add source: %w", err)
		}
		out[kind] = src.ID
	}
	return out, nil
}

// hire has everybody join by a link, the owner first.
func (d *demo) hire(ctx context.Context) (map[string]crm.Staff, error) {
	staff := map[string]crm.Staff{}
	var owner crm.Staff
	for i, who := range demoPeople {
		token, err := d.invitation(ctx, owner, who)
		if err != nil {
			return nil, fmt.Errorf("invite: %w", err)
		}
		p := d.sim.Person(who)
		if err := d.start(ctx, p, token); err != nil {
			return nil, err
		}
		s, err := d.service.StaffByTelegramID(ctx, p.ID())
		if err != nil {
			return nil, fmt.Errorf("join: %w", err)
		}
		staff[who.FirstName] = s
		if i > 0 {
			continue
		}
		owner = s
		if err := d.service.NameBusiness(ctx, crm.Command{Actor: owner.ID, Key: "demo:name"}, demoBusiness); err != nil {
			return nil, fmt.Errorf("name the business: %w", err)
		}
	}
	return staff, nil
}

// invitation is the set-up link's token for the owner, who invites the others.
func (d *demo) invitation(ctx context.Context, owner crm.Staff, who tgsim.Profile) (string, error) {
	if owner.ID != 0 {
		cmd := crm.Command{Actor: owner.ID, Key: "demo:invite:" + who.FirstName}
		invite, err := d.service.NewInvite(ctx, cmd, crm.Agent, crm.InviteLife)
		return invite.Token, err
	}
	select {
	case token := <-d.setup:
		return token, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// arrive records a lead's inquiry.
func (d *demo) arrive(ctx context.Context, l *demoLead, sources map[crm.SourceKind]crm.SourceID) error {
	phone, err := persian.ParsePhone(l.phone)
	if err != nil {
		return fmt.Errorf("number of a sample lead: %w", err)
	}
	_, err = d.domain.RecordInquiry(ctx, crm.Command{Key: "demo:lead:" + l.phone}, crm.Inquiry{
		Source: sources[l.source], Phone: phone, Name: l.name, City: l.city, Email: l.email, Message: l.message,
	})
	return err
}

// follow has the holder take a lead and do what they did.
func (d *demo) follow(ctx context.Context, l *demoLead, staff map[string]crm.Staff) error {
	dir, err := d.service.Directory(ctx)
	if err != nil {
		return err
	}
	phone, err := persian.ParsePhone(l.phone)
	if err != nil {
		return fmt.Errorf("number of a sample lead: %w", err)
	}
	holder := staff[l.holder]
	found, err := d.service.FindPhone(ctx, dir, holder, phone)
	if err != nil {
		return err
	}
	cmd := func(what string) crm.Command {
		return crm.Command{Actor: holder.ID, Key: "demo:" + what + ":" + l.phone}
	}
	out, err := d.service.Take(ctx, cmd("take"), found.ID)
	if err != nil {
		return err
	}
	if l.note != "" {
		if _, err := d.service.AddNote(ctx, cmd("note"), found.ID, l.note); err != nil {
			return err
		}
	}
	if l.noAnswer {
		_, err = d.service.NoAnswer(ctx, cmd("no-answer"), found.ID, out.Version)
		return err
	}
	if l.status == "" {
		return nil
	}
	change, err := d.statusChange(dir, l, staff)
	if err != nil {
		return err
	}
	change.Customer, change.Version = found.ID, out.Version
	_, err = d.service.SetStatus(ctx, cmd("status"), change)
	return err
}

// statusChange finds the status of a sample lead by its title, and the fields of its
// answers by their keys.
func (d *demo) statusChange(dir crm.Directory, l *demoLead, staff map[string]crm.Staff) (crm.StatusChange, error) {
	today := d.clock.Now().In(dir.Settings.Location())
	day := func(n int) string { return today.AddDate(0, 0, n).Format(time.DateOnly) }
	for _, s := range dir.Statuses {
		if s.Title.Text != l.status {
			continue
		}
		change := crm.StatusChange{Status: s.ID, Answers: crm.Values{}, Next: staff[l.next].ID, Reason: l.reason}
		for _, f := range s.Fields {
			switch v, ok := l.answers[f.Key]; {
			case ok && v == tomorrow:
				change.Answers[f.ID] = crm.Value(day(1))
			case ok:
				change.Answers[f.ID] = crm.Value(v)
			}
		}
		if l.remindIn != 0 {
			at := d.clock.Now().Add(l.remindIn).Truncate(time.Minute)
			change.Remind = &at
		}
		return change, nil
	}
	return crm.StatusChange{}, fmt.Errorf("no status for sample lead %q", l.holder)
}
