package persian

// defaultHour is the hour that a part of the day means by itself.
func defaultHour(part dayPart) int {
	switch part {
	case dawn:
		return 5
	case earlyMorning:
		return 7
	case morning:
		return 9
	case forenoon:
		return 11
	case noon:
		return 12
	case afternoon:
		return 15
	case evening:
		return 17
	case sunset:
		return 18
	case lateNight:
		return 23
	case midnight:
		return 24
	default:
		return 20 // شب
	}
}

// hourInPart is the hour of the day that a typed hour is in a part of it. The night goes
// on past midnight: ۱۲ شب is 24 and ۲ شب is 26, hours of the next day. false when there
// is no such hour in that part: ۱۵ صبح.
func hourInPart(hour int, part dayPart) (int, bool) {
	switch part {
	case am:
		return hour % 12, hour <= 12
	case pm:
		return afterNoon(hour), hour >= 1 && hour < 24
	case dawn:
		return hour % 12, hour <= 7 || hour == 12
	case earlyMorning, morning, forenoon:
		return hour, hour < 12
	case noon:
		return noonHour(hour), (hour >= 1 && hour <= 3) || (hour >= 11 && hour <= 15)
	case afternoon:
		return afterNoon(hour), hour >= 1 && hour < 24
	case evening, sunset:
		return afterNoon(hour), hour >= 1 && hour < 24 && hour != 12
	}
	switch { // the night
	case hour <= 4:
		return hour + 24, true
	case hour < 12:
		return hour + 12, true
	case hour == 12:
		return 24, true
	}
	return hour, hour >= 17
}

// afterNoon moves an hour of the twelve-hour clock to the second half of the day.
func afterNoon(hour int) int {
	if hour < 12 {
		return hour + 12
	}
	return hour
}

// noonHour is afterNoon for what is called noon, which 11 comes before.
func noonHour(hour int) int {
	if hour == 11 {
		return hour
	}
	return afterNoon(hour)
}
