// Which axis shows a series best, and where its ticks stand.
import {power, typeset, isNumber, digitsFor} from "./format.js";

const RATIO_FOR_LOG = 30;

function extent(values) {
  let least = Infinity, greatest = -Infinity;
  for (const x of values) {
    if (!isNumber(x)) continue;
    if (x < least) least = x;
    if (x > greatest) greatest = x;
  }
  return [least, greatest];
}

// Of a logarithmic axis: what is not positive has no place on it.
function logScale(values) {
  const [least, greatest] = extent(values.filter((x) => x > 0));
  let low = Math.floor(Math.log10(least)), high = Math.ceil(Math.log10(greatest));
  if (low === high) high += 1;
  const every = Math.ceil((high - low) / 6);
  const ticks = [];
  for (let k = low; k <= high; k += every) ticks.push(10 ** k);
  return {type: "log", domain: [least / 1.25, greatest * 1.25], ticks: ticks.filter((t) => t >= least / 1.25 && t <= greatest * 1.25), format: power};
}

// Of an axis that is linear around zero and logarithmic beyond: for numbers of both signs over many decades.
function symlogScale(values) {
  const sizes = values.filter((x) => isNumber(x) && x !== 0).map(Math.abs).sort((a, b) => a - b);
  const greatest = sizes[sizes.length - 1];
  const constant = Math.max(sizes[Math.floor(sizes.length * 0.1)], greatest * 1e-8);
  const [least, most] = extent(values);
  const low = Math.ceil(Math.log10(constant)), high = Math.floor(Math.log10(greatest));
  const candidates = [0];
  for (let k = high; k >= low; --k) candidates.push(10 ** k, -(10 ** k));
  // Ticks keep apart, those far from zero first.
  const place = (x) => Math.sign(x) * Math.log1p(Math.abs(x) / constant);
  const apart = (place(most) - place(least)) / 6;
  const ticks = [];
  for (const t of candidates)
    if (t >= least && t <= most && ticks.every((u) => Math.abs(place(t) - place(u)) >= apart)) ticks.push(t);
  return {type: "symlog", constant, domain: [least, most], ticks: ticks.sort((a, b) => a - b), format: power};
}

export function bestScale(values) {
  const numbers = values.filter(isNumber);
  const [least, greatest] = extent(numbers);
  const smallest = numbers.reduce((a, x) => (x !== 0 && Math.abs(x) < a ? Math.abs(x) : a), Infinity);
  const largest = Math.max(Math.abs(least), Math.abs(greatest));
  if (least > 0 && greatest / least > RATIO_FOR_LOG) return logScale(numbers);
  // A few zeros among positive numbers (steps that were refused) do not spoil the logarithm.
  if (least >= 0 && largest / smallest > RATIO_FOR_LOG) return logScale(numbers);
  if (least < 0 && largest / smallest > 1000) return symlogScale(numbers);
  return linearScale(numbers);
}

export function linearScale(numbers) {
  const [least, greatest] = extent(numbers);
  const margin = greatest > least ? 0.05 * (greatest - least) : Math.max(Math.abs(least) * 0.05, 1e-12);
  return {type: "linear", domain: [least - margin, greatest + margin], ticks: 5, format: (x) => typeset(x, digitsFor(least - margin, greatest + margin))};
}

// Of an axis that counts: whole numbers, at most five.
export function countTicks(most) {
  const unit = 10 ** Math.floor(Math.log10(Math.max(most / 4, 1)));
  const every = [1, 2, 5, 10].map((k) => k * unit).find((step) => step >= most / 4) ?? 1;
  return Array.from({length: Math.floor(most / every) + 1}, (_, k) => k * every);
}

export const hasPlace = (scale, x) => isNumber(x) && (scale.type !== "log" || x > 0);
