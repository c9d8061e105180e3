// Dates as people read them: Jalali in Persian, Gregorian otherwise, always in
// the zone of the demo, never in that of the browser.

import { isPersian } from "./words.js";

const formats = new Map();

function format(locale, zone, options) {
  const key = JSON.stringify([locale, zone, options]);
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
    formats.set(key, made);
  }
  return made;
}

const calendarOf = (language) => (isPersian(language) ? "fa-IR-u-ca-persian-nu-arabext" : "en-GB-u-ca-gregory");

// timeOfDay is hours and minutes, and seconds where asked.
export function timeOfDay(date, zone, language, seconds = false) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (seconds) options.second = "2-digit";
  return format(calendarOf(language), zone, options).format(date);
}

// dayKey tells days apart in the zone: 2026-11-24.
export function dayKey(date, zone) {
  return format("en-CA", zone, { year: "numeric", month: "2-digit", day: "2-digit" }).format(date);
}

// dayTitle is the separator between the days of a chat; the year is said only
// where it is not the current one.
export function dayTitle(date, now, zone, language) {
  const locale = calendarOf(language);
  const year = format(locale, zone, { year: "numeric" });
  const options = { day: "numeric", month: "long" };
  if (isPersian(language)) options.weekday = "long";
  if (year.format(date) === year.format(now)) return ordered(locale, zone, options, date, language);
  return ordered(locale, zone, { ...options, year: "numeric" }, date, language);
}

// longDay is a whole date with its weekday.
export function longDay(date, zone, language) {
  return ordered(calendarOf(language), zone, { weekday: "long", day: "numeric", month: "long", year: "numeric" }, date, language);
}

// shortDay is a date of the other calendar, to stand beside longDay.
export function shortDay(date, zone, language) {
  return ordered(calendarOf(language), zone, { day: "numeric", month: "short", year: "numeric" }, date, language);
}

// ordered puts the parts as both languages say them: weekday, day, month, year.
// Intl's own order for the Persian calendar is year first.
function ordered(locale, zone, options, date, language) {
  const parts = {};
  for (const part of format(locale, zone, options).formatToParts(date)) parts[part.type] = part.value;
  const day = [parts.day, parts.month, parts.year].filter(Boolean).join(" ");
  if (!parts.weekday) return day;
  return isPersian(language) ? `${parts.weekday} ${day}` : `${parts.weekday}, ${day}`;
}

// secondsUntilTomorrow counts from an instant to an hour of the next day in the
// zone, daylight saving included.
export function secondsUntilTomorrow(date, zone, hour) {
  const parts = {};
  const clock = format("en-GB", zone, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  for (const part of clock.formatToParts(date)) parts[part.type] = Number(part.value);
  const passed = parts.hour * 3600 + parts.minute * 60 + parts.second;
  const guess = 86400 - passed + hour * 3600;
  const lands = Number(format("en-GB", zone, { hour: "2-digit", hourCycle: "h23" }).format(new Date(date.getTime() + guess * 1000)));
  const drift = ((lands - hour + 36) % 24) - 12;
  return guess - drift * 3600;
}
