package intake

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

const patience = 30 * time.Second

// startTab opens a tab of a telephone's size in which scripts do not run.
func startTab(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Fatal("this test needs chromium, chromium-browser or google-chrome in PATH")
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(),
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.WSURLReadTimeout(2*patience))
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	noScript := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844), noScript); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}

func act(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func read[T any](t *testing.T, tab context.Context, a chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestPersonFillsForm(t *testing.T) {
	d := newDesk(t)
	tab := startTab(t)
	css := func(s string) chromedp.CSS { return chromedp.CSS(s) }
	act(t, tab, chromedp.Navigate(d.server.URL+d.path()+"?utm_source=instagram&campaign=پاییز"),
		chromedp.SendKeys(css("#phone"), "۰۹۱۲۱۲"),
		chromedp.SendKeys(css("#name"), "علی <b>رضایی"),
		chromedp.SendKeys(css("#message"), "سلام\nفردا زنگ بزنید"),
		chromedp.Click(css("details summary")),
		chromedp.SendKeys(css("#email"), "ali@", chromedp.NodeVisible))
	d.clock.Advance(3 * time.Second)
	act(t, tab, chromedp.Click(css("button")), chromedp.WaitVisible(css(".summary")))

	if title := read(t, tab, chromedp.Title()); !strings.HasPrefix(title, "خطا:") {
		t.Errorf("title %q does not say that something is wrong", title)
	}
	if n := len(read(t, tab, chromedp.Nodes(chromedp.CSSAll(".summary a")))); n != 2 {
		t.Errorf("%d links in the summary, want those to the number and the e-mail address", n)
	}
	if focus := read(t, tab, chromedp.Nodes(chromedp.CSSAll(".summary:focus"))); len(focus) != 1 {
		t.Error("the summary is not in focus")
	}
	for sel, want := range map[string]string{"#phone": "۰۹۱۲۱۲", "#name": "علی <b>رضایی", "#message": "سلام\nفردا زنگ بزنید", "#email": "ali@"} {
		if got := read(t, tab, chromedp.Value(css(sel))); strings.ReplaceAll(got, "\r", "") != want {
			t.Errorf("%s holds %q, want %q", sel, got, want)
		}
	}
	act(t, tab, chromedp.Click(css(`.summary a[href="#phone"]`)), chromedp.WaitVisible(css("#phone:target")))
	if n := d.inquiries(); n != 0 {
		t.Fatalf("%d inquiries before the number was right", n)
	}

	d.clock.Advance(3 * time.Second)
	act(t, tab, chromedp.SetValue(css("#phone"), "۰۹۱۲ ۱۲۳ ۴۵۶۷"), chromedp.SetValue(css("#email"), "ali@example.ir"),
		chromedp.Click(css("button")), chromedp.WaitVisible(css(".tick")))
	if at := read(t, tab, chromedp.Location()); !strings.HasSuffix(at, d.path()+"/thanks") {
		t.Errorf("the person ends at %s", at)
	}
	got := query[string](d, `SELECT phone || '|' || name || '|' || message || '|' || email || '|' || campaign || '|' || (utm->>'source') FROM inquiries`)
	if want := "+989121234567|علی <b>رضایی|سلام\nفردا زنگ بزنید|ali@example.ir|پاییز|instagram"; got != want {
		t.Errorf("stored %q, want %q", got, want)
	}
}
