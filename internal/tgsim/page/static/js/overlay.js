// What lies over a chat: toasts, alerts, sheets with a form, menus, pictures.

import { el, icon } from "./dom.js";

const TOAST_MS = 3200;

export class Overlay {
  #words;
  #host;
  #timer = 0;

  // host is the element of the phone that everything is shown in.
  constructor(host, words) {
    this.#host = host;
    this.#words = words;
    this.toastNode = el("div", { class: "toast", role: "status", "aria-live": "polite", dir: "auto", "data-field": "toast" });
    host.append(this.toastNode);
  }

  // remove takes the overlay off its host.
  remove() {
    clearTimeout(this.#timer);
    this.toastNode.remove();
  }

  toast(text) {
    clearTimeout(this.#timer);
    this.toastNode.textContent = text;
    this.toastNode.classList.add("shown");
    this.#timer = setTimeout(() => this.toastNode.classList.remove("shown"), TOAST_MS);
  }

  // alert is the answer to a tap that wants to be confirmed.
  alert(text) {
    const close = el("button", { type: "submit", class: "plain", "data-action": "alert-close", autofocus: true }, this.#words.alertClose);
    this.#dialog("alertdialog", "alert", [el("p", { dir: "auto", "data-field": "alert-text" }, text), el("div", { class: "sheet-actions" }, close)], () => {});
  }

  // form asks for a few values and hands them to done. fields: name, label,
  // type, value, hint; all are required.
  form({ name, title, note, fields = [], submit, done }) {
    const inputs = fields.map((field) =>
      el("label", { class: "field" }, el("span", {}, field.label),
        el("input", { name: field.name, type: field.type ?? "text", dir: field.dir ?? "auto", required: true, autocomplete: "off", value: field.value, placeholder: field.hint, "data-field": field.name })),
    );
    const content = [
      el("h2", {}, title),
      note ? el("p", { class: "sheet-note" }, note) : null,
      inputs,
      el("div", { class: "sheet-actions" },
        el("button", { type: "button", class: "plain", "data-action": "cancel", onclick: (event) => event.target.closest("dialog").close() }, this.#words.cancel),
        el("button", { type: "submit", class: "plain strong", "data-action": "submit" }, submit)),
    ];
    this.#dialog("dialog", name, content, (form) => done(Object.fromEntries(new FormData(form))));
  }

  // picture shows a photo large.
  picture(url) {
    const close = el("button", { type: "submit", class: "picture-close", "aria-label": this.#words.cancel }, icon("close"));
    this.#dialog("dialog", "picture", [el("img", { src: url, alt: "" }), close], () => {});
  }

  // The dialog belongs to its phone: it covers only that, and the others stay
  // in use. So it is not shown as the browser's one modal dialog; the rest of
  // the host is made inert instead.
  #dialog(role, name, content, done) {
    const form = el("form", { method: "dialog", class: "sheet" }, content.flat());
    const dialog = el("dialog", { class: `over over-${name}`, role, "aria-modal": "true", "data-dialog": name }, form);
    const focused = document.activeElement;
    const others = [...this.#host.children].filter((child) => child !== this.toastNode && !child.inert);
    for (const other of others) other.inert = true;
    form.addEventListener("submit", () => done(form));
    dialog.addEventListener("keydown", (event) => event.key === "Escape" && dialog.close());
    dialog.addEventListener("pointerdown", (event) => event.target === dialog && role === "dialog" && dialog.close());
    dialog.addEventListener("close", () => {
      for (const other of others) other.inert = false;
      dialog.remove();
      focused?.focus({ preventScroll: true });
    });
    this.#host.append(dialog);
    dialog.show();
    return dialog;
  }
}

// Menu is a list that opens from a button and closes by Escape, a choice, or a
// press elsewhere. entries(): [{icon, text, hint, action, name}].
export class Menu {
  #entries;

  constructor(button, className, entries) {
    this.#entries = entries;
    this.button = button;
    this.node = el("div", { class: `menu ${className}`, role: "menu", hidden: true });
    button.setAttribute("aria-haspopup", "menu");
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => (this.node.hidden ? this.open() : this.close()));
    this.node.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("pointerdown", (event) => {
      if (!this.node.contains(event.target) && !this.button.contains(event.target)) this.close();
    });
  }

  open() {
    this.node.replaceChildren(...this.#entries().map((entry) => this.#entry(entry)));
    this.node.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.node.querySelector("[role=menuitem]")?.focus();
  }

  close() {
    if (this.node.hidden) return;
    const inside = this.node.contains(document.activeElement);
    this.node.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    if (inside) this.button.focus();
  }

  #entry({ icon: name, text, hint, action, key, danger }) {
    const choose = () => {
      this.close();
      action();
    };
    return el(
      "button",
      { type: "button", role: "menuitem", class: danger ? "danger" : null, "data-action": key, onclick: choose },
      name ? icon(name) : null,
      el("span", { class: "menu-text", dir: "auto" }, text),
      hint ? el("span", { class: "menu-hint", dir: "auto" }, hint) : null,
    );
  }

  #key(event) {
    const items = [...this.node.querySelectorAll("[role=menuitem]")];
    const at = items.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") this.close();
    else if (step) items.at((at + step + items.length) % items.length).focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

// copyText puts text on the clipboard, also where the page is not served
// securely and the clipboard API is absent.
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = el("textarea", { class: "offscreen", readonly: true, "aria-hidden": "true" });
    const focused = document.activeElement;
    area.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    focused?.focus();
    return copied;
  }
}
