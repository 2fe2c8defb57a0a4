// Numbers as print sets them.

const RAISED = {"-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹"};
const raised = (n) => [...String(n)].map((c) => RAISED[c]).join("");

// 3.09 × 10⁻⁹; no more than `digits` digits, and no zeros that say nothing.
export function typeset(x, digits = 6) {
  if (x === null || x === undefined || Number.isNaN(x)) return "not known";
  if (!Number.isFinite(x)) return x < 0 ? "−∞" : "∞";
  if (Object.is(x, -0)) x = 0;
  const [mantissa, exponent] = x.toExponential(digits - 1).split("e").map(Number);
  if (x !== 0 && (exponent < -4 || exponent >= Math.max(digits, 6)))
    return `${String(mantissa).replace("-", "−")}\u00a0×\u00a010${raised(exponent)}`;
  return String(Number(x.toPrecision(digits))).replace("-", "−");
}

export const grouped = (n) => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");

// A label of a logarithmic axis.
export function power(x) {
  const exponent = Math.round(Math.log10(Math.abs(x)));
  const sign = x < 0 ? "−" : "";
  if (x === 0) return "0";
  if (Math.abs(Math.abs(x) / 10 ** exponent - 1) > 1e-9 || (exponent >= -2 && exponent <= 3)) return typeset(x, 3);
  return `${sign}10${raised(exponent)}`;
}

export function bytes(n) {
  if (n < 1000) return `${n}\u00a0B`;
  const unit = n < 1e6 ? "kB" : n < 1e9 ? "MB" : "GB";
  return `${Number((n / {kB: 1e3, MB: 1e6, GB: 1e9}[unit]).toPrecision(3))}\u00a0${unit}`;
}

export function seconds(s) {
  if (s === null || s === undefined) return "not known";
  if (s < 1e-3) return `${typeset(s * 1e6, 3)}\u00a0µs`;
  if (s < 1) return `${typeset(s * 1e3, 3)}\u00a0ms`;
  if (s < 120) return `${typeset(s, 3)}\u00a0s`;
  return s < 7200 ? `${typeset(s / 60, 3)}\u00a0min` : `${typeset(s / 3600, 3)}\u00a0h`;
}

export const plural = (n, one, many = `${one}s`) => `${grouped(n)} ${n === 1 ? one : many}`;

// As many digits as tell the numbers of an axis apart.
export const digitsFor = (least, greatest, ticks = 10) => {
  const range = (greatest - least) / ticks, size = Math.max(Math.abs(least), Math.abs(greatest));
  return range > 0 ? Math.min(12, Math.max(3, Math.ceil(Math.log10(size / range)) + 1)) : 4;
};

export const isNumber = (x) => typeof x === "number" && Number.isFinite(x);
