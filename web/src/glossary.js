// The few words that a reader needs.
import {el, section} from "./dom.js";

const WORDS = [
  ["value", "The number that is minimised: an error, an energy, a cost. Lower is better."],
  ["global minimum", "No point has a lower value, up to the stated tolerance."],
  ["local minimum", "No point close by has a lower value. Far away there may be one."],
  ["spurious minimum", "A local minimum of which a better point is known."],
  ["saddle", "The slope is zero, and yet the value can be lowered. Strict: some direction bends downwards, which tests of curvature see. Degenerate: none does, which they do not see."],
  ["not critical", "The slope is not zero: a small step lowers the value."],
  ["undecided", "None of these could be shown. Not a bad mark: an honest one."],
  ["gap", "The value minus the best known lower bound: so much could be won at most."],
  ["proved", "A theorem about the exact problem on the given data; every rounding error is bounded."],
  ["probable", "True except with a stated failure probability."],
  ["numerical", "Computed in floating point and compared with a tolerance; no proof."],
  ["certificate", "The file from which a second program, sharing no code with the first, derives the proved claims again."],
];

export const glossarySection = () => section("words", "Words of this page",
  el("dl", {class: "glossary"}, WORDS.map(([word, text]) => el("div", null, el("dt", null, word), el("dd", null, text)))));
