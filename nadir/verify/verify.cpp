#include "nadir/verify/verify.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

#include "nadir/base/clock.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/stop.hpp"
#include "nadir/io/certificate_file.hpp"
#include "nadir/io/certified_run.hpp"
#include "nadir/io/npz.hpp"
#include "nadir/io/verdict_json.hpp"
#include "nadir/verify/internal/ball.hpp"
#include "nadir/verify/registry.hpp"

namespace nadir {
namespace {

constexpr const char* by_comparison = "comparison of verified claims";
constexpr slong exact_precision = 8192;  // bits: no sum or product of two doubles rounds

using balls::Answer;
using balls::Real;

Real exactly(double x) { return Real(exact_precision, x); }

bool has_finite_numbers(const Claim& claim) {
  return std::all_of(claim.numbers.begin(), claim.numbers.end(), [](const auto& n) { return std::isfinite(n.second); });
}

// The verified claim of that kind, or null.
const Claim* find_verified(const std::vector<Claim>& verified, const char* kind) { return find(verified, kind); }

// gap <= tolerance * gap_scale in exact arithmetic: without it a gap says nothing of the headline.
bool is_gap_within_tolerance(const Claim& gap) {
  return balls::is_at_most(exactly(number(gap, "gap")), exactly(number(gap, "tolerance")) * exactly(number(gap, "gap_scale"))) == Answer::yes;
}

// value <= upper and minimum >= bound add up to value - minimum <= upper - bound.
bool follows_from_bounds(const Claim& gap, const std::vector<Claim>& verified) {
  const Claim* value = find_verified(verified, "value");
  const Claim* bound = find_verified(verified, "lower-bound");
  return value && bound &&
         balls::is_at_most(exactly(number(*value, "upper")) - exactly(number(*bound, "bound")), exactly(number(gap, "gap"))) == Answer::yes;
}

// A negative tolerance or scale would let comparisons with their product hold by themselves, a large scale, too.
std::string scale_objection(FamilyCheck& family, const Claim& claim, const char* scale_name) {
  constexpr double room = 1.0 + 1e-6;  // scales are computed in floating point
  const double scale = number(claim, scale_name);
  if (!(scale >= 0.0 && number(claim, "tolerance") >= 0.0)) return "the tolerance or its scale is negative";
  if (!(scale <= room * family.largest_scale(claim))) return "the tolerance is relative to a scale larger than the problem's";
  return "";
}

Outcome check_claim(FamilyCheck& family, const Claim& claim, const std::vector<Claim>& verified) {
  if (!has_finite_numbers(claim)) return {false, "", "a number of the claim is not finite"};
  if (claim.kind == "gradient-norm") {
    if (std::string objection = scale_objection(family, claim, "scale"); !objection.empty()) return {false, "", std::move(objection)};
  }
  if (claim.kind == "gap") {
    if (std::string objection = scale_objection(family, claim, "gap_scale"); !objection.empty()) return {false, "", std::move(objection)};
    if (!is_gap_within_tolerance(claim)) return {false, "", "the gap exceeds the tolerance"};
    if (follows_from_bounds(claim, verified)) return {true, by_comparison, ""};
  }
  return family.check(claim);
}

// A double of verdict.json against one of the certificate: equal, or both not finite.
bool agree(double a, double b) { return a == b || (!std::isfinite(a) && !std::isfinite(b)); }

class Verifier {
 public:
  Verifier(const std::string& folder, const VerifyOptions& options) : folder_(folder), options_(options) {}

  Verification run() {
    const StopScope scope(options_.should_stop);
    const std::string text = read_certificate_text(folder_);
    if (!has_intact_digest(text)) {
      object("certificate.json is truncated or altered: its digest does not match its bytes");
      return finish();
    }
    certificate_ = certificate_from_json(text, folder_ + "/certificate.json");
    result_.family = certificate_.family;
    result_.headline = certificate_.certificate.headline;
    result_.rigor = certificate_.certificate.rigor;
    for (std::string& o : file_objections(folder_, certificate_)) object(std::move(o));
    if (result_.objections.empty() && prepare_family()) {
      check_claims();
      unless_stopped([this] {
        check_headline();
        return true;
      });
      check_verdict_file();
    } else {
      leave_claims_unchecked();
    }
    return finish();
  }

 private:
  void object(std::string sentence) { result_.objections.push_back(std::move(sentence)); }
  const std::vector<Claim>& claims() const { return certificate_.certificate.claims; }

  // What takes long, or nothing where should_stop came first: then and from then on.
  template <class Work>
  auto unless_stopped(const Work& work) -> std::optional<decltype(work())> {
    try {
      if (!is_stopped_) return work();
    } catch (const Stopped&) {
      is_stopped_ = true;
    }
    return std::nullopt;
  }

  bool prepare_family() {
    family_ = make_check(certificate_.family);
    if (!family_) {
      object("there is no check for the family " + certificate_.family);
      return false;
    }
    for (std::string& o : load_problem(folder_, certificate_, family_->options())) object(std::move(o));
    if (!result_.objections.empty()) return false;
    unless_stopped([this] {
      family_->prepare({read_npz_matrices(folder_ + "/point.npz"), read_npz_matrices(folder_ + "/witness.npz"), options_.arithmetic});
      return true;
    });
    return true;
  }

  void leave_claims_unchecked() {
    for (const Claim& claim : claims()) {
      if (claim.rigor != Rigor::proved) result_.not_checked.push_back(sentence(claim));
      else result_.claims.push_back({claim.kind, sentence(claim), claim.rigor, false, true, "", "its files could not be used"});
    }
  }

