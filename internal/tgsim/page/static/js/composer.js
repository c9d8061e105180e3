// The foot of a chat: what the person types, sends, and taps on the bot's
// reply keyboard.

import { el, icon } from "./dom.js";
import { Menu } from "./overlay.js";
import { plainText } from "./richtext.js";

const MAX_HEIGHT_PX = 132;

export class Composer {
  #view;
  #actions;
  #chat;
  #keyboard = "null";
  #open = false;
  #asked = 0;

  constructor(view) {
    this.#view = view;
    this.#actions = view.actions;
    const { words } = view;
    this.input = el("textarea", { rows: "1", dir: "auto", "data-field": "text", "aria-label": words.message, autocomplete: "off" });
    this.commands = el("button", { type: "button", class: "commands-button", "data-action": "commands", "aria-label": words.commands }, icon("menu"), el("span", {}, words.commands));
    this.attach = el("button", { type: "button", class: "round", "data-action": "attach", "aria-label": words.attach, title: words.attach }, icon("attach"));
    this.toggle = el("button", { type: "button", class: "round", "data-action": "keyboard" }, icon("keyboard"));
    this.send = el("button", { type: "button", class: "send", "data-action": "send", "aria-label": words.send, title: words.send }, icon("send"));
    this.picker = el("input", { type: "file", hidden: true, "data-field": "file" });
    this.panel = el("div", { class: "reply-keyboard", dir: "ltr", hidden: true, "data-field": "keyboard" });
    this.quote = el("div", { class: "reply-to", hidden: true, "data-field": "reply-to" });
    this.big = el("button", { type: "button", class: "big-button", "data-action": "start" });
    this.menu = new Menu(this.commands, "menu-commands", () => this.#commandEntries());
    this.attachMenu = new Menu(this.attach, "menu-attach", () => this.#attachEntries());
    const pill = el("div", { class: "pill" }, this.input, this.toggle, this.attach);
    this.bar = el("div", { class: "composer-bar" }, this.commands, pill, this.send, this.picker);
    this.node = el("div", { class: "composer" }, this.menu.node, this.attachMenu.node, this.quote, this.bar, this.big, this.panel);
    this.#listen();
  }

  #listen() {
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.send.addEventListener("click", () => this.#submit());
    this.toggle.addEventListener("click", () => this.#setOpen(!this.#open));
    this.big.addEventListener("click", () => this.#actions.start(""));
    this.picker.addEventListener("change", () => {
      for (const file of this.picker.files) this.#actions.file(file);
      this.picker.value = "";
    });
  }

  // show brings the foot to the chat's present state. A keyboard that the bot
  // just sent opens by itself; one that the person folded away stays so.
  show(chat) {
    const { words } = this.#view;
    this.#chat = chat;
    const idle = chat.blocked || chat.messages.length === 0;
    this.bar.hidden = idle;
    this.big.hidden = !idle;
    this.big.textContent = chat.blocked ? words.restart : words.start;
    this.commands.hidden = !chat.menu?.length;
    this.input.placeholder = chat.keyboard?.placeholder || words.message;
    const keyboard = JSON.stringify(chat.keyboard ?? null);
    if (keyboard !== this.#keyboard) {
      this.#keyboard = keyboard;
      this.#rows(chat.keyboard);
      this.#open = true;
    }
    this.#setOpen(this.#open);
    this.#showQuote(chat);
    this.#typed();
  }

  #rows(keyboard) {
    const rows = (keyboard?.rows ?? []).map((row) => el("div", { class: "reply-row" }, row.map((button) => this.#key(button))));
    this.panel.replaceChildren(...rows);
  }

  #key(button) {
    const press = () => (button.request_contact ? this.#actions.shareOwn() : this.#actions.text(button.text));
    return el(
      "button",
      { type: "button", "data-key": button.text, "data-kind": button.request_contact ? "contact" : "text", onclick: press },
      el("span", { dir: "auto" }, button.text),
      button.request_contact ? icon("person") : null,
    );
  }

  #setOpen(open) {
    const there = Boolean(this.#chat.keyboard?.rows?.length) && !this.bar.hidden;
    const { words } = this.#view;
    this.#open = open;
    this.panel.hidden = !there || !open;
    this.toggle.hidden = !there;
    this.toggle.classList.toggle("pressed", open);
    this.toggle.setAttribute("aria-expanded", String(open));
    const label = open ? words.hideKeyboard : words.showKeyboard;
    this.toggle.setAttribute("aria-label", label);
    this.toggle.title = label;
  }

  // A forced reply quotes what it answers, and takes the cursor where this
  // chat is the one being used.
  #showQuote(chat) {
    const asked = chat.force_reply ? chat.messages.findLast((message) => message.from === "bot" && !message.deleted) : null;
    this.quote.hidden = !asked || this.bar.hidden;
    if (!asked) {
      this.#asked = 0;
      return;
    }
    const line = plainText(asked.html).split("\n")[0];
    this.quote.replaceChildren(icon("reply"), el("span", { dir: "auto" }, el("b", {}, this.#view.botName()), el("bdi", {}, line)));
    if (this.#asked !== asked.id && this.#view.isActive()) this.input.focus({ preventScroll: true });
    this.#asked = asked.id;
  }

  #typed() {
    this.input.style.setProperty("height", "auto");
    if (this.input.value) this.input.style.setProperty("height", `${Math.min(this.input.scrollHeight, MAX_HEIGHT_PX)}px`);
    const empty = this.input.value.trim() === "";
    this.send.disabled = empty;
    this.commands.classList.toggle("narrow", !empty);
  }

  // The text leaves the field only once the server has it.
  async #submit() {
    const text = this.input.value.trim();
    if (!text || !(await this.#actions.text(text))) return;
    if (this.input.value.trim() === text) this.input.value = "";
    this.#typed();
    this.input.focus({ preventScroll: true });
  }

  #commandEntries() {
    return this.#chat.menu.map(({ command, description }) => {
      const name = command.startsWith("/") ? command : `/${command}`;
      return { text: description, hint: name, key: name, action: () => this.#actions.text(name) };
    });
  }

  #attachEntries() {
    const { words } = this.#view;
    return [
      { icon: "file", text: words.file, key: "attach-file", action: () => this.picker.click() },
      { icon: "person", text: words.ownContact, key: "attach-own-contact", action: () => this.#actions.shareOwn() },
      { icon: "add", text: words.otherContact, key: "attach-contact", action: () => this.#actions.shareOther() },
    ];
  }
}
