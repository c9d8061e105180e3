package persian

import "strings"

// provinces are the area codes of the Iranian numbering plan, one for each province. A
// code is good for a province, never for a city.
var provinces = map[string][2]string{
	"11": {"مازندران", "Mazandaran"},
	"13": {"گیلان", "Gilan"},
	"17": {"گلستان", "Golestan"},
	"21": {"تهران", "Tehran"},
	"23": {"سمنان", "Semnan"},
	"24": {"زنجان", "Zanjan"},
	"25": {"قم", "Qom"},
	"26": {"البرز", "Alborz"},
	"28": {"قزوین", "Qazvin"},
	"31": {"اصفهان", "Isfahan"},
	"34": {"کرمان", "Kerman"},
	"35": {"یزد", "Yazd"},
	"38": {"چهارمحال و بختیاری", "Chaharmahal and Bakhtiari"},
	"41": {"آذربایجان شرقی", "East Azerbaijan"},
	"44": {"آذربایجان غربی", "West Azerbaijan"},
	"45": {"اردبیل", "Ardabil"},
	"51": {"خراسان رضوی", "Razavi Khorasan"},
	"54": {"سیستان و بلوچستان", "Sistan and Baluchestan"},
	"56": {"خراسان جنوبی", "South Khorasan"},
	"58": {"خراسان شمالی", "North Khorasan"},
	"61": {"خوزستان", "Khuzestan"},
	"66": {"لرستان", "Lorestan"},
	"71": {"فارس", "Fars"},
	"74": {"کهگیلویه و بویراحمد", "Kohgiluyeh and Boyer-Ahmad"},
	"76": {"هرمزگان", "Hormozgan"},
	"77": {"بوشهر", "Bushehr"},
	"81": {"همدان", "Hamadan"},
	"83": {"کرمانشاه", "Kermanshah"},
	"84": {"ایلام", "Ilam"},
	"86": {"مرکزی", "Markazi"},
	"87": {"کردستان", "Kurdistan"},
}

var operators = []struct {
	prefixes string // space-separated, without the country code
	fa, en   string
}{
	{"910 911 912 913 914 915 916 917 918 919 990 991 992 993 994 995 996", "همراه اول", "MCI"},
	{"900 901 902 903 904 905 930 933 935 936 937 938 939 941", "ایرانسل", "Irancell"},
	{"920 921 922 923", "رایتل", "RighTel"},
	{"998", "شاتل موبایل", "Shatel Mobile"},
	{"932", "تالیا", "Taliya"},
}

// Province is the province of an Iranian landline ("fa" or "en"), from its area code;
// "" for other numbers.
func (p Phone) Province(lang string) string {
	national, ok := strings.CutPrefix(string(p), homePrefix)
	if !ok || len(national) < 2 {
		return ""
	}
	names := provinces[national[:2]]
	return pick(lang == langPersian, names[0], names[1])
}

// Operator is the operator to which the prefix of an Iranian mobile number was given
// ("fa" or "en"), "" for other numbers. It is a guess: numbers can be taken along to
// another operator.
func (p Phone) Operator(lang string) string {
	national, ok := strings.CutPrefix(string(p), homePrefix)
	if !ok || len(national) < 3 {
		return ""
	}
	for _, o := range operators {
		for prefix := range strings.FieldsSeq(o.prefixes) {
			if national[:3] == prefix {
				return pick(lang == langPersian, o.fa, o.en)
			}
		}
	}
	return ""
}