  // Gaps last: they may follow from other claims.
  void check_claims() {
    for (const bool is_gap_turn : {false, true}) {
      for (const Claim& claim : claims()) {
        if ((claim.kind == "gap") != is_gap_turn) continue;
        if (claim.rigor != Rigor::proved) {
          result_.not_checked.push_back(sentence(claim));
          continue;
        }
        const std::optional<Outcome> outcome = unless_stopped([&] {
          stop_point();
          return check_claim(*family_, claim, verified_);
        });
        if (outcome) result_.claims.push_back({claim.kind, sentence(claim), claim.rigor, outcome->verified, true, outcome->how, outcome->reason});
        else result_.claims.push_back({claim.kind, sentence(claim), claim.rigor, false, false, "", "not reached: the check was stopped first"});
        if (outcome && outcome->verified) verified_.push_back(claim);
      }
    }
  }

  void check_headline() {
    if (result_.rigor != Rigor::proved) return;
    const bool is_supported = claims_support(result_.headline, verified_) &&
                              (result_.headline != Headline::degenerate_saddle || is_shown_to_be_a_saddle());
    if (!is_supported) object("the verified claims do not add up to " + std::string(name(result_.headline)));
  }

  // Not a local minimum: lower values nearby, or a theorem that leaves global minima and saddles alone.
  bool is_shown_to_be_a_saddle() const {
    return find_verified(verified_, "descending-path") || family_->has_only_saddles_beside_global_minima();
  }

  // verdict.json must not say more than the certificate.
  void check_verdict_file() {
    std::ifstream in(folder_ + "/verdict.json", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const Verdict v = verdict_from_json(text, folder_ + "/verdict.json").verdict;
    require_agreement("family", v.family == certificate_.family);
    require_agreement("verdict", v.headline == result_.headline);
    require_agreement("rigor", v.rigor == result_.rigor);
    if (const Claim* c = claimed("value"))
      require_agreement("value", number(*c, "lower") <= v.value && v.value <= number(*c, "upper"));
    if (const Claim* c = claimed("lower-bound")) require_agreement("lower_bound", agree(v.lower_bound, number(*c, "bound")));
    if (const Claim* c = claimed("gap")) {
      require_agreement("gap", agree(v.gap, number(*c, "gap")));
      require_agreement("gap_scale", agree(v.gap_scale, number(*c, "gap_scale")));
      require_agreement("tolerance", agree(v.tolerance, number(*c, "tolerance")));
    }
    if (const Claim* c = claimed("gradient-norm")) {
      require_agreement("gradient_norm", number(*c, "lower") <= v.gradient_norm && v.gradient_norm <= number(*c, "upper"));
      require_agreement("gradient_scale", agree(v.gradient_scale, number(*c, "scale")));
      require_agreement("criticality_tolerance", agree(v.criticality_tolerance, number(*c, "tolerance")));
    }
    require_backing(v);
  }

  // Where the headline is proved, the numbers that a reader takes from it must be claims, too.
  void require_backing(const Verdict& v) {
    if (v.rigor != Rigor::proved || v.headline != Headline::global_minimum) return;
    for (const char* kind : {"value", "lower-bound"})
      if (!claimed(kind)) object("verdict.json is a proved global-minimum, but the certificate claims no " + std::string(kind));
  }

  // The claim of that kind, if it is marked proved.
  const Claim* claimed(const char* kind) const {
    const auto it = std::find_if(claims().begin(), claims().end(),
                                 [kind](const Claim& c) { return c.kind == kind && c.rigor == Rigor::proved; });
    return it == claims().end() ? nullptr : &*it;
  }

  void require_agreement(const char* key, bool agrees) {
    if (!agrees) object(std::string("verdict.json contradicts the certificate: ") + key);
  }

  Verification finish() {
    const auto count = [this](auto holds) { return std::count_if(result_.claims.begin(), result_.claims.end(), holds); };
    const auto num_claims = std::ssize(result_.claims), num_hold = count([](const ClaimResult& c) { return c.verified; }),
               num_unreached = count([](const ClaimResult& c) { return !c.is_reached; });
    result_.verified = num_hold == num_claims && result_.objections.empty() && !is_stopped_;
    result_.is_decided = !is_stopped_ || num_hold + num_unreached < num_claims || !result_.objections.empty();
    const std::string headline(name(result_.headline));
    if (!result_.is_decided)
      result_.statement = num_hold == 0 ? "stopped before any claim was checked"
                                        : "stopped; of " + std::to_string(num_claims) + " claims " + std::to_string(num_hold) + " were checked, and hold";
    else if (!result_.verified) result_.statement = "not verified";
    else if (result_.rigor == Rigor::proved) result_.statement = headline + " is verified: every claim was re-derived";
    else result_.statement = "the proved claims hold; the headline " + headline + " is " + std::string(name(result_.rigor)) + " and not certified";
    result_.seconds = stopwatch_.seconds();
    return std::move(result_);
  }

  const std::string folder_;
  const VerifyOptions options_;
  Stopwatch stopwatch_;
  CertificateFile certificate_;
  std::unique_ptr<FamilyCheck> family_;
  bool is_stopped_ = false;
  std::vector<Claim> verified_;
  Verification result_;
};

}  // namespace

Verification verify(const std::string& run_folder, const VerifyOptions& options) { return Verifier(run_folder, options).run(); }

}  // namespace nadir
