#include "nadir/problems/matrix_sensing/remarks.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/isometry.hpp"
#include "nadir/problems/matrix_sensing/measurement_map.hpp"

namespace nadir {
namespace {

const char* const isometry_theorems = "Bhojanapalli, Neyshabur, Srebro 2016 (1/5); Zhang, Sojoudi, Lavaei 2019 (1/2)";

void remark_on_isometry(JudgementBuilder& builder, const MatrixSensing& problem) {
  const IsometryEstimate e = estimate_isometry(problem.data(), problem.rank());
  if (!(e.greatest > 0.0) || !std::isfinite(e.greatest)) return;
  const double delta = e.delta();
  const char* says = delta >= 0.5   ? "the restricted isometry constant exceeds 1/2: spurious minima are not excluded by any theorem on it"
                     : delta >= 0.2 ? "the restricted isometry constant exceeds 1/5; from 1/2 on spurious minima exist, the sharp theorem covers less. Sampled from below"
                                    : "the restricted isometry constant, sampled from below, is less than 1/5: if it truly is, there are no spurious minima "
                                      "without noise. A sample cannot show that";
  builder.note(says, isometry_theorems, delta >= 0.5 ? Standing::refuted : Standing::undecided, Rigor::numerical,
               {{"delta_at_least", delta}, {"rank", static_cast<double>(e.rank)}, {"least", e.least}, {"greatest", e.greatest}});
}

double least_over_greatest(ConstMatrixView factor) {
  const Vector s = svd(factor).values;
  return s.empty() || s.front() == 0.0 || factor.cols > factor.rows ? 0.0 : s.back() / s.front();
}

// A second-order point whose factors lack a rank is a global minimum of the convex problem: its slack is semidefinite.
void remark_on_rank(JudgementBuilder& builder, const MatrixSensing& problem, std::span<const double> x) {
  const SensingData& d = problem.data();
  if (!all_finite({x.data(), static_cast<Index>(x.size()), 1})) return;
  const double share = std::min(least_over_greatest(problem.left(x)), least_over_greatest(problem.right(x)));
  if (share > 1e-6) return;
  Vector rho = measure(d, problem.left(x), problem.right(x));
  axpy(-1.0, d.y, rho);
  const Matrix G = adjoint(d, rho);
  if (!all_finite(G)) return;
  const double slack = d.lambda + (d.is_psd ? symmetric_eigen(G).values.front() : -svd(G).values.front());
  builder.note("the factors lack a rank: at an exact second-order point the slack of the dual multiplier would not be negative, and the point global",
               "a surplus column tests every direction (README, rank-deficient points)", Standing::undecided, Rigor::numerical,
               {{"least_over_greatest_singular_value", share}, {"slack", slack}});
}

}  // namespace

void add_remarks(JudgementBuilder& builder, const MatrixSensing& problem, std::span<const double> x, bool is_second_order) {
  remark_on_isometry(builder, problem);
  if (is_second_order) remark_on_rank(builder, problem, x);
}

}  // namespace nadir
