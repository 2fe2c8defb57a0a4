// The numbers of the verdict, the claims behind it, and what the certificate is worth.
import {el, svg, section, foreign, shown, code, table} from "./dom.js";
import {typeset, seconds, isNumber, plural} from "./format.js";

// A ball on a curve: the verdict without words. Drawn in a box of 240 x 90; y grows downwards.
const PICTURES = {
  "global-minimum": {curve: "M4 14C30 20 34 44 54 46S82 26 104 30S140 76 164 76S206 30 236 10", ball: [164, 68]},
  "local-minimum": {curve: "M4 14C24 66 46 66 66 62S92 24 116 24S146 40 156 50", fog: "M156 50C172 66 200 70 236 40", ball: [54, 57]},
  "spurious-minimum": {curve: "M4 10C26 52 40 52 58 50S92 18 112 22S146 78 170 78S210 26 236 10", ball: [50, 43]},
  "strict-saddle": {curve: "M4 72C44 72 70 26 118 26S196 72 236 72", ball: [118, 18]},
  "degenerate-saddle": {curve: "M4 22C40 40 60 42 118 42C170 42 190 46 236 82", ball: [112, 34]},
  "not-critical": {curve: "M4 8C60 16 90 76 150 78S214 60 236 40", ball: [68, 26]},
  undecided: {curve: "M92 44C108 44 126 42 146 42", fog: "M4 24C40 40 60 44 92 44M146 42C180 42 200 50 236 66", ball: [118, 35]},
  "": {fog: "M4 20C60 30 90 60 130 60S200 50 236 30", ball: [130, 52]},
};

export function picture(verdict) {
  const {curve, fog, ball} = PICTURES[verdict] ?? PICTURES[""];
  return svg("svg", {class: "picture", viewBox: "0 0 240 90", "aria-hidden": "true", focusable: "false"},
    curve && svg("path", {d: curve, class: "curve"}), fog && svg("path", {d: fog, class: "fog"}),
    svg("circle", {cx: ball[0], cy: ball[1], r: 7, class: "ball"}));
}

const figure = (label, value, note, exact) =>
  el("div", {class: "figure"}, el("dt", null, label), el("dd", null, el("span", {class: "big", title: exact}, value), note && el("span", {class: "small"}, note)));

const exactly = (x) => (isNumber(x) ? String(x) : null);

// A point whose value is proved to be near enough to the least one need not be the minimum itself.
const isBesideMinimum = (v) => v.verdict === "global-minimum" && v.gap > 0;

function slopeNote(v) {
  if (v.gradient_norm === 0) return "norm of the gradient: exactly zero";
  const limit = v.criticality_tolerance * v.gradient_scale;
  if (isBesideMinimum(v) && v.gradient_norm > limit) return "norm of the gradient; it need not vanish here: the bound on the value decides";
  return `norm of the gradient; zero means below ${typeset(limit, 3)}`;
}

export function figures({verdict: v}) {
  if (!v) return null;
  const list = [figure("Value", typeset(v.value, 7), "of the function that was minimised", exactly(v.value))];
  if (isNumber(v.lower_bound)) {
    list.push(figure("Lower bound", typeset(v.lower_bound, 7), "nothing lies below", exactly(v.lower_bound)));
    list.push(figure("Gap", typeset(v.gap, 3), `${typeset(v.relative_gap, 3)} of the scale; asked for: ${typeset(v.tolerance, 3)}`, exactly(v.gap)));
  }
  if (isNumber(v.gradient_norm)) list.push(figure("Slope", typeset(v.gradient_norm, 3), slopeNote(v), exactly(v.gradient_norm)));
  if (v.curvature && isNumber(v.curvature.min_eigenvalue))
    list.push(figure("Least curvature", typeset(v.curvature.min_eigenvalue, 3), `eigenvalue of the Hessian, ${v.curvature.rigor}${isBesideMinimum(v) && v.curvature.min_eigenvalue < 0 ? "; beside a minimum it may be negative" : ""}`, exactly(v.curvature.min_eigenvalue)));
  if (v.escape) list.push(figure("Way out", `−${typeset(v.escape.decrease, 3)}`, `the value falls by that much (${v.escape.kind})`, exactly(v.escape.decrease)));
  const total = Object.values(v.seconds ?? {}).reduce((a, b) => a + b, 0);
  list.push(figure("Time", seconds(total), Object.entries(v.seconds ?? {}).filter(([, s]) => s > 0).sort(byStage).map(([k, s]) => `${k} ${seconds(s)}`).join(", ")));
  return el("section", {"aria-label": "The numbers of the verdict"}, el("dl", {class: "figures"}, list));
}

