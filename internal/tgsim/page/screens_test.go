package page

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// The page's looks, each checked for what overflows, and kept as a picture:
// go test -run TestScreens -artifacts -outputdir /tmp ./internal/tgsim/page
func TestScreens(t *testing.T) {
	browser := startBrowser(t)
	for name, how := range map[string]look{
		"wide-light-fa":  {1600, 1000, "light", "fa"},
		"wide-dark-en":   {1600, 1000, "dark", "en"},
		"phone-light-fa": {390, 844, "light", "fa"},
		"phone-dark-en":  {390, 844, "dark", "en"},
	} {
		t.Run(name, func(t *testing.T) {
			tb := open(t, browser, how, newFake(t, saraChat(), rezaChat(), emmaChat(), strangerChat()))
			tb.until(t, `[...document.querySelectorAll(".picture img")].every((image) => image.complete)`)
			if over := eval[int](t, tb, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
				t.Errorf("the page is %d pixels wider than its window", over)
			}
			wide := eval[[]string](t, tb, `[...document.querySelectorAll(".feed, .message, .inline-button, .composer-bar, .reply-row")]
				.filter((node) => node.scrollWidth > node.clientWidth + 1 && !node.matches(".inline-button"))
				.map((node) => node.className + " " + node.scrollWidth + " > " + node.clientWidth)`)
			if len(wide) > 0 {
				t.Errorf("overflowing: %v", wide)
			}
			picture, err := chromedp.Run(tb.ctx, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatalf("take the picture: %v", err)
			}
			if err := os.WriteFile(filepath.Join(t.ArtifactDir(), name+".png"), picture, 0o600); err != nil {
				t.Fatalf("keep the picture: %v", err)
			}
		})
	}
}
