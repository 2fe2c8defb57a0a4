#include <charconv>
#include <map>

#include "nadir/verify/verify.hpp"

namespace nadir {
namespace {

// Braces name a number of the claim.
const std::map<std::string, std::string>& templates() {
  static const std::map<std::string, std::string> table = {
      {"value", "the value at the point is at least {lower} and at most {upper}"},
      {"lower-bound", "the value is nowhere below {bound}"},
      {"gap", "the value at the point is within {gap} of the global minimum, and that is at most {tolerance} times {gap_scale}"},
      {"gradient-norm", "the norm of the gradient is at least {lower} and at most {upper} (scale {scale}, tolerance {tolerance})"},
      {"critical", "the gradient is exactly zero"},
      {"negative-curvature", "the Hessian has an eigenvalue of at most {curvature}"},
      {"no-negative-curvature", "the Hessian is positive semidefinite"},
      {"descent", "the point moved by the escape has a value lower by at least {decrease}"},
      {"isolated-minimum",
       "a strict local minimum, the only critical point there, lies within {radius} of the point; "
       "the Hessian's least eigenvalue is at least {least_eigenvalue}"},
      {"minimum-up-to-symmetry",
       "a local minimum lies within {radius} of the point, strict but for changes that leave the value as it is; "
       "across these the Hessian's least eigenvalue is at least {least_eigenvalue}"},
      {"local-minimum", "the point itself is a local minimum"},
      {"plateau-minimum", "a local minimum with a value of at least {value} lies within {radius} of the point"},
      {"directional-derivative",
       "along the direction the one-sided derivative, for a step of length 1, is at most {derivative} (scale {scale}, tolerance {tolerance})"},
      {"interpolating-point", "a point with the value 0, exactly, lies within {radius}"},
      {"better-point", "another point has a value of at most {value}"},
      {"descending-path",
       "along a curve through the point the value changes by at most {coefficient} t^{order} and higher powers of t: "
       "lower values are arbitrarily near"}};
  return table;
}

std::string digits(double x) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, x + 0.0).ptr};  // -0 reads 0
}

}  // namespace

std::string sentence(const Claim& claim) {
  const auto known = templates().find(claim.kind);
  std::string words = known == templates().end() ? "claim of kind " + claim.kind + ":" : known->second;
  for (const auto& [name, x] : claim.numbers) {
    const std::string placeholder = "{" + name + "}";
    const auto at = words.find(placeholder);
    if (at != std::string::npos) {
      words.replace(at, placeholder.size(), digits(x));
    } else if (known == templates().end()) {
      words += " " + name + " " + digits(x);
    }
  }
  return words;
}

}  // namespace nadir
