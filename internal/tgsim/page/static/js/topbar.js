// The bar above the phones: the demo's clock, its buttons, links, people.

import { el, icon } from "./dom.js";
import { post } from "./api.js";
import { Menu, Overlay } from "./overlay.js";
import { longDay, secondsUntilTomorrow, shortDay, timeOfDay } from "./dates.js";
import { isPersian, wordsOf } from "./words.js";

export class Topbar {
  #page;
  #state;

  // page: language(), now(), setLanguage(language), nextTheme(), start(url),
  // refresh().
  constructor(host, page) {
    this.#page = page;
    this.host = host;
    this.rebuild();
  }

  // rebuild makes the bar anew, in the page's language.
  rebuild() {
    const words = (this.words = wordsOf(this.#page.language()));
    this.time = el("span", { class: "clock-time", "data-field": "clock" });
    this.day = el("span", { class: "clock-day" });
    this.otherDay = el("span", { class: "clock-other" });
    this.offline = el("span", { class: "offline", role: "status", hidden: true }, words.offline);
    this.forward = el("div", { class: "forward", role: "group", "aria-label": words.advance }, icon("forward"), this.#steps());
    this.links = this.#button("links", "globe", words.links, true);
    this.linksMenu = new Menu(this.links, "menu-links", () => this.#linkEntries());
    const add = this.#button("add-person", "add", words.addPerson, true);
    add.addEventListener("click", () => this.#askPerson());
    const theme = this.#button("theme", "theme", words.theme);
    theme.addEventListener("click", () => this.#page.nextTheme());
    const persian = isPersian(this.#page.language());
    const language = el("button", { type: "button", class: "tool language", "data-action": "language", "aria-label": words.language, title: words.language, lang: persian ? "en" : "fa" }, persian ? "EN" : "فا");
    language.addEventListener("click", () => this.#page.setLanguage(persian ? "en" : "fa"));
    const toggle = this.#button("tools", "more", words.tools);
    toggle.setAttribute("aria-expanded", "false");
    this.tools = el("div", { class: "tools" }, this.forward, el("div", { class: "tools-menu" }, this.links, this.linksMenu.node), add, theme, language);
    toggle.addEventListener("click", () => toggle.setAttribute("aria-expanded", String(this.tools.classList.toggle("open"))));
    const clock = el("div", { class: "clock", role: "timer", "aria-label": words.clock }, this.time, el("span", { class: "clock-days" }, this.day, this.otherDay));
    const brand = el("div", { class: "brand" }, el("img", { src: "favicon.svg", alt: "", width: "28", height: "28" }), el("h1", {}, persian ? "کارتابل" : "Cartable"));
    this.host.replaceChildren(brand, clock, this.offline, this.tools, toggle);
    this.overlay?.remove();
    this.overlay = new Overlay(document.body, words);
    if (this.#state) this.show(this.#state);
  }

  #button(action, name, text, labelled = false) {
    return el("button", { type: "button", class: `tool ${labelled ? "labelled" : ""}`, "data-action": action, "aria-label": text, title: text }, icon(name), labelled ? el("span", {}, text) : null);
  }

  #steps() {
    const { words } = this;
    const steps = [["15m", words.minutes], ["1h", words.hour], ["tomorrow", words.day], ["168h", words.week]];
    return steps.map(([step, text]) => el("button", { type: "button", "data-forward": step, onclick: (event) => this.#advance(event.currentTarget, step) }, text));
  }

  async #advance(button, step) {
    const { now, zone } = this.#page;
    const forward = step === "tomorrow" ? `${secondsUntilTomorrow(now(), zone(), 8)}s` : step;
    button.disabled = true;
    await this.#attempt(post("/sim/clock", { forward }));
    button.disabled = false;
  }

  async #attempt(request) {
    try {
      await request;
      this.#page.refresh();
    } catch (error) {
      console.warn(error);
      this.overlay.toast(this.words.failed);
    }
  }

  #askPerson() {
    const { words } = this;
    this.overlay.form({
      name: "person", title: words.person, submit: words.addPerson,
      fields: [{ name: "name", label: words.name }],
      done: ({ name }) => {
        const language = isPersian(this.#page.language()) ? "fa" : "en";
        this.#page.expectPerson();
        this.#attempt(post("/sim/person", { name: name.trim(), language }));
      },
    });
  }

  #linkEntries() {
    return (this.#state?.links ?? []).map(({ title, url }) => ({ icon: "link", text: title, key: "link", action: () => this.#page.open(url) }));
  }

  show(state) {
    this.#state = state;
    this.forward.hidden = !state.movable;
    this.links.hidden = !state.links?.length;
  }

  showOnline(online) {
    this.offline.hidden = online;
  }

  tick(now) {
    const language = this.#page.language();
    const zone = this.#page.zone();
    const other = isPersian(language) ? "en" : "fa";
    this.time.textContent = timeOfDay(now, zone, language, true);
    this.day.textContent = longDay(now, zone, language);
    this.otherDay.textContent = shortDay(now, zone, other);
    this.otherDay.lang = other;
    this.otherDay.dir = isPersian(other) ? "rtl" : "ltr";
  }
}
