// The words of the page itself; what the bot says comes from the server.

const WORDS = {
  en: {
    about: "Tap Start to talk to the bot.",
    addPerson: "Add a stranger",
    advance: "Move the clock forward",
    alertClose: "OK",
    attach: "Attach",
    block: "Stop and block bot",
    bot: "bot",
    cancel: "Cancel",
    chats: "Chats",
    clock: "The demo's clock",
    collapse: "Show less",
    commands: "Menu",
    contact: "Contact",
    copied: "Copied to clipboard",
    copyFailed: "Could not copy",
    day: "Tomorrow 08:00",
    edited: "edited",
    expand: "Show more",
    failed: "That did not get through. Please try again.",
    file: "File",
    hideKeyboard: "Hide the bot's keyboard",
    hour: "1 h",
    language: "Language",
    links: "Open",
    me: "You",
    message: "Message",
    minutes: "15 min",
    name: "Name",
    newMessages: "New messages",
    offline: "Connecting…",
    openPicture: "Open picture",
    options: "More",
    otherContact: "Someone's contact",
    ownContact: "My phone number",
    pasteStart: "t.me link or start code",
    people: "People",
    person: "New person",
    phone: "Phone number",
    restart: "Restart bot",
    send: "Send",
    share: "Share",
    shareAsk: "The bot will get the phone number of this account.",
    shareTitle: "Share your phone number?",
    showKeyboard: "Show the bot's keyboard",
    spoiler: "Hidden text, press to show",
    start: "Start",
    startLink: "Open a start link…",
    theme: "Light or dark",
    tools: "Clock and tools",
    unblock: "Unblock bot",
    unread: "Unread messages",
    unreadCount: (n) => `${n} unread`,
    week: "1 week",
  },
  fa: {
    about: "برای گفت‌وگو با ربات، «شروع» را بزنید.",
    addPerson: "افزودن یک غریبه",
    advance: "جلو بردن ساعت",
    alertClose: "باشه",
    attach: "پیوست",
    block: "توقف و مسدود کردن ربات",
    bot: "ربات",
    cancel: "انصراف",
    chats: "گفت‌وگوها",
    clock: "ساعت نمایش",
    collapse: "نمایش کمتر",
    commands: "منو",
    contact: "مخاطب",
    copied: "رونوشت برداشته شد",
    copyFailed: "رونوشت برداشته نشد",
    day: "فردا ۰۸:۰۰",
    edited: "ویرایش‌شده",
    expand: "نمایش بیشتر",
    failed: "انجام نشد. دوباره امتحان کنید.",
    file: "فایل",
    hideKeyboard: "بستن صفحه‌کلید ربات",
    hour: "۱ ساعت",
    language: "زبان",
    links: "باز کردن",
    me: "شما",
    message: "پیام",
    minutes: "۱۵ دقیقه",
    name: "نام",
    newMessages: "پیام‌های تازه",
    offline: "در حال اتصال…",
    openPicture: "باز کردن تصویر",
    options: "بیشتر",
    otherContact: "شمارهٔ یک نفر دیگر",
    ownContact: "شمارهٔ خودم",
    pasteStart: "پیوند t.me یا کد شروع",
    people: "آدم‌ها",
    person: "آدم تازه",
    phone: "شمارهٔ تلفن",
    restart: "شروع دوبارهٔ ربات",
    send: "فرستادن",
    share: "فرستادن شماره",
    shareAsk: "شمارهٔ تلفن این حساب برای ربات فرستاده می‌شود.",
    shareTitle: "شمارهٔ خود را می‌فرستید؟",
    showKeyboard: "باز کردن صفحه‌کلید ربات",
    spoiler: "متن پنهان؛ برای دیدن بزنید",
    start: "شروع",
    startLink: "باز کردن پیوند شروع…",
    theme: "روشن یا تیره",
    tools: "ساعت و ابزارها",
    unblock: "رفع مسدودی ربات",
    unread: "پیام‌های خوانده‌نشده",
    unreadCount: (n) => `${n.toLocaleString("fa")} خوانده‌نشده`,
    week: "۱ هفته",
  },
};

// wordsOf returns the words of a language; any but Persian reads English.
export function wordsOf(language) {
  return WORDS[isPersian(language) ? "fa" : "en"];
}

export function isPersian(language) {
  return /^(fa|prs|per)\b/i.test(language ?? "");
}

export function directionOf(language) {
  return isPersian(language) ? "rtl" : "ltr";
}

// count writes a small number in the digits of the language.
export function count(n, language) {
  return isPersian(language) ? n.toLocaleString("fa", { useGrouping: false }) : String(n);
}

// fileSize writes a number of bytes for people.
export function fileSize(bytes, language) {
  const units = isPersian(language) ? ["بایت", "کیلوبایت", "مگابایت"] : ["B", "KB", "MB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = new Intl.NumberFormat(isPersian(language) ? "fa" : "en", { maximumFractionDigits: unit ? 1 : 0 });
  return `${digits.format(value)} ${units[unit]}`;
}

const STRONG_RTL = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

// textDirection is the direction of a line: that of its first letter or mark outside
// what is isolated, and left to right where it has none, as the bidirectional
// algorithm has it (UAX #9, P2 and P3).
export function textDirection(line) {
  const first = line.replace(/[\u2066-\u2068][^\u2069]*\u2069/gu, "").match(/[\p{L}\u200e\u200f]/u);
  return first && (first[0] === "\u200f" || STRONG_RTL.test(first[0])) ? "rtl" : "ltr";
}
