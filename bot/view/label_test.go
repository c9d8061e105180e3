package view

import "testing"

func TestLabels(t *testing.T) {
	for in, want := range map[string]string{
		"one choice": "One choice", "🎉 won": "🎉 Won", "“éa”": "“Éa”", "همین کارتابل": "همین کارتابل", "🏷": "🏷", "": "", "9 to 5": "9 to 5", "A": "A",
	} {
		if got := Capital(in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
	for in, want := range map[string]string{
		"Why is it needed?": "Why is it needed", "چرا لازم است؟": "چرا لازم است", "Such as “Date”.": "Such as “Date”", "نام:": "نام", "؟": "؟", "": "",
	} {
		if got := Label(in); got != want {
			t.Errorf("%q is named %q", in, got)
		}
	}
}
