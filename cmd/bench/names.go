package main

import (
	"math/rand/v2"
	"sort"
	"strings"
)

// The people of the benchmarks: names and cities as unevenly spread as in a real list,
// the most frequent first. They are data, not words of the bot.
var (
	givenNames = strings.Fields(`محمد علی فاطمه حسین زهرا مریم امیر رضا مهدی زینب حسن معصومه سارا احمد نرگس مینا عباس
		علیرضا محمدرضا امیرحسین لیلا سمیه مجید حمید سعید طاهره اعظم صدیقه مرضیه رقیه ابراهیم اسماعیل محسن جواد
		اکبر اصغر قاسم یوسف نسرین پروین شهین مهناز فرزانه الهام الناز نازنین پریسا سحر شیما ندا نیلوفر بهاره مهسا
		آرش آرمان بابک بهرام بهنام بهروز پویا پیمان داریوش کامران کیوان کیومرث فرهاد فرشید فریدون شهرام شاهین سیاوش
		سهراب رامین رستم منوچهر منصور مسعود محمود مرتضی مصطفی هادی هاشم وحید یاسر یاسمن یلدا ژاله ژیلا گلناز غزاله
		طیبه صغری شکوفه زیبا رویا راضیه خدیجه حنانه ثریا تینا پگاه پوران بنفشه آیدا آتنا آناهیتا ارسلان ایرج جمشید
		چنگیز حشمت خسرو ذبیح‌الله روح‌الله زین‌العابدین ضیا ظریفه عنایت غلامرضا فخرالدین قدرت‌الله کبری لطف‌الله
		نعمت‌الله هوشنگ یدالله`)
	familyNames = strings.Fields(`محمدی حسینی احمدی رضایی مرادی حیدری کریمی موسوی جعفری قاسمی رحیمی هاشمی اکبری علیزاده صادقی
		ابراهیمی باقری اسماعیلی امینی نوری قربانی شریفی یوسفی عباسی صالحی میرزایی محمودی سلیمانی عزیزی رستمی کاظمی
		حسنی تهرانی اصفهانی شیرازی خسروی فرهادی نادری طاهری نجفی زارع امیری بهرامی جلالی داوودی راد سعیدی شفیعی
		صفری ضیایی غفاری فتحی قنبری کمالی گودرزی لطفی ملکی نظری وکیلی همتی یزدانی آقایی بختیاری پورمحمد تقوی ثابتی
		چراغی حاتمی خانی دهقان ذوالفقاری رنجبر زمانی سهرابی شجاعی طالبی عسگری غلامی فلاح کیانی مقدم نیکنام وحیدی
		هدایتی اژدری بیات پناهی جوادی خلیلی درویش رفیعی ژاله سبحانی شهبازی صدر عابدی فرجی کرمی معین مهر نصیری وزیری`)
	familyEndings = []string{"", "", "", "", "", "", "", "", "", "", "", "", "‌زاده", "پور", "‌نژاد", "یان", "‌فر", "‌منش", "‌نیا", "‌پناه",
		" اصل", " تبریزی", " کاشانی", " خراسانی", " گیلانی", "‌خواه", "‌دوست", " مطلق"}
	cities = []string{"تهران", "مشهد", "اصفهان", "کرج", "شیراز", "تبریز", "قم", "اهواز", "کرمانشاه", "ارومیه", "رشت", "زاهدان", "همدان",
		"کرمان", "یزد", "اردبیل", "بندر عباس", "اراک", "اسلامشهر", "زنجان", "سنندج", "قزوین", "خرم‌آباد", "گرگان", "ساری", "بوشهر",
		"بیرجند", "شهرکرد", "سمنان", "ایلام", "یاسوج", "کیش", "قشم", "بندر انزلی", "نیشابور"}
	mailNames = strings.Fields(`ali reza m.hosseini sara maryam info office zahra amir h.karimi naser mina k.rad shop nima`)
	mailHosts = []string{"gmail.com", "gmail.com", "gmail.com", "yahoo.com", "example.ir", "outlook.com"}
)

// skewed draws indexes below n, the first ones most: by Zipf's law, the nth with the
// weight 1/(n+flat).
type skewed []float64

func newSkewed(n int, flat float64) skewed {
	cumulated, sum := make(skewed, n), 0.0
	for i := range cumulated {
		sum += 1 / (float64(i) + flat)
		cumulated[i] = sum
	}
	return cumulated
}

func (s skewed) draw(r *rand.Rand) int {
	return sort.SearchFloat64s(s, r.Float64()*s[len(s)-1])
}

var (
	givenSkew  = newSkewed(len(givenNames), 5)
	familySkew = newSkewed(len(familyNames), 6)
	citySkew   = newSkewed(len(cities), 2)
)

// invent makes up how a customer is called; "" for one who only called.
func invent(r *rand.Rand) string {
	if r.IntN(20) == 0 {
		return ""
	}
	given := givenNames[givenSkew.draw(r)]
	if r.IntN(10) == 0 {
		return given
	}
	return given + " " + familyNames[familySkew.draw(r)] + familyEndings[r.IntN(len(familyEndings))]
}
