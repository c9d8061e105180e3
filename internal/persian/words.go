package persian

import "strings"

// saturdayKey is شنبه as lex writes it.
var saturdayKey = CompactKey("شنبه")

// A term gives one meaning to several spellings, parted by |. Spaces and ZWNJ in them do
// not matter.
type term struct {
	kind      tokenKind
	n         int
	spellings string
}

// vocabulary maps the CompactKey of a term to its meaning. It is never changed.
var vocabulary = buildVocabulary()

func buildVocabulary() map[string][]token {
	words := make(map[string][]token)
	for _, list := range [][]term{calendarTerms, relativeTerms, clockTerms, numberTerms, fillerTerms} {
		for _, t := range list {
			for spelling := range strings.SplitSeq(t.spellings, "|") {
				words[CompactKey(spelling)] = []token{{kind: t.kind, n: t.n}}
			}
		}
	}
	for spelling, tokens := range phraseTerms {
		for s := range strings.SplitSeq(spelling, "|") {
			words[CompactKey(s)] = tokens
		}
	}
	return words
}

var calendarTerms = []term{
	{jalaliMonth, 1, "فروردین|فروردین ماه|farvardin"},
	{jalaliMonth, 2, "اردیبهشت|اردی بهشت|اردیبهشت ماه|ordibehesht|ordibehest"},
	{jalaliMonth, 3, "خرداد|خرداد ماه|khordad|xordad"},
	{jalaliMonth, 4, "تیر|تیر ماه|tir"},
	{jalaliMonth, 5, "مرداد|امرداد|مرداد ماه|mordad|amordad"},
	{jalaliMonth, 6, "شهریور|شهریور ماه|shahrivar|shahrivar mah"},
	{jalaliMonth, 7, "مهر|مهر ماه|mehr|mehr mah"},
	{jalaliMonth, 8, "آبان|ابان ماه|aban|aban mah"},
	{jalaliMonth, 9, "آذر|آذر ماه|azar|azar mah"},
	{jalaliMonth, 10, "دی|دی ماه|dey|dei|dey mah"},
	{jalaliMonth, 11, "بهمن|بهمن ماه|bahman|bahman mah"},
	{jalaliMonth, 12, "اسفند|اسفند ماه|esfand|esfand mah"},

	{gregorianMonth, 1, "january|jan|ژانویه|جنوری"},
	{gregorianMonth, 2, "february|feb|febr|فوریه|فبروری"},
	{gregorianMonth, 3, "march|mar|مارس|مارچ"},
	{gregorianMonth, 4, "april|apr|آوریل|آپریل"},
	{gregorianMonth, 5, "may|مه|می|ماه می|ماه مه"},
	{gregorianMonth, 6, "june|jun|ژوئن|جون"},
	{gregorianMonth, 7, "july|jul|ژوئیه|جولای|ژولای"},
	{gregorianMonth, 8, "august|aug|اوت|آگوست|اگست"},
	{gregorianMonth, 9, "september|sep|sept|سپتامبر"},
	{gregorianMonth, 10, "october|oct|اکتبر|اکتوبر"},
	{gregorianMonth, 11, "november|nov|نوامبر"},
	{gregorianMonth, 12, "december|dec|دسامبر"},

	{weekdayToken, 6, "شنبه|شمبه|saturday|sat|shanbe|shanbeh"},
	{weekdayToken, 0, "یکشنبه|یه شنبه|یشنبه|یکشمبه|sunday|sun|yekshanbe|yekshanbeh|1shanbe"},
	{weekdayToken, 1, "دوشنبه|دوشمبه|monday|mon|doshanbe|doshanbeh"},
	{weekdayToken, 2, "سه شنبه|سشنبه|سه شمبه|tuesday|tue|tues|seshanbe|seshanbeh"},
	{weekdayToken, 3, "چهارشنبه|چارشنبه|چهارشمبه|چارشمبه|wednesday|wed|chaharshanbe|charshanbe|chaharshanbeh"},
	{weekdayToken, 4, "پنجشنبه|پنشنبه|پنج شمبه|پنشمبه|thursday|thu|thur|thurs|panjshanbe|panshanbe|panjshanbeh"},
	{weekdayToken, 5, "جمعه|آدینه|friday|fri|jome|jomeh|jomee|jomme"},

	{calendarToken, 0, "شمسی|هجری شمسی|خورشیدی|هجری خورشیدی|ه ش|جلالی"},
	{calendarToken, 1, "میلادی|ad|ce"},
}

