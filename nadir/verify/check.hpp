// What a family must bring so that its certificates can be checked: options, and a test of each claim.
//
// An implementation lives in nadir/problems/F/check.cpp and is compiled into this library, apart from the
// family's own: it reads the problem's formula from the mathematics, not from the code that produced the
// claims, and links neither solvers nor judges.
#pragma once

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "nadir/core/certificate.hpp"
#include "nadir/core/options.hpp"

namespace nadir {

enum class Arithmetic {
  automatic,  // balls, but enclosures of rigor/ where the data are so large that balls would take minutes
  balls       // balls of arbitrary precision whatever it costs
};

inline constexpr const char* by_balls = "ball arithmetic";
inline constexpr const char* by_rigor = "error-bounded floating point";

// What one claim came to. `verified` false does not say that the claim is false, only that it was not
// re-derived; `reason` says why.
struct Outcome {
  bool verified = false;
  std::string how;  // by_balls, by_rigor
  std::string reason;
};

// What a check may read besides the options and their data.
struct CheckMaterial {
  std::map<std::string, Matrix> point;    // as in point.npz: blocks by name, "escape/..." beside them
  std::map<std::string, Matrix> witness;  // as in witness.npz
  Arithmetic arithmetic = Arithmetic::automatic;
};

class FamilyCheck {
 public:
  virtual ~FamilyCheck() = default;

  // Rows point into this object; verify fills them from the certificate and loads the data.
  virtual OptionList options() = 0;
  // Called once, before check(). Throws InputError when options, data and point do not fit together.
  virtual void prepare(CheckMaterial material) = 0;
  // Re-derives one claim. All its numbers are finite. Throws InputError for a malformed claim or witness.
  virtual Outcome check(const Claim& claim) = 0;
  // What the family makes tolerances relative to, for a `gap` (gap_scale) or `gradient-norm` (scale): a claim that
  // states more is refused, because a large enough scale turns every point into a critical or a global one.
  // A convention, not a claim: floating point is good enough. Infinity where the family states none.
  virtual double largest_scale(const Claim&) { return std::numeric_limits<double>::infinity(); }
  // Whether a theorem covers this problem that leaves no critical points but global minima and saddles: the
  // premise of degenerate-saddle.
  virtual bool has_only_saddles_beside_global_minima() const { return false; }
};

}  // namespace nadir
