// The history of a run: value, gap, gradient, curvature, step, sharpness, and what happened on the way.
import {el, section, table, shown} from "./dom.js";
import {typeset, grouped, plural, seconds, isNumber} from "./format.js";
import {Panels} from "./chart.js";

// Marked through all panels; the others only in the lane of events.
const MAJOR = new Set(["escape", "start", "grow", "perturbed", "polish", "refine"]);

const MEANING = {
  escape: "the solver had come to a saddle, or to a point with a known way down; the run went on beyond it",
  start: "a new starting point: what came before belongs to another attempt",
  polish: "one more run from there, to the limits of 64-bit floats",
  grow: "the problem was given more room (a higher rank), because that lowers the value",
  refine: "the rough run is over; from here it is solved to the tolerance that was asked for",
  perturbed: "a small random push, to leave a flat place that might be a saddle",
  rejected: "a trial step was refused because it did not lower the value as promised; a shorter one is tried next",
  "negative-curvature": "a step along a direction in which the surface bends downwards",
  restart: "the solver forgot its past steps, which had become misleading",
  newton: "going block by block had become slow; from here on all blocks move together",
  "l-bfgs": "from here on the method is L-BFGS",
  "trust-region": "from here on the method is the trust region",
};
const meaning = (kind) => MEANING[kind] ?? "an event of the solver";
const COLORS = ["var(--s4)", "var(--s2)", "var(--s5)", "var(--s3)", "var(--s1)", "var(--soft)"];

// Of the trace's events: kinds in order of weight, and for each row what happened there.
function readEvents(events) {
  const kinds = new Map();
  const byRow = new Map();
  for (const {row, kind, count} of events) {
    if (!kinds.has(kind)) kinds.set(kind, {kind, total: 0, rows: []});
    const entry = kinds.get(kind);
    entry.total += count;
    entry.rows.push(row);
    byRow.set(row, [...(byRow.get(row) ?? []), {kind, count}]);
  }
  const list = [...kinds.values()].sort((a, b) => MAJOR.has(b.kind) - MAJOR.has(a.kind));
  list.forEach((entry, i) => { entry.color = COLORS[Math.min(i, COLORS.length - 1)]; });
  return {list, byRow};
}

function panelsOf(trace, verdict) {
  const c = trace.columns;
  const panels = [];
  const gapName = trace.above === "bound" ? "gap to the lower bound" : "value above the lowest of this run";
  const value = {name: "value", values: c.value ?? [], color: "var(--s1)"};
  const gap = c.gap && {name: gapName, values: c.gap, color: "var(--s2)", dash: "6 2"};
  // Above a bound of zero, the gap is the value.
  const isSame = gap && trace.above === "bound" && value.values.every((x, i) => !isNumber(x) || Math.abs(x - c.gap[i]) <= 1e-8 * Math.abs(x));
  if (isSame) value.name = "value (and gap: the lower bound is 0)";
  const isPositive = value.values.every((x) => !isNumber(x) || x > 0);
  const target = verdict && trace.above === "bound" ? verdict.tolerance * verdict.gap_scale : NaN;
  const rules = target > 0 ? [{y: target, name: "gap that was asked for", color: "var(--soft)"}] : [];
  if (c.value && isPositive) panels.push({title: "Value", height: 230, series: gap && !isSame ? [value, gap] : [value], rules: gap ? rules : []});
  else if (c.value) {
    panels.push({title: "Value", height: 190, series: [value]});
    if (gap) panels.push({title: "Gap", height: 190, series: [gap], rules});
  }
  if (c.gradient_norm) {
    const critical = verdict ? verdict.criticality_tolerance * verdict.gradient_scale : NaN;
    panels.push({title: "Slope", series: [{name: "norm of the gradient", values: c.gradient_norm, color: "var(--s1)"}],
      rules: critical > 0 ? [{y: critical, name: "counts as zero below", color: "var(--soft)"}] : []});
  }
  if (c.curvature) panels.push({title: "Curvature", series: [{name: "least curvature met in the step", values: c.curvature, color: "var(--s3)", isSparse: true}],
    rules: [{y: 0, name: "flat", color: "var(--soft)"}]});
  if (c.step) panels.push({title: "Step", height: 130, series: [{name: "length of the step", values: c.step, color: "var(--s1)"}]});
  if (c.sharpness) {
    const series = [{name: "sharpness (largest eigenvalue)", values: c.sharpness, color: "var(--s4)", isSparse: true}];
    if (c.step_size) series.push({name: "2 / step size: stable below", values: c.step_size.map((h) => (isNumber(h) && h > 0 ? 2 / h : null)), color: "var(--soft)", dash: "4 3"});
    panels.push({title: "Sharpness", series});
  } else if (c.step_size) {
    panels.push({title: "Step size", height: 130, series: [{name: "step size", values: c.step_size, color: "var(--s1)"}]});
  }
  return panels;
}

