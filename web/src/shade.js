// Numbers as colours: which place a number has between the ends of a scale, which colour that is, and where contours run.
//
// Viridis where numbers have an order, purple to orange where their sign matters: both are even to the eye, and told apart by
// people who see fewer colours.
import * as Plot from "@observablehq/plot";
import {power, typeset, isNumber, digitsFor} from "./format.js";

const STEPS = 256, LEVELS = 14, RATIO_FOR_LOG = 30, DECADES_FOR_ZERO = 12, FEW = 0.02;

const ramp = (scheme) => {
  const scale = Plot.scale({color: {type: "linear", domain: [0, STEPS - 1], scheme}});
  return Array.from({length: STEPS}, (_, k) => scale.apply(k));
};
const RAMPS = {ordered: ramp("viridis"), signed: ramp("puor").reverse()};

function extent(numbers) {
  let least = Infinity, greatest = -Infinity;
  for (const x of numbers) {
    if (!isNumber(x)) continue;
    if (x < least) least = x;
    if (x > greatest) greatest = x;
  }
  return [least, greatest];
}

// Round numbers from low to high, about as many as asked for.
function roundNumbers(low, high, count) {
  if (!(high > low)) return [];
  const rough = (high - low) / count, unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * unit).find((s) => s >= rough * 0.999);
  const first = Math.ceil(low / step);
  return Array.from({length: Math.max(0, Math.floor(high / step) - first + 1)}, (_, k) => (first + k) * step);
}

function roundPowers(low, high) {
  const decades = Math.log10(high / low);
  if (decades < 1) return roundNumbers(low, high, LEVELS);
  const factors = decades <= 4 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil(decades / 14));
  const levels = [];
  for (let k = Math.floor(Math.log10(low)); k <= Math.ceil(Math.log10(high)); k += every) levels.push(...factors.map((f) => f * 10 ** k));
  return levels.filter((x) => x >= low && x <= high);
}

export const canBeLogarithmic = (numbers) => {
  const [least, greatest] = extent(numbers);
  return least >= 0 && greatest > 0;
};

export const isBetterLogarithmic = (numbers) => {
  if (!canBeLogarithmic(numbers)) return false;
  const [least, greatest] = extent(numbers.filter((x) => x > 0));
  return greatest > RATIO_FOR_LOG * least;
};

// Where a logarithmic scale may end below: a few numbers that are next to zero, as the gradient is at a minimum, would leave the
// others one colour.
export function logFloor(numbers) {
  const positive = numbers.filter((x) => isNumber(x) && x > 0).sort((a, b) => a - b);
  if (!positive.length) return 0;
  const typical = positive[Math.min(positive.length - 1, Math.max(1, Math.floor(positive.length * FEW)))];
  return Math.max(positive[0], typical / 100, positive[positive.length - 1] / 10 ** DECADES_FOR_ZERO);
}

// {place, color, levels, format, domain}: place(x) is between 0 and 1, and NaN where x is no number. Below `floor` is one colour.
export function shadeOf(numbers, {isLog = false, isSigned = false, floor = -Infinity} = {}) {
  let [least, greatest] = extent(numbers);
  least = Math.min(greatest, Math.max(least, floor));
  if (!(greatest >= least)) return null;
  const digits = digitsFor(least, greatest);
  let to = (x) => x, levels, format = (x) => typeset(x, digits);
  if (isLog) {
    least = Math.min(greatest, Math.max(logFloor(numbers), floor));
    to = (x) => Math.log(Math.max(x, least));
    levels = roundPowers(least, greatest);
    format = greatest > 1e3 * least ? power : (x) => typeset(x, digits);
  } else if (isSigned) {
    greatest = Math.max(Math.abs(least), Math.abs(greatest)) || 1;
    least = -greatest;
  }
  levels ??= roundNumbers(least, greatest, LEVELS);
  const [low, high] = [to(least), to(greatest)];
  const place = (x) => (!isNumber(x) ? NaN : high > low ? Math.min(1, Math.max(0, (to(x) - low) / (high - low))) : 0.5);
  const colors = RAMPS[isSigned ? "signed" : "ordered"];
  return {place, levels, format, isSigned, domain: [least, greatest], color: (p) => colors[Math.round(p * (STEPS - 1))]};
}

// Lines that stand out on that colour.
export const inkOn = (shade, place) => ((shade.isSigned ? Math.abs(place - 0.5) < 0.3 : place > 0.6) ? "#000" : "#fff");
