// What the run read and wrote, with which options, on what machine, and the command that repeats it.
import {el, section, foreign, foreignName, shown, code, table} from "./dom.js";
import {typeset, bytes, isNumber} from "./format.js";

const digest = (hex) => (hex ? el("code", {class: "digest", title: hex}, `${shown(hex).slice(0, 16)}…`) : "");

const HOLDS = {
  "run.json": "problem, options, machine, times", "point.npz": "the point, block by block", "verdict.json": "the verdict",
  "certificate.json": "the claims, for the checker", "witness.npz": "arrays that make checking cheap", "trace.csv": "the history",
  "checkpoint/state.npz": "the solver's state, for --resume", "labels.csv": "names of rows and columns",
  "verification.json": "the checker's answer", "spectrum.json": "eigenvalues of the Hessian",
  "slice.json": "values on a line or a plane", "path.json": "ways to another point", "path.npz": "the bends of these ways",
  "trajectory.npz": "points along the run",
  "survey.json": "what the survey found", "survey.sqlite": "every end of the survey"};

function link(file) {
  if (file.base64 === undefined) return el("a", {href: file.name.split("/").map(encodeURIComponent).join("/")}, "in the folder");
  return el("a", {class: "download", href: `data:application/octet-stream;base64,${file.base64}`, download: file.name}, "Download",
    el("span", {class: "unseen"}, ` ${shown(file.name)}`));
}

export function filesSection({files, run, certificate}) {
  const inputs = run?.inputs ?? [];
  const shape = (role) => {
    const s = certificate?.data?.[role]?.shape;
    return Array.isArray(s) ? s.join(" × ") : "";
  };
  return section("files", "Files",
    inputs.length > 0 && [el("h3", null, "Read"), table("Files that were read", ["Role", "File", "Shape", "SHA-256"],
      inputs.map((i) => [shown(i.role), foreignName(i.path), shape(i.role), digest(i.sha256)]))],
    el("h3", null, "Written"),
    el("p", {class: "sub"}, "Small files travel inside this page; the others lie beside it in the run folder."),
    table("Files of the run folder", ["File", "Get", "Size", "Holds", "SHA-256"],
      files.map((f) => [foreignName(f.name), link(f), bytes(f.bytes), HOLDS[f.name] ?? "", digest(f.sha256)])));
}

const text = (value) => {
  if (value === null || value === "") return "";
  if (isNumber(value)) return typeset(value, 10);
  if (Array.isArray(value)) return value.map(text).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};

const pairs = (object) => Object.entries(object).filter(([, v]) => text(v) !== "")
  .map(([k, v]) => el("div", {class: text(v).length + k.length > 34 ? "long" : null}, el("dt", null, shown(k)), el("dd", null, foreign(text(v)))));

function copyButton(command) {
  const button = el("button", {type: "button"}, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(command);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(document.getElementById("command"));
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  return button;
}

export function repeatSection({command, run}) {
  if (!run) return null;
  const machine = run.machine ?? {};
  return section("repeat", "Repeat it",
    command && [el("p", {class: "sub"}, "The same seed gives the same bits, with however many threads, on the same machine and build. Left out are options at their defaults."),
      el("div", {class: "command"}, el("pre", {id: "command", tabindex: "0", role: "region", "aria-label": "The command"}, code(command)), copyButton(command))],
    el("dl", {class: "pairs wide"}, pairs({"nadir": run.version, seed: run.seed, threads: run.threads, compiler: run.compiler, BLAS: run.blas,
      processor: machine.processor, system: machine.system, started: run.started, ended: run.ended, "how it ended": run.exit_reason})),
    el("details", null, el("summary", null, "Every option"),
      el("h3", null, "Of the problem"), el("dl", {class: "pairs wide"}, pairs(run.problem)),
      el("h3", null, "Of the run"), el("dl", {class: "pairs wide"}, pairs(run.options))));
}

const OWN = new Set(["ends", "solver", "termination", "iterations", "escapes"]);

const TERMINATION = {
  gradient_small: "the slope became as small as was asked for", target_reached: "the value reached a target known to be good enough",
  step_small: "steps became too small to matter in 64-bit floats", value_flat: "the value no longer changed in 64-bit floats",
  radius_small: "the trust region shrank below what 64-bit floats resolve", iteration_limit: "the limit of iterations",
  evaluation_limit: "the limit of evaluations", time_limit: "the time limit", interrupted: "a signal", not_finite: "numbers left the range of 64-bit floats"};

export function detailsSection({verdict}) {
  const details = verdict?.details ?? {};
  const solved = details.solver && {solver: details.solver, iterations: details.iterations,
    "stopped by": TERMINATION[details.termination] ?? details.termination, "saddles left": details.escapes};
  const more = Object.entries(details).filter(([k]) => !OWN.has(k));
  if (!solved && !more.length) return null;
  const short = more.filter(([, v]) => typeof v !== "object" || v === null);
  const long = more.filter(([, v]) => typeof v === "object" && v !== null);
  return section("details", "Details of this problem",
    el("dl", {class: "pairs wide"}, solved && pairs(solved), pairs(Object.fromEntries(short.map(([k, v]) => [k.replaceAll("_", " "), v])))),
    long.map(([k, v]) => el("details", null, el("summary", null, shown(k.replaceAll("_", " "))),
      el("pre", {class: "json", tabindex: "0"}, shown(JSON.stringify(v, null, 1)).slice(0, 20000)))));
}
