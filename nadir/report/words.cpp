#include "nadir/report/words.hpp"

#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "nadir/base/shell_word.hpp"

namespace nadir {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr const char* advice_on_breakdown =
    "Scale the data towards 1, or try smaller steps (`--step-size`, `--learning-rate`), another `--start` or another `--solver`.";

std::string raised(int exponent) {
  constexpr const char* digits[] = {"\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074",
                                    "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
  std::string text = exponent < 0 ? "\u207b" : "";
  for (const char c : std::to_string(std::abs(exponent))) text += digits[c - '0'];
  return text;
}

bool is_open(const Verdict& v) { return v.headline == Headline::undecided; }

// A sentence as it stands where it is proved, and with its reservation where it is not.
std::string hedged(const Verdict& v, std::string sentence) {
  if (v.rigor == Rigor::proved) return sentence;
  sentence[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(sentence[0])));
  return "As far as floating-point arithmetic shows, " + sentence;
}

std::string global_title(Rigor rigor) {
  switch (rigor) {
    case Rigor::proved: return "No better point exists: this is the global minimum";
    case Rigor::probable: return "With high probability, this is the global minimum";
    case Rigor::numerical: return "Apparently the global minimum, though not proved";
  }
  return "";
}

std::string title_of(const Verdict& v) {
  const bool is_proved = v.rigor == Rigor::proved;
  switch (v.headline) {
    case Headline::global_minimum: return global_title(v.rigor);
    case Headline::local_minimum:
      return std::string(is_proved ? "A local minimum" : "Apparently a local minimum") + "; whether a better one exists elsewhere is open";
    case Headline::spurious_minimum:
      return std::string(is_proved ? "A" : "Apparently a") + " local minimum, but not the best: a better point is known";
    case Headline::strict_saddle:
      return std::string(is_proved ? "Not" : "Apparently not") + " a minimum: a saddle, with a way down";
    case Headline::degenerate_saddle:
      return std::string(is_proved ? "Not" : "Apparently not") + " a minimum: a flat saddle that hides its way down";
    case Headline::not_critical: return "Not converged: the value can still be lowered nearby";
    case Headline::undecided: return "Undecided: what kind of point this is could not be shown";
  }
  return "";
}

std::string value_text(const Verdict& v) {
  return std::isnan(v.value) ? "The value at this point is not a number. " : "The value at this point is " + typeset(v.value, 7) + ". ";
}

std::string gap_text(const Verdict& v) {
  if (v.gap <= 0.0) return "No point has a lower one.";
  return "No point has a value lower than that by more than " + typeset(v.gap) + ", which is " + typeset(v.relative_gap()) +
         " of the problem's scale; asked for was " + typeset(v.tolerance) + ".";
}

std::string bound_text(const Verdict& v) {
  if (v.gap < infinity && v.lower_bound > -infinity)
    return "The best value there is lies at most " + typeset(v.gap) + " below this one.";
  return "How far below this one the best value lies is not known.";
}

std::string escape_text(const Verdict& v) {
  if (!v.escape) return "";
  const char* what = v.escape->kind == Escape::Kind::path ? "A move" : "A step";
  return std::string(" ") + what + " that is stored with this run lowers the value by " + typeset(v.escape->decrease) + ".";
}

std::string slope_text(const Verdict& v) {
  if (std::isnan(v.gradient_norm)) return "The slope there is not zero.";
  const double limit = v.criticality_tolerance * v.gradient_scale;
  // A point with a kink can have a way down although the gradient of one of its sides vanishes.
  if (v.gradient_norm <= limit) return "The slope seems to vanish there, and yet a direction leads down.";
  return "The slope there (norm of the gradient) is " + typeset(v.gradient_norm) + "; at most " + typeset(limit) +
         " would count as zero.";
}

std::string lead_of(const Verdict& v) {
  switch (v.headline) {
    case Headline::global_minimum: return value_text(v) + hedged(v, gap_text(v));
    case Headline::local_minimum:
      return value_text(v) + hedged(v, "A local minimum lies here, exactly or as near as the evidence states; farther away there may be "
                                       "better points. ") + bound_text(v);
    case Headline::spurious_minimum:
      return value_text(v) + hedged(v, "A local minimum lies here, exactly or as near as the evidence states, but a better point exists "
                                       "farther away. A method that only goes downhill stays here.");
    case Headline::strict_saddle:
      return value_text(v) + hedged(v, "The slope counts as zero, as at a minimum, but the surface bends downwards in some direction: "
                                       "this is a pass, not a valley.") + escape_text(v);
    case Headline::degenerate_saddle:
      return value_text(v) + hedged(v, "The slope counts as zero and no direction bends downwards, so that tests of slope and curvature "
                                       "take this for a minimum. Yet lower points exist, and a path leads there.") + escape_text(v);
    case Headline::not_critical: return value_text(v) + slope_text(v) + escape_text(v);
    case Headline::undecided:
      return value_text(v) + "Neither a minimum nor a saddle could be shown. That does not make the point bad: the tests that "
             "were tried came to no conclusion.";
  }
  return "";
}

std::string rigor_text(const Verdict& v) {
  switch (v.rigor) {
    case Rigor::proved:
      return "Proved. The statement holds for the exact problem that data and options define: it rests on theorems, and every "
             "rounding error in their numbers is bounded.";
    case Rigor::probable:
      return "Probable. It holds except with the failure probability that the evidence states.";
    case Rigor::numerical:
      return "Numerical. It was found with ordinary floating-point arithmetic and tolerances; it is no proof.";
  }
  return "";
}

std::string limits_text(const Verdict& v) {
  switch (v.headline) {
    case Headline::global_minimum:
      return "It is about the data in the files, and says nothing of data that are not in them: the best fit may still predict badly.";
    case Headline::local_minimum: return "That there is no better point. None is known, and none is ruled out beyond the bound above.";
    case Headline::spurious_minimum: return "How good the best point is. " + bound_text(v);
    case Headline::strict_saddle:
    case Headline::degenerate_saddle:
    case Headline::not_critical: return "How good the best point is. " + bound_text(v);
    case Headline::undecided: return "Anything about the kind of point. What was found out nevertheless stands below.";
  }
  return "";
}

// Did the solver stop because it found no lower value, whatever the slope says, and did the judge find none either?
bool found_nothing_lower(const Verdict& v, const RunEnding& ending) {
  if (v.escape) return false;
  return ending.termination == Termination::value_flat || ending.termination == Termination::step_small || ending.termination == Termination::radius_small;
}

std::string ending_text(const Verdict& v, const RunEnding& ending) {
  const bool is_stopped = ending.exit_reason == "time_limit" || ending.exit_reason == "interrupted";
  if (ending.exit_reason == "numerical_breakdown")
    return "Numbers left the range of 64-bit floats, and the run ended there.";
  if (ending.exit_reason == "time_limit") return "The time limit ended the run; this is about the best point until then.";
  if (is_stopped) return "A signal ended the run; this is about the best point until then.";
  if (ending.exit_reason == "running") return "The run has not ended, or it was killed.";
  if (ending.termination == Termination::iteration_limit) return "The solver stopped because it had made as many iterations as it was allowed.";
  if (ending.termination == Termination::not_finite) return "The solver stopped because numbers left the range of 64-bit floats.";
  if (v.headline == Headline::not_critical && found_nothing_lower(v, ending))
    return "The solver stopped because it found no lower value in 64-bit floats, although there is a slope. Where the function has kinks, as with "
           "relu units, that is common.";
  return "";
}

std::string resume_text(const RunEnding& ending) {
  return "Go on where the run stopped: `nadir " + ending.command + " " + ending.family + " --resume -o " + shell_word(ending.folder) + "`.";
}

bool is_resumable(const RunEnding& ending) {
  return ending.command != "judge" &&
         (ending.exit_reason == "time_limit" || ending.exit_reason == "interrupted" || ending.exit_reason == "running");
}

std::string verify_text(const RunEnding& ending) {
  if (ending.is_verified && *ending.is_verified) return " A second, independent program has checked it.";
  return ending.has_certificate ? " `nadir verify " + shell_word(ending.folder) + "` checks it with a second, independent program." : "";
}

std::string advice_on(const Verdict& v, const RunEnding& ending) {
  const std::string start = "`nadir solve " + ending.family + " ... --start " + shell_word(ending.folder + "/point.npz") + "`";
  const std::string starts = ending.command == "judge" ? "`nadir solve " + ending.family + " ... --starts 20`" : "`--starts 20`";
  switch (v.headline) {
    case Headline::global_minimum: return "Nothing needs to be done: use the point (point.npz).";
    case Headline::local_minimum:
      return ending.command == "survey" ? "More starts may find better points: a larger `--starts`, with `--resume`."
                                        : "More starting points may find better ones: " + starts + ".";
    case Headline::spurious_minimum: return "Start elsewhere: " + starts + ", or another `--seed`.";
    case Headline::strict_saddle:
    case Headline::degenerate_saddle:
      return "Leave the saddle: add the blocks `escape/...` of point.npz to the point, or let " + start + " do that.";
    case Headline::not_critical:
      if (ending.termination == Termination::not_finite) return advice_on_breakdown;
      if (found_nothing_lower(v, ending)) return "Try another `--start`, another `--solver` or more `--starts`; more iterations alone change nothing.";
      return "Go on from this point: " + start + (ending.command != "judge" ? ", or allow more with `--max-iterations`." : ".");
    case Headline::undecided: return "The evidence below says which tests were tried. A tighter `--gradient-tolerance` often decides, and so do other starts.";
  }
  return "";
}

}  // namespace

