package persian

import "time"

// moment puts a day and a time together.
func (p *parser) moment() (Moment, error) {
	day, hasDate, err := p.day()
	if err != nil {
		return Moment{}, err
	}
	at, err := p.clock.resolve()
	if err != nil {
		return Moment{}, err
	}
	present := Clock{p.now.Hour(), p.now.Minute()}
	switch {
	case p.span.Time != 0:
		return p.momentAfterSpan(day)
	case !hasDate && !p.clock.given:
		return Moment{}, fail(NotUnderstood)
	case !p.clock.given:
		return Moment{day, present, true, false}, nil
	case hasDate:
		return Moment{day.AddDays(at.days), at.clock, true, true}, nil
	}
	today := CivilOf(p.now)
	if !today.At(at.clock, p.now.Location()).After(p.now) {
		today = today.AddDays(1)
	}
	return Moment{today, at.clock, false, true}, nil
}

// momentAfterSpan is the moment a span with hours or minutes from now. A time of the day
// beside such a span contradicts it.
func (p *parser) momentAfterSpan(day Civil) (Moment, error) {
	if p.clock.given || len(p.dates) > 0 || len(p.offsets) > 0 || p.weekday.given {
		return Moment{}, fail(NotUnderstood)
	}
	present := Clock{p.now.Hour(), p.now.Minute()}
	t := day.At(present, p.now.Location()).Add(p.span.Time)
	return Moment{CivilOf(t), Clock{t.Hour(), t.Minute()}, true, true}, nil
}

// day is the day that everything said about it means, and whether anything was.
func (p *parser) day() (Civil, bool, error) {
	days, err := p.namedDays()
	if err != nil {
		return Civil{}, false, err
	}
	if day, ok := p.shiftedDay(len(days) > 0); ok {
		days = append(days, day)
	}
	if len(days) == 0 {
		if !p.weekday.given {
			return Civil{}, false, nil
		}
		days = append(days, p.dayOfWeekday())
	}
	for _, day := range days {
		if day != days[0] || (p.weekday.given && day.Weekday() != p.weekday.day) {
			return Civil{}, false, &ReadError{WeekdayMismatch, days[0].Weekday(), days[0]}
		}
	}
	if year := days[0].Year; year < 1000 || year > 3000 {
		return Civil{}, false, fail(NoSuchDay)
	}
	return days[0], true, nil
}

// namedDays are the days that are named by number, by امروز and the like, or as the edge
// of a period.
func (p *parser) namedDays() ([]Civil, error) {
	var days []Civil
	for _, d := range p.dates {
		day, err := p.resolveDate(d)
		if err != nil {
			return nil, err
		}
		days = append(days, day)
	}
	for _, n := range p.offsets {
		days = append(days, CivilOf(p.now).AddDays(n))
	}
	if p.edge.given {
		day, ok := p.resolveEdge()
		if !ok {
			return nil, fail(NoSuchDay)
		}
		days = append(days, day)
	}
	return days, nil
}

// shiftedDay is the day a span or a shift away from today, unless the shift only says
// which week, month or year something else is in.
func (p *parser) shiftedDay(named bool) (Civil, bool) {
	if p.spanned {
		return p.span.from(CivilOf(p.now)), true
	}
	if named || p.weekday.given {
		return Civil{}, false
	}
	if p.week.by == 0 && p.month.by == 0 && p.year.by == 0 {
		return Civil{}, false
	}
	d := Duration{Months: p.month.by + 12*p.year.by, Days: 7 * p.week.by}
	return d.from(CivilOf(p.now)), true
}

// dayOfWeekday is the day that a weekday alone means.
func (p *parser) dayOfWeekday() Civil {
	today := CivilOf(p.now)
	if p.week.given {
		return WeekFrom(today).AddDays(7*p.week.by + WeekdayIndex(p.weekday.day))
	}
	ahead := (int(p.weekday.day) - int(today.Weekday()) + 7) % 7
	switch {
	case p.weekday.last:
		return today.AddDays(ahead - 7)
	case ahead == 0:
		return today.AddDays(7)
	}
	return today.AddDays(ahead)
}

