// One message: its bubble and what stands in it.

import { avatar, el, icon, restart } from "./dom.js";
import { inlineKeyboard } from "./inline.js";
import { richText, safeURL } from "./richtext.js";
import { timeOfDay } from "./dates.js";
import { fileSize, textDirection } from "./words.js";

// Message keeps one message on the screen, and rebuilds it in place when the
// server's version of it differs.
export class Message {
  #shown = "";
  #view;

  constructor(message, view) {
    this.#view = view;
    this.node = el("article", { class: `message from-${message.from}`, "data-message": message.id, "data-from": message.from });
    this.#build(message);
  }

  // update returns whether anything changed.
  update(message) {
    const next = JSON.stringify(message);
    if (next === this.#shown) return false;
    this.#build(message);
    restart(this.node, "flash");
    return true;
  }

  #build(message) {
    this.#shown = JSON.stringify(message);
    this.message = message;
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.button : null;
    if (message.from === "service") {
      this.node.replaceChildren(el("div", { class: "service", dir: "auto" }, richText(message.html, this.#view)));
      return;
    }
    const parts = [bubble(message, this.#view)];
    if (message.inline?.length) parts.push(inlineKeyboard(message, this.#view.actions));
    this.node.classList.toggle("keyed", parts.length > 1);
    this.node.replaceChildren(el("div", { class: "stack" }, parts));
    if (focused) [...this.node.querySelectorAll("[data-button]")].find((button) => button.dataset.button === focused)?.focus();
  }
}

function bubble(message, view) {
  const text = message.html ? body(message, view) : null;
  const media = [
    message.photo ? picture(message.photo, view) : null,
    message.document ? file(message.document, view) : null,
    message.contact ? contactCard(message.contact, view) : null,
  ];
  const node = el("div", { class: "bubble" }, media, text);
  if (message.photo) node.classList.add("pictured");
  if (message.photo && !text) node.classList.add("bare");
  if (!text) node.append(meta(message, view));
  if (!text && (message.document || message.contact)) node.classList.add("meta-below");
  return node;
}

// body is the text, with room kept at the end of its last line for the time,
// which stands where that line ends: at the left of a Persian one.
function body(message, view) {
  const content = el("div", { class: "text", dir: "auto", "data-field": "html" }, richText(message.html, view));
  const lines = content.textContent.trimEnd().split("\n");
  const ends = textDirection(lines.at(-1)) === "rtl" ? "ends-rtl" : "ends-ltr";
  const last = content.lastElementChild;
  const closed = last && content.lastChild === last && /^(PRE|BLOCKQUOTE)$/.test(last.tagName);
  if (!closed) content.append(meta(message, view, "room"));
  return el("div", { class: `body ${ends} ${closed ? "closed" : ""}` }, content, meta(message, view));
}

function meta(message, view, extra = "") {
  const date = new Date(message.date);
  const room = extra === "room";
  return el(
    "span",
    { class: `meta ${extra}`, "aria-hidden": room ? "true" : null, dir: room ? null : view.direction },
    message.edited ? el("span", { class: "edited" }, view.words.edited) : null,
    el("time", { datetime: message.date }, timeOfDay(date, view.zone, view.language)),
    message.from === "me" ? icon("checks") : null,
  );
}

function picture(photo, view) {
  const url = safeURL(photo.url);
  const image = el("img", { src: url, alt: "", loading: "lazy", decoding: "async" });
  image.addEventListener("load", () => image.classList.add("loaded"));
  return el("button", { type: "button", class: "picture", "aria-label": view.words.openPicture, "data-action": "picture", onclick: () => view.overlay.picture(url) }, image);
}

function file(document, view) {
  const extension = document.name.match(/\.([A-Za-z0-9]{1,4})$/)?.[1] ?? "";
  return el(
    "a",
    { class: "file", href: safeURL(document.url), download: document.name, "data-action": "download" },
    el("span", { class: "file-mark", "aria-hidden": "true" }, extension ? extension.toLowerCase() : icon("file")),
    el("span", { class: "file-text" }, el("bdi", { class: "file-name" }, document.name), el("span", { class: "file-size" }, fileSize(document.size, view.language))),
  );
}

function contactCard(contact, view) {
  const phone = contact.phone.startsWith("+") ? contact.phone : `+${contact.phone}`.replace("+0", "0");
  return el(
    "div",
    { class: "contact" },
    avatar(contact.name || "?", contact.phone),
    el(
      "span",
      { class: "contact-text" },
      el("bdi", { class: "contact-name" }, contact.name),
      el("button", { type: "button", class: "contact-phone", dir: "ltr", "data-copy": phone, onclick: () => view.actions.copy(phone) }, phone),
    ),
  );
}