var relativeTerms = []term{
	{dayToken, 0, "امروز|امرو|امروزه|همین امروز|today|emrooz|emruz|emroz"},
	{dayToken, 1, "فردا|فردایی|همین فردا|tomorrow|tomorow|tommorow|tommorrow|tmrw|tomorrows|farda"}, //nolint:misspell // how people type it
	{dayToken, 2, "پس فردا|پسفردا|پسون فردا|the day after tomorrow|day after tomorrow|overmorrow|pas farda"},
	{dayToken, 3, "پس پس فردا|پسان فردا|پسین فردا"},
	{dayToken, -1, "دیروز|yesterday|dirooz|diruz|diroz"},
	{dayToken, -2, "پریروز|پری روز|پریرو|the day before yesterday|day before yesterday|pariruz|parirooz"},
	{dayToken, -3, "پس پریروز|پیش پریروز"},

	{unitToken, int(minuteUnit), "دقیقه|دقیقه ای|دیقه|دقه|دقایق|minute|minutes|min|mins|m|daghighe|daqiqe"},
	{unitToken, int(hourUnit), "ساعت|ساعته|ساعتی|سا|hour|hours|hr|hrs|h|saat"},
	{unitToken, int(dayUnit), "روز|روزه|روزی|day|days|d|rooz|ruz"},
	{unitToken, int(weekUnit), "هفته|هفته ی|هفته ای|week|weeks|w|wk|hafte|hafteh"},
	{unitToken, int(monthUnit), "ماه|ماهه|ماهی|برج|month|months|mo|mah"},
	{unitToken, int(yearUnit), "سال|ساله|سالی|year|years|yr|y|sal"},

	{nextToken, 0, "بعد|بعدی|بعدش|بعد از|آینده|آتی|آیند|پیش رو|دیگر|دیگه|دگه|پس از|next|later|from now|after|coming|upcoming|following|bad|baad|baadi|badi|dige|digeh|ayande"},
	{lastToken, 0, "پیش|قبل|قبلی|گذشته|پیشین|ago|last|previous|ghabl|pish|gozashte"},
	{thisToken, 0, "این|همین|جاری|this|current"},
	{inToken, 0, "in|within|ظرف"},

	{edgeToken, int(startEdge), "اوایل|ابتدا|ابتدای|آغاز|شروع|اولای|start|start of|start of the|beginning|beginning of|beginning of the"},
	{edgeToken, int(middleEdge), "وسط|وسطای|وسط های|اواسط|نیمه|میانه|middle|middle of|middle of the|mid"},
	{edgeToken, int(endEdge), "آخر|آخرای|آخرهای|آخرین روز|پایان|انتها|انتهای|اواخر|ته|end|end of|end of the|the end of the|akhar|akhare"},

	{nowToken, 0, "الان|الآن|حالا|همین الان|همین حالا|هم اکنون|اکنون|فورا|فوری|now|right now|immediately|alan"},
	{sameToken, 0, "همین ساعت|همین موقع|همین وقت|همین زمان|این موقع|این ساعت|این وقت|same time|the same time|this time"},
}

var clockTerms = []term{
	{partToken, int(dawn), "بامداد|سحر|سپیده دم|سحرگاه|صبحگاه|طلوع|dawn|bamdad"},
	{partToken, int(earlyMorning), "صبح زود|اول صبح|اول وقت|کله سحر|early morning|early in the morning"},
	{partToken, int(morning), "صبح|صب|صبحی|صبحها|morning|in the morning|sobh|sob"},
	{partToken, int(forenoon), "قبل از ظهر|پیش از ظهر|قبل ظهر|forenoon|late morning"},
	{partToken, int(noon), "ظهر|سر ظهر|ظهری|نیمروز|noon|midday|at noon|zohr"},
	{partToken, int(afternoon), "بعد از ظهر|بعد ازظهر|بعدظهر|بعد ظهر|بعدازظهری|پس از ظهر|afternoon|in the afternoon|baadazzohr|badazzohr|baad az zohr|bad az zohr"},
	{partToken, int(evening), "عصر|عصری|عصرگاه|evening|in the evening|asr"},
	{partToken, int(sunset), "غروب|دم غروب|دمغروب|سر غروب|مغرب|sunset|dusk"},
	{partToken, int(night), "شب|شبی|سر شب|اول شب|شبانگاه|night|at night|shab"},
	{partToken, int(lateNight), "آخر شب|دیروقت|آخرشبی|late night|late at night"},
	{partToken, int(midnight), "نیمه شب|نیمه شبی|نصف شب|نصفه شب|midnight|at midnight|nime shab|nesfe shab"},
	{partToken, int(am), "am|ق ظ|قاف ظا"},
	{partToken, int(pm), "pm|ب ظ"},

	{halfToken, 0, "نیم|نصف|نصفه|نیمه ی|half|half a|half an|a half|nim"},
	{quarterToken, 0, "ربع|ربعی|quarter|quarters|quarter of|quarters of|quarter of an|quarters of an|rob"},
	{andToken, 0, "و|and|va|o"},
	{toToken, 0, "به|مانده به|مونده به|مانده تا|مونده تا|مونده|to|till"},
	{pastToken, 0, "past"},
	{thToken, 0, "ام|م|امین|مین|اُم|th|st|nd|rd|om"},
}

