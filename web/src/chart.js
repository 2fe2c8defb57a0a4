// Panels that share a horizontal axis: drawn with Observable Plot, with one cursor over all of them.
//
// The pointer or the arrow keys move the cursor, whose numbers stand in a box beside it; dragging zooms; buttons above
// each panel show and hide its series. Every panel is an image with a name for those who do not see it.
import * as Plot from "@observablehq/plot";
import {el, svg} from "./dom.js";
import {typeset, isNumber} from "./format.js";
import {bestScale, hasPlace} from "./scales.js";

const MARGIN = {left: 66, right: 16};
const MANY = 80;  // points beyond which dots would hide the line

// A line that goes up and down in every column of dots would be a blot if it were thick.
function lineWidth(numbers, scale) {
  const place = (y) => (scale.type === "log" ? Math.log(y) : scale.type === "symlog" ? Math.sign(y) * Math.log1p(Math.abs(y) / scale.constant) : y);
  const [low, high] = scale.domain.map(place);
  let way = 0;
  for (let i = 1; i < numbers.length; ++i) way += Math.abs(place(numbers[i]) - place(numbers[i - 1]));
  const crossings = way / (high - low);
  return crossings > 150 ? 0.7 : crossings > 50 ? 1.1 : 1.75;
}

export class Panels {
  // x: {values, label, format}; panels: [{title, height, series: [{name, values, color, dash}], rules: [{y, name, color}]}];
  // of a series, `isDots` draws no line, `isPlain` no dots on it, and `between` has numbers for the cursor where `values` has none; of a panel, over(hidden, scale)
  // gives more marks of Plot, and also(hidden) numbers that have to find place; what `isRepeated` shows, the cursor's box does not tell again;
  // groups: for each row a number: lines end where it changes; notes(row): lines of text for the cursor's box.
  constructor({name, x, panels, groups, marks, notes}) {
    Object.assign(this, {name, x, panels, groups, marks: marks ?? [], notes: notes ?? (() => [])});
    this.domain = null;
    this.cursor = null;
    for (const panel of panels) panel.hidden = new Set();
    this.tip = el("div", {class: "tip", "aria-hidden": "true"});
    this.spoken = el("p", {class: "unseen", role: "status", "aria-live": "polite"});
    this.reset = el("button", {type: "button", class: "quiet", hidden: true, onclick: () => this.zoom(null)}, "Show all");
    this.frames = panels.map((panel) => this.frame(panel));
    this.node = el("div", {class: "panels", tabindex: "0", role: "group", "aria-label": `${name}. Arrow keys move the cursor.`},
      this.frames.map((f) => f.node), this.tip, this.spoken);
    this.listen();
    new ResizeObserver(() => this.resize()).observe(this.node);
  }

  frame(panel) {
    const canvas = el("div", {class: "canvas"});
    const buttons = panel.series.map((series) => {
      const button = el("button", {type: "button", class: "key", "aria-pressed": "true", title: `show or hide: ${series.name}`},
        swatch(series), series.name);
      button.addEventListener("click", () => {
        if (!panel.hidden.delete(series)) panel.hidden.add(series);
        button.setAttribute("aria-pressed", String(!panel.hidden.has(series)));
        this.draw();
      });
      return button;
    });
    const rules = (panel.rules ?? []).map((rule) => (rule.key = el("span", {class: "key still"}, swatch({...rule, dash: "2 3"}), rule.name)));
    const node = el("figure", null,
      el("figcaption", null, el("h3", null, panel.title), el("span", {class: "keys"}, buttons, rules)), canvas);
    return {panel, canvas, node};
  }

  // Draws anew when the width has changed.
  resize() {
    const width = Math.floor(this.node.clientWidth);
    if (width > 0 && width !== this.width) {
      this.width = width;
      this.draw();
    }
  }

  setX(x) {
    this.x = x;
    this.zoom(null);
  }

  zoom(domain) {
    this.domain = domain;
    this.reset.hidden = domain === null;
    this.draw();
  }

  // Indices to draw: those in the domain and one neighbour at either side.
  visible() {
    const {values} = this.x;
    const all = values.map((_, i) => i).filter((i) => isNumber(values[i]));
    if (!this.domain) return all;
    const [low, high] = this.domain;
    const inside = all.filter((i) => values[i] >= low && values[i] <= high);
    if (!inside.length) return all;
    return all.slice(Math.max(0, all.indexOf(inside[0]) - 1), all.indexOf(inside[inside.length - 1]) + 2);
  }

  draw() {
    if (!this.width) return;
    const rows = this.visible();
    this.frames.forEach((frame, k) => this.drawPanel(frame, rows, k === this.frames.length - 1));
    this.showCursor();
  }