// resolveDate completes a day given by numbers: without a year, or without month and
// year, it is the next such day from today on.
func (p *parser) resolveDate(d typedDate) (Civil, error) {
	today := CivilOf(p.now)
	switch {
	case d.day < 1 || d.day > 31:
		return Civil{}, fail(NoSuchDay)
	case d.month == 0:
		return p.resolveDayOfMonth(d.day)
	case d.year != 0:
		return d.civil()
	}
	d.year = today.Jalali().Year + p.year.by
	if d.gregorian {
		d.year = today.Year + p.year.by
	}
	day, err := d.civil()
	if err == nil && day.Before(today) && !p.year.given {
		d.year++
		day, err = d.civil()
	}
	return day, err
}

// civil is the Gregorian day of a complete typedDate.
func (d typedDate) civil() (Civil, error) {
	day := Civil{d.year, time.Month(d.month), d.day}
	if !d.gregorian {
		day = Date{d.year, d.month, d.day}.Gregorian()
	}
	if !day.Valid() || day.Year < 1 {
		return Civil{}, fail(NoSuchDay)
	}
	return day, nil
}

// resolveDayOfMonth is the day n of the Jalali month that was said, or of the next month
// that has it still ahead.
func (p *parser) resolveDayOfMonth(n int) (Civil, error) {
	today := CivilOf(p.now)
	first := today.Jalali()
	first.Day = 1
	if p.month.given {
		month := first.AddMonths(p.month.by)
		return typedDate{year: month.Year, month: month.Month, day: n}.civil()
	}
	for months := range 12 {
		month := first.AddMonths(months)
		day := Date{month.Year, month.Month, n}.Gregorian()
		if day.Valid() && day.Year > 0 && !day.Before(today) {
			return day, nil
		}
	}
	return Civil{}, fail(NoSuchDay)
}

// resolveEdge is the first, middle or last day of a period; false when it has none.
func (p *parser) resolveEdge() (Civil, bool) {
	switch p.edge.unit {
	case weekUnit:
		return p.edgeOfWeek(), true
	case monthUnit:
		return p.edgeOfMonth()
	}
	today := CivilOf(p.now)
	year := today.Jalali().Year + p.year.by
	switch p.edge.edge {
	case startEdge:
		if !p.year.given {
			year++
		}
		return Date{year, 1, 1}.Gregorian(), true
	case middleEdge:
		return Date{year, 7, 1}.Gregorian(), true
	default:
		return Date{year, 12, DaysIn(year, 12)}.Gregorian(), true
	}
}

// edgeOfWeek is Saturday, Tuesday or Thursday, of the week that was said or the next one
// ahead.
func (p *parser) edgeOfWeek() Civil {
	today := CivilOf(p.now)
	index := map[edge]int{startEdge: 0, middleEdge: 3, endEdge: 5}[p.edge.edge]
	day := WeekFrom(today).AddDays(7*p.week.by + index)
	if p.week.given {
		return day
	}
	if day.Before(today) || (p.edge.edge == startEdge && day == today) {
		day = day.AddDays(7)
	}
	return day
}

func (p *parser) edgeOfMonth() (Civil, bool) {
	today := CivilOf(p.now)
	month := today.Jalali()
	month.Day = 1
	month = month.AddMonths(p.month.by)
	named := p.edge.month != 0
	if named {
		month.Month = p.edge.month
		month.Year = today.Jalali().Year + p.year.by
	}
	if p.edge.year != 0 {
		month.Year = p.edge.year
	}
	day := edgeDay(month, p.edge.edge)
	switch {
	case !day.Before(today) || p.month.given || p.year.given || p.edge.year != 0:
	case named:
		month.Year++
		day = edgeDay(month, p.edge.edge)
	default:
		day = edgeDay(month.AddMonths(1), p.edge.edge)
	}
	return day, day.Year > 0
}

func edgeDay(month Date, e edge) Civil {
	switch e {
	case startEdge:
		month.Day = 1
	case middleEdge:
		month.Day = 15
	default:
		month.Day = DaysIn(month.Year, month.Month)
	}
	return month.Gregorian()
}
