package persian

import (
	"strings"
	"time"
)

// ReadWeekday reads the name of a day of the week, in Persian or English.
func ReadWeekday(text string) (time.Weekday, error) {
	found := false
	var day time.Weekday
	for _, t := range tokenise(text) {
		switch {
		case t.kind == weekdayToken && (!found || day == time.Weekday(t.n)):
			day, found = time.Weekday(t.n), true
		case t.kind == fillerToken, t.is(unitToken, int(dayUnit)):
		default:
			return 0, fail(NotUnderstood)
		}
	}
	if !found {
		return 0, fail(NotUnderstood)
	}
	return day, nil
}

// answers maps the CompactKey of a yes or a no to whether it is a yes.
var answers = buildAnswers()

func buildAnswers() map[string]bool {
	known := make(map[string]bool)
	for spellings, yes := range map[string]bool{
		"بله|بلی|آره|اره|آری|ارع|درسته|درست است|حتما|البته|اوکی|اوکیه|هست|دارد|داره|دارم|موافقم|قبوله|تایید|صحیح|صحیحه|" +
			"yes|y|yeah|yep|yup|ok|okay|sure|true|t|1|on|correct|right|bale|are|👍|✅|☑️|✔️": true,
		"نه|خیر|نخیر|نه خیر|نیست|ندارد|نداره|ندارم|مخالفم|غلط|غلطه|اشتباه|نه ممنون|" +
			"no|n|nope|nah|false|f|0|off|wrong|not|na|kheyr|kheir|👎|❌|✖️": false,
	} {
		for s := range strings.SplitSeq(spellings, "|") {
			known[CompactKey(s)] = yes
		}
	}
	return known
}

// ReadYesNo reads a yes or a no, as a word, a digit or an emoji.
func ReadYesNo(text string) (bool, error) {
	yes, ok := answers[CompactKey(text)]
	if !ok {
		return false, fail(NotUnderstood)
	}
	return yes, nil
}