  drawPanel(frame, rows, isLast) {
    const {panel, canvas} = frame;
    const series = panel.series.filter((s) => !panel.hidden.has(s));
    const drawnNumbers = series.flatMap((s) => rows.map((i) => s.values[i])).filter((y) => isNumber(y) && y > 0);
    const rules = (panel.rules ?? []).filter((r) => !isFar(r.y, drawnNumbers));
    const values = series.flatMap((s) => rows.map((i) => s.values[i])).concat(rules.map((r) => r.y), panel.also?.(panel.hidden) ?? []);
    if (!values.some(isNumber)) {
      canvas.replaceChildren(el("p", {class: "empty"}, "Everything is hidden."));
      frame.plot = null;
      return;
    }
    const scale = panel.scale ? panel.scale(values) : bestScale(values);
    for (const rule of panel.rules ?? []) rule.key.hidden = !(rules.includes(rule) && hasPlace(scale, rule.y));
    const {values: xs, label, format} = this.x;
    const height = (panel.height ?? 170) + (isLast ? 24 : 0);
    const lines = series.flatMap((s) => {
      const data = rows.filter((i) => hasPlace(scale, s.values[i]));
      const options = {x: (i) => xs[i], y: (i) => s.values[i], clip: true};
      const groups = this.groups ? {z: (i) => this.groups[i]} : {};
      const strokeWidth = s.isPlain ? 1.75 : lineWidth(data.map((i) => s.values[i]), scale);
      if (s.isDots) return [];
      const isCloud = s.isSparse && data.length > MANY;
      return [
        isCloud ? null : Plot.lineY(data, {...options, ...groups, stroke: s.color, strokeWidth, strokeDasharray: strokeWidth > 1 ? s.dash : null, strokeLinejoin: "round"}),
        isCloud || (data.length <= MANY && !s.isPlain) ? Plot.dot(data, {...options, clip: isCloud, fill: s.color, r: data.length > 500 ? 1.1 : 2.2, fillOpacity: isCloud ? 0.6 : 1}) : null,
      ];
    });
    const domain = this.domain ?? [xs[rows[0]], xs[rows[rows.length - 1]]];
    const plot = Plot.plot({
      width: this.width, height, marginLeft: MARGIN.left, marginRight: MARGIN.right, marginTop: 8, marginBottom: isLast ? 38 : 14,
      x: {domain: domain[0] === domain[1] ? [domain[0] - 0.5, domain[1] + 0.5] : domain},
      y: {type: scale.type, domain: scale.domain, constant: scale.constant},
      ariaLabel: describe(panel, series, rows),
      marks: [
        Plot.gridY(Array.isArray(scale.ticks) ? scale.ticks : undefined, {ticks: scale.ticks, stroke: "var(--grid)", strokeOpacity: 1}),
        Plot.axisY({ticks: scale.ticks, tickFormat: scale.format, tickSize: 0, label: null}),
        Plot.axisX({tickFormat: isLast ? format : () => "", tickSize: isLast ? 4 : 0, label: isLast ? label : null,
          labelAnchor: "right", ticks: Math.max(3, Math.floor(this.width / 120))}),
        this.marks.map((m) => Plot.ruleX([m.row].filter((i) => rows.includes(i)), {x: (i) => xs[i], stroke: m.color, strokeWidth: 1, strokeDasharray: "3 3", strokeOpacity: 0.8})),
        rules.filter((r) => hasPlace(scale, r.y)).map((r) => Plot.ruleY([r.y], {stroke: r.color, strokeDasharray: "2 3"})),
        lines,
        panel.over?.(panel.hidden, scale) ?? [],
        series.filter((s) => s.isDots).map((s) => Plot.dot(rows.filter((i) => hasPlace(scale, s.values[i]) && isWithin(scale, s.values[i])),
          {x: (i) => xs[i], y: (i) => s.values[i], symbol: s.symbol ?? "circle", fill: s.color, stroke: "var(--paper)", strokeWidth: 1.5, r: s.symbol ? 6.5 : 5})),
      ],
    });
    plot.setAttribute("role", "img");
    frame.plot = plot;
    frame.layer = svg("g", {class: "cursor", "aria-hidden": "true"});
    plot.append(frame.layer);
    canvas.replaceChildren(plot);
  }

  // The row whose place on the axis is nearest.
  nearest(pixels) {
    const plot = this.frames.find((f) => f.plot)?.plot;
    if (!plot) return null;
    const at = plot.scale("x").invert(pixels);
    const {values} = this.x;
    let best = null;
    for (const i of this.visible()) if (best === null || Math.abs(values[i] - at) < Math.abs(values[best] - at)) best = i;
    return best;
  }