// numberTerms are the words for numbers. "یه", "a" and "an" are one.
var numberTerms = append([]term{
	{numberToken, 0, "صفر|zero|sefr"},
	{numberToken, 1, "یک|یه|یک دونه|one|a|an|yek|ye"},
	{numberToken, 2, "دو|two|do"},
	{numberToken, 3, "سه|three|se"},
	{numberToken, 4, "چهار|چار|four|chahar|char"},
	{numberToken, 5, "پنج|پنش|five|panj"},
	{numberToken, 6, "شش|شیش|six|shesh|shish"},
	{numberToken, 7, "هفت|seven|haft"},
	{numberToken, 8, "هشت|eight|hasht"},
	{numberToken, 9, "نه|nine|noh"},
	{numberToken, 10, "ده|ten|dah"},
	{numberToken, 11, "یازده|eleven|yazdah"},
	{numberToken, 12, "دوازده|twelve|davazdah"},
	{numberToken, 13, "سیزده|thirteen|sizdah"},
	{numberToken, 14, "چهارده|چارده|fourteen|chahardah"},
	{numberToken, 15, "پانزده|پونزده|پانزه|fifteen|panzdah|poonzdah"},
	{numberToken, 16, "شانزده|شونزده|sixteen|shanzdah|shoonzdah"},
	{numberToken, 17, "هفده|هیفده|هوده|seventeen|hefdah"},
	{numberToken, 18, "هجده|هیجده|هژده|eighteen|hejdah"},
	{numberToken, 19, "نوزده|nineteen|noozdah"},
	{numberToken, 20, "بیست|twenty|bist"},
	{numberToken, 30, "سی|thirty|si"},
	{numberToken, 40, "چهل|چل|forty|fourty|chehel"}, //nolint:misspell // how people type it
	{numberToken, 50, "پنجاه|fifty|panjah"},
	{numberToken, 60, "شصت|شست|sixty|shast"},
	{numberToken, 70, "هفتاد|seventy|haftad"},
	{numberToken, 80, "هشتاد|eighty|hashtad"},
	{numberToken, 90, "نود|ninety|navad"},
	{numberToken, 100, "صد|یکصد|sad"},
	{numberToken, 200, "دویست|devist"},
	{numberToken, 300, "سیصد"},
	{numberToken, 400, "چهارصد|چارصد"},
	{numberToken, 500, "پانصد|پونصد"},
	{numberToken, 600, "ششصد|شیشصد"},
	{numberToken, 700, "هفتصد"},
	{numberToken, 800, "هشتصد"},
	{numberToken, 900, "نهصد"},
	{currencyToken, tomanUnit, "تومان|تومن|تومانی|تومنی|ت|toman|tomans|tuman|tooman|tmn|irt"},
	{currencyToken, rialUnit, "ریال|ریالی|rial|rials|rls|irr"},
	{signToken, -1, "منفی|minus"},
	{scaleToken, 100, "hundred"},
	{scaleToken, 1_000, "هزار|هزارتا|thousand|hezar|k"},
	{scaleToken, 1_000_000, "میلیون|ملیون|میلیونی|million|millions|milion|melyoon"}, //nolint:misspell // how people type it
	{scaleToken, 1_000_000_000, "میلیارد|ملیارد|billion|milliard"},
}, ordinalTerms()...)