// Which start a row belongs to: lines do not run from the end of one start to the next.
function startsOf(trace) {
  const begins = new Set(trace.events.filter((e) => e.kind === "start").map((e) => e.row));
  let group = 0;
  return trace.columns.iteration.map((_, i) => (begins.has(i) ? ++group : group));
}

function eventList(events) {
  if (!events.list.length) return null;
  return el("div", {class: "events"}, el("h3", null, "What happened on the way"),
    el("dl", null, events.list.map((e) => el("div", null,
      el("dt", null, el("span", {class: "dot", style: `background:${e.color}`, "aria-hidden": "true"}), shown(e.kind), " ", el("span", {class: "count"}, `× ${grouped(e.total)}`)),
      el("dd", null, meaning(e.kind))))));
}

function numbersTable(trace) {
  const c = trace.columns, n = c.iteration.length;
  const names = {iteration: "iteration", seconds: "seconds", value: "value", gap: "gap", gradient_norm: "gradient norm", curvature: "curvature", step: "step"};
  const columns = Object.keys(names).filter((k) => c[k]);
  const marked = trace.events.filter((e) => MAJOR.has(e.kind)).slice(0, 20).map((e) => e.row);
  const even = Array.from({length: Math.min(n, 25)}, (_, k) => Math.round((k * (n - 1)) / Math.max(1, Math.min(n, 25) - 1)));
  const rows = [...new Set([...even, ...marked])].sort((a, b) => a - b);
  const what = new Map(trace.events.map((e) => [e.row, e.kind]));
  return el("details", null, el("summary", null, `Numbers (${plural(rows.length, "row")} of ${grouped(trace.rows)})`),
    table("The history in numbers", [...columns.map((k) => names[k]), "event"],
      rows.map((i) => [...columns.map((k) => (isNumber(c[k][i]) ? typeset(c[k][i], 6) : "")), shown(what.get(i) ?? "")]), {class: "numbers"}));
}

function axes(trace) {
  const axis = (label, values, format) => ({label, values, format});
  const list = [axis("iteration", trace.columns.iteration, (x) => (Number.isInteger(x) ? grouped(x) : ""))];
  const time = trace.columns.seconds;
  if (time && time[time.length - 1] > time[0]) list.push(axis("seconds", time, (x) => typeset(x, 4)));
  return list;
}

export function traceSection({trace, verdict}) {
  if (!trace || !trace.columns.iteration || trace.shown < 1) return null;
  const events = readEvents(trace.events);
  const marks = events.list.filter((e) => MAJOR.has(e.kind)).flatMap((e) => e.rows.slice(0, 200).map((row) => ({row, color: e.color})));
  const [first, ...others] = axes(trace);
  const groups = startsOf(trace);
  const numStarts = groups[groups.length - 1] + 1;
  const panels = panelsOf(trace, verdict);
  if (!panels.length) return null;
  const notes = (row) => [
    ...(numStarts > 1 ? [`start ${groups[row] + 1} of ${numStarts}`] : []),
    ...(events.byRow.get(row) ?? []).map((e) => `${shown(e.kind)}${e.count > 1 ? ` (${grouped(e.count)} near here)` : ""}: ${meaning(e.kind)}`)];
  const chart = new Panels({name: "The history of the run", x: first, panels, groups, marks, notes});
  const choices = [first, ...others].map((axis, i) => el("label", null,
    el("input", {type: "radio", name: "trace-axis", checked: i === 0, onchange: () => chart.setX(axis)}), axis.label));
  const time = trace.columns.seconds;
  const lead = `${plural(trace.rows, "row")}${time ? `, ${seconds(time[time.length - 1])}` : ""}.` +
    (trace.shown < trace.rows ? ` Drawn are ${grouped(trace.shown)} of them: every extreme; every event is counted.` : "");
  return section("history", "How the run went",
    el("p", {class: "sub"}, lead, el("span", {class: "on-screen"}, " Drag to zoom; the pointer or the arrow keys show the numbers.")),
    el("div", {class: "tools"}, choices.length > 1 && el("fieldset", {class: "choice"}, el("legend", null, "Along"), choices), chart.reset),
    chart.node, eventList(events), numbersTable(trace));
}
