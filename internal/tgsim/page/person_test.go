package page

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// What people do on the page, and what they see, in a real browser.
func TestInBrowser(t *testing.T) {
	browser := startBrowser(t)
	for name, check := range map[string]func(*testing.T, *tab){
		"typed text is posted":                     typedTextIsPosted,
		"a tap spins until it is answered":         tapSpinsUntilAnswered,
		"a counted tap spins until it is answered": countedTapSpinsUntilAnswered,
		"an edit is shown in place":                editIsShownInPlace,
		"the reply keyboard sends":                 replyKeyboardSends,
		"answers show as toast and alert":          answersShowAsToastAndAlert,
		"hostile markup is inert":                  hostileMarkupIsInert,
		"lines read in their direction":            linesReadInTheirDirection,
		"the time stands at the end":               timeStandsAtTheEnd,
		"a quote ends its line":                    quoteEndsItsLine,
		"the clock moves forward":                  clockMovesForward,
		"unread is counted, then read":             unreadIsCountedThenRead,
		"code and copy buttons copy":               codeAndCopyButtonsCopy,
		"an own contact is asked for":              ownContactIsAskedFor,
		"a stranger starts the bot":                strangerStartsTheBot,
		"a person is added":                        personIsAdded,
		"a file is uploaded":                       fileIsUploaded,
		"the reader is not pulled down":            readerIsNotPulledDown,
		"the language is switched":                 languageIsSwitched,
	} {
		t.Run(name, func(t *testing.T) {
			check(t, open(t, browser, desktop(), newFake(t, saraChat(), rezaChat(), emmaChat(), strangerChat())))
		})
	}
}

func typedTextIsPosted(t *testing.T, tb *tab) {
	tb.typeInto(t, `[data-chat="101"] [data-field="text"]`, "سلام")
	tb.click(t, `[data-chat="101"] [data-action="send"]`)
	tb.fake.expect(t, "/sim/chat/101/text", `{"text":"سلام"}`)
	tb.until(t, `document.querySelector('[data-chat="101"] [data-field="text"]').value === ""`)
	tb.typeInto(t, `[data-chat="103"] [data-field="text"]`, "hello\r")
	tb.fake.expect(t, "/sim/chat/103/text", `{"text":"hello"}`)
}

// Telegram's quotes are blocks: the line break behind one shows no line of its own.
func quoteEndsItsLine(t *testing.T, tb *tab) {
	height := func(html string) float64 {
		t.Helper()
		tb.fake.change(emma, func(c *chat) { c.Messages[0].HTML, c.Messages[0].From = html, "bot" })
		tb.until(t, `document.querySelector('[data-message="20"]').innerText.includes("`+html[:3]+`")`)
		return eval[float64](t, tb, `document.querySelector('[data-message="20"] .text').getBoundingClientRect().height`)
	}
	one, joined, apart := height("one<blockquote>said</blockquote>"), height("two<blockquote>said</blockquote>\nend"), height("thr<blockquote>said</blockquote>\n\nend")
	if line := apart - joined; line <= 0 || joined-one > 1.5*line { // the quote's margin too
		t.Errorf("heights %g, %g, %g", one, joined, apart)
	}
}

func tapSpinsUntilAnswered(t *testing.T, tb *tab) {
	const done = `[data-chat="103"] [data-button="done"]`
	tb.click(t, done)
	tb.fake.expect(t, "/sim/chat/103/tap", `{"message":25,"data":"done"}`)
	tb.until(t, `document.querySelector('`+done+`').getAttribute("aria-busy") === "true"`)
	// Another chat's news is no answer; the emptiest answer of this one is.
	tb.fake.change(reza, func(c *chat) { c.Messages[0].HTML = "آمد" })
	tb.until(t, `document.querySelector('[data-message="10"]').innerText.includes("آمد")`)
	if !eval[bool](t, tb, `document.querySelector('`+done+`').classList.contains("busy")`) {
		t.Error("the spinner went away at another chat's change")
	}
	tb.fake.change(emma, func(*chat) {})
	tb.until(t, `!document.querySelector('`+done+`').hasAttribute("aria-busy")`)
}

