// Where several starts ended, and how the surface bends at the point.
import * as Plot from "@observablehq/plot";
import {el, section, shown, table} from "./dom.js";
import {typeset, plural, isNumber, grouped, digitsFor} from "./format.js";
import {countTicks} from "./scales.js";

export const VERDICT_COLOR = {
  "global-minimum": "var(--good)", "local-minimum": "var(--s1)", "spurious-minimum": "var(--s2)",
  "strict-saddle": "var(--s4)", "degenerate-saddle": "var(--s4)", "not-critical": "var(--soft)", undecided: "var(--soft)"};

// The box of numbers under the pointer.
export const TIP = {maxRadius: 300, fill: "var(--raised)", stroke: "var(--line)", fontSize: 13, lineHeight: 1.4};

// A picture that is drawn anew for every width.
export function drawn(name, draw) {
  const canvas = el("div", {class: "canvas"});
  let width = 0;
  new ResizeObserver(() => {
    const now = Math.floor(canvas.clientWidth);
    if (now <= 0 || now === width) return;
    width = now;
    const plot = draw(width);
    (plot.tagName === "svg" ? plot : plot.querySelector("svg"))?.setAttribute("role", "img");
    plot.setAttribute("aria-label", name);
    canvas.replaceChildren(plot);
  }).observe(canvas);
  return canvas;
}

function endsPlot(ends, width) {
  const most = Math.max(...ends.map((e) => e.count)), counts = countTicks(most);
  const values = ends.map((e) => e.value), digits = digitsFor(Math.min(...values), Math.max(...values));
  return Plot.plot({
    width, height: 200, marginLeft: 48, marginBottom: 38, marginRight: 20,
    x: {label: "value at the end", tickFormat: (x) => typeset(x, digits), ticks: Math.max(3, Math.floor(width / 160)), inset: 12, labelAnchor: "right"},
    y: {label: "starts", labelAnchor: "top", domain: [0, most * 1.1], ticks: counts, tickSize: 0, tickFormat: String},
    marks: [
      Plot.gridY(counts, {stroke: "var(--grid)", strokeOpacity: 1}),
      Plot.ruleX(ends, {x: "value", y: "count", stroke: (e) => VERDICT_COLOR[e.verdict] ?? "var(--soft)", strokeWidth: 2.5}),
      Plot.dot(ends, {x: "value", y: "count", r: 4.5, fill: (e) => VERDICT_COLOR[e.verdict] ?? "var(--soft)"}),
      Plot.ruleY([0], {stroke: "var(--line)"}),
      Plot.tip(ends, Plot.pointer({x: "value", y: "count", ...TIP,
        title: (e) => `${e.verdict} (${e.rigor})\nvalue ${typeset(e.value, 8)}\n${plural(e.count, "start")}`})),
    ],
  });
}

export function endsSection({verdict}) {
  const ends = verdict?.details?.ends;
  if (!Array.isArray(ends)) return null;
  const starts = ends.reduce((n, e) => n + e.count, 0);
  if (starts < 2) return null;
  const known = ends.filter((e) => isNumber(e.value));
  const best = known.length ? Math.min(...known.map((e) => e.value)) : NaN;
  return section("starts", "Where the starts ended",
    el("p", {class: "sub"}, `${plural(starts, "start")} came to ${plural(ends.length, "end")} that differ. The best of them is the point of this page.`),
    known.length > 1 && el("figure", null, drawn(`${plural(starts, "start")} by the value they reached, from ${typeset(best, 4)}`, (width) => endsPlot(known, width)),
      el("div", {class: "keys"}, [...new Set(known.map((e) => e.verdict))].map((v) => el("span", {class: "key still"}, el("span", {class: "dot", style: `background:${VERDICT_COLOR[v]}`}), shown(v))))),
    table("Ends of the starts", ["Starts", "Value", "Above the best", "Verdict", "Rigor"], ends.map((e) =>
      [grouped(e.count), typeset(e.value, 10), isNumber(e.value) ? (e.value === best ? "the best" : typeset(e.value - best, 3)) : "", shown(e.verdict), shown(e.rigor)]), {class: "numbers"}));
}

const SIGNS = [["negative", "downwards", "var(--s4)"], ["zero", "flat", "var(--soft)"], ["positive", "upwards", "var(--s1)"]];

function countsBar(curvature) {
  const parts = SIGNS.map(([key, words, color]) => ({words, color, count: curvature[key]})).filter((p) => p.count > 0);
  const total = parts.reduce((n, p) => n + p.count, 0);
  if (!total) return null;
  return el("div", {class: "counts", role: "img", "aria-label": `Directions: ${parts.map((p) => `${p.count} ${p.words}`).join(", ")}`},
    el("div", {class: "bar"}, parts.map((p) => el("span", {style: `flex-grow:${p.count / total};background:${p.color}`}))),
    el("div", {class: "keys"}, parts.map((p) => el("span", {class: "key still"}, el("span", {class: "dot", style: `background:${p.color}`}), `${grouped(p.count)} ${p.words}`))));
}

export function curvatureParts({verdict}) {
  const c = verdict?.curvature;
  if (!c) return null;
  const bar = countsBar(c);
  if (!bar && !isNumber(c.min_eigenvalue)) return null;
  return el("div", null,
    el("p", {class: "sub"}, "Directions at the point, by the signs of the Hessian's eigenvalues",
      isNumber(c.min_eigenvalue) ? `; the least is ${typeset(c.min_eigenvalue, 4)}` : "", ` (${c.rigor}).`,
      verdict.verdict === "global-minimum" && c.negative > 0 && " The value here is near enough to the least one, but the point is not exactly the minimum: beside it a direction may still bend downwards a little."), bar);
}
