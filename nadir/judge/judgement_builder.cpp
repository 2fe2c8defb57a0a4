#include "nadir/judge/judgement_builder.hpp"

#include <utility>

namespace nadir {

JudgementBuilder::JudgementBuilder(std::string family, const JudgeOptions& options) {
  judgement_.verdict.family = std::move(family);
  judgement_.verdict.tolerance = options.gap_tol;
  judgement_.verdict.criticality_tolerance = options.criticality_tol;
}

void JudgementBuilder::prove(std::string kind, std::string text, std::string theorem, Numbers numbers) {
  judgement_.certificate.claims.push_back({std::move(kind), text, theorem, Rigor::proved, numbers});
  note(std::move(text), std::move(theorem), Standing::holds, Rigor::proved, std::move(numbers));
}

void JudgementBuilder::note(std::string text, std::string theorem, Standing standing, Rigor rigor, Numbers numbers) {
  judgement_.verdict.evidence.push_back({std::move(text), std::move(theorem), standing, rigor, std::move(numbers)});
}

bool JudgementBuilder::prove_escape(double value_lower, const Interval& value_there) {
  std::optional<Escape>& escape = judgement_.verdict.escape;
  if (!escape) return false;
  const double decrease = sub_down(value_lower, with_room(value_there).upper);
  if (!(decrease > 0.0)) {
    escape.reset();
    return false;
  }
  escape->decrease = decrease;
  prove("descent", "moving by the escape lowers the value by at least " + short_text(decrease), "", {{"decrease", decrease}});
  return true;
}

void JudgementBuilder::prove_negative_curvature(double bound, std::span<const double> direction, std::string theorem) {
  prove("negative-curvature", "the Hessian has an eigenvalue of at most " + short_text(bound), std::move(theorem), {{"curvature", bound}});
  judgement_.certificate.witness["direction"] = as_column(direction);
}

void JudgementBuilder::prove_better_point(double upper, std::span<const double> point) {
  prove("better-point", "a point with value at most " + short_text(upper) + " is in hand", "", {{"value", upper}});
  judgement_.certificate.witness["better"] = as_column(point);
}

void JudgementBuilder::break_down() {
  note("the value overflows double precision, or an entry of the point is not finite", "", Standing::undecided, Rigor::numerical);
  conclude(Headline::undecided, Rigor::numerical);
}

void JudgementBuilder::conclude(Headline headline, Rigor rigor) {
  if (rigor == Rigor::proved && !claims_support(headline, judgement_.certificate.claims)) rigor = Rigor::numerical;
  judgement_.verdict.headline = judgement_.certificate.headline = headline;
  judgement_.verdict.rigor = judgement_.certificate.rigor = rigor;
}

// Degenerate saddles are left out: what their claims add up to depends on the family.
void JudgementBuilder::cut_off() {
  judgement_.is_whole = false;
  const std::vector<Claim>& claims = judgement_.certificate.claims;
  if (!find(claims, "descent")) judgement_.verdict.escape.reset();
  note("the examination was stopped before it was through: what is not stated here was not reached", "", Standing::undecided,
       Rigor::numerical);
  for (const Headline headline : {Headline::global_minimum, Headline::not_critical, Headline::strict_saddle, Headline::spurious_minimum,
                                  Headline::local_minimum})
    if (claims_support(headline, claims)) return conclude(headline, Rigor::proved);
  conclude(Headline::undecided, Rigor::numerical);
}

}  // namespace nadir
