package page

import (
	"fmt"
	"strings"
	"time"
)

// fixtureNow is Tuesday 3 Azar 1405, 10:42 in Tehran.
func fixtureNow() time.Time {
	return time.Date(2026, time.November, 24, 7, 12, 5, 0, time.UTC)
}

func ago(d time.Duration) time.Time { return fixtureNow().Add(-d) }

const (
	sara  = 101
	reza  = 102
	emma  = 103
	alien = 104
)

func mainKeyboard() *keyboard {
	return &keyboard{
		Placeholder: "نام، شماره یا دستور…",
		Rows: [][]key{
			{{Text: "👥 همه مشتریان"}, {Text: "🗂 کارتابل من"}},
			{{Text: "➕ مشتری تازه"}, {Text: "📞 شروع تماس"}},
			{{Text: "⚙️ تنظیمات"}, {Text: "📊 گزارش"}},
		},
	}
}

func persianMenu() []command {
	return []command{
		{"cartable", "کارتابل من"}, {"customers", "همه مشتریان"}, {"new", "مشتری تازه"},
		{"today", "امروز من"}, {"help", "راهنما"},
	}
}

func customerCard() *message {
	return &message{
		ID: 5, From: "bot", Date: ago(9 * time.Minute),
		HTML: "🔔 <b>مشتری تازه</b>\n\n👤 نام: <b>مریم احمدی</b>\n🏙 شهر: اصفهان\n📞 شماره: <code>09121234567</code>\n" +
			"✉️ ایمیل: \u2068maryam@example.com\u2069\n🎓 رشته: حسابداری، کارشناسی\n📥 ورود: فرم سایت\n🗓 تاریخ: سه‌شنبه ۳ آذر ۱۴۰۵، ساعت ۱۰:۳۰\n" +
			"<blockquote>سلام، برای کار حسابداری دورکار رزومه دارم. لطفاً بعد از ظهر تماس بگیرید.</blockquote>",
		Inline: [][]button{
			{{Text: "📝 ثبت وضعیت", Data: "s:5", Style: "primary"}, {Text: "✅ برداشتن", Data: "take:5", Style: "success"}},
			{{Text: "رونوشت شماره", Copy: "09121234567"}, {Text: "📵 پاسخ نداد", Data: "na:5"}},
			{{Text: "صفحهٔ ورود", URL: "https://example.com/landing"}, {Text: "🚫 شماره اشتباه", Data: "wrong:5", Style: "danger"}},
		},
	}
}

// calendar is the month of Azar 1405, which begins on a Sunday, with Saturday
// at the right.
func calendar() *message {
	digits := strings.NewReplacer("0", "۰", "1", "۱", "2", "۲", "3", "۳", "4", "۴", "5", "۵", "6", "۶", "7", "۷", "8", "۸", "9", "۹")
	rows := [][]button{{{Text: "آذر ۱۴۰۵", Data: "noop"}}, {}}
	for _, day := range []string{"ج", "پ", "چ", "س", "د", "ی", "ش"} {
		rows[1] = append(rows[1], button{Text: day, Data: "noop:" + day})
	}
	for first := 0; first <= 30; first += 7 {
		row := make([]button, 7)
		for column := range 7 {
			day := first + column
			row[6-column] = button{Text: " ", Data: fmt.Sprintf("blank:%d", day)}
			if day >= 1 && day <= 30 {
				row[6-column] = button{Text: digits.Replace(fmt.Sprint(day)), Data: fmt.Sprintf("d:%d", day)}
			}
			if day == 3 {
				row[6-column].Style = "primary"
			}
		}
		rows = append(rows, row)
	}
	rows = append(rows,
		[]button{{Text: "دی «", Data: "m:10"}, {Text: "» آبان", Data: "m:8"}},
		[]button{{Text: "شنبه", Data: "q:sat"}, {Text: "فردا", Data: "q:1"}, {Text: "امروز", Data: "q:0"}},
		[]button{{Text: "انصراف", Data: "cancel", Style: "danger"}, {Text: "بازگشت", Data: "back"}})
	return &message{ID: 12, From: "bot", Date: ago(2 * time.Minute), Edited: true, HTML: "📅 <b>تاریخ جلسه</b>\nروز جلسهٔ حضوری با <b>مریم احمدی</b> را انتخاب کنید یا بنویسید؛ مثلاً «فردا».", Inline: rows}
}

