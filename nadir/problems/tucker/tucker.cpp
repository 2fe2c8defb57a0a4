#include "nadir/problems/tucker/tucker.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/problems/tucker/expansion.hpp"
#include "nadir/problems/tucker/normal_form.hpp"

namespace nadir {

double Tucker::value(std::span<const double> x) const { return TuckerExpansion(*this, x).value(); }

std::unique_ptr<Expansion> Tucker::expand(std::span<const double> x) const { return std::make_unique<TuckerExpansion>(*this, x); }

BlockStep Tucker::sweep(std::span<const double> x, std::span<double> out) const {
  const TuckerFactors here = factors(x);
  const BlockStep step{value(x), first_block_gradient(*this, here)};
  std::copy(x.begin(), x.end(), out.begin());
  const bool has_zero = std::any_of(here.A.begin(), here.A.end(), [](ConstMatrixView A) { return frobenius_norm(A) == 0.0; });
  if (!has_zero && all_finite(ConstMatrixView(x.data(), layout_.dimension(), 1))) sweep_once(*this, here, out);
  return step;
}

double JacobianNorms::all() const {
  double squares = core * core;
  for (const double a : factors) squares += a * a;
  return std::sqrt(squares);
}

JacobianNorms jacobian_norms(const TuckerFactors& x) {
  const int d = static_cast<int>(x.A.size());
  std::vector<Matrix> grams;
  JacobianNorms result{1.0, {}};
  for (const ConstMatrixView& A : x.A) {
    grams.push_back(product(A, Op::transpose, A, Op::none));
    result.core *= std::sqrt(frobenius_norm(grams.back()));
  }
  for (int k = 0; k < d; ++k) {
    std::vector<ModeFactor> others;
    for (int j = 0; j < d; ++j)
      if (j != k) others.push_back({j, grams[static_cast<std::size_t>(j)], Op::none});
    const Tensor<double> SG = multi_mode_product(x.core.view(), std::span<const ModeFactor>(others));
    result.factors.push_back(std::sqrt(frobenius_norm(unfolding_product(SG.view(), x.core.view(), k))));
  }
  return result;
}

}  // namespace nadir
