package form

import (
	"strconv"

	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// numberKind is a decimal number.
type numberKind struct{ typed }

func (numberKind) hint(a asking) view.HTML { return a.h("form.hint_number") }

func (numberKind) read(a asking, text string) reply {
	n, err := persian.ReadNumber(text)
	if err != nil {
		return a.misread(err, "form.unclear_number")
	}
	return reply{value: crm.Value(n)}
}

func (numberKind) check(a asking, v crm.Value) view.HTML {
	if n, err := persian.ReadNumber(string(v)); err != nil || n != string(v) {
		return a.h("form.unclear_number")
	}
	return ""
}

func (numberKind) format(a asking, v crm.Value) view.HTML {
	s := string(v)
	if a.env.rightToLeft() {
		s = persian.Digits(s)
	}
	return view.Isolate(view.Text(s))
}

// moneyKind is an amount of whole Toman.
type moneyKind struct{ typed }

func (moneyKind) hint(a asking) view.HTML { return a.h("form.hint_money") }

func (moneyKind) read(a asking, text string) reply {
	n, err := persian.ReadMoney(text)
	if err != nil {
		return a.misread(err, "form.unclear_money")
	}
	return reply{value: crm.Value(strconv.FormatInt(n, 10)), echo: true}
}

func (moneyKind) check(a asking, v crm.Value) view.HTML {
	if n, err := strconv.ParseInt(string(v), 10, 64); err != nil || strconv.FormatInt(n, 10) != string(v) {
		return a.h("form.unclear_money")
	}
	return ""
}

func (moneyKind) format(a asking, v crm.Value) view.HTML {
	n, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil {
		return view.Text(string(v))
	}
	return view.Text(persian.FormatMoney(n, a.env.lang()))
}

const (
	yes crm.Value = "yes"
	no  crm.Value = "no"
)

// yesNoKind is yes or no.
type yesNoKind struct{}

func (yesNoKind) hint(asking) view.HTML { return "" }

func (yesNoKind) keyboard(a asking) view.Keyboard {
	return view.Keyboard{{a.answer(a.t("form.yes"), yes), a.answer(a.t("form.no"), no)}}
}

func (yesNoKind) pick(asking, string) reply { return reply{stale: true} }

func (yesNoKind) read(a asking, text string) reply {
	said, err := persian.ReadYesNo(text)
	if err != nil {
		return a.misread(err, "form.unclear_yes_no")
	}
	if said {
		return reply{value: yes}
	}
	return reply{value: no}
}

func (yesNoKind) check(a asking, v crm.Value) view.HTML {
	if v != yes && v != no {
		return a.h("form.unclear_yes_no")
	}
	return ""
}

func (yesNoKind) format(a asking, v crm.Value) view.HTML {
	if v == yes {
		return a.h("form.yes")
	}
	return a.h("form.no")
}
