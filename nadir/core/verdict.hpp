// What is true of a point: claims, each with standing, rigor, theorem and numbers, and the headline they
// add up to. Written by judges only. JSON names are those of the enumerators with '-' for '_'.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

// A claim holds, is refuted, or neither could be shown. A check that fails proves nothing: `undecided`.
enum class Standing { undecided, holds, refuted };

// How far a statement may be trusted: floating point and a tolerance; except with a stated failure
// probability; or as a theorem about the real-number problem on the given floating-point data.
enum class Rigor { numerical, probable, proved };

enum class Headline {
  undecided,
  global_minimum,     // gap <= tolerance
  local_minimum,      // found or proved a local minimum, and nothing shows a better point
  spurious_minimum,   // a local minimum, and a better value is known to exist
  strict_saddle,      // critical, with a direction of negative curvature
  degenerate_saddle,  // a saddle whose Hessian has no negative eigenvalue
  not_critical
};

std::string_view name(Standing standing);
std::string_view name(Rigor rigor);
std::string_view name(Headline headline);
Headline headline_from_name(std::string_view name);  // throws InputError
Rigor rigor_from_name(std::string_view name);        // throws InputError

using Numbers = std::vector<std::pair<std::string, double>>;  // in the order they are printed

// One claim and what it rests on.
struct Evidence {
  std::string claim;    // a sentence
  std::string theorem;  // with its source
  Standing standing = Standing::undecided;
  Rigor rigor = Rigor::numerical;
  Numbers numbers;
};

// Eigenvalues of the Hessian at the point. Counts of -1 were not determined (too large, too costly).
struct Curvature {
  double min_eigenvalue = std::numeric_limits<double>::quiet_NaN();
  std::int64_t negative = -1, zero = -1, positive = -1;
  Rigor rigor = Rigor::numerical;
};

// A way downhill from the point: point + displacement has a value lower by at least `decrease`.
struct Escape {
  enum class Kind { negative_curvature, path, first_order };
  Kind kind = Kind::first_order;
  double decrease = 0.0;
  Vector displacement;  // dimension() entries
};
std::string_view name(Escape::Kind kind);

// What a family adds under "details".
struct Detail {
  std::string name;
  std::variant<double, std::int64_t, std::string, Vector> value;
};

struct Verdict {
  std::string family;
  Headline headline = Headline::undecided;
  Rigor rigor = Rigor::numerical;
  double value = std::numeric_limits<double>::quiet_NaN();
  double lower_bound = -std::numeric_limits<double>::infinity();  // of the global minimum
  double gap = std::numeric_limits<double>::infinity();           // upper bound of value - minimum
  double gap_scale = 1.0;  // relative_gap = gap / gap_scale; stated by the family
  double tolerance = 1e-6;  // of relative_gap
  double gradient_norm = std::numeric_limits<double>::quiet_NaN();
  double gradient_scale = 1.0;           // criticality: gradient_norm <= criticality_tolerance * gradient_scale
  double criticality_tolerance = 1e-8;
  std::optional<Curvature> curvature;
  std::vector<Evidence> evidence;
  std::optional<Escape> escape;
  std::vector<Detail> details;

  double relative_gap() const { return gap / gap_scale; }
};

// One line: "global-minimum: proved (gap 8.2e-09 of the value)".
std::string summary(const Verdict& verdict);
// What the verdict does not establish, as a sentence; empty if nothing is missing.
std::string not_established(const Verdict& verdict);

// The levels of --require: "global", "global-proved", "local", "local-proved". Throws InputError for others.
bool meets(const Verdict& verdict, std::string_view level);

}  // namespace nadir
