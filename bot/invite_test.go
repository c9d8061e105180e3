package bot_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"testing"
	"time"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/tgsim"
)

var inviteLink = regexp.MustCompile(`https://t\.me/\w+\?start=([\w-]+)`)

// A manager makes an invite with one tap, chooses how long it works with another, and
// gets it as a picture; the link stays the same, and whoever opens it joins.
func TestInviteByPicture(t *testing.T) {
	for _, lang := range []crm.Language{crm.Persian, crm.English} {
		o := newOffice(t)
		boss := o.owner
		must(t, o.crm.SetLanguage(t.Context(), crm.Command{Actor: o.staff(boss).ID, Key: "language"}, lang))
		o.types(boss, "/staff")
		o.press(boss, "team.invite_agent")
		link := inviteLink.FindStringSubmatch(boss.Last().Plain())
		if link == nil {
			t.Fatalf("no link in %q", boss.Last().Plain())
		}
		for _, days := range []int{1, 30, 7, 1} {
			boss.Press(t, o.cat.Printer(lang).N("team.life", days))
			o.quiet()
			until := o.clock.Now().AddDate(0, 0, days).In(tehran(t))
			boss.SeeLast(t, link[0], persian.FormatDateTime(until, string(lang)))
		}
		o.press(boss, "team.qr")
		shown := boss.SeeLast(t, link[0], o.say(boss, "team.copy_link"))
		want, err := view.QR("invite.png", link[0])
		must(t, err)
		if len(shown.Photo) == 0 || !bytes.Equal(o.download(shown.Photo[len(shown.Photo)-1].FileID), want.Data) {
			t.Errorf("%s: not the picture of the link: %+v", lang, shown.Photo)
		}
		boss.See(t, o.say(boss, "team.qr_below"))
		o.types(boss, "/staff")
		boss.SeeLast(t, o.say(boss, "team.open_invites"))

		o.forward(24*time.Hour - time.Second)
		who := o.sim.Person(tgsim.Profile{FirstName: "Reza", LanguageCode: string(lang)})
		must(t, who.Start(link[1]))
		welcomed(t, who)
		if st := o.staff(who); st.Role != crm.Agent {
			t.Errorf("joined as %+v", st)
		}
		boss.TapData(shown.ID, callback.MustEncode(callback.Ref{Action: callback.InviteLife, Arg: 30, Value: link[1]}))
		boss.SeeToast(t, o.say(boss, "error.invite_over"))
		o.types(boss, "/staff")
		o.quiet()
		if boss.Last().Shows(o.say(boss, "team.open_invites")) {
			t.Error("a used invite is listed as open")
		}
		o.sim.CheckClean(t)
	}
}

// An invite that is revoked lets nobody in, and the list says so at once.
func TestInviteRevoked(t *testing.T) {
	o := newOffice(t, "fa")
	boss, sara := o.owner, o.agents[0]
	o.types(boss, "/staff")
	o.press(boss, "team.invite_manager")
	token := inviteLink.FindStringSubmatch(boss.Last().Plain())[1]
	owner := o.staff(boss)
	open, err := o.crm.OpenInvites(t.Context(), owner)
	must(t, err)
	card := sara.Last()
	for _, ref := range []callback.Ref{
		{Action: callback.InviteRevoke, Record: int64(open[0].ID)}, {Action: callback.InviteQR, Value: token},
		{Action: callback.InviteLife, Arg: 30, Value: token},
	} {
		n := len(sara.Toasts())
		must(t, sara.TapData(card.ID, callback.MustEncode(ref)))
		waitToasts(t, sara, n+1)
	}
	if found, err := o.crm.FindInvite(t.Context(), owner, token); err != nil || found != open[0] {
		t.Fatalf("an agent changed %+v to %+v, %v", open, found, err)
	}
	o.types(boss, "/staff")
	boss.Press(t, o.say(boss, "team.revoke", "Role", o.say(boss, "role.manager"), "Until", ""))
	boss.SeeToast(t, o.say(boss, "toast.revoked"))
	boss.SeeGone(t, o.say(boss, "team.open_invites"))
	who := o.sim.Person(tgsim.Profile{FirstName: "Reza", LanguageCode: "fa"})
	must(t, who.Start(token))
	who.See(t, o.cat.Printer(crm.Persian).T("stranger.bad_invite"))
	o.sim.CheckClean(t)
}

func tehran(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Tehran")
	must(t, err)
	return zone
}

// download fetches a file from Telegram as a bot does.
func (o *office) download(id string) []byte {
	o.t.Helper()
	get := func(url string) []byte {
		req, err := http.NewRequestWithContext(o.t.Context(), http.MethodGet, url, nil)
		must(o.t, err)
		res, err := http.DefaultClient.Do(req)
		must(o.t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		must(o.t, err)
		return body
	}
	var found struct {
		Result struct {
			Path string `json:"file_path"`
		} `json:"result"`
	}
	must(o.t, json.Unmarshal(get(o.sim.URL()+"/bot"+o.sim.Token()+"/getFile?file_id="+id), &found))
	return get(o.sim.URL() + "/file/bot" + o.sim.Token() + "/" + found.Result.Path)
}
