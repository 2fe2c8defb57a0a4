// Cuts through the function at the point: a line as curves, a plane as a map and a surface, with what they tell in words.
import {el, svg, section, shown, foreign, table} from "./dom.js";
import {typeset, plural, seconds, grouped, isNumber} from "./format.js";
import {Panels} from "./chart.js";
import {PlaneMap, shortened, iterateName} from "./plane.js";
import {Surface} from "./surface.js";
import {bestScale} from "./scales.js";
import {canBeLogarithmic, isBetterLogarithmic, logFloor, shadeOf} from "./shade.js";

const MOST_IN_TABLE = 9;  // places along a side
const COLORS = {value: "var(--s1)", gradient_norm: "var(--s2)", curvature_ratio: "var(--s3)"};
const MARK_COLORS = ["var(--s4)", "var(--s5)", "var(--s2)"];
const percent = (x) => `${typeset(100 * x, 3)}\u00a0%`;
const ROUNDING = 1e-11;  // of a value: what lies lower by less is no lower point
const pair = (coordinates) => (coordinates.length === 1 ? typeset(coordinates[0], 4) : `(${coordinates.map((c) => typeset(c, 4)).join(", ")})`);
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const allOf = (layer) => layer.values.flat();

const NORMALISATION = {filter: "scaled filter by filter to the point's lengths", layer: "scaled block by block to the point's lengths", none: "not scaled"};

// What an axis is, beside its label.
function axisWords(axis) {
  const parts = [];
  if (axis.kind === "random") parts.push(NORMALISATION[axis.normalisation] ?? shown(axis.normalisation ?? ""));
  if (isNumber(axis.eigenvalue)) parts.push(`eigenvalue ${typeset(axis.eigenvalue, 4)}`);
  if (axis.kind === "to") parts.push("1 is the other point");
  if (isNumber(axis.explained)) parts.push(`carries ${percent(axis.explained)} of the iterates' variance`);
  return parts.filter(Boolean).join("; ");
}

const axisName = (axis) => (isNumber(axis.eigenvalue) && !/eigenvalue/.test(axis.label) ? `${shortened(axis.label, 24)}, λ = ${typeset(axis.eigenvalue, 3)}` : shortened(axis.label, 34));

function drawnWords(s) {
  const places = s.axes.map((a) => a.coordinates.length), of = s.page.places;
  const parts = [];
  if (places.some((n, k) => n < of[k])) parts.push(`Drawn are ${places.map(grouped).join(" × ")} of ${of.map(grouped).join(" × ")} places; slice.json has them all.`);
  const numbers = allOf(s.layers[0]), blank = numbers.length - numbers.filter(isNumber).length;
  if (blank) parts.push(`${plural(blank, "place")} of ${grouped(numbers.length)} ${s.complete ? `${blank === 1 ? "has" : "have"} no finite value and` : ""} ${blank === 1 ? "is" : "are"} blank.`);
  if (s.trajectory && s.trajectory.length < s.page.trajectory) parts.push(`Of ${grouped(s.page.trajectory)} iterates ${grouped(s.trajectory.length)} are drawn.`);
  return parts.join(" ");
}

function openingWords(s) {
  const what = s.axes.length === 1 ? "a line through the point" : "a plane through the point";
  const cost = s.adaptive
    ? `It took ${plural(s.evaluations, "evaluation")}, more of them where the function bends, and ${seconds(s.seconds)}; between them the picture is interpolated, with an estimated error of ` +
      `${percent(s.adaptive.error)} of the spread of values (asked for: ${percent(s.adaptive.tolerance)}).`
    : `It took ${plural(s.evaluations, "evaluation")} and ${seconds(s.seconds)}.`;
  return [`The function on ${what}.`, cost, s.complete ? "" : "It was stopped early.", drawnWords(s)].filter(Boolean).join(" ");
}

// Does anything in the picture lie below the point? Said in words, for a colour says it to nobody.
function lowestWords({slice: s, verdict: v}) {
  const least = s.page.least;
  if (!least || !isNumber(s.value)) return null;
  const depth = s.value - least.value, size = Math.max(Math.abs(s.value), Math.abs(least.value));
  const proves = "A picture proves nothing: off it, and between its places, the function may be lower.";
  if (depth <= ROUNDING * size) return `No value in it lies below the ${typeset(s.value, 6)} of the point. ${proves}`;
  const gap = v && v.verdict === "global-minimum" ? v.tolerance * v.gap_scale : NaN;
  const lower = [`The value falls below that of the point: to `, el("b", null, typeset(least.value, 6)), ` at ${pair(least.coordinates)}, ${typeset(depth, 3)} lower.`];
  return depth <= gap ? [...lower, " That is within the gap that counts as a global minimum."] : [...lower, " A better point than this one is there."];
}

