#include "nadir/core/certificate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

bool has(const std::vector<Claim>& claims, const char* kind) { return find(claims, kind) != nullptr; }

// The comparisons are made on the stated numbers; that the numbers are true is the checker's affair.
bool is_nearly_critical(const std::vector<Claim>& claims) {
  if (has(claims, "critical")) return true;
  const Claim* g = find(claims, "gradient-norm");
  return g && number(*g, "upper") <= number(*g, "tolerance") * number(*g, "scale");
}

bool is_away_from_critical(const std::vector<Claim>& claims) {
  const Claim* g = find(claims, "gradient-norm");
  if (g && number(*g, "lower") > number(*g, "tolerance") * number(*g, "scale")) return true;
  const Claim* d = find(claims, "directional-derivative");
  if (!d) return false;
  const double threshold = number(*d, "tolerance") * number(*d, "scale");
  return threshold >= 0.0 && -number(*d, "derivative") > threshold;
}

bool is_near_minimum(const std::vector<Claim>& claims) {
  return has(claims, "isolated-minimum") || has(claims, "minimum-up-to-symmetry") || has(claims, "local-minimum") ||
         (has(claims, "plateau-minimum") && is_nearly_critical(claims));
}

// The Hessian is positive definite between the point and the minimum, on the slice where there is one, so
// f(minimum) >= f(point) - |gradient| * radius; the last term covers the rounding of comparisons.
double isolated_minimum_floor(const std::vector<Claim>& claims) {
  const Claim* value = find(claims, "value");
  const Claim* gradient = find(claims, "gradient-norm");
  const Claim* isolated = find(claims, "isolated-minimum");
  const Claim* minimum = isolated ? isolated : find(claims, "minimum-up-to-symmetry");
  if (!value || !gradient || !minimum) return -std::numeric_limits<double>::infinity();
  const double lower = number(*value, "lower");
  const double margin = number(*gradient, "upper") * number(*minimum, "radius") + 1e-15 * std::fabs(lower);
  return lower - 2.0 * margin;
}

bool has_better_value(const std::vector<Claim>& claims) {
  const Claim* better = find(claims, "better-point");
  return better && number(*better, "value") < minimum_floor(claims);
}

}  // namespace

double number(const Claim& claim, const std::string& name) {
  const auto it = std::find_if(claim.numbers.begin(), claim.numbers.end(), [&](const auto& n) { return n.first == name; });
  if (it == claim.numbers.end()) throw InputError("claim " + claim.kind, "a number '" + name + "'", "none");
  return it->second;
}

const Claim* find(const std::vector<Claim>& claims, const std::string& kind) {
  const auto it = std::find_if(claims.begin(), claims.end(), [&](const Claim& c) { return c.kind == kind; });
  return it == claims.end() ? nullptr : &*it;
}

double minimum_floor(const std::vector<Claim>& claims) {
  double floor = isolated_minimum_floor(claims);
  // A point that is a minimum itself, and a minimum whose own value is bounded from below, need no margin.
  const Claim* value = find(claims, "value");
  if (value && has(claims, "local-minimum")) floor = std::fmax(floor, number(*value, "lower"));
  const Claim* plateau = find(claims, "plateau-minimum");
  if (plateau && is_nearly_critical(claims)) floor = std::fmax(floor, number(*plateau, "value"));
  return floor;
}

bool claims_support(Headline headline, const std::vector<Claim>& claims) {
  switch (headline) {
    case Headline::undecided: return true;
    case Headline::global_minimum: return has(claims, "gap");
    case Headline::not_critical: return is_away_from_critical(claims);
    case Headline::strict_saddle: return is_nearly_critical(claims) && has(claims, "negative-curvature");
    case Headline::degenerate_saddle:
      return has(claims, "critical") && has(claims, "no-negative-curvature") && (has(claims, "descending-path") || has(claims, "descent"));
    case Headline::local_minimum: return is_near_minimum(claims);
    case Headline::spurious_minimum: return has_better_value(claims);
  }
  return false;
}

}  // namespace nadir
