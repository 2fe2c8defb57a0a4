// A problem of few variables, measured by its own curvature: the modulus of the Hessian as preconditioner.
//
// With H = D Q diag(l) Q^T D, D_ii = sqrt(|H_ii|), the matrix is
//   M = D Q diag(max(|l_i|, 1e-10 max |l|)) Q^T D.
// A trust region in its norm does not feel the scales of the variables, and its steps follow those of Newton's method with
// the modulus of the Hessian [Dauphin2014], which leaves saddles. Costs as many Hessian products a point as there are
// variables. Where the Hessian is not finite, M is the identity.
#pragma once

#include <memory>
#include <span>

#include "nadir/core/problem.hpp"

namespace nadir {

class CurvatureScaled {
 public:
  explicit CurvatureScaled(ProblemRef problem) : problem_(problem) {}

  const Layout& layout() const { return problem_.layout(); }
  double value(std::span<const double> x) const { return problem_.value(x); }
  std::unique_ptr<Expansion> expand(std::span<const double> x) const;

 private:
  ProblemRef problem_;
};

}  // namespace nadir