// ordinalTerms are the irregular ordinals, and the regular ones made from the words.
func ordinalTerms() []term {
	ordinals := []term{
		{ordinalToken, 1, "اول|اولین|یکم|یکمین|نخست|first|avval|aval"},
		{ordinalToken, 2, "دوم|دومین|دویم|second|dovom"},
		{ordinalToken, 3, "سوم|سومین|سه ام|third|sevom"},
		{ordinalToken, 30, "سی ام|سی امین|سیم|سیوم|thirtieth"},
	}
	regular := []struct {
		n       int
		fa, eng string
	}{
		{4, "چهار|چار", "fourth"}, {5, "پنج", "fifth"}, {6, "شش|شیش", "sixth"}, {7, "هفت", "seventh"},
		{8, "هشت", "eighth"}, {9, "نه", "ninth"}, {10, "ده", "tenth"}, {11, "یازده", "eleventh"},
		{12, "دوازده", "twelfth"}, {13, "سیزده", "thirteenth"}, {14, "چهارده|چارده", "fourteenth"},
		{15, "پانزده|پونزده", "fifteenth"}, {16, "شانزده|شونزده", "sixteenth"}, {17, "هفده|هیفده", "seventeenth"},
		{18, "هجده|هیجده|هژده", "eighteenth"}, {19, "نوزده", "nineteenth"}, {20, "بیست", "twentieth"},
		{40, "چهل", "fortieth"}, {50, "پنجاه", "fiftieth"}, {60, "شصت", "sixtieth"}, {70, "هفتاد", "seventieth"},
		{80, "هشتاد", "eightieth"}, {90, "نود", "ninetieth"}, {100, "صد", "hundredth"},
	}
	for _, r := range regular {
		spellings := r.eng
		for stem := range strings.SplitSeq(r.fa, "|") {
			spellings += "|" + stem + "م|" + stem + "مین|" + stem + " ام"
		}
		ordinals = append(ordinals, term{ordinalToken, r.n, spellings})
	}
	return ordinals
}

// fillerTerms are words that people put around a date without changing it.
var fillerTerms = []term{
	{fillerToken, 0, "در|از|تا|برای|واسه|رو|را|توی|تو|تاریخ|مورخ|مورخه|حدود|حدودا|حدودای|تقریبا|حوالی|طرفای|دور و بر|" +
		"راس|سر|دم|وقت|موقع|هنگام|لطفا|لطفاً|باشه|باشد|است|هست|هستش|میشه|می شود|خوبه|ممکنه|جلسه|قرار|تماس|زنگ|یادآوری|یادم بنداز|" +
		"ای|تمام|دقیق|دقیقا|اگه بشه|مثلا|ساعتش|هم|روزهای|امسالی"},
	{fillerToken, 0, "at|on|by|of|the|about|around|approx|please|date|time|t|oclock|o clock|sharp|for|call|meeting"},
}

// phraseTerms are words with more than one meaning in them.
var phraseTerms = map[string][]token{
	"امشب|tonight|emshab":    {{kind: dayToken, n: 0}, {kind: partToken, n: int(night)}},
	"دیشب|last night|dishab": {{kind: dayToken, n: -1}, {kind: partToken, n: int(night)}},
	"پریشب":                  {{kind: dayToken, n: -2}, {kind: partToken, n: int(night)}},
	"this morning":           {{kind: dayToken, n: 0}, {kind: partToken, n: int(morning)}},
	"this afternoon":         {{kind: dayToken, n: 0}, {kind: partToken, n: int(afternoon)}},
	"this evening":           {{kind: dayToken, n: 0}, {kind: partToken, n: int(evening)}},
	"امروزظهر":               {{kind: dayToken, n: 0}, {kind: partToken, n: int(noon)}},
	"weekend|the weekend":    {{kind: edgeToken, n: int(endEdge)}, {kind: unitToken, n: int(weekUnit)}},
	"فرداشب|فردا شب":         {{kind: dayToken, n: 1}, {kind: partToken, n: int(night)}},
	"امسال|this year":        {{kind: thisToken}, {kind: unitToken, n: int(yearUnit)}},
	"پارسال|last year":       {{kind: lastToken}, {kind: unitToken, n: int(yearUnit)}},
	"fortnight":              {{kind: numberToken, n: 2}, {kind: unitToken, n: int(weekUnit)}},
	"سرماه|سر ماه|سر برج":    {{kind: edgeToken, n: int(startEdge)}, {kind: unitToken, n: int(monthUnit)}},
	"ته برج":                 {{kind: edgeToken, n: int(endEdge)}, {kind: unitToken, n: int(monthUnit)}},
	"نوروز|عید نوروز|nowruz": {{kind: ordinalToken, n: 1}, {kind: jalaliMonth, n: 1}},
	"شب یلدا|یلدا":           {{kind: numberToken, n: 30}, {kind: jalaliMonth, n: 9}},
}