// A server that counts the unanswered taps tells its own echo of a tap, and any
// other news, from the answer.
func countedTapSpinsUntilAnswered(t *testing.T, tb *tab) {
	const later = `document.querySelector('[data-chat="103"] [data-button="later"]')`
	tb.click(t, `[data-chat="103"] [data-button="later"]`)
	tb.fake.await(t, "/sim/chat/103/tap")
	waiting := 1
	tb.fake.change(emma, func(c *chat) {
		c.Waiting = &waiting
		c.Messages = append(c.Messages, &message{ID: 71, From: "bot", Date: fixtureNow(), HTML: "news"})
	})
	tb.until(t, `document.querySelector('[data-message="71"]')`)
	if !eval[bool](t, tb, later+`.classList.contains("busy")`) {
		t.Error("the spinner went away while the tap was unanswered")
	}
	tb.fake.change(emma, func(c *chat) { c.Waiting = new(int) })
	tb.until(t, `!`+later+`.classList.contains("busy")`)
}

func editIsShownInPlace(t *testing.T, tb *tab) {
	eval[bool](t, tb, `(window.kept = document.querySelector('[data-message="12"]'),
		kept.addEventListener("animationstart", (event) => { window.flashed ||= event.animationName === "hold"; }), true)`)
	tb.fake.change(reza, func(c *chat) {
		c.Messages[2].HTML = "ساعت جلسه؟"
		c.Messages[2].Inline = [][]button{{{Text: "۱۱:۰۰", Data: "h:11"}}}
	})
	tb.until(t, `kept.innerText.includes("ساعت جلسه؟") && window.flashed`)
	if !eval[bool](t, tb, `kept.isConnected && kept === document.querySelector('[data-message="12"]')`) {
		t.Error("the edited message was replaced by another element")
	}
	if got := eval[int](t, tb, `kept.querySelectorAll("[data-button]").length`); got != 1 {
		t.Errorf("%d buttons after the edit, want 1", got)
	}
	if got := tb.text(t, `[data-message="12"] .meta:not(.room) .edited`); got != "ویرایش‌شده" {
		t.Errorf("edited mark %q", got)
	}
	tb.fake.change(reza, func(c *chat) { c.Messages[2].Deleted = true })
	tb.until(t, `!kept.isConnected`)
}

func replyKeyboardSends(t *testing.T, tb *tab) {
	tb.click(t, `[data-chat="101"] [data-key="🗂 کارتابل من"]`)
	tb.fake.expect(t, "/sim/chat/101/text", `{"text":"🗂 کارتابل من"}`)
	tb.click(t, `[data-chat="101"] [data-action="keyboard"]`)
	tb.until(t, `document.querySelector('[data-chat="101"] [data-field="keyboard"]').hidden`)
	tb.click(t, `[data-chat="101"] [data-action="commands"]`)
	tb.click(t, `[data-chat="101"] [data-action="/today"]`)
	tb.fake.expect(t, "/sim/chat/101/text", `{"text":"/today"}`)
	if got := eval[string](t, tb, `document.querySelector('[data-chat="101"] [data-field="text"]').placeholder`); got != "نام، شماره یا دستور…" {
		t.Errorf("placeholder %q", got)
	}
}

func answersShowAsToastAndAlert(t *testing.T, tb *tab) {
	tb.fake.change(sara, func(c *chat) { c.Toast = &toast{Seq: 1, Text: "ذخیره شد"} })
	tb.until(t, `document.querySelector('[data-chat="101"] .toast.shown')?.innerText === "ذخیره شد"`)
	tb.fake.change(sara, func(c *chat) {
		c.Toast = &toast{Seq: 2, Text: "این مشتری را همکارتان برداشت.", Alert: true}
	})
	tb.until(t, `document.querySelector('[data-chat="101"] [data-field="alert-text"]')?.innerText.includes("همکارتان")`)
	tb.click(t, `[data-chat="101"] [data-action="alert-close"]`)
	tb.until(t, `!document.querySelector("dialog")`)
	if eval[bool](t, tb, `Boolean(document.querySelector("[inert]:not(.veiled)"))`) {
		t.Error("something stayed inert after the alert")
	}
}

func hostileMarkupIsInert(t *testing.T, tb *tab) {
	tb.fake.change(emma, func(c *chat) {
		c.Messages = append(c.Messages, &message{ID: 66, From: "bot", Date: fixtureNow(), HTML: `<script>window.owned=1</script>` +
			`<img src=x onerror="window.owned=1"><b onclick="window.owned=1" style="position:fixed">bold</b>` +
			`<a href="javascript:window.owned=1">link</a><iframe srcdoc="<script>parent.owned=1</script>"></iframe>` +
			`<svg onload="window.owned=1"><text>drawn</text></svg><form action="/x"><input name=a><button>form</button></form>` +
			`<h1>title</h1></div></article><style>body{display:none}</style>`})
	})
	const text = `document.querySelector('[data-message="66"] .text')`
	tb.until(t, text)
	if got := eval[string](t, tb, text+`.querySelector(".meta.room").remove() ?? `+text+`.textContent`); got != "boldlinkformtitle" {
		t.Errorf("text %q, want boldlinkformtitle", got)
	}
	if got := eval[string](t, tb, `[...`+text+`.querySelectorAll("*")].map((node) => node.tagName + [...node.attributes].map((a) => a.name)).join(" ")`); got != "B SPAN" {
		t.Errorf("elements %q, want a plain B and SPAN", got)
	}
	tb.click(t, `[data-message="66"] .text b`)
	tb.click(t, `[data-message="66"] .text span`)
	if eval[bool](t, tb, `"owned" in window`) {
		t.Error("code of a message ran")
	}
}

