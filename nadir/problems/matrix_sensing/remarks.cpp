#include "nadir/problems/matrix_sensing/remarks.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/measurement_map.hpp"

namespace nadir {
namespace {

double least_over_greatest(ConstMatrixView factor) {
  const Vector s = svd(factor).values;
  return s.empty() || s.front() == 0.0 || factor.cols > factor.rows ? 0.0 : s.back() / s.front();
}

}  // namespace

// A sample bounds the constant from below: it may refute what a theorem asks for, and cannot show it.
void remark_on_isometry(JudgementBuilder& builder, const IsometryEstimate& e, bool is_psd) {
  if (!(e.greatest > 0.0) || !std::isfinite(e.greatest)) return;
  const double delta = e.delta(), wanted = is_psd ? 0.2 : 1.0 / 3.0;
  std::string claim = is_psd ? "the restricted isometry constant is below 1/5" : "the restricted isometry constant is below 1/3";
  if (delta >= 0.5) claim = "the restricted isometry constant is below 1/2, the least at which spurious minima are known";
  else claim += ", where without noise no local minimum is spurious";
  if (delta < wanted) claim += " (samples bound it from below: they cannot show it)";
  const char* theorem = is_psd ? "Bhojanapalli, Neyshabur, Srebro 2016 (1/5); Zhang, Sojoudi, Lavaei 2019 (1/2)" : "Zhang, Bi, Lavaei 2021 (1/3, balanced factors)";
  builder.note(std::move(claim), theorem, delta >= wanted ? Standing::refuted : Standing::undecided, Rigor::numerical,
               {{"delta_at_least", delta}, {"rank", static_cast<double>(e.rank)}, {"least", e.least}, {"greatest", e.greatest}});
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

}  // namespace nadir
