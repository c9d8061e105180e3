// Message text: the server's HTML, rebuilt element by element from a whitelist.
// Whatever is not on it loses its tag and keeps its words; what carries no words
// for people (scripts, styles) is dropped whole. No attribute is ever copied.

import { el } from "./dom.js";
import { wordsOf } from "./words.js";
import { longDay, timeOfDay } from "./dates.js";

const PLAIN = new Map([
  ["B", "b"], ["STRONG", "b"], ["I", "i"], ["EM", "i"], ["U", "u"], ["INS", "u"],
  ["S", "s"], ["STRIKE", "s"], ["DEL", "s"],
]);
const DROPPED = new Set([
  "SCRIPT", "STYLE", "TEMPLATE", "IFRAME", "OBJECT", "EMBED", "NOSCRIPT", "SVG", "MATH", "TITLE", "TEXTAREA", "SELECT",
]);
const BLOCKS = new Set(["BLOCKQUOTE", "PRE"]);
const LONG_QUOTE = 160;

// richText returns a fragment. actions: copy(text), open(url), command(text),
// note(text), all called by taps; chat language and zone are for dates.
export function richText(html, { language, zone, actions }) {
  const parsed = new DOMParser().parseFromString(`<body>${html}`, "text/html");
  const fragment = document.createDocumentFragment();
  build(parsed.body, fragment, { language, zone, actions, words: wordsOf(language), verbatim: false });
  return fragment;
}

function build(from, to, context) {
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) to.append(...autolink(behindBlock(child), context));
    else if (child.nodeType === Node.ELEMENT_NODE) element(child, to, context);
  }
}

// behindBlock is a text without the line break that a block before it ends with.
function behindBlock(text) {
  return BLOCKS.has(text.previousSibling?.nodeName) ? text.data.replace(/^\n/, "") : text.data;
}

function element(source, to, context) {
  const tag = source.tagName.toUpperCase();
  if (DROPPED.has(tag)) return;
  if (tag === "BR") {
    to.append("\n");
    return;
  }
  const made = make(tag, source, context);
  if (!made) {
    build(source, to, context);
    return;
  }
  to.append(made);
}

function make(tag, source, context) {
  if (PLAIN.has(tag)) return filled(el(PLAIN.get(tag)), source, context);
  switch (tag) {
    case "CODE":
      return code(source, context);
    case "PRE":
      return block(source, context);
    case "A":
      return link(source, context);
    case "BLOCKQUOTE":
      return quote(source, context);
    case "TG-SPOILER":
      return spoiler(source, context);
    case "SPAN":
      return source.classList.contains("tg-spoiler") ? spoiler(source, context) : null;
    case "TG-TIME":
      return moment(source, context);
    default:
      return null;
  }
}

function filled(node, source, context) {
  build(source, node, context);
  return node;
}

// tappable makes an element act on click and, by keyboard, on Enter and Space.
function tappable(node, act) {
  node.tabIndex = 0;
  node.setAttribute("role", "button");
  node.addEventListener("click", act);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act(event);
  });
  return node;
}

function code(source, context) {
  const text = source.textContent;
  return tappable(el("code", { dir: "auto", "data-copy": text }, text), () => context.actions.copy(text));
}

function block(source, context) {
  const inner = source.querySelector("code");
  const named = (inner ?? source).className.match(/\blanguage-([\w+#-]{1,20})/);
  const text = source.textContent;
  const pre = el("pre", { dir: "auto", "data-copy": text }, text);
  if (named) pre.dataset.language = named[1];
  return tappable(pre, () => context.actions.copy(text));
}

function link(source, context) {
  const url = safeURL(source.getAttribute("href"));
  if (!url) return filled(el("span"), source, context);
  return anchor(url, filled(document.createDocumentFragment(), source, { ...context, verbatim: true }), context);
}

function anchor(url, content, context) {
  const open = (event) => {
    event.preventDefault();
    context.actions.open(url);
  };
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer", onclick: open }, content);
}

function quote(source, context) {
  const node = filled(el("blockquote", { dir: "auto" }), source, context);
  if (!source.hasAttribute("expandable") || source.textContent.length < LONG_QUOTE && source.textContent.split("\n").length <= 3) return node;
  node.classList.add("folded");
  const toggle = el("button", { type: "button", class: "unfold", "aria-expanded": "false" }, context.words.expand);
  toggle.addEventListener("click", () => {
    const folded = node.classList.toggle("folded");
    toggle.setAttribute("aria-expanded", String(!folded));
    toggle.textContent = folded ? context.words.expand : context.words.collapse;
  });
  node.append(toggle);
  return node;
}

function spoiler(source, context) {
  const inner = filled(el("span", { class: "veiled", inert: true }), source, context);
  const node = el("span", { class: "spoiler", "aria-label": context.words.spoiler }, inner);
  return tappable(node, () => {
    if (node.classList.contains("shown")) return;
    node.classList.add("shown");
    node.removeAttribute("aria-label");
    node.removeAttribute("role");
    node.removeAttribute("tabindex");
    inner.inert = false;
  });
}

function moment(source, context) {
  const unix = Number(source.getAttribute("unix"));
  if (!Number.isFinite(unix) || unix <= 0) return null;
  const date = new Date(unix * 1000);
  const node = filled(el("time", { datetime: date.toISOString() }), source, { ...context, verbatim: true });
  const { language, zone } = context;
  return tappable(node, () => context.actions.note(`${longDay(date, zone, language)} · ${timeOfDay(date, zone, language)}`));
}

// What Telegram makes tappable by itself: addresses, and commands of the bot.
const AUTO = /(?<url>\bhttps?:\/\/[^\s<>"«»]+[^\s<>"«».,:;!?()\]،؛؟]|\bt\.me\/[\w?=&/-]+)|(?<![\w/\p{L}])(?<command>\/[a-z][a-z0-9_]{0,31})(?![\w/])/gu;

function* autolink(text, context) {
  if (context.verbatim) {
    yield text;
    return;
  }
  let at = 0;
  for (const match of text.matchAll(AUTO)) {
    if (match.index > at) yield text.slice(at, match.index);
    at = match.index + match[0].length;
    const { url, command } = match.groups;
    if (command) yield tappable(el("span", { class: "command", dir: "ltr" }, command), () => context.actions.command(command));
    else yield anchor(safeURL(url.startsWith("t.me/") ? `https://${url}` : url), url, context);
  }
  if (at < text.length) yield text.slice(at);
}

// safeURL returns the address if a message may lead there, or null.
export function safeURL(address) {
  let url;
  try {
    url = new URL(address ?? "", location.href);
  } catch {
    return null;
  }
  return ["http:", "https:", "tg:", "mailto:", "tel:"].includes(url.protocol) ? url.href : null;
}

// plainText is the words of a message, for the one-line places.
export function plainText(html) {
  return new DOMParser().parseFromString(html, "text/html").body.textContent;
}