// The time stands where the last line ends, which a name in the other direction at
// its beginning does not turn around.
func timeStandsAtTheEnd(t *testing.T, tb *tab) {
	tb.fake.change(emma, func(c *chat) {
		for id, line := range map[int]string{71: "• \u2068مریم\u2069 — Agent", 72: "\u200eمریم — Agent", 73: "• \u2068Emma\u2069 — کارشناس"} {
			c.Messages = append(c.Messages, &message{ID: id, From: "bot", Date: fixtureNow(), HTML: "Team\n" + line})
		}
	})
	tb.until(t, `document.querySelectorAll('[data-message="71"] .body, [data-message="72"] .body, [data-message="73"] .body').length === 3`)
	for id, want := range map[string]string{"71": "ends-ltr", "72": "ends-ltr", "73": "ends-rtl"} {
		if got := eval[string](t, tb, `document.querySelector('[data-message="`+id+`"] .body').className`); !strings.Contains(got, want) {
			t.Errorf("message %s: %s, want %s", id, got, want)
		}
	}
}

func linesReadInTheirDirection(t *testing.T, tb *tab) {
	for selector, want := range map[string]string{
		`[data-message="5"] .text`:     "rtl",
		`[data-message="25"] .text`:    "ltr",
		`[data-message="12"] .inline`:  "ltr",
		`[data-chat="101"] .screen`:    "rtl",
		`[data-chat="103"] .screen`:    "ltr",
		`[data-chat="101"] .reply-row`: "ltr",
	} {
		if got := eval[string](t, tb, `getComputedStyle(document.querySelector('`+selector+`')).direction`); got != want {
			t.Errorf("%s: direction %s, want %s", selector, got, want)
		}
	}
	widths := eval[[]int](t, tb, `[...document.querySelectorAll('[data-message="12"] .inline-row:nth-child(4) .inline-button')].map((node) => Math.round(node.getBoundingClientRect().width))`)
	if len(widths) != 7 {
		t.Fatalf("%d buttons in a week, want 7", len(widths))
	}
	for _, width := range widths {
		if width-widths[0] > 1 || widths[0]-width > 1 {
			t.Errorf("unequal widths in a row: %v", widths)
		}
	}
	if day := tb.text(t, `[data-chat="102"] .day-title`); day != "سه‌شنبه ۳ آذر" {
		t.Errorf("Persian day %q", day)
	}
	if day := eval[string](t, tb, `[...document.querySelectorAll('[data-chat="103"] .day-title')].at(-1).innerText`); day != "24 November" {
		t.Errorf("English day %q", day)
	}
}

func clockMovesForward(t *testing.T, tb *tab) {
	if got := tb.text(t, `[data-field="clock"]`); !strings.HasPrefix(got, "10:42:") {
		t.Errorf("clock %q, want the time in Tehran", got)
	}
	tb.click(t, `[data-forward="1h"]`)
	tb.fake.expect(t, "/sim/clock", `{"forward":"1h"}`)
	tb.click(t, `[data-forward="tomorrow"]`)
	got := strings.TrimSuffix(strings.TrimPrefix(tb.fake.await(t, "/sim/clock").body, `{"forward":"`), `"}`)
	forward, err := time.ParseDuration(got)
	if err != nil {
		t.Fatalf("forward %q is no duration: %v", got, err)
	}
	tomorrow := time.Date(2026, time.November, 25, 4, 30, 0, 0, time.UTC)
	if off := tomorrow.Sub(fixtureNow().Add(forward)); off < 0 || off > patience {
		t.Errorf("tomorrow 08:00 is missed by %s", off)
	}
}

