// How the surface bends at the point: signs, ends, density and blocks of the Hessian's eigenvalues.
import * as Plot from "@observablehq/plot";
import {el, section, shown, code, foreign, table} from "./dom.js";
import {typeset, power, grouped, plural, isNumber} from "./format.js";
import {bestScale} from "./scales.js";
import {TIP, curvatureParts, drawn} from "./landscape.js";

const BOTTOM = 1e-6;  // of the highest density; what is lower is noise of the method

const found = (s) => [...s.extremes.least.map((e) => ({...e, end: "least"})), ...s.extremes.greatest.map((e) => ({...e, end: "greatest"}))]
  .filter((e) => isNumber(e.value));

// Points of the density with its band.
function curve(s, isLog) {
  const d = s.density;
  const rows = d.points.map((x, i) => ({x, y: d.values[i], low: d.values[i] - d.half_widths[i], high: d.values[i] + d.half_widths[i]}))
    .filter((r) => isNumber(r.x) && isNumber(r.y) && isNumber(r.high));
  const floor = isLog ? BOTTOM * Math.max(...rows.map((r) => r.y)) : 0;
  return {floor, rows: rows.map((r) => ({x: r.x, y: Math.max(r.y, floor), low: Math.max(r.low, floor), high: Math.max(r.high, floor)}))};
}

function densityPlot(s, {isLogX, isLogY}, width) {
  const {rows, floor} = curve(s, isLogY);
  const ends = found(s);
  const all = rows.map((r) => r.x).concat(ends.map((e) => e.value));
  const x = isLogX ? {...bestScale(all), type: "symlog"} : {type: "linear", ticks: Math.max(3, Math.floor(width / 120)), format: (t) => typeset(t, 3)};
  const ticks = Array.isArray(x.ticks) ? x.ticks : undefined;
  const highest = Math.max(...rows.map((r) => r.high));
  return Plot.plot({
    width, height: 260, marginLeft: 66, marginRight: 20, marginBottom: 42,
    x: {type: x.type, constant: x.constant ?? Math.max(...all.map(Math.abs)) * 1e-4, label: "eigenvalue", labelAnchor: "right", inset: 8,
      ...(ticks ? {ticks, tickFormat: x.format} : {ticks: Math.max(3, Math.floor(width / 120)), tickFormat: (t) => (isLogX ? power(t) : typeset(t, 3))})},
    y: {type: isLogY ? "log" : "linear", domain: [isLogY ? floor : 0, highest * (isLogY ? 2 : 1.05)], label: "density", labelAnchor: "top",
      ticks: 5, tickSize: 0, tickFormat: isLogY ? power : (t) => typeset(t, 3)},
    marks: [
      Plot.gridY({ticks: 5, stroke: "var(--grid)", strokeOpacity: 1}),
      Plot.ruleX([0], {stroke: "var(--soft)", strokeDasharray: "2 3"}),
      Plot.areaY(rows, {x: "x", y1: "low", y2: "high", fill: "var(--s1)", fillOpacity: 0.22}),
      Plot.lineY(rows, {x: "x", y: "y", stroke: "var(--s1)", strokeWidth: 1.75}),
      Plot.ruleX(ends, {x: "value", y1: isLogY ? floor : 0, y2: isLogY ? floor * (highest / floor) ** 0.16 : highest * 0.16, stroke: "var(--s2)", strokeWidth: 1.75}),
      Plot.tip(rows, Plot.pointerX({x: "x", y: "y", ...TIP,
        title: (r) => `eigenvalue ${typeset(r.x, 5)}\ndensity ${typeset(r.y, 4)}\nbetween ${typeset(Math.max(r.low, 0), 3)} and ${typeset(r.high, 3)}`})),
    ],
  });
}

function densityFigure(s) {
  const {rows} = curve(s, false);
  if (rows.length < 2) return null;
  const scale = {isLogX: false, isLogY: true};
  const holder = el("div");
  const draw = () => holder.replaceChildren(drawn(`Density of the ${grouped(s.dimension)} eigenvalues, from ${typeset(rows[0].x, 3)} to ${typeset(rows[rows.length - 1].x, 3)}`,
    (width) => densityPlot(s, scale, width)));
  const switches = [["isLogX", "eigenvalues"], ["isLogY", "density"]].map(([key, name]) => el("label", null,
    el("input", {type: "checkbox", checked: scale[key], onchange: (event) => { scale[key] = event.target.checked; draw(); }}), name));
  draw();
  return el("figure", null,
    el("div", {class: "tools"}, el("fieldset", {class: "choice"}, el("legend", null, "Logarithmic"), switches)), holder,
    el("div", {class: "keys"},
      el("span", {class: "key still"}, el("span", {class: "dot", style: "background:var(--s1)"}), `density, with its ${typeset(100 * s.confidence, 3)} % interval`),
      el("span", {class: "key still"}, el("span", {class: "dot", style: "background:var(--s2)"}), "single eigenvalues, from the table below")));
}

