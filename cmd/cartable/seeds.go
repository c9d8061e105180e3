package main

import (
	"time"

	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// What the demo starts with. The numbers belong to nobody: 0900 is given out to
// none of these.
const (
	demoBotName   = "کارتابل"
	demoBusiness  = "آموزشگاه نمونه"
	demoFormTitle = "فرم مشاوره رایگان"

	tomorrow = "tomorrow" // as an answer: the date of tomorrow
)

var demoSources = map[crm.SourceKind]string{
	crm.SourceAPI:    "سایت",
	crm.SourceSignup: "ثبت‌نام سایت",
	crm.SourceCall:   "تماس تلفنی",
}

// demoPeople are the staff, the owner first. Who reads English says so by the
// language of their Telegram.
var demoPeople = []tgsim.Profile{
	{FirstName: "مریم", LanguageCode: "fa"},
	{FirstName: "سارا", LanguageCode: "fa"},
	{FirstName: "Omid", LanguageCode: "en"},
	{FirstName: "نیلوفر", LanguageCode: "fa"},
}

// demoLead is a sample lead; one without a holder waits to be taken.
type demoLead struct {
	phone, name, city, email, message string
	source                            crm.SourceKind

	holder   string // first name of who took it
	note     string
	noAnswer bool
	status   string // title
	answers  map[string]string
	next     string // whose cartable is next
	reason   string
	remindIn time.Duration
}

var demoLeads = []demoLead{
	{
		phone: "09001110001", name: "علی رضایی", city: "تهران", source: crm.SourceForm,
		message: "برای دوره حسابداری مشاوره می‌خواهم.",
		holder:  "سارا", status: "جلسه حضوری", next: "مریم", reason: "یک ساعت پیش از جلسه",
		answers: map[string]string{"meeting_date": tomorrow, "meeting_time": "11:00"}, remindIn: 18 * time.Hour,
	},
	{
		phone: "09001110002", name: "زهرا محمدی", city: "اصفهان", email: "zahra@example.com", source: crm.SourceSignup,
		holder: "سارا", note: "بعد از ظهرها پاسخ می‌دهد.", status: "منتظر پیگیری", reason: "قول داد تصمیم بگیرد", remindIn: 5 * time.Minute,
	},
	{
		phone: "09001110003", name: "حسین کریمی", city: "شیراز", source: crm.SourceAPI,
		message: "هزینه نرم‌افزار حقوق و دستمزد چقدر است؟",
		holder:  "Omid", status: "منجر به خرید و قرارداد", answers: map[string]string{"product": "حقوق و دستمزد", "amount": "12000000"},
	},
	{
		phone: "09001110004", name: "فاطمه احمدی", source: crm.SourceCall,
		holder: "نیلوفر", noAnswer: true,
	},
	{
		phone: "09001110005", name: "رضا موسوی", city: "تبریز", source: crm.SourceForm,
		message: "آیا کلاس آنلاین هم دارید؟", holder: "نیلوفر", status: "انصراف از مشاوره", answers: map[string]string{"lost_reason": "1"},
	},
	{
		phone: "09001110006", name: "نرگس صادقی", city: "مشهد", source: crm.SourceForm,
		message: "دانشجوی مدیریت هستم و دنبال کار در حسابداری می‌گردم.",
	},
	{
		phone: "09001110007", name: "Kian Azimi", city: "کرج", email: "kian@example.com", source: crm.SourceAPI,
		message: "We need an accountant, part time.",
	},
	{phone: "09001110008", name: "مینا قاسمی", source: crm.SourceSignup},
}