func unreadIsCountedThenRead(t *testing.T, tb *tab) {
	if got := tb.text(t, `[data-chat="101"] [data-field="unread"]`); got != "۲" {
		t.Errorf("badge %q, want ۲", got)
	}
	tb.click(t, `[data-chat="101"] [data-field="text"]`)
	tb.fake.expect(t, "/sim/chat/101/read", `{}`)
	tb.fake.change(sara, func(c *chat) { c.Unread = 0 })
	tb.until(t, `document.querySelector('[data-chat="101"] [data-field="unread"]').hidden`)
}

func codeAndCopyButtonsCopy(t *testing.T, tb *tab) {
	for _, selector := range []string{`[data-message="5"] code`, `[data-message="5"] [data-kind="copy"]`} {
		eval[bool](t, tb, `(window.copied = "", document.querySelector('[data-chat="101"] .toast').classList.remove("shown"),
			Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText: async (text) => { window.copied = text; } } }), true)`)
		tb.click(t, selector)
		tb.until(t, `window.copied === "09121234567" && document.querySelector('[data-chat="101"] .toast.shown')`)
	}
}

func ownContactIsAskedFor(t *testing.T, tb *tab) {
	tb.click(t, `[data-chat="103"] [data-kind="contact"]`)
	tb.click(t, `[data-dialog="share"] [data-action="submit"]`)
	tb.fake.expect(t, "/sim/chat/103/contact", `{}`)
}

func strangerStartsTheBot(t *testing.T, tb *tab) {
	tb.click(t, `[data-chat="104"] [data-action="start"]`)
	tb.fake.expect(t, "/sim/chat/104/start", `{"payload":""}`)
	tb.click(t, `[data-chat="104"] [data-action="options"]`)
	tb.click(t, `[data-chat="104"] [data-action="start-link"]`)
	tb.typeInto(t, `[data-field="payload"]`, "https://t.me/cartable_bot?start=Ab-9_x")
	tb.click(t, `[data-dialog="start-link"] [data-action="submit"]`)
	tb.fake.expect(t, "/sim/chat/104/start", `{"payload":"Ab-9_x"}`)
}

func personIsAdded(t *testing.T, tb *tab) {
	tb.click(t, `[data-action="add-person"]`)
	tb.typeInto(t, `[data-dialog="person"] [data-field="name"]`, "Nima")
	tb.click(t, `[data-dialog="person"] [data-action="submit"]`)
	tb.fake.expect(t, "/sim/person", `{"name":"Nima","language":"en"}`)
}

func fileIsUploaded(t *testing.T, tb *tab) {
	if err := chromedp.Do(tb.ctx, chromedp.SetUploadFiles(chromedp.CSS(`[data-chat="101"] [data-field="file"]`), []string{writeFile(t, "list.csv", "نام,شماره\n")}, chromedp.NodeReady)); err != nil {
		t.Fatalf("choose a file: %v", err)
	}
	got := tb.fake.await(t, "/sim/chat/101/file").body
	for _, want := range []string{`name="file"`, `filename="list.csv"`, "نام,شماره"} {
		if !strings.Contains(got, want) {
			t.Errorf("upload lacks %s:\n%s", want, got)
		}
	}
}

func readerIsNotPulledDown(t *testing.T, tb *tab) {
	const feed = `document.querySelector('[data-chat="103"] [data-field="feed"]')`
	const atEnd = feed + `.scrollHeight - ` + feed + `.scrollTop - ` + feed + `.clientHeight < 2`
	tb.until(t, atEnd)
	eval[bool](t, tb, `(`+feed+`.scrollTop = 0, true)`)
	tb.until(t, `!document.querySelector('[data-chat="103"] [data-action="to-end"]').hidden`)
	tb.fake.change(emma, func(c *chat) {
		c.Messages = append(c.Messages, &message{ID: 70, From: "bot", Date: fixtureNow(), HTML: "news"})
	})
	tb.until(t, `document.querySelector('[data-chat="103"] [data-field="below"]').innerText === "1"`)
	if got := eval[int](t, tb, feed+`.scrollTop`); got != 0 {
		t.Errorf("scrolled to %d while the reader was at the top", got)
	}
	tb.click(t, `[data-chat="103"] [data-action="to-end"]`)
	tb.until(t, atEnd)
}

func languageIsSwitched(t *testing.T, tb *tab) {
	tb.click(t, `[data-action="language"]`)
	tb.until(t, `document.documentElement.dir === "rtl" && document.querySelector('[data-forward="1h"]').innerText === "۱ ساعت"`)
	if day := tb.text(t, ".clock-day"); day != "سه‌شنبه ۳ آذر ۱۴۰۵" {
		t.Errorf("Jalali day %q", day)
	}
}