function blocksPlot(blocks, width) {
  return Plot.plot({
    width, height: 46 + 26 * blocks.length, marginLeft: 90, marginRight: 20, marginBottom: 38,
    x: {label: "from the least to the greatest eigenvalue of the block", labelAnchor: "right", ticks: Math.max(3, Math.floor(width / 120)), tickFormat: (t) => typeset(t, 3), inset: 8},
    y: {label: null, domain: blocks.map((b) => shown(b.name))},
    marks: [
      Plot.ruleX([0], {stroke: "var(--soft)", strokeDasharray: "2 3"}),
      Plot.ruleY(blocks, {y: (b) => shown(b.name), x1: (b) => b.least.value, x2: (b) => b.greatest.value, stroke: "var(--s1)", strokeWidth: 5, strokeOpacity: 0.35}),
      Plot.dot(blocks, {y: (b) => shown(b.name), x: (b) => b.least.value, r: 4, fill: "var(--s1)"}),
      Plot.dot(blocks, {y: (b) => shown(b.name), x: (b) => b.greatest.value, r: 4, fill: "var(--s1)"}),
    ],
  });
}

function spectrumParts({spectrum: s, files}) {
  const point = files.find((f) => f.name === "point.npz");
  const isStale = point?.sha256 && point.sha256 !== s.point_sha256;
  const blocks = s.blocks.filter((b) => isNumber(b.least.value) && isNumber(b.greatest.value));
  const plusMinus = (t) => typeset(t.value, 5) + (t.half_width > 0 ? ` ± ${typeset(t.half_width, 2)}` : "");
  return [
    isStale && el("p", {class: "state stale"}, "This spectrum belongs to another point than the one in the folder now."),
    el("p", {class: "sub"}, `Eigenvalues of the Hessian, ${plural(s.dimension, "parameter")}. `,
      s.whole ? "All of them were computed." : `Estimated from ${plural(s.probes, "random probe")} and ${plural(s.products, "product")} with the Hessian; intervals hold with ${typeset(100 * s.confidence, 3)} % confidence.`,
      ` Their sum is ${plusMinus(s.trace)}. The density is smoothed by a bell curve of width ${typeset(s.density.sigma, 2)}.`, s.complete ? "" : " The computation was stopped early."),
    densityFigure(s),
    table("Eigenvalues at both ends", ["End", "Eigenvalue", "One lies within", "Likely error"],
      found(s).sort((a, b) => b.value - a.value).map((e) => [e.end, typeset(e.value, 10), typeset(e.residual, 2), e.converged ? typeset(e.likely_error, 2) : "not converged"]), {class: "numbers"}),
    blocks.length > 1 && el("div", null, el("h3", null, "Block by block"),
      el("p", {class: "sub"}, "Each block of parameters by itself, with the others held still."),
      drawn("Least and greatest eigenvalue of each block", (width) => blocksPlot(blocks, width)),
      table("Blocks", ["Block", "Parameters", "Trace", "Least", "Greatest"], s.blocks.map((b) =>
        [foreign(b.name), grouped(b.dimension), plusMinus(b.trace), typeset(b.least.value, 5), typeset(b.greatest.value, 5)]), {class: "numbers"})),
  ];
}

export function curvatureSection(page) {
  const counts = curvatureParts(page);
  const spectrum = page.spectrum?.schema === "nadir.spectrum/1" ? spectrumParts(page) : null;
  if (!counts && !spectrum) return null;
  return section("curvature", "How the surface bends", counts, spectrum,
    !(spectrum && page.slice) && el("p", {class: "sub"}, !spectrum && [code("nadir landscape spectrum DIR"), " computes the eigenvalues and shows them here"],
      !spectrum && !page.slice && "; ", !page.slice && [code("nadir landscape slice DIR"), " draws the surface around the point"], "."));
}
