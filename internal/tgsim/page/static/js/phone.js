// One person's phone: their chat with the bot.

import { avatar, el, icon } from "./dom.js";
import { post, upload } from "./api.js";
import { busy } from "./inline.js";
import { Composer } from "./composer.js";
import { Feed } from "./feed.js";
import { copyText, Menu, Overlay } from "./overlay.js";
import { safeURL } from "./richtext.js";
import { timeOfDay } from "./dates.js";
import { count, directionOf, wordsOf } from "./words.js";

// A tap that the bot never answers: Telegram's clients give up too.
const TAP_WAIT_MS = 30_000;

export class Phone {
  #page;
  #shown = "";
  #toast = null;
  #waiting = new Map();
  #reading = false;

  // page: what belongs to all phones: bot(), zone(), now(), active(), refresh().
  constructor(chat, page) {
    this.#page = page;
    this.id = chat.id;
    this.language = chat.language;
    this.#build(chat);
    this.show(chat, false);
  }

  #build(chat) {
    const words = (this.words = wordsOf(chat.language));
    const dir = directionOf(chat.language);
    this.screen = el("div", { class: "screen", lang: chat.language, dir });
    const page = this.#page;
    const view = {
      language: chat.language, direction: dir, words, actions: this.#actions(), overlay: new Overlay(this.screen, words),
      get zone() { return page.zone(); },
      now: () => page.now(),
      botName: () => page.bot().name,
      isActive: () => page.active() === this.id,
    };
    this.view = view;
    this.feed = new Feed(view, () => this.read());
    this.composer = new Composer(view);
    this.clock = el("time", { class: "status-time" });
    this.badge = el("span", { class: "badge", "data-field": "unread" });
    this.personName = el("bdi", { class: "plate-name", "data-field": "name" });
    this.plate = el("div", { class: "plate" });
    this.empty = el("div", { class: "empty", "data-field": "empty" });
    this.feed.node.append(this.empty);
    this.screen.prepend(this.#statusBar(), this.#header(), this.feed.node, this.composer.node);
    this.node = el("section", { class: "phone", "data-chat": chat.id, "data-language": chat.language }, this.plate, el("div", { class: "device" }, this.screen));
  }

