package persian

import (
	"strconv"
	"strings"
)

// Digits writes the ASCII digits of s as Persian ones and leaves the rest alone.
func Digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '۰'
		}
		return r
	}, s)
}

// ASCIIDigits writes the Persian, Arabic and full-width digits of s as ASCII ones
// and leaves the rest alone.
func ASCIIDigits(s string) string {
	return strings.Map(asciiDigit, s)
}

func asciiDigit(r rune) rune {
	switch {
	case r >= '۰' && r <= '۹':
		return r - '۰' + '0'
	case r >= '٠' && r <= '٩':
		return r - '٠' + '0'
	case r >= '０' && r <= '９':
		return r - '０' + '0'
	}
	return r
}

// Group writes n in Persian digits in groups of three: ۱٬۲۳۴٬۵۶۷. The sign of a
// negative number is preceded by a left-to-right mark, as CLDR has it for Persian,
// so that it stays at the number's left in a right-to-left line.
func Group(n int64) string {
	sign := ""
	if n < 0 {
		sign = "\u200e−"
	}
	return sign + Digits(grouped(n, "٬"))
}

// grouped writes the absolute value of n in ASCII digits in groups of three.
func grouped(n int64, separator string) string {
	digits := strings.TrimPrefix(strconv.FormatInt(n, 10), "-")
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(separator)
		}
		b.WriteRune(r)
	}
	return b.String()
}
