// Elements from plain values. Text is always inserted as text: nothing that a run's files hold becomes markup.

const SVG = "http://www.w3.org/2000/svg";

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

export const el = (tag, attributes, ...children) => filled(document.createElement(tag), attributes, children);
export const svg = (tag, attributes, ...children) => filled(document.createElementNS(SVG, tag), attributes, children);

// Characters that reorder or hide their neighbours are shown by their code, so that no name can pass for another.
const HIDDEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
export const shown = (text) =>
  String(text).replace(HIDDEN, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

// A text that somebody else wrote: isolated, so that its direction stays its own.
export const foreign = (text) => el("bdi", null, shown(text));
// One that has no words to break lines at: a path.
export const foreignName = (text) => el("bdi", {class: "name"}, shown(text));

// Lines break between the words of a command, not inside its flags.
const words = (text) => shown(text).split(/( +)/).map((word) => (word.length < 28 && word.includes("-") ? el("span", {class: "together"}, word) : word));
export const code = (text) => el("code", {dir: "ltr"}, words(text));
export const keepFlagsTogether = (node) => node.replaceChildren(...words(node.textContent));

export function section(id, title, ...children) {
  return el("section", {id, "aria-labelledby": `${id}-title`}, el("h2", {id: `${id}-title`}, title), children);
}

export function table(caption, head, rows, attributes) {
  return el("div", {class: "scroller", tabindex: "0", role: "region", "aria-label": caption},
    el("table", attributes, el("caption", {class: "unseen"}, caption),
      el("thead", null, el("tr", null, head.map((cell) => el("th", {scope: "col"}, cell)))),
      el("tbody", null, rows.map((row) => el("tr", null, row.map((cell, i) => (i ? el("td", null, cell) : el("th", {scope: "row"}, cell))))))));
}