func saraChat() *chat {
	return &chat{
		ID: sara, Name: "سارا کریمی", Language: "fa", Unread: 2, Menu: persianMenu(), Keyboard: mainKeyboard(),
		Messages: []*message{
			{ID: 1, From: "me", Date: ago(26 * time.Hour), HTML: "/start"},
			{ID: 2, From: "bot", Date: ago(26 * time.Hour), HTML: "سلام سارا 👋\nبه <b>کارتابل</b> خوش آمدید. شما <b>مدیر</b> هستید. برای راهنما /help را بزنید."},
			{ID: 3, From: "me", Date: ago(20 * time.Minute), HTML: "امروز چه خبر؟"},
			{ID: 4, From: "bot", Date: ago(19 * time.Minute), HTML: "☀️ <b>امروز شما</b>\n▫️ ۲ جلسه، اولی ساعت ۱۱:۰۰\n▫️ ۳ تماس عقب‌افتاده\n▫️ ۴ مشتری تازه"},
			customerCard(),
		},
	}
}

func rezaChat() *chat {
	return &chat{
		ID: reza, Name: "رضا موسوی", Language: "fa", Menu: persianMenu(),
		Messages: []*message{
			{ID: 10, From: "bot", Date: ago(12 * time.Minute), HTML: "⏰ <b>یادآوری</b>: تماس با علی رضایی\nعلت: <tg-spoiler>تخفیف ویژه تا ۲۰٪</tg-spoiler>\nزمان: <tg-time unix=\"1795511400\">سه‌شنبه ۳ آذر، ساعت ۱۱:۰۰</tg-time>"},
			{ID: 11, From: "me", Date: ago(3 * time.Minute), HTML: "جلسه حضوری"},
			calendar(),
		},
	}
}

func emmaChat() *chat {
	return &chat{
		ID: emma, Name: "Emma Brown", Language: "en",
		Menu:     []command{{"cartable", "My cartable"}, {"new", "New customer"}},
		Keyboard: &keyboard{Rows: [][]key{{{Text: "🗂 My cartable"}, {Text: "👥 All customers"}}, {{Text: "📱 Share my number", RequestContact: true}}}},
		Messages: []*message{
			{ID: 20, From: "service", Date: ago(400 * 24 * time.Hour), HTML: "Emma Brown joined by an invitation"},
			{ID: 21, From: "bot", Date: ago(50 * time.Minute), HTML: "Here is the <b>weekly report</b>, with <i>every</i> <u>call</u> of <s>last</s> this week.", Photo: &photo{URL: "/sim/chart.png"}},
			{ID: 22, From: "bot", Date: ago(49 * time.Minute), Document: &document{Name: "customers-1405-09.xlsx", Size: 184_320, URL: "/sim/chart.png"}},
			{ID: 23, From: "me", Date: ago(30 * time.Minute), Contact: &contact{Phone: "+989121112233", Name: "Ali Rezaei"}},
			{ID: 24, From: "bot", Date: ago(30 * time.Minute), HTML: "Added <b>Ali Rezaei</b>. What the import said:\n<pre><code class=\"language-json\">{\"added\": 41, \"known\": 3}</code></pre>"},
			{ID: 25, From: "bot", Date: ago(29 * time.Minute), HTML: "<b>Playbook</b>\n<blockquote expandable>Ask what they studied, what they want to do, and how long they have worked in accounting.\nTell them that completing the résumé is the first step.\nSend the link and the guide.\nOffer a meeting in person.</blockquote>",
				Inline: [][]button{{{Text: "Done", Data: "done", Style: "success"}, {Text: "Later", Data: "later"}, {Text: "Open", Data: "open"}}}},
		},
	}
}

func strangerChat() *chat {
	return &chat{ID: alien, Name: "غریبه", Language: "fa", Menu: persianMenu()}
}
