#include "nadir/problems/tucker/normal_form.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/tucker_decomposition.hpp"

namespace nadir {
namespace {

constexpr double deficient = 1e-10;  // least diagonal entry of R relative to the greatest

std::size_t at(int i) { return static_cast<std::size_t>(i); }

std::vector<ConstMatrixView> views(const std::vector<Matrix>& A) { return {A.begin(), A.end()}; }

bool is_deficient(const Matrix& R) {
  double least = std::fabs(R(0, 0)), greatest = least;
  for (Index i = 0; i < R.rows(); ++i) {
    least = std::fmin(least, std::fabs(R(i, i)));
    greatest = std::fmax(greatest, std::fabs(R(i, i)));
  }
  return !(least > deficient * greatest);
}

// U_k <- U_k V, S <- S x_k V^T with the eigenvectors V of S_(k) S_(k)^T, greatest first.
void make_all_orthogonal(Tensor<double>& core, std::vector<Matrix>& A) {
  for (int k = 0; k < core.shape().num_modes(); ++k) {
    const SymmetricEigen eigen = symmetric_eigen(unfolding_product(core.view(), core.view(), k));
    const Index r = eigen.vectors.rows();
    Matrix V(r, r);
    for (Index j = 0; j < r; ++j) std::copy_n(eigen.vectors.col(r - 1 - j), r, V.col(j));
    A[at(k)] = product(A[at(k)], V);
    core = mode_product(core.view(), k, V, Op::transpose);
  }
}

}  // namespace

double first_block_gradient(const Tucker& problem, const TuckerFactors& x) {
  std::vector<Matrix> grams;
  for (const ConstMatrixView& A : x.A) grams.push_back(product(A, Op::transpose, A, Op::none));
  Tensor<double> W = contract_model(x, grams, {0});
  axpy(-1.0, contract(problem.data(), x.A, {0}).flat(), W.flat());
  return frobenius_norm(unfolding_product(W.view(), x.core.view(), 0));
}

void sweep_once(const Tucker& problem, const TuckerFactors& x, std::span<double> out) {
  TuckerDecomposition start;
  for (const ConstMatrixView& A : x.A) start.factors.push_back(qr(A).Q);
  const HooiOptions once{.max_sweeps = 1, .tol = 0.0};
  const DataTensor& tensor = *problem.data().tensor;
  const HooiResult result = tensor.doubles ? hooi(*tensor.doubles, std::move(start), once) : hooi(*tensor.floats, std::move(start), once);
  const TuckerDecomposition& end = result.decomposition;
  const Vector values = flat_point(problem.data(), problem.layout(), end.core, end.factors);
  std::copy(values.begin(), values.end(), out.begin());
}

Vector flat_point(const TuckerData& data, const Layout& layout, const Tensor<double>& core, const std::vector<Matrix>& A) {
  Vector x(static_cast<std::size_t>(layout.dimension()));
  store_core(data, layout, core, x);
  for (int m = 0; m < data.num_modes(); ++m) std::copy_n(A[at(m)].data(), A[at(m)].size(), layout.block(std::span<double>(x), block_of(data, m)).data);
  return x;
}

Vector in_normal_form(const Tucker& problem, Vector x) {
  if (problem.data().regulariser > 0.0 || !all_finite(ConstMatrixView(x.data(), problem.layout().dimension(), 1))) return x;
  const TuckerFactors here = problem.factors(x);
  Tensor<double> core = here.core;
  std::vector<Matrix> A;
  for (int k = 0; k < problem.data().num_modes(); ++k) {
    Qr f = qr(here.A[at(k)]);
    if (is_deficient(f.R)) return x;
    core = mode_product(core.view(), k, f.R);
    A.push_back(std::move(f.Q));
  }
  if (!problem.data().is_masked) core = contract(problem.data(), views(A), {});
  make_all_orthogonal(core, A);
  Vector result = flat_point(problem.data(), problem.layout(), core, A);
  return all_finite(ConstMatrixView(result.data(), problem.layout().dimension(), 1)) ? result : x;
}

}  // namespace nadir