const stale = ({slice: s, files}) => {
  const point = files.find((f) => f.name === "point.npz");
  return point?.sha256 && point.sha256 !== s.point_sha256 &&
    el("p", {class: "state stale"}, "This slice goes through another point than the one in the folder now: the run went on since.");
};

// --- a line ---

// Rows along the line: its places, and those of marks between them.
function linePanels(s) {
  const places = s.axes[0].coordinates, marks = s.marks.filter((m) => isNumber(m.coordinates[0]) && isNumber(m.value));
  const iterates = (s.trajectory ?? []).filter((t) => isNumber(t.coordinates[0]) && isNumber(t.value));
  const rows = [...places.map((x, i) => ({x, i})), ...marks.map((mark) => ({x: mark.coordinates[0], mark})),
    ...iterates.map((iterate) => ({x: iterate.coordinates[0], iterate}))].sort((a, b) => a.x - b.x);
  const scaleOf = (layer) => (values) => bestScale(values.map((x) => (x > 0 ? Math.max(x, logFloor(layer.values)) : x)));
  const panels = s.layers.map((layer, k) => ({scale: layer.name === "curvature_ratio" ? undefined : scaleOf(layer), title: capital(shortened(layer.label, 60)), height: k ? 150 : 230,
    series: [{name: shortened(layer.name.replaceAll("_", " "), 40), values: rows.map((r) => (r.i === undefined ? null : layer.values[r.i])), color: COLORS[layer.name] ?? "var(--s4)"}]}));
  const dots = (name, color, value) => panels[0].series.push({name, isDots: true, color, values: rows.map(value)});
  if (marks.length <= MARK_COLORS.length) marks.forEach((mark, k) => dots(shortened(mark.label, 30), MARK_COLORS[k], (r) => (r.mark === mark ? mark.value : null)));
  else dots("points of interest", MARK_COLORS[0], (r) => r.mark?.value ?? null);
  if (iterates.length) dots("iterates of the run", "var(--soft)", (r) => r.iterate?.value ?? null);
  const notes = (row) => {
    const {mark, iterate} = rows[row];
    if (mark) return [`${shortened(mark.label, 60)}${mark.distance > 0 ? `, ${typeset(mark.distance, 3)} off the line` : ""}`];
    return iterate ? [`${iterateName(iterate)}, ${typeset(iterate.distance, 3)} off the line`] : [];
  };
  const x = {values: rows.map((r) => r.x), label: axisName(s.axes[0]), format: (t) => typeset(t, 4)};
  return new Panels({name: "The function along the line", x, panels, notes});
}

// --- a plane ---

function barPlot(shade) {
  const width = 300, [low, high] = shade.domain, stops = Array.from({length: 33}, (_, k) => k / 32);
  const levels = shade.levels.map((value) => ({value, x: 10 + (width - 20) * shade.place(value)}));
  let last = -Infinity;
  const labelled = levels.filter((l) => l.x - last > 58 && l.x > 18 && l.x < width - 18 && (last = l.x));
  return svg("svg", {viewBox: `0 0 ${width} 40`, role: "img", "aria-label": `Colours from ${typeset(low, 4)}, dark, to ${typeset(high, 4)}, bright, with a contour at each tick`},
    svg("linearGradient", {id: "slice-colours"}, stops.map((p) => svg("stop", {offset: p, "stop-color": shade.color(p)}))),
    svg("rect", {x: 10, y: 4, width: width - 20, height: 13, fill: "url(#slice-colours)"}),
    levels.map((l) => svg("line", {x1: l.x, x2: l.x, y1: 17, y2: labelled.includes(l) ? 23 : 20, stroke: "currentColor"})),
    labelled.map((l) => svg("text", {x: l.x, y: 36, "text-anchor": "middle", fill: "currentColor"}, shade.format(l.value))));
}

function gridOf(s) {
  const [a, b] = s.axes, long = (axis) => (axis.coordinates[axis.coordinates.length - 1] - axis.coordinates[0]) * (axis.length ?? 1);
  const ratio = long(b) / long(a);
  return {xs: a.coordinates, ys: b.coordinates, names: s.axes.map(axisName), aspect: ratio > 0.4 && ratio < 1.3 ? ratio : ratio <= 0.4 && ratio > 0 ? 0.6 : 0.9};
}

