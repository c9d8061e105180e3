// The keyboard below a bubble.

import { el, icon } from "./dom.js";

const STYLES = new Set(["success", "danger", "primary"]);

// inlineKeyboard lays the rows out left to right whatever the language, as
// every Telegram client does. Widths in a row are equal.
export function inlineKeyboard(message, actions) {
  const columns = Math.max(...message.inline.map((row) => row.length));
  const rows = message.inline.map((row) => el("div", { class: "inline-row" }, row.map((button) => inlineButton(message, button, actions))));
  return el("div", { class: `inline columns-${Math.min(columns, 8)}`, dir: "ltr", role: "group" }, rows);
}

function inlineButton(message, button, actions) {
  const kind = button.copy ? "copy" : button.url ? "url" : "data";
  const node = el(
    "button",
    {
      type: "button",
      class: STYLES.has(button.style) ? `inline-button style-${button.style}` : "inline-button",
      title: button.text,
      "data-button": button.data || button.url || button.copy,
      "data-kind": kind,
    },
    el("span", { class: "label", dir: "auto" }, button.text),
    kind === "url" ? icon("link") : null,
    kind === "copy" ? icon("copy") : null,
  );
  node.addEventListener("click", () => press(node, kind, message, button, actions));
  return node;
}

function press(node, kind, message, button, actions) {
  if (kind === "copy") actions.copy(button.copy);
  else if (kind === "url") actions.open(button.url);
  else if (!node.classList.contains("busy")) actions.tap(node, message.id, button.data);
}

// busy shows or hides the spinner on a tapped button.
export function busy(button, waiting) {
  button.classList.toggle("busy", waiting);
  if (waiting) button.setAttribute("aria-busy", "true");
  else button.removeAttribute("aria-busy");
}
