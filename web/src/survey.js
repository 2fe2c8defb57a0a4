// What a survey of many starts found: values, points that are one up to symmetry with their shares, saddles by index.
import * as Plot from "@observablehq/plot";
import {el, section, shown, table} from "./dom.js";
import {typeset, plural, isNumber, grouped, digitsFor} from "./format.js";
import {countTicks} from "./scales.js";
import {TIP, VERDICT_COLOR, drawn} from "./landscape.js";

const MOST = 15;  // classes in the picture; the table has them all
const percent = (x) => `${typeset(100 * x, 3)} %`;
const color = (verdict) => VERDICT_COLOR[verdict] ?? "var(--soft)";

function histogramPlot({edges, counts, logarithmic}, width) {
  const bins = counts.map((count, i) => ({x1: edges[i], x2: edges[i + 1], count}));
  const digits = digitsFor(edges[0], edges[edges.length - 1]);
  const most = Math.max(...counts), ticks = countTicks(most);
  return Plot.plot({
    width, height: 200, marginLeft: 48, marginRight: 20, marginBottom: 38,
    x: {type: logarithmic ? "log" : "linear", domain: [edges[0], edges[edges.length - 1]], label: "value at the end", labelAnchor: "right",
      ticks: Math.max(3, Math.floor(width / 160)), tickFormat: (x) => typeset(x, logarithmic ? 2 : digits)},
    y: {label: "starts", labelAnchor: "top", domain: [0, most * 1.08], ticks, tickSize: 0, tickFormat: String},
    marks: [
      Plot.gridY(ticks, {stroke: "var(--grid)", strokeOpacity: 1}),
      Plot.rectY(bins, {x1: "x1", x2: "x2", y: "count", fill: "var(--s1)", inset: 0.75}),
      Plot.ruleY([0], {stroke: "var(--line)"}),
      Plot.tip(bins, Plot.pointerX({x1: "x1", x2: "x2", y: "count", ...TIP,
        title: (b) => `${plural(b.count, "start")}\nvalue ${typeset(b.x1, digits + 1)}\nto ${typeset(b.x2, digits + 1)}`})),
    ],
  });
}

function sharesPlot(classes, confidence, width) {
  const name = (c) => `${c.class}`;
  return Plot.plot({
    width, height: 50 + 24 * classes.length, marginLeft: 48, marginRight: 20, marginBottom: 38,
    x: {domain: [0, 1], label: `share of the starts, with its ${percent(confidence)} interval`, labelAnchor: "right", ticks: 5, tickFormat: percent},
    y: {label: "class", labelAnchor: "top", labelArrow: "none", domain: classes.map(name), tickSize: 0},
    marks: [
      Plot.gridX({ticks: 5, stroke: "var(--grid)", strokeOpacity: 1}),
      Plot.ruleY(classes, {y: name, x1: (c) => c.interval[0], x2: (c) => c.interval[1], stroke: (c) => color(c.verdict), strokeWidth: 3, strokeOpacity: 0.45}),
      Plot.dot(classes, {y: name, x: "share", r: 4.5, fill: (c) => color(c.verdict)}),
      Plot.tip(classes, Plot.pointer({y: name, x: "share", ...TIP,
        title: (c) => `class ${c.class}: ${c.verdict} (${c.rigor})\nvalue ${typeset(c.value, 8)}\n${plural(c.count, "start")}, ${percent(c.share)}\nbetween ${percent(c.interval[0])} and ${percent(c.interval[1])}`})),
    ],
  });
}

function saddlesPlot(saddles, width) {
  const digits = digitsFor(Math.min(...saddles.map((s) => s.least)), Math.max(...saddles.map((s) => s.largest)));
  return Plot.plot({
    width, height: 220, marginLeft: 66, marginRight: 20, marginBottom: 38,
    x: {type: "point", domain: saddles.map((s) => s.negative), label: "directions that bend downwards", labelAnchor: "right", tickSize: 0},
    y: {label: "value", labelAnchor: "top", ticks: 5, tickSize: 0, tickFormat: (x) => typeset(x, digits), grid: false, inset: 8},
    marks: [
      Plot.gridY({ticks: 5, stroke: "var(--grid)", strokeOpacity: 1}),
      Plot.ruleX(saddles, {x: "negative", y1: "least", y2: "largest", stroke: "var(--s4)", strokeWidth: 3, strokeOpacity: 0.45}),
      Plot.dot(saddles, {x: "negative", y: "median", r: 4.5, fill: "var(--s4)"}),
      Plot.tip(saddles, Plot.pointer({x: "negative", y: "median", ...TIP,
        title: (s) => `${plural(s.count, "saddle")}\nvalues ${typeset(s.least, 5)}\nto ${typeset(s.largest, 5)}`})),
    ],
  });
}

function summary(s) {
  const broken = s.starts.broken ? ` ${plural(s.starts.broken, "start")} broke down.` : "";
  const open = s.starts.not_critical ? ` ${grouped(s.starts.not_critical)} ended at no critical point, because a limit was reached.` : "";
  const stopped = s.stopped ? " The survey was stopped early: starts that take long are missing from it." : "";
  return `${plural(s.starts.counted, "start")}, each solved and judged, came to ${plural(s.minima, "minimum", "minima")} that differ; points that are one up to a symmetry count as one.${broken}${open}${stopped} ` +
    `A start of another seed would end somewhere new with a probability of at most ${percent(s.unseen.upper)} (with ${percent(s.interval.confidence)} confidence).`;
}

export function surveySection({survey: s}) {
  if (s?.schema !== "nadir.survey/1") return null;
  const classes = s.classes.filter((c) => isNumber(c.share));
  const top = [...classes].sort((a, b) => b.count - a.count).slice(0, MOST).sort((a, b) => a.class - b.class);
  const saddles = s.saddles.filter((x) => x.negative >= 0 && isNumber(x.least) && isNumber(x.largest));
  const spread = s.histogram.edges.length > 1 && s.histogram.edges[0] < s.histogram.edges[s.histogram.edges.length - 1];
  return section("starts", "What the starts reached",
    el("p", {class: "sub"}, summary(s)),
    spread && [el("h3", null, "Values"), drawn("Histogram of the values at the ends", (width) => histogramPlot(s.histogram, width))],
    top.length > 0 && [el("h3", null, "How often each point is reached"),
      drawn(`Shares of ${plural(top.length, "class", "classes")} of ends, with intervals`, (width) => sharesPlot(top, s.interval.confidence, width)),
      top.length < classes.length && el("p", {class: "sub"}, `The ${MOST} that are reached most often.`),
      el("div", {class: "keys"}, [...new Set(top.map((c) => c.verdict))].map((v) => el("span", {class: "key still"}, el("span", {class: "dot", style: `background:${color(v)}`}), shown(v))))],
    table("Points that were reached", ["Class", "Starts", "Share", "Value", "Verdict", "Rigor", "Least curvature"], classes.slice(0, 200).map((c) =>
      [String(c.class), grouped(c.count), `${percent(c.share)} (${percent(c.interval[0])} to ${percent(c.interval[1])})`, typeset(c.value, 10), shown(c.verdict), shown(c.rigor),
        isNumber(c.least_eigenvalue) ? typeset(c.least_eigenvalue, 4) : ""]), {class: "numbers"}),
    saddles.length > 0 && [el("h3", null, "Saddles on the way"),
      el("p", {class: "sub"}, "Saddles that starts ended at or left, by the number of directions that bend downwards: the range of their values and the median."),
      drawn("Saddles by index, with their values", (width) => saddlesPlot(saddles, width))]);
}