class PlaneView {
  constructor(s) {
    this.s = s;
    const grid = gridOf(s), inPlane = (c) => c.length === 2 && c.every(isNumber);
    const marks = s.marks.filter((m) => inPlane(m.coordinates)).map((m) => ({...m, x: m.coordinates[0], y: m.coordinates[1], isOn: !(m.distance > 0)}));
    const trajectory = (s.trajectory ?? []).filter((t) => inPlane(t.coordinates)).map((t) => ({...t, x: t.coordinates[0], y: t.coordinates[1]}));
    const off = (distance) => ["off the plane by", typeset(distance, 3)];
    const place = (x, y) => s.axes.map((axis, k) => [shortened(axis.label, 30), typeset([x, y][k], 4)]);
    const inside = (r) => r.x >= grid.xs[0] && r.x <= grid.xs[grid.xs.length - 1] && r.y >= grid.ys[0] && r.y <= grid.ys[grid.ys.length - 1];
    this.map = new PlaneMap("Map of the plane", grid, {
      marks: marks.filter(inside), trajectory, points: s.adaptive?.points,
      lines: (i, j) => [...place(grid.xs[i], grid.ys[j]), ...s.layers.map((l) => [shortened(l.label, 30), typeset(l.values[i][j], 6)])],
      markLines: (m) => [[shortened(m.label, 60)], ...place(m.x, m.y), ["value", typeset(m.value, 7)], ...(m.distance > 0 ? [off(m.distance)] : [])],
      iterateLines: (t) => [[iterateName(t)], ...place(t.x, t.y), ["value", typeset(t.value, 6)], off(t.distance)]});
    this.surface = new Surface("Surface over the plane", grid, marks.find((m) => m.isOn && m.x === 0 && m.y === 0) && [0, 0]);
    this.bar = el("div", {class: "bar canvas"});
    this.title = el("b");
    this.layer = s.layers[0];
    this.box = el("input", {type: "checkbox", onchange: () => this.show()});
    this.choose(this.layer);
  }

  choose(layer) {
    this.layer = layer;
    const isSigned = layer.name === "curvature_ratio";
    this.box.disabled = isSigned || !canBeLogarithmic(allOf(layer));
    // The error of what is interpolated is one of the spread: a logarithm would magnify it where values are small.
    this.box.checked = !isSigned && !this.s.adaptive && isBetterLogarithmic(allOf(layer));
    this.show();
  }

  show() {
    const {layer} = this, numbers = allOf(layer), finite = numbers.filter(isNumber), isSigned = layer.name === "curvature_ratio";
    // Nothing is drawn lower than what was evaluated.
    const floor = this.s.adaptive && layer === this.s.layers[0] ? this.s.page.least?.value : undefined;
    const shade = shadeOf(numbers, {isLog: this.box.checked, isSigned, floor});
    if (!shade) return;
    const [low, high] = [Math.min(...finite), Math.max(...finite)];
    const described = `${shortened(layer.label, 60)} over ${this.s.axes.map((a) => shortened(a.label)).join(" and ")}: from ${typeset(low, 4)} to ${typeset(high, 4)}` +
      (finite.length < numbers.length ? `, ${plural(numbers.length - finite.length, "place")} without a number` : "");
    this.map.show(layer.values, shade, `Map. ${described}.`);
    this.surface.show(layer.values, shade, `Surface. ${described}.`);
    this.title.textContent = shortened(layer.label, 40);
    this.bar.replaceChildren(barPlot(shade));
  }

  tools() {
    const choices = this.s.layers.map((layer, i) => el("label", null,
      el("input", {type: "radio", name: "slice-layer", checked: i === 0, onchange: () => this.choose(layer)}), shortened(layer.label, 40)));
    return el("div", {class: "tools"}, choices.length > 1 && el("fieldset", {class: "choice"}, el("legend", null, "Show"), choices),
      el("span", {class: "choice"}, el("label", null, this.box, "logarithmic colours and heights")));
  }

  node() {
    const {s} = this;
    return [this.tools(),
      el("div", {class: "views"},
        el("figure", null, el("figcaption", null, el("h3", null, "From above")), this.map.node),
        el("figure", null, el("figcaption", null, el("h3", null, "As a surface"), el("span", {class: "sub on-screen"}, "drag, or the arrow keys, to turn it")), this.surface.node)),
      el("div", {class: "legend"}, el("span", null, this.title), this.bar,
        s.trajectory?.length > 0 && el("span", {class: "key still"}, trajectorySwatch(), "the run's iterates, from the ring on; under the pointer: how far off the plane"),
        s.adaptive?.points?.length > 0 && el("span", {class: "key still"}, evaluatedSwatch(), "places that were evaluated"))];
  }
}

