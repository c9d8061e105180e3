// The scrolling column of messages of one chat.

import { arrange, el, icon } from "./dom.js";
import { Message } from "./message.js";
import { dayKey, dayTitle } from "./dates.js";
import { count } from "./words.js";

const NEAR_END_PX = 48;
const GROUP_MS = 10 * 60 * 1000;

export class Feed {
  #view;
  #messages = new Map();
  #days = new Map();
  #newest = 0;
  #below = 0;
  #stuck = true;
  #end = 0;
  #firstUnread = 0;
  #onRead;
  #watch;

  // onRead is called when the end of the chat comes into sight.
  constructor(view, onRead) {
    this.#view = view;
    this.#onRead = onRead;
    this.list = el("div", { class: "feed-list", role: "log", "aria-live": "off" });
    this.scroller = el("div", { class: "feed", tabindex: "0", "data-field": "feed" }, this.list);
    this.badge = el("span", { class: "badge", "data-field": "below" });
    this.toEnd = el("button", { type: "button", class: "to-end", hidden: true, "data-action": "to-end", "aria-label": view.words.newMessages, title: view.words.newMessages }, icon("chevron"), this.badge);
    this.divider = el("div", { class: "unread-line", "data-field": "unread-line" }, el("span", {}, view.words.unread));
    this.node = el("div", { class: "feed-frame" }, this.scroller, this.toEnd);
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.toEnd.addEventListener("click", () => this.scrollToEnd("smooth"));
    // Whatever changes a height (fonts, pictures, the reply keyboard) must not
    // move the end out of sight.
    this.#watch = new ResizeObserver(() => this.#keepEnd());
    this.#watch.observe(this.scroller);
    this.#watch.observe(this.list);
  }

  get atEnd() {
    return this.#stuck;
  }

  // show brings the column to the chat's present state.
  show(chat) {
    this.#noticeLeaving();
    const messages = chat.messages.filter((message) => !message.deleted);
    const first = this.#messages.size === 0;
    this.#forget(messages);
    this.#markUnread(chat, messages);
    let mine = false;
    for (const message of messages) mine = this.#place(message, first) || mine;
    this.#group(messages);
    arrange(this.list, this.#sections(messages));
    this.#newest = messages.at(-1)?.id ?? 0;
    if (mine || first) this.#stuck = true;
    if (this.#stuck) this.scrollToEnd();
    this.#showButton();
  }

  // place makes or updates one message, and says whether it is a new one of
  // the person's own, which always scrolls into sight.
  #place(message, first) {
    const known = this.#messages.get(message.id);
    if (known) {
      known.update(message);
      return false;
    }
    const made = new Message(message, this.#view);
    this.#messages.set(message.id, made);
    if (first) return false;
    made.node.classList.add("arrive");
    if (message.from === "bot" && !this.#stuck && message.id > this.#newest) this.#below++;
    return message.from === "me";
  }

  #forget(messages) {
    const ids = new Set(messages.map((message) => message.id));
    for (const id of this.#messages.keys()) if (!ids.has(id)) this.#messages.delete(id);
  }

  // The line above the first unread message stays while it is read, until the
  // person answers.
  #markUnread(chat, messages) {
    const last = messages.at(-1);
    if (last?.from === "me") this.#firstUnread = 0;
    if (chat.unread === 0 || this.#firstUnread) return;
    const fromBot = messages.filter((message) => message.from === "bot");
    const firstUnread = fromBot.at(-chat.unread);
    if (firstUnread && firstUnread !== fromBot[0]) this.#firstUnread = firstUnread.id;
  }

  // Neighbours of one sender, close in time, read as one group: only the last
  // bubble has a tail.
  #group(messages) {
    messages.forEach((message, at) => {
      const next = messages[at + 1];
      const joined = next && next.from === message.from && !message.inline?.length && new Date(next.date) - new Date(message.date) < GROUP_MS;
      this.#messages.get(message.id).node.classList.toggle("tail", !joined);
    });
  }

  #sections(messages) {
    const { zone, language } = this.#view;
    const now = this.#view.now();
    const groups = new Map();
    for (const message of messages) {
      const date = new Date(message.date);
      const key = dayKey(date, zone);
      if (!groups.has(key)) groups.set(key, { date, nodes: [] });
      if (message.id === this.#firstUnread) groups.get(key).nodes.push(this.divider);
      groups.get(key).nodes.push(this.#messages.get(message.id).node);
    }
    return [...groups].map(([key, { date, nodes }]) => {
      const section = this.#day(key);
      section.title.textContent = dayTitle(date, now, zone, language);
      arrange(section.node, [section.title.parentNode, ...nodes]);
      return section.node;
    });
  }

  #day(key) {
    let day = this.#days.get(key);
    if (!day) {
      const title = el("span", { dir: this.#view.direction });
      day = { title, node: el("section", { class: "day", "data-day": key }, el("div", { class: "day-title" }, title)) };
      this.#days.set(key, day);
    }
    return day;
  }

  #keepEnd() {
    this.#noticeLeaving();
    if (this.#stuck) this.scrollToEnd();
  }

  // Where the reader scrolled up in the same frame in which something arrives or
  // grows, the scroll event has not come yet; that they left the end must win.
  #noticeLeaving() {
    if (this.#stuck && this.scroller.scrollTop < this.#end - NEAR_END_PX && this.#distance() >= NEAR_END_PX) this.#scrolled();
  }

  #distance() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  scrollToEnd(behavior = "instant") {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: still ? "instant" : behavior });
    this.#end = this.scroller.scrollTop;
  }

  #scrolled() {
    const was = this.#stuck;
    this.#stuck = this.#distance() < NEAR_END_PX;
    if (this.#stuck) {
      this.#below = 0;
      this.#end = this.scroller.scrollTop;
    }
    this.#showButton();
    if (this.#stuck && !was) this.#onRead();
  }

  #showButton() {
    this.toEnd.hidden = this.#stuck;
    this.badge.hidden = this.#below === 0;
    this.badge.textContent = count(this.#below, this.#view.language);
  }
}