  listen() {
    let from = null, box = null;
    const place = (event) => event.clientX - this.node.getBoundingClientRect().left;
    this.node.addEventListener("pointermove", (event) => {
      if (event.target.closest("button")) return;
      this.cursor = this.nearest(place(event));
      this.showCursor();
      if (from === null || event.pointerType === "touch") return;
      const [a, b] = [from, place(event)].sort((p, q) => p - q);
      box ??= this.node.appendChild(el("div", {class: "brush"}));
      box.style.left = `${Math.max(a, MARGIN.left)}px`;
      box.style.width = `${Math.max(0, Math.min(b, this.width - MARGIN.right) - Math.max(a, MARGIN.left))}px`;
    });
    this.node.addEventListener("pointerdown", (event) => {
      if (event.button === 0 && event.target.closest(".canvas")) from = place(event);
    });
    window.addEventListener("pointerup", (event) => {
      if (from === null) return;
      const plot = this.frames.find((f) => f.plot)?.plot;
      const ends = [from, place(event)].sort((p, q) => p - q);
      from = null;
      box?.remove();
      box = null;
      if (!plot || ends[1] - ends[0] < 8) return;
      const x = plot.scale("x");
      this.zoom(ends.map((p) => Math.min(x.domain[1], Math.max(x.domain[0], x.invert(p)))));
    });
    this.node.addEventListener("pointerleave", () => this.hideCursor());
    this.node.addEventListener("blur", () => this.hideCursor());
    this.node.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    if (event.target !== this.node) return;
    const rows = this.visible();
    const at = this.cursor === null ? -1 : rows.indexOf(this.cursor);
    const page = Math.max(1, Math.round(rows.length / 20));
    const to = {ArrowRight: at + 1, ArrowLeft: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: rows.length - 1}[event.key];
    if (event.key === "Escape") this.hideCursor();
    if (to === undefined) return;
    event.preventDefault();
    this.cursor = rows[Math.min(rows.length - 1, Math.max(0, to))];
    this.showCursor();
    this.spoken.textContent = this.lines(this.cursor).map(([name, text]) => `${name} ${text}`).join(", ");
  }

  lines(row) {
    const head = [[this.x.label, this.x.format(this.x.values[row])]];
    const numbers = this.panels.filter((panel) => !panel.isRepeated).flatMap((panel) => panel.series
      .filter((s) => !panel.hidden.has(s) && isNumber(s.values[row] ?? s.between?.[row]))
      .map((s) => [s.name, isNumber(s.values[row]) ? typeset(s.values[row], 7) : `≈ ${typeset(s.between[row], 5)}`, s]));
    return head.concat(numbers, this.notes(row).map((note) => ["", note]));
  }

  showCursor() {
    if (this.cursor === null) return;
    for (const {panel, plot, layer} of this.frames) {
      if (!plot) continue;
      const x = plot.scale("x").apply(this.x.values[this.cursor]), y = plot.scale("y");
      const height = Number(plot.getAttribute("height"));
      const at = (s) => s.values[this.cursor] ?? s.between?.[this.cursor];
      const dots = panel.series.filter((s) => !panel.hidden.has(s) && isNumber(at(s)) && (y.type !== "log" || at(s) > 0))
        .map((s) => svg("circle", {cx: x, cy: y.apply(at(s)), r: 4, fill: s.color, stroke: "var(--paper)", "stroke-width": 1.5}));
      layer.replaceChildren(svg("line", {x1: x, x2: x, y1: 8, y2: height - 14, stroke: "var(--ink)", "stroke-opacity": 0.45}), ...dots);
    }
    this.tip.replaceChildren(...this.lines(this.cursor).map(([name, text, s]) =>
      el("div", {class: name ? "row" : "note"}, name && el("span", null, s && swatch(s), name), el("span", {class: "number"}, text))));
    this.tip.classList.add("on");
    const plot = this.frames.find((f) => f.plot)?.plot;
    if (!plot) return;
    const x = plot.scale("x").apply(this.x.values[this.cursor]), width = this.tip.offsetWidth;
    this.tip.style.left = `${Math.max(4, Math.min(this.width - width - 4, x + 14 + width > this.width ? x - width - 14 : x + 14))}px`;
  }

  hideCursor() {
    this.cursor = null;
    this.tip.classList.remove("on");
    for (const {layer} of this.frames) layer?.replaceChildren();
  }
}

export const isWithin = ({domain: [low, high]}, y) => y >= low && y <= high;

// A line that would squeeze the numbers into a corner of the picture is left out.
function isFar(y, numbers) {
  if (!(y > 0) || !numbers.length) return false;
  const least = numbers.reduce((a, b) => Math.min(a, b)), most = numbers.reduce((a, b) => Math.max(a, b));
  return y < least / 1e4 || y > most * 1e4;
}

export const swatch = ({color, dash, isDots, symbol}) =>
  svg("svg", {class: "swatch", width: 18, height: 8, "aria-hidden": "true"},
    symbol === "diamond" ? svg("path", {d: "M9,-1L12,4L9,9L6,4Z", fill: color})
      : isDots ? svg("circle", {cx: 9, cy: 4, r: 4, fill: color})
        : svg("line", {x1: 0, x2: 18, y1: 4, y2: 4, stroke: color, "stroke-width": 2.5, "stroke-dasharray": dash}));

// What somebody hears who does not see the picture.
function describe(panel, series, rows) {
  const parts = series.map((s) => {
    const numbers = rows.map((i) => s.values[i]).filter(isNumber);
    if (!numbers.length) return `${s.name}: no numbers`;
    const least = numbers.reduce((a, b) => Math.min(a, b)), most = numbers.reduce((a, b) => Math.max(a, b));
    return `${s.name}: from ${typeset(numbers[0], 4)} to ${typeset(numbers[numbers.length - 1], 4)}, between ${typeset(least, 4)} and ${typeset(most, 4)}`;
  });
  return `${panel.title}. ${parts.join(". ")}.`;
}