std::string typeset(double x, int digits) {
  if (std::isnan(x)) return "not a number";
  if (std::isinf(x)) return x < 0 ? "minus infinity" : "infinity";
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.*g", digits, x);
  std::string text(buffer);
  const std::size_t at = text.find('e');
  const std::string sign = text[0] == '-' ? "\u2212" : "";
  const std::string mantissa = text.substr(sign.empty() ? 0 : 1, at == std::string::npos ? at : at - (sign.empty() ? 0 : 1));
  if (at == std::string::npos) return sign + mantissa;
  return sign + mantissa + "\u00a0\u00d7\u00a010" + raised(std::atoi(text.c_str() + at + 1));
}

PlainWords in_words(const Verdict& verdict, const RunEnding& ending) {
  PlainWords words{title_of(verdict), lead_of(verdict), {}};
  const auto add = [&words](const char* heading, std::string text) {
    if (!text.empty()) words.paragraphs.emplace_back(heading, std::move(text));
  };
  if (ending.is_verified && !*ending.is_verified) {
    words.title = "Not verified. The folder says: " + words.title;
    add("Do not rely on this", "The checker did not confirm the verdict: a file was changed, or a claim could not be derived again. What it "
                               "objects to stands below.");
  }
  if (!is_open(verdict)) add("How sure is that?", rigor_text(verdict) + (verdict.rigor == Rigor::proved && ending.is_verified.value_or(true) ? verify_text(ending) : ""));
  add("What it does not say", limits_text(verdict));
  add("How the run ended", ending_text(verdict, ending));
  add("What to do next", is_resumable(ending) ? resume_text(ending) : advice_on(verdict, ending));
  return words;
}

PlainWords in_words_without_verdict(const RunEnding& ending) {
  PlainWords words;
  if (ending.exit_reason == "numerical_breakdown") {
    words.title = "The run broke down: nothing is known of any point";
    words.lead = "Numbers left the range of 64-bit floats before a point with a finite value was reached.";
    words.paragraphs.emplace_back("What to do next", advice_on_breakdown);
    return words;
  }
  words.title = "No verdict yet: the run was stopped before it had one";
  words.lead = ending.exit_reason == "running" ? "The run is still at work, or it was killed. What it did until its last checkpoint is kept."
                                               : std::string(ending.exit_reason == "time_limit" ? "The time limit" : "A signal") +
                                                     " ended the run. Its state is kept, and the history below shows how far it came.";
  if (is_resumable(ending)) words.paragraphs.emplace_back("What to do next", resume_text(ending));
  return words;
}

}  // namespace nadir
