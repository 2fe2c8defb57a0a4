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

}  // namespace nadir
