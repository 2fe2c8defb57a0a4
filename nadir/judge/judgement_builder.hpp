// Puts a judgement together so that every proved statement stands in both places: as evidence in the
// verdict and as a claim in the certificate.
#pragma once

#include <span>
#include <string>

#include "nadir/core/family.hpp"
#include "nadir/judge/claim_numbers.hpp"

namespace nadir {

class JudgementBuilder {
 public:
  JudgementBuilder(std::string family, const JudgeOptions& options);

  // A proved statement that holds: evidence and claim, with the same words and numbers.
  void prove(std::string kind, std::string text, std::string theorem, Numbers numbers);
  // Everything else is evidence only.
  void note(std::string text, std::string theorem, Standing standing, Rigor rigor, Numbers numbers = {});

  // The claims that judges share, each with its witness. The value's bounds have room already (judge/claim_numbers.hpp).
  // What the verdict's escape gains, from a value of at least `value_lower`; an escape that is not proved to gain anything
  // is dropped, and the answer is false. The checker reads it from the point's file.
  bool prove_escape(double value_lower, const Interval& value_there);
  void prove_negative_curvature(double bound, std::span<const double> direction, std::string theorem = "Rayleigh quotient");
  void prove_better_point(double upper, std::span<const double> point);
  // Nothing can be said: the value or the point is not finite.
  void break_down();

  // Sets the headline. `proved` is granted only where the claims made so far support it; otherwise the
  // judgement says `numerical`.
  void conclude(Headline headline, Rigor rigor);

  // Instead of conclude(), for an examination that ended before it was through: what the claims made so far support,
  // `undecided` otherwise, and no escape that is not proved.
  void cut_off();

  Verdict& verdict() { return judgement_.verdict; }
  Certificate& certificate() { return judgement_.certificate; }
  Judgement finish() && { return std::move(judgement_); }

 private:
  Judgement judgement_;
};

}  // namespace nadir
