// Building elements without innerHTML and without a framework.

const SVG = "http://www.w3.org/2000/svg";

// el makes an element. Attributes that are null, undefined or false are left
// out, true is set empty, and "onclick" and the like are listened to. Children
// are nodes or strings; null, undefined and false among them are left out.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// arrange makes the given nodes the children of parent, in this order, and
// moves only what is out of place, so that focus, selection and running
// animations of the others survive.
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, at) => {
    if (parent.children[at] !== node) parent.insertBefore(node, parent.children[at] ?? null);
  });
}

// restart plays a CSS animation named by a class from its beginning, once.
export function restart(node, className) {
  node.classList.remove(className);
  void node.offsetWidth;
  node.classList.add(className);
  node.addEventListener("animationend", () => node.classList.remove(className), { once: true });
}

// hue picks one of Telegram's seven avatar colours for an ID or a name.
export function hue(key) {
  let sum = 0;
  for (const char of String(key)) sum = (sum * 31 + char.codePointAt(0)) % 9973;
  return sum % 7;
}

// initials are the first letters of the first two words of a name.
export function initials(name) {
  const words = String(name).trim().split(/[\s\u200c]+/).filter((word) => /\p{L}|\p{N}/u.test(word));
  const letters = words.slice(0, 2).map((word) => word.match(/\p{L}|\p{N}/u)[0].toUpperCase());
  // Persian letters would join to a word of two letters.
  return letters.join(/\p{Script=Arabic}/u.test(letters[0] ?? "") ? "\u200c" : "") || "?";
}

// avatar is the coloured disc with a person's initials.
export function avatar(name, key = name) {
  return el("span", { class: `avatar hue-${hue(key)}`, "aria-hidden": "true" }, initials(name));
}

const PATHS = {
  add: ["M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8", "M2 21v-1a6 6 0 0 1 6-6h2a6 6 0 0 1 6 6v1", "M19 8v6M16 11h6"],
  attach: ["M20.5 11.5 12 20a5.4 5.4 0 0 1-7.6-7.6l8.6-8.6a3.6 3.6 0 0 1 5.1 5.1l-8.5 8.5a1.8 1.8 0 0 1-2.6-2.6l7.9-7.8"],
  block: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18", "M5.7 5.7l12.6 12.6"],
  check: ["M5 12.5 10 17.5 19.5 7"],
  checks: ["M2 12.8 6.5 17.2 15 7.5", "M11.5 16.3l1 .9L21.5 7.5"],
  chevron: ["M6 9l6 6 6-6"],
  close: ["M6 6l12 12M18 6L6 18"],
  copy: ["M9 9h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1z", "M16 9V4a1 1 0 0 0-1-1H5a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h3"],
  file: ["M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8z", "M14 3v5h5"],
  forward: ["M4 6l7 6-7 6zM13 6l7 6-7 6z"],
  globe: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18", "M3 12h18M12 3c3 3 3.6 6 3.6 9S15 18 12 21c-3-3-3.6-6-3.6-9S9 6 12 3"],
  keyboard: ["M4 6h16a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 20 18H4a1.5 1.5 0 0 1-1.5-1.5v-9A1.5 1.5 0 0 1 4 6z", "M7 10h.1M12 10h.1M17 10h.1M8 14.5h8"],
  link: ["M8 16 17 7M9.5 7H17v7.5"],
  menu: ["M4 7h16M4 12h16M4 17h16"],
  moon: ["M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z"],
  more: ["M12 5h.1M12 12h.1M12 19h.1"],
  person: ["M12 12a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9", "M3.5 21a8.5 7 0 0 1 17 0"],
  picture: ["M5 4h14a1.5 1.5 0 0 1 1.5 1.5v13A1.5 1.5 0 0 1 19 20H5a1.5 1.5 0 0 1-1.5-1.5v-13A1.5 1.5 0 0 1 5 4z", "M4 17l5-5 4 4 3-3 4 4M15.5 9h.1"],
  reply: ["M10 6 4 12l6 6M4 12h9a7 7 0 0 1 7 7"],
  send: ["M3.4 20.4 21.5 12 3.4 3.6 3.3 10l12.5 2-12.5 2z"],
  sun: ["M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9", "M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M19 5l-1.4 1.4M6.4 17.6 5 19"],
  theme: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18", "M12 3v18M12 7l6.5-1.5M12 12h9M12 17l6.5 1.5"],
};

// icon draws one of the page's own icons, 24 by 24, in the text's colour.
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