const STAGES = ["load", "solve", "judge"];
const byStage = ([a], [b]) => STAGES.indexOf(a) - STAGES.indexOf(b);

const STANDING = {holds: ["✓", "holds"], refuted: ["✕", "does not hold"], undecided: ["?", "open"]};

export const numberList = (numbers) => {
  const entries = Object.entries(numbers ?? {});
  return entries.length > 0 && el("dl", {class: "pairs"}, entries.map(([k, x]) =>
    el("div", null, el("dt", null, shown(k.replaceAll("_", " "))), el("dd", {title: exactly(x)}, typeset(x, 8)))));
};

const rigorChip = (rigor) => el("span", {class: `chip ${rigor}`}, shown(rigor));

function claim(e) {
  const [sign, words] = STANDING[e.standing] ?? STANDING.undecided;
  return el("li", {class: `claim ${e.standing}`},
    el("div", {class: "sign", "aria-hidden": "true"}, sign),
    el("div", null,
      el("p", {class: "sentence"}, foreign(e.claim)),
      el("p", {class: "standing"}, el("span", {class: "chip standing"}, words), " ", rigorChip(e.rigor), e.theorem ? [" by ", foreign(e.theorem)] : ""),
      numberList(e.numbers)));
}

export function evidenceSection({verdict}) {
  if (!verdict?.evidence?.length) return null;
  return section("evidence", "What the verdict rests on",
    el("p", {class: "sub"}, "Each claim with its theorem, how far it may be trusted, and its numbers. ",
      el("b", null, "Proved"), " means that rounding errors are bounded; ", el("b", null, "numerical"), " means floating point and a tolerance."),
    el("ol", {class: "claims"}, verdict.evidence.map(claim)));
}

function checked({verification: saved}) {
  const v = saved.verification;
  const state = !saved.is_current ? "stale" : v.verified ? "good" : "bad";
  const headline = {
    good: "Verified", bad: "Not verified", stale: "Checked before, but the certificate has changed since"}[state];
  return [
    el("p", {class: `state ${state}`}, el("b", null, headline), state === "stale" ? "." : [": ", foreign(v.statement), `. Checked by ${shown(saved.tool)} in ${seconds(v.seconds)}.`]),
    state !== "stale" && v.claims.length > 0 && table("Claims that were checked", ["Claim", "Verified", "How"], v.claims.map((c) =>
      [foreign(c.claim), c.verified ? "yes" : el("b", null, "no"), foreign(c.verified ? c.how : c.reason)])),
    state !== "stale" && v.objections.length > 0 && el("div", null, el("h3", null, "Objections"), el("ul", null, v.objections.map((o) => el("li", null, foreign(o))))),
    state !== "stale" && v.not_checked.length > 0 && el("details", null, el("summary", null, `${plural(v.not_checked.length, "claim")} not marked proved, hence not checked`),
      el("ul", null, v.not_checked.map((o) => el("li", null, foreign(o)))))];
}

export function certificateSection(page) {
  const c = page.certificate;
  if (!c) {
    if (!page.verdict) return null;
    return section("certificate", "Can somebody else check it?", el("p", {class: "state open"}, "This folder has no certificate, so there is nothing to check."));
  }
  const proved = c.claims.filter((x) => x.rigor === "proved").length;
  return section("certificate", "Can somebody else check it?",
    page.verification ? checked(page)
      : el("p", {class: "state open"}, el("b", null, "Not checked yet"), " when this page was made. ", code("nadir report DIR --verify"), " checks it and shows the answer here."),
    el("p", null, `The certificate of ${shown(c.tool)} holds ${plural(c.claims.length, "claim")}, ${proved} of them marked proved, and the SHA-256 of everything they are about. `,
      code("nadir verify DIR"), " re-derives the proved ones from the certificate and the data, with code that shares nothing with the solver and the judge."),
    el("details", null, el("summary", null, "The claims as the certificate states them"),
      table("Claims of the certificate", ["Kind", "Claim", "Rigor", "Numbers"], c.claims.map((x) =>
        [code(x.kind), [foreign(x.text), x.theorem && el("span", {class: "small"}, foreign(x.theorem))], rigorChip(x.rigor), numberList(x.numbers)]))));
}
