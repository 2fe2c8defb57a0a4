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
