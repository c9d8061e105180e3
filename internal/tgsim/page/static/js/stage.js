// The phones side by side, and the tabs that choose one in a narrow window.

import { arrange, avatar, el } from "./dom.js";
import { Phone } from "./phone.js";
import { count, wordsOf } from "./words.js";

const NARROW = matchMedia("(max-width: 720px)");

export class Stage {
  #page;
  #phones = new Map();
  #active = 0;
  #seen;

  // page: as Phone wants it, and language().
  constructor(stage, tabs, page) {
    this.stage = stage;
    this.tabs = tabs;
    this.#page = { ...page, active: () => this.#active };
    this.label();
    NARROW.addEventListener("change", () => this.#reveal("instant"));
    // Swiping between phones in a narrow window makes the one in sight active.
    this.#seen = new IntersectionObserver((entries) => {
      const seen = entries.find((entry) => entry.isIntersecting);
      if (NARROW.matches && seen) this.activate(Number(seen.target.dataset.chat), false);
    }, { root: stage, threshold: 0.6 });
  }

  label() {
    const words = wordsOf(this.#page.language());
    this.stage.setAttribute("aria-label", words.chats);
    this.tabs.setAttribute("aria-label", words.people);
    this.#showTabs();
  }

  // showAll brings all phones to the given chats, in their order.
  showAll(chats) {
    const ids = new Set(chats.map((chat) => chat.id));
    for (const [id, phone] of this.#phones) if (!ids.has(id)) this.#drop(phone);
    for (const chat of chats) this.#put(chat, false);
    arrange(this.stage, chats.map((chat) => this.#phones.get(chat.id).node));
    if (NARROW.matches && !ids.has(this.#active) && chats.length > 0) this.activate(chats[0].id);
    this.#showTabs();
  }

  // showOne brings one phone to its chat's state, after a change event.
  showOne(chat) {
    this.#put(chat, true);
    const phone = this.#phones.get(chat.id);
    if (!phone.node.parentNode) this.stage.append(phone.node);
    this.#showTabs();
  }

  #put(chat, announced) {
    const known = this.#phones.get(chat.id);
    if (known && known.language === chat.language) {
      known.show(chat, announced);
      return;
    }
    const phone = new Phone(chat, this.#page);
    phone.node.addEventListener("pointerdown", () => this.activate(chat.id, false));
    phone.node.addEventListener("focusin", () => this.activate(chat.id, false));
    if (known) {
      known.node.replaceWith(phone.node);
      this.#drop(known);
    }
    this.#phones.set(chat.id, phone);
    this.#seen.observe(phone.node);
    phone.setActive(chat.id === this.#active);
    phone.tick(this.#page.now());
  }

  #drop(phone) {
    this.#seen.unobserve(phone.node);
    phone.node.remove();
    this.#phones.delete(phone.id);
  }

  // activate makes one chat the one in use.
  activate(id, scroll = true) {
    if (id !== this.#active) {
      this.#active = id;
      for (const phone of this.#phones.values()) phone.setActive(phone.id === id);
      this.#showTabs();
    }
    if (scroll) this.#reveal("smooth");
  }

  #reveal(behavior) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#phones.get(this.#active)?.node.scrollIntoView({ behavior: still ? "instant" : behavior, inline: "center", block: "nearest" });
  }

  has(id) {
    return this.#phones.has(id);
  }

  // current is the phone in use, or the first.
  current() {
    return this.#phones.get(this.#active) ?? this.#phones.values().next().value;
  }

  tick(now) {
    for (const phone of this.#phones.values()) phone.tick(now);
  }

  #showTabs() {
    const language = this.#page.language();
    const tabs = [...this.stage.children].map((node) => this.#tab(this.#phones.get(Number(node.dataset.chat)).chat, language));
    const focused = this.tabs.contains(document.activeElement) ? document.activeElement.dataset.tab : null;
    this.tabs.replaceChildren(...tabs);
    if (focused) this.tabs.querySelector(`[data-tab="${focused}"]`)?.focus();
    this.tabs.querySelector("[aria-current]")?.scrollIntoView({ inline: "nearest", block: "nearest" });
  }

  #tab(chat, language) {
    return el(
      "button",
      { type: "button", class: "tab", "data-tab": chat.id, "aria-current": chat.id === this.#active ? "true" : null, onclick: () => this.activate(chat.id) },
      avatar(chat.name, chat.id),
      el("bdi", {}, chat.name),
      chat.unread ? el("span", { class: "badge", "aria-label": wordsOf(language).unreadCount(chat.unread) }, count(chat.unread, language)) : null,
    );
  }
}
