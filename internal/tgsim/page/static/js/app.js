// The page's start: wires the server's news to what is on the screen.

import { Live } from "./api.js";
import { startPayload } from "./phone.js";
import { safeURL } from "./richtext.js";
import { Stage } from "./stage.js";
import { Topbar } from "./topbar.js";
import { directionOf, isPersian } from "./words.js";

const THEMES = ["auto", "light", "dark"];

class App {
  #state = { zone: "UTC", bot: { name: "", username: "" } };
  #clock = { now: Date.now(), at: performance.now() };
  #language = localStorage.getItem("language") ?? (isPersian(navigator.language) ? "fa" : "en");
  #theme = localStorage.getItem("theme") ?? "auto";
  #awaited = null;

  constructor() {
    const page = {
      language: () => this.#language,
      zone: () => this.#state.zone,
      bot: () => this.#state.bot,
      now: () => this.#now(),
      setLanguage: (language) => this.#setLanguage(language),
      nextTheme: () => this.#setTheme(THEMES[(THEMES.indexOf(this.#theme) + 1) % THEMES.length]),
      open: (url) => this.#open(url),
      expectPerson: () => { this.#awaited = new Set(this.#state.chats.map((chat) => chat.id)); },
      refresh: () => this.live.refresh(),
    };
    this.#dress();
    this.topbar = new Topbar(document.getElementById("topbar"), page);
    this.stage = new Stage(document.getElementById("stage"), document.getElementById("tabs"), page);
    this.live = new Live({
      state: (state, live) => this.#show(state, live),
      chat: (chat) => this.#showChat(chat),
      online: (online) => this.topbar.showOnline(online),
    });
  }

  start() {
    this.live.start();
    const tick = () => {
      this.#tick();
      setTimeout(tick, 1000 - (this.#now().getTime() % 1000));
    };
    tick();
  }

  // The demo's time runs on from what the server said last.
  #now() {
    return new Date(this.#clock.now + performance.now() - this.#clock.at);
  }

  #tick() {
    const now = this.#now();
    this.topbar.tick(now);
    this.stage.tick(now);
  }

  #show(state, live) {
    this.#state = state;
    this.#clock = { now: Date.parse(state.now), at: performance.now() };
    this.topbar.show(state);
    this.stage.showAll(state.chats);
    this.#tick();
    document.documentElement.toggleAttribute("data-live", live);
    const newcomer = this.#awaited && state.chats.find((chat) => !this.#awaited.has(chat.id));
    if (!newcomer) return;
    this.#awaited = null;
    this.stage.activate(newcomer.id);
  }

  #showChat(chat) {
    if (this.stage.has(chat.id)) this.stage.showOne(chat);
    else this.live.refresh();
  }

  // A link of the bar may lead to the bot: the person in use follows it.
  #open(address) {
    const url = safeURL(address);
    if (!url) return;
    if (startPayload(url, this.#state.bot.username) !== null) this.stage.current()?.view.actions.open(url);
    else window.open(url, "_blank", "noopener,noreferrer");
  }

  #setLanguage(language) {
    localStorage.setItem("language", language);
    this.#language = language;
    this.#dress();
    this.topbar.rebuild();
    this.stage.label();
    this.#tick();
  }

  #setTheme(theme) {
    localStorage.setItem("theme", theme);
    this.#theme = theme;
    this.#dress();
  }

  #dress() {
    const root = document.documentElement;
    root.lang = this.#language;
    root.dir = directionOf(this.#language);
    root.dataset.theme = this.#theme;
    document.title = isPersian(this.#language) ? "کارتابل · نمایش" : "Cartable · demo";
  }
}

new App().start();