  #statusBar() {
    const bars = el("span", { class: "status-signal" }, el("i"), el("i"), el("i"), el("i"));
    return el("div", { class: "status", dir: "ltr", "aria-hidden": "true" }, this.clock, el("span", { class: "island" }), el("span", { class: "status-icons" }, bars, el("span", { class: "status-battery" })));
  }

  #header() {
    const { words } = this;
    const bot = this.#page.bot();
    const more = el("button", { type: "button", class: "round", "data-action": "options", "aria-label": words.options, title: words.options }, icon("more"));
    const menu = new Menu(more, "menu-options", () => [
      { icon: "link", text: words.startLink, key: "start-link", action: () => this.#askStart() },
      this.chat.blocked
        ? { icon: "block", text: words.unblock, key: "unblock", action: () => this.#send("block", { blocked: false }) }
        : { icon: "block", text: words.block, key: "block", danger: true, action: () => this.#send("block", { blocked: true }) },
    ]);
    return el("header", { class: "chat-header" }, avatar(bot.name, bot.username), el("div", { class: "chat-title" }, el("bdi", { class: "bot-name" }, bot.name), el("span", { class: "bot-note" }, words.bot)), more, menu.node);
  }

  // Everything a person can do, as the parts of the phone call it. Those that
  // post resolve to whether the server took it.
  #actions() {
    return {
      text: (text) => this.#send("text", { text }),
      command: (command) => this.#send("text", { text: command }),
      start: (payload) => this.#send("start", { payload }),
      tap: (button, message, data) => this.#tap(button, message, data),
      file: (file) => this.#attempt(upload(this.#path("file"), file)),
      open: (url) => this.#open(url),
      note: (text) => this.view.overlay.toast(text),
      copy: async (text) => this.view.overlay.toast((await copyText(text)) ? this.words.copied : this.words.copyFailed),
      shareOwn: () => this.#shareOwn(),
      shareOther: () => this.#shareOther(),
    };
  }

  #path(action) {
    return `/sim/chat/${this.id}/${action}`;
  }

  #send(action, body) {
    return this.#attempt(post(this.#path(action), body));
  }

  async #attempt(request) {
    try {
      await request;
      return true;
    } catch (error) {
      console.warn(error);
      this.view.overlay.toast(this.words.failed);
      return false;
    }
  }

  async #tap(button, message, data) {
    busy(button, true);
    const tap = { timer: setTimeout(() => this.#settle(button), TAP_WAIT_MS), taken: false };
    this.#waiting.set(button, tap);
    if (!(await this.#send("tap", { message, data }))) this.#settle(button);
    tap.taken = true;
    // The answer may have come, and been fetched, before this.
    this.#page.refresh();
  }

  #settle(button) {
    clearTimeout(this.#waiting.get(button)?.timer);
    this.#waiting.delete(button);
    busy(button, false);
  }

  // A server that counts the unanswered taps ("waiting") is believed. From one
  // that does not, any change is taken for the answer, and so is an event
  // without a visible change, since an empty answer makes one; not, however,
  // one that only told that the chat was read.
  #settleTaps(chat, changed, announced) {
    const counted = typeof chat.waiting === "number";
    const onlyRead = this.chat && !changed && chat.unread !== this.chat.unread;
    if (counted ? chat.waiting > 0 : !changed && (!announced || onlyRead)) return;
    for (const [button, tap] of [...this.#waiting]) if (tap.taken || !counted) this.#settle(button);
  }

  // Links to the bot itself start it here; all others open beside the demo.
  #open(address) {
    const url = safeURL(address);
    if (!url) return;
    const payload = startPayload(url, this.#page.bot().username);
    if (payload !== null) this.#send("start", { payload });
    else window.open(url, "_blank", "noopener,noreferrer");
  }

  #askStart() {
    const { words } = this;
    this.view.overlay.form({
      name: "start-link", title: words.startLink, submit: words.start,
      fields: [{ name: "payload", label: words.pasteStart, dir: "ltr", hint: `t.me/${this.#page.bot().username}?start=…` }],
      done: ({ payload }) => this.#send("start", { payload: payload.trim().match(/[?&]start=([\w-]*)/)?.[1] ?? payload.trim() }),
    });
  }

  #shareOwn() {
    const { words } = this;
    this.view.overlay.form({ name: "share", title: words.shareTitle, note: words.shareAsk, submit: words.share, done: () => this.#send("contact", {}) });
  }

  #shareOther() {
    const { words } = this;
    this.view.overlay.form({
      name: "contact", title: words.otherContact, submit: words.send,
      fields: [{ name: "name", label: words.name }, { name: "phone", label: words.phone, type: "tel", dir: "ltr", hint: "09121234567" }],
      done: ({ name, phone }) => this.#send("contact", { name, phone }),
    });
  }

  // show brings the phone to the chat's present state. announced: the server
  // said that this chat changed, rather than the page having asked by itself.
  show(chat, announced) {
    const shown = JSON.stringify({ ...chat, unread: 0 });
    this.#settleTaps(chat, shown !== this.#shown, announced);
    this.#shown = shown;
    const first = !this.chat;
    this.chat = chat;
    this.#showPlate(chat);
    this.composer.show(chat);
    this.feed.show(chat);
    this.#showEmpty(chat);
    this.#showToast(chat.toast, first);
    this.read();
  }

  #showPlate(chat) {
    this.personName.textContent = chat.name;
    this.badge.hidden = chat.unread === 0;
    this.badge.textContent = count(chat.unread, chat.language);
    this.badge.setAttribute("aria-label", this.words.unreadCount(chat.unread));
    this.node.setAttribute("aria-label", chat.name);
    if (!this.plate.firstChild) this.plate.append(avatar(chat.name, chat.id), this.personName, el("span", { class: "plate-language" }, chat.language.toUpperCase()), this.badge);
    this.plate.firstChild.replaceWith(avatar(chat.name, chat.id));
  }

  #showEmpty(chat) {
    this.empty.hidden = chat.messages.some((message) => !message.deleted);
    if (this.empty.hidden) return;
    const bot = this.#page.bot();
    this.empty.replaceChildren(avatar(bot.name, bot.username), el("b", {}, el("bdi", {}, bot.name)), el("span", {}, this.words.about));
  }

  // A toast that was there when the page was opened has been seen.
  #showToast(toast, first) {
    const seq = toast?.seq ?? null;
    const fresh = !first && seq !== null && seq !== this.#toast;
    if (seq !== null || first) this.#toast = seq;
    if (!fresh) return;
    if (toast.url) this.#open(toast.url);
    if (!toast.text) return;
    if (toast.alert) this.view.overlay.alert(toast.text);
    else this.view.overlay.toast(toast.text);
  }

  // read tells the server that the person sees the end of the chat.
  async read() {
    if (!this.chat?.unread || this.#reading || this.#page.active() !== this.id) return;
    if (document.visibilityState !== "visible" || !this.feed.atEnd) return;
    this.#reading = true;
    await this.#send("read", {});
    this.#reading = false;
  }

  // setActive marks the phone in use, whose news screen readers speak.
  setActive(active) {
    this.node.toggleAttribute("data-active", active);
    this.feed.list.setAttribute("aria-live", active ? "polite" : "off");
    if (active) this.read();
  }

  tick(now) {
    this.clock.textContent = timeOfDay(now, this.#page.zone(), this.language);
  }
}

// startPayload is the payload of a link that starts this bot, "" for one
// without, null for any other link.
export function startPayload(address, username) {
  const url = new URL(address);
  const bot = url.protocol === "tg:" ? url.searchParams.get("domain") : url.pathname.slice(1);
  const telegram = url.protocol === "tg:" || ["t.me", "telegram.me"].includes(url.hostname);
  if (!telegram || bot?.toLowerCase() !== username.toLowerCase()) return null;
  return url.searchParams.get("start") ?? "";
}
