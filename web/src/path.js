// Ways from the point to another one: values along them, their barriers, and the saddle that an elastic band passes over.
import * as Plot from "@observablehq/plot";
import {el, section, shown, foreign, table} from "./dom.js";
import {typeset, grouped, seconds, isNumber} from "./format.js";
import {Panels, isWithin} from "./chart.js";
import {linearScale} from "./scales.js";
import {shortened} from "./plane.js";

const LOOK = {straight: {color: "var(--soft)", dash: "2 4"}, bezier: {color: "var(--s3)"}, polygon: {color: "var(--s4)"}, "elastic-band": {color: "var(--s1)"}};
const ALIGNED = {color: "var(--s2)", dash: "8 3"};
const DASHES = [undefined, "9 2 2 2", "12 3", "4 2"];  // of several curves of one kind

const MAGNIFIED = 0.2;  // of all values: what lies in so little of the picture gets one of its own

const KIND = {straight: "straight line", bezier: "Bézier curve", polygon: "polygon", "elastic-band": "elastic band"};
const VERDICT = {"strict-saddle": "a strict saddle", "degenerate-saddle": "a degenerate saddle", "local-minimum": "a local minimum", "global-minimum": "a global minimum",
  "spurious-minimum": "a spurious minimum", "not-critical": "a point that is not critical", undecided: "a point that could not be decided"};

function looks(curves) {
  const seen = new Map();
  return curves.map((c) => {
    const isAlignedLine = c.kind === "straight" && c.is_aligned, look = isAlignedLine ? ALIGNED : LOOK[c.kind] ?? {color: "var(--s5)"};
    const count = seen.get(look) ?? 0;
    seen.set(look, count + 1);
    return {...look, dash: look.dash ?? DASHES[count % DASHES.length]};
  });
}

const nameOf = (c) => {
  if (c.kind === "straight") return c.is_aligned ? "straight line, aligned" : "straight line";
  return c.name === c.kind && KIND[c.kind] ? KIND[c.kind] : shortened(c.name, 60);
};

// --- words ---

const NOTABLE = 0.02;  // of a height: an uncertainty that a reader of the height should know
const more = (b) => (isNumber(b.uncertainty) && b.uncertainty > NOTABLE * (b.height || Infinity) ? ` (perhaps ${typeset(b.uncertainty, 2)} more)` : "");

function climb(b) {
  if (!isNumber(b?.height)) return "leads over points whose value is not a finite number";
  if (b.height > 0) return ["climbs ", el("b", null, typeset(b.height, 3)), more(b), " above the higher end"];
  return "does not climb above the higher end";
}

// Does the band lead over the saddle itself, or is it the saddle to which the search came from its top?
function isOnTop(p) {
  const top = p.curves.find((c) => c.name === p.saddle.name)?.barrier;
  return isNumber(top?.value) && Math.abs(top.value - p.saddle.value) <= Math.max(0.05 * top.height, top.uncertainty ?? 0);
}

function saddleWords(p) {
  const {saddle: s, values} = p;
  if (!s) return null;
  const higher = Math.max(...values.filter(isNumber));
  const index = isNumber(s.negative) && /saddle/.test(s.verdict) ? ` of index ${grouped(s.negative)}` : "";
  const above = isNumber(s.value) && Number.isFinite(higher) ? `, ${typeset(s.value - higher, 3)} above the higher end` : "";
  const words = [el("b", null, `${VERDICT[s.verdict] ?? shown(s.verdict)}${index}`), `, ${shown(s.rigor)}: value ${typeset(s.value, 6)}${above}.`];
  if (!/saddle/.test(s.verdict)) return ["From the top of the elastic band no saddle was found: the search ended at ", ...words];
  return [isOnTop(p) ? "The elastic band passes over " : "From the top of the elastic band the search came to ", ...words];
}

function storyOf(p) {
  const straight = p.curves.find((c) => c.kind === "straight" && !c.is_aligned), aligned = p.curves.find((c) => c.kind === "straight" && c.is_aligned);
  const found = p.curves.filter((c) => c.kind !== "straight");
  return el("p", {class: "story"},
    straight && ["The straight line between the two points ", climb(straight.barrier), ". "],
    p.alignment && ["With ", foreign(shortened(p.alignment.label, 80)), `, the points are ${typeset(p.alignment.distance, 4)} instead of ${typeset(p.distance, 4)} apart`,
      aligned ? [", and the straight line ", climb(aligned.barrier), ". "] : ". "],
    found.map((c) => ["The ", foreign(nameOf(c)), " ", climb(c.barrier), c.converged === false ? ", and might come to lie lower: its search ended at a limit. " : ". "]),
    saddleWords(p));
}

function openingWords(p) {
  return `Ways from the point of this page (value ${typeset(p.values[0], 6)}) to another one (value ${typeset(p.values[1], 6)}), ${typeset(p.distance, 4)} away. ` +
    `It took ${seconds(p.seconds)}.${p.complete ? "" : " It was stopped early: what is here is true, and ways may be missing or not yet as low as they could be."} ` +
    "Values are computed along each way at a finite number of places; how much higher it may be between them is an estimate.";
}

// --- the picture ---