const trajectorySwatch = () => svg("svg", {class: "swatch", width: 26, height: 12, "aria-hidden": "true"},
  svg("line", {x1: 5, x2: 25, y1: 6, y2: 6, stroke: "#000", "stroke-width": 4, "stroke-opacity": 0.55}), svg("line", {x1: 5, x2: 25, y1: 6, y2: 6, stroke: "#fff", "stroke-width": 1.75}),
  svg("circle", {cx: 5, cy: 6, r: 4, fill: "#fff", stroke: "#000"}));
const evaluatedSwatch = () => svg("svg", {class: "swatch", width: 14, height: 12, "aria-hidden": "true"},
  svg("rect", {width: 14, height: 12, fill: "#31688e"}), svg("circle", {cx: 7, cy: 6, r: 1.5, fill: "#fff"}));

// --- numbers ---

function some(n) {
  const count = Math.min(n, MOST_IN_TABLE);
  return Array.from({length: count}, (_, k) => (count < 2 ? 0 : Math.round((k * (n - 1)) / (count - 1))));
}

function layerTable(s, layer) {
  const rows = some(s.axes[0].coordinates.length), name = shown(layer.label);
  if (s.axes.length === 1)
    return table(name, [shortened(s.axes[0].label), name], rows.map((i) => [typeset(s.axes[0].coordinates[i], 4), typeset(layer.values[i], 6)]), {class: "numbers"});
  const columns = some(s.axes[1].coordinates.length).reverse();
  return table(`${name}: ${shown(s.axes[0].label)} across, ${shown(s.axes[1].label)} down`, ["", ...rows.map((i) => typeset(s.axes[0].coordinates[i], 3))],
    columns.map((j) => [typeset(s.axes[1].coordinates[j], 3), ...rows.map((i) => typeset(layer.values[i][j], 4))]), {class: "numbers"});
}

function iteratesTable(s) {
  const rows = some((s.trajectory ?? []).length).map((k) => s.trajectory[k]);
  return rows.length > 0 && [el("h3", null, "Iterates"), table("Iterates of the run", ["Iteration", "At", "Value", s.axes.length === 1 ? "Off the line by" : "Off the plane by"],
    rows.map((t) => [grouped(t.iteration), pair(t.coordinates), typeset(t.value, 6), typeset(t.distance, 3)]), {class: "numbers"})];
}

function numbersOf(s) {
  return el("details", null, el("summary", null, "Numbers"),
    el("h3", null, "Directions"),
    table("Directions", ["Direction", "What it is", "A step of 1 is long", "From", "To"], s.axes.map((a) => [foreign(a.label), axisWords(a), typeset(a.length, 5),
      typeset(a.coordinates[0], 4), typeset(a.coordinates[a.coordinates.length - 1], 4)])),
    s.marks.length > 0 && [el("h3", null, "Points of interest"), table("Points of interest", ["Point", "At", "Value", s.axes.length === 1 ? "Off the line by" : "Off the plane by"],
      s.marks.map((m) => [foreign(m.label), pair(m.coordinates), typeset(m.value, 10), typeset(m.distance, 3)]))],
    iteratesTable(s),
    s.layers.map((layer) => [el("h3", null, foreign(layer.label)), layerTable(s, layer)]));
}

const directions = (s) => el("p", {class: "sub"}, s.axes.map((a, k) => {
  const words = axisWords(a);
  return [k ? "; " : "", el("b", null, s.axes.length === 1 ? "Along: " : k ? "Up: " : "Across: "), foreign(shortened(a.label, 80)), `, where a step of 1 is ${typeset(a.length, 4)} long`, words && ` (${words})`];
}), ".");

const curvatureWords = (label) => `${capital(shortened(label, 60))}: the least eigenvalue of the Hessian over the one of greatest size. Near 0 or above, the function looks convex there; towards −1 it bends downwards as much as upwards.`;

export function sliceSection(page) {
  const s = page.slice;
  if (s?.schema !== "nadir.slice/1") return null;
  const isEmpty = !allOf(s.layers[0]).some(isNumber);
  const picture = isEmpty ? el("p", {class: "state open"}, "No value in it is a finite number: there is nothing to draw.")
    : s.axes.length === 1 ? linePanels(s).node : new PlaneView(s).node();
  return section("slice", s.axes.length === 1 ? "A cut along a line" : "A cut along a plane", stale(page),
    el("p", {class: "sub"}, openingWords(s)), directions(s), !isEmpty && el("p", null, lowestWords(page)), picture,
    s.layers.filter((l) => l.name === "curvature_ratio").map((l) => el("p", {class: "sub"}, curvatureWords(l.label))), numbersOf(s));
}
