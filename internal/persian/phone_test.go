package persian

import (
	"errors"
	"testing"
)

func TestParsePhone(t *testing.T) {
	for in, want := range map[string]Phone{
		"09121234567":                  "+989121234567",
		"9121234567":                   "+989121234567",
		"+989121234567":                "+989121234567",
		"00989121234567":               "+989121234567",
		"989121234567":                 "+989121234567",
		"0989121234567":                "+989121234567",
		"+98 (0)912 123 4567":          "+989121234567",
		"+9809121234567":               "+989121234567",
		"۰۹۱۲ ۱۲۳ ۴۵۶۷":                "+989121234567",
		"٠٩١٢-١٢٣-٤٥٦٧":                "+989121234567",
		"0912.123.4567":                "+989121234567",
		"\u202a+98 912 123 4567\u202c": "+989121234567",
		"\u206809121234567\u2069":      "+989121234567",
		"0\u200e912\u200f1234567":      "+989121234567",
		"شماره: 09121234567":           "+989121234567",
		"tel:+989121234567":            "+989121234567",
		"(021) 8877-6655":              "+982188776655",
		"021-88776655":                 "+982188776655",
		"2188776655":                   "+982188776655",
		"۰۲۱۸۸۷۷۶۶۵۵ داخلی ۱۲":         "+982188776655",
		"02188776655 ext. 12":          "+982188776655",
		"02188776655x12":               "+982188776655",
		"+44 20 7946 0958":             "+442079460958",
		"001 212 555 2368":             "+12125552368",
		"09121234567 (09121234567)":    "+989121234567",
	} {
		if got, err := ParsePhone(in); err != nil || got != want {
			t.Errorf("ParsePhone(%q) = %s, %v; want %s", in, got, err, want)
		}
	}
	for in, want := range map[string]error{
		"": ErrNoPhone, "علی": ErrNoPhone, "۱۲": ErrNoPhone,
		"0912123456": ErrBadPhone, "091212345678": ErrBadPhone, "123456789": ErrBadPhone, "00000000000": ErrBadPhone,
		"09121234567 09351234567": ErrManyPhones,
	} {
		if got, err := ParsePhone(in); !errors.Is(err, want) {
			t.Errorf("ParsePhone(%q) = %s, %v; want %v", in, got, err, want)
		}
	}
}

func TestFindPhones(t *testing.T) {
	for text, want := range map[string][]string{
		"علی رضایی 09121234567":                  {"09121234567"},
		"۰۹۱۲۱۲۳۴۵۶۷ علی رضایی":                  {"۰۹۱۲۱۲۳۴۵۶۷"},
		"علی09121234567":                         {"09121234567"},
		"علی 0912 123 4567 و 0935-123-4567 مریم": {"0912 123 4567", "0935-123-4567"},
		"0912 123 4567 0935 123 4567":            {"0912 123 4567", "0935 123 4567"},
		"09121234567/09351234567":                {"09121234567", "09351234567"},
		"علی\t+98 912 123 4567\n۲. مریم ۰۲۱۸۸۷۷۶۶۵۵ داخلی ۱۲": {"+98 912 123 4567", "۰۲۱۸۸۷۷۶۶۵۵ داخلی ۱۲"},
		"1. علی 09121234567":          {"09121234567"},
		"1 09121234567":               {"09121234567"},
		"09121234567 25 ساله":         {"09121234567"},
		"+49 30 12345678 هانس":        {"+49 30 12345678"},
		"دفتر (021) 8877 6655":        {"(021) 8877 6655"},
		"علی \u202a09121234567\u202c": {"\u202a09121234567\u202c"},
		"ali09121234567@example.com":  nil,
		"کد ملی 4530012345":           nil,
		"تاریخ 1403/07/08 ساعت 10:30": nil,
		"کارت 6037 9911 2345 6789":    nil,
	} {
		var got []string
		for _, f := range FindPhones(text) {
			got = append(got, text[f.Start:f.End])
		}
		if len(got) != len(want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q: got %q, want %q", text, got, want)
			}
		}
	}
}

func TestReplacePhones(t *testing.T) {
	for text, want := range map[string]string{
		"علی 0912 123 4567 و ۰۲۱۸۸۷۷۶۶۵۵ داخلی ۱۲، مریم": "علی ••• و •••، مریم",
		"09121234567": "•••",
		"بدون شماره":  "بدون شماره",
		"":            "",
	} {
		if got := ReplacePhones(text, "•••"); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestPhoneFacts(t *testing.T) {
	for phone, want := range map[Phone]struct {
		local, masked, provinceFa, provinceEn, operatorFa, operatorEn string
		mobile                                                        bool
	}{
		"+989121234567": {"09121234567", "0912•••4567", "", "", "همراه اول", "MCI", true},
		"+989351234567": {"09351234567", "0935•••4567", "", "", "ایرانسل", "Irancell", true},
		"+982188776655": {"02188776655", "0218•••6655", "تهران", "Tehran", "", "", false},
		"+985138776655": {"05138776655", "0513•••6655", "خراسان رضوی", "Razavi Khorasan", "", "", false},
		"+442079460958": {"+442079460958", "+442•••0958", "", "", "", "", false},
	} {
		if phone.Local() != want.local || phone.Masked() != want.masked || phone.Mobile() != want.mobile {
			t.Errorf("%s: %s, %s, mobile %v", phone, phone.Local(), phone.Masked(), phone.Mobile())
		}
		if phone.Province("fa") != want.provinceFa || phone.Province("en") != want.provinceEn {
			t.Errorf("%s: province %q, %q", phone, phone.Province("fa"), phone.Province("en"))
		}
		if phone.Operator("fa") != want.operatorFa || phone.Operator("en") != want.operatorEn {
			t.Errorf("%s: operator %q, %q", phone, phone.Operator("fa"), phone.Operator("en"))
		}
	}
	if len(provinces) != 31 {
		t.Errorf("%d provinces, want 31", len(provinces))
	}
}