// The value between two samples, as the line that is drawn has it.
function between(c, t) {
  let k = 0;
  while (k + 2 < c.t.length && c.t[k + 1] <= t) ++k;
  const [a, b] = [c.values[k], c.values[k + 1]], width = c.t[k + 1] - c.t[k];
  return isNumber(a) && isNumber(b) && width > 0 && t >= c.t[k] && t <= c.t[k + 1] ? a + ((t - c.t[k]) / width) * (b - a) : null;
}

function rowsOf(curves, saddle) {
  const all = curves.flatMap((c) => c.t).concat(isNumber(saddle?.t) ? [saddle.t] : []).filter(isNumber);
  return [...new Set(all)].sort((a, b) => a - b);
}

// Where the ways that were found lie low, a straight line's barrier leaves them no room: a scale for them alone, or null.
function magnified(curves, series, saddle) {
  const low = series.filter((_, k) => curves[k] && curves[k].kind !== "straight").flatMap((s) => s.values).concat(saddle ? [saddle.value] : []).filter(isNumber);
  const all = series.flatMap((s) => s.values).filter(isNumber);
  const spread = (numbers) => numbers.reduce((a, b) => Math.max(a, b), -Infinity) - numbers.reduce((a, b) => Math.min(a, b), Infinity);
  return low.length > 0 && spread(low) > 0 && spread(low) < MAGNIFIED * spread(all) ? linearScale(low) : null;
}

function panelsOf(p) {
  const curves = p.curves.filter((c) => c.t.length > 0), rows = rowsOf(curves, p.saddle), style = looks(curves);
  const series = curves.map((c, k) => {
    const at = new Map(c.t.map((t, i) => [t, c.values[i]]));
    return {name: nameOf(c), ...style[k], isPlain: true, values: rows.map((t) => at.get(t) ?? null), between: rows.map((t) => between(c, t))};
  });
  const tops = curves.map((c, k) => ({...c.barrier, series: series[k], color: style[k].color})).filter((b) => isNumber(b.value) && isNumber(b.t) && b.height > 0);
  const saddle = p.saddle && isNumber(p.saddle.t) && isNumber(p.saddle.value) && p.saddle;
  if (saddle) series.push({name: /saddle/.test(saddle.verdict) ? "the saddle" : "where the search from the top ended", isDots: true, symbol: "diamond", color: "var(--s5)", values: rows.map((t) => (t === saddle.t ? saddle.value : null))});
  const over = (hidden, scale) => {
    const seen = tops.filter((b) => !hidden.has(b.series) && isWithin(scale, b.value));
    return [
      Plot.ruleX(seen, {x: "t", y1: "value", y2: (b) => b.value + (b.uncertainty ?? 0), stroke: "color", strokeWidth: 1.5}),
      Plot.dot(seen, {x: "t", y: "value", symbol: "triangle", r: 5, fill: "color", stroke: "var(--paper)", strokeWidth: 1}),
    ];
  };
  const notes = (row) => [
    ...tops.filter((b) => b.t === rows[row]).map((b) => `top of the ${b.series.name}: ${typeset(b.height, 4)} above the higher end${more(b)}`),
    ...(saddle && saddle.t === rows[row] ? [`${VERDICT[saddle.verdict] ?? shown(saddle.verdict)}${isNumber(saddle.negative) ? `, index ${saddle.negative}` : ""}, ${shown(saddle.rigor)}`] : [])];
  const x = {values: rows, label: "from this point (0) to the other (1)", format: (t) => typeset(t, 3)};
  const also = (hidden) => tops.filter((b) => !hidden.has(b.series)).map((b) => b.value + (b.uncertainty ?? 0));
  const panels = [{title: "Value along the way", height: 300, series, over, also}], near = magnified(curves, series, saddle);
  if (near) panels.push({title: "The same, close to the ways that were found", height: 220, isRepeated: true, series, over, scale: () => near});
  return new Panels({name: "Values along the ways", x, panels, notes});
}

function curvesTable(p) {
  return table("Ways and their barriers", ["Way", "Bends", "Length", "Highest value", "At", "Above higher end", "Above even rise", "Perhaps more"],
    p.curves.map((c) => [foreign(nameOf(c)), grouped(c.bends), typeset(c.length, 5), typeset(c.barrier?.value, 7), typeset(c.barrier?.t, 3),
      typeset(c.barrier?.height, 4), typeset(c.barrier?.height_over_line, 4), typeset(c.barrier?.uncertainty, 2)]), {class: "numbers"});
}

const stale = ({path: p, files}) => {
  const point = files.find((f) => f.name === "point.npz");
  return point?.sha256 && point.sha256 !== p.point_sha256 &&
    el("p", {class: "state stale"}, "These ways begin at another point than the one in the folder now: the run went on since.");
};

export function pathSection(page) {
  const p = page.path;
  if (p?.schema !== "nadir.path/1") return null;
  const hasNumbers = p.curves.some((c) => c.values.some(isNumber));
  return section("path", "Ways to another point", stale(page), storyOf(p), el("p", {class: "sub"}, openingWords(p)),
    hasNumbers ? panelsOf(p).node : el("p", {class: "state open"}, "No value along the ways is a finite number: there is nothing to draw."),
    p.curves.length > 0 && curvesTable(p));
}
