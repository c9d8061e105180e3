package page

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// tab is a browser tab that shows the page of one fake API.
type tab struct {
	ctx  context.Context
	fake *fake
}

// startBrowser runs one headless Chromium for the test and its subtests.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Fatal("these tests need chromium, chromium-browser or google-chrome in PATH")
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(),
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.WSURLReadTimeout(2*patience))
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}

// look is how a tab sees the page.
type look struct {
	width, height int64
	scheme        string
	language      string
}

func desktop() look { return look{width: 1600, height: 1000, scheme: "light", language: "en"} }

// open shows the page in a tab of its own and waits until it has its chats and
// hears of news.
// Each fake has its own port, so no tab sees another's stored settings.
func open(t *testing.T, browser context.Context, how look, f *fake) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	tb := &tab{ctx: ctx, fake: f}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(how.width, how.height)); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	err := chromedp.Listen(ctx, func(event any) {
		switch event := event.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("the page threw: %v", event.ExceptionDetails)
		case *runtime.EventConsoleAPICalled:
			for _, argument := range event.Args {
				t.Errorf("the page complained: %s", argument.Description)
			}
		}
	})
	if err != nil {
		t.Fatalf("listen to the tab: %v", err)
	}
	if err := chromedp.Do(ctx, emulate(how), chromedp.Navigate(f.URL)); err != nil {
		t.Fatalf("open the page: %v", err)
	}
	tb.until(t, `document.documentElement.hasAttribute("data-live") && document.fonts.status === "loaded"`)
	return tb
}

// emulate sets the preferences that the page asks the browser for, and the
// language that it remembers.
func emulate(how look) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: how.scheme},
				{Name: "prefers-reduced-motion", Value: "reduce"},
			},
		})
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
			Source: `localStorage.language ??= ` + quote(how.language),
		})
		return err
	})
}

// eval runs an expression in the page and decodes its value.
func eval[T any](t *testing.T, tb *tab, expression string) T {
	t.Helper()
	value, err := chromedp.Run(tb.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("evaluate %s: %v", expression, err)
	}
	return value
}

// until waits for an expression to become true. It asks again and again from
// outside, since the page's policy forbids the in-page polling of chromedp.
func (tb *tab) until(t *testing.T, expression string) {
	t.Helper()
	deadline, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	ticker := time.NewTicker(15 * time.Millisecond)
	defer ticker.Stop()
	for {
		if eval[bool](t, tb, `Boolean(`+expression+`)`) {
			return
		}
		select {
		case <-deadline.Done():
			t.Fatalf("never became true: %s", expression)
		case <-ticker.C:
		}
	}
}

// click presses the element with the mouse, as a person would.
func (tb *tab) click(t *testing.T, selector string) {
	t.Helper()
	tb.until(t, `document.querySelector(`+quote(selector)+`)`)
	if err := chromedp.Do(tb.ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		t.Fatalf("click %s: %v", selector, err)
	}
}

func (tb *tab) typeInto(t *testing.T, selector, text string) {
	t.Helper()
	if err := chromedp.Do(tb.ctx, chromedp.SendKeys(chromedp.CSS(selector), text)); err != nil {
		t.Fatalf("type into %s: %v", selector, err)
	}
}

// text is the text that the first match shows.
func (tb *tab) text(t *testing.T, selector string) string {
	t.Helper()
	return eval[string](t, tb, `document.querySelector(`+quote(selector)+`).innerText`)
}

func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // A string always has a JSON form.
	}
	return string(quoted)
}

// writeFile puts a file where the browser can choose it.
func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatalf("write %s: %v", name, err)
	}
	return path
}
