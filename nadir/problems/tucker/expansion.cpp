#include "nadir/problems/tucker/expansion.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {
namespace {

constexpr double floor_share = 1e-7;  // of the trace, in preconditioners

std::size_t at(int i) { return static_cast<std::size_t>(i); }

Tensor<double> times(TensorView<double> T, const std::vector<ModeFactor>& factors) {
  return multi_mode_product(T, std::span<const ModeFactor>(factors));
}

// inv(A + floor_share tr(A) I) for a positive semidefinite A; the identity where that fails.
Matrix floored_inverse(Matrix A) {
  double trace = 0.0;
  for (Index i = 0; i < A.rows(); ++i) trace += A(i, i);
  for (Index i = 0; i < A.rows(); ++i) A(i, i) += floor_share * trace;
  Matrix inverse = Matrix::identity(A.rows()), L;
  if (!(trace > 1e-200) || !all_finite(A) || !cholesky(A, L)) return inverse;
  solve_lower(L, Op::none, inverse);
  solve_lower(L, Op::transpose, inverse);
  symmetrise(inverse);
  return all_finite(inverse) ? inverse : Matrix::identity(A.rows());
}

void add(Matrix& to, const Matrix& what) { axpy(1.0, what.flat(), to.flat()); }
void add(Tensor<double>& to, const Tensor<double>& what, double factor = 1.0) { axpy(factor, what.flat(), to.flat()); }

}  // namespace

TuckerExpansion::TuckerExpansion(const Tucker& problem, std::span<const double> x)
    : problem_(problem), data_(problem.data()), values_(x.begin(), x.end()), x_(problem.factors(values_)), d_(data_.num_modes()),
      pairs_(at(d_ * d_)), singles_(at(d_)), core_grams_(at(d_ + 1)) {
  for (const ConstMatrixView& A : x_.A) G_.push_back(product(A, Op::transpose, A, Op::none));
  if (data_.is_masked) {
    residual_ = residual_tensor(data_, x_);
    residual_energy_ = dot(residual_.view(), residual_.view());
  } else {
    residual_energy_ = nadir::residual_energy(data_, x_);
  }
  value_ = 0.5 * residual_energy_;
  if (data_.regulariser == 0.0) return;
  for (int k = 0; k < d_; ++k) {
    D_.push_back(G_[at(k)]);
    axpy(-1.0, unfolding_product(x_.core.view(), x_.core.view(), k).flat(), D_.back().flat());
    value_ += 0.5 * data_.regulariser * dot(D_.back().flat(), D_.back().flat());
  }
}

const Tensor<double>& TuckerExpansion::pair(int k, int j) const {
  const int a = std::min(k, j), b = std::max(k, j);
  std::optional<Tensor<double>>& kept = pairs_[at(a * d_ + b)];
  if (kept) return *kept;
  if (data_.is_masked) {
    std::vector<ModeFactor> others;
    for (int i = 0; i < d_; ++i)
      if (i != a && i != b) others.push_back({i, x_.A[at(i)], Op::transpose});
    kept = times(residual_.view(), others);
  } else {
    kept = contract_model(x_, G_, {a, b});
    add(*kept, contract(data_, x_.A, {a, b}), -1.0);
  }
  return *kept;
}

// Modes are served two by two: (0, 1), (2, 3), ..., and the last of an odd number with its neighbour.
const Tensor<double>& TuckerExpansion::single(int k) const {
  std::optional<Tensor<double>>& kept = singles_[at(k)];
  if (kept) return *kept;
  const int first = std::min(k - k % 2, d_ - 2), j = first == k ? k + 1 : first;
  kept = mode_product(pair(k, j).view(), j, x_.A[at(j)], Op::transpose);
  return *kept;
}

const Tensor<double>& TuckerExpansion::core_times_grams(int except) const {
  std::optional<Tensor<double>>& kept = core_grams_[at(except)];
  if (kept) return *kept;
  std::vector<ModeFactor> factors;
  for (int j = 0; j < d_; ++j)
    if (j != except) factors.push_back({j, G_[at(j)], Op::none});
  kept = times(x_.core.view(), factors);
  return *kept;
}

TuckerExpansion::Blocks TuckerExpansion::zero() const {
  Blocks blocks{Tensor<double>(x_.core.shape()), {}};
  for (const ConstMatrixView& A : x_.A) blocks.A.emplace_back(A.rows, A.cols);
  return blocks;
}

void TuckerExpansion::store(const Blocks& blocks, std::span<double> out) const {
  store_core(data_, problem_.layout(), blocks.core, out);
  for (int m = 0; m < d_; ++m)
    std::copy_n(blocks.A[at(m)].data(), blocks.A[at(m)].size(), problem_.layout().block(out, block_of(data_, m)).data);
}

void TuckerExpansion::gradient(std::span<double> out) const {
  Blocks g = zero();
  for (int k = 0; k < d_; ++k) g.A[at(k)] = unfolding_product(single(k).view(), x_.core.view(), k);
  g.core = mode_product(single(0).view(), 0, x_.A[0], Op::transpose);
  for (int k = 0; k < d_ && data_.regulariser > 0.0; ++k) {
    multiply(2.0 * data_.regulariser, x_.A[at(k)], Op::none, D_[at(k)], Op::none, 1.0, g.A[at(k)]);
    add(g.core, mode_product(x_.core.view(), k, D_[at(k)]), -2.0 * data_.regulariser);
  }
  store(g, out);
}

void TuckerExpansion::apply_hessian(ConstMatrixView V, MatrixView out) const {
  for (Index c = 0; c < V.cols; ++c) {
    const TuckerFactors flat = problem_.factors({V.col(c), static_cast<std::size_t>(V.rows)});
    const Direction v{flat.core, flat.A};
    Blocks product = zero();
    data_.is_masked ? add_masked_gauss_newton(v, product) : add_gauss_newton(v, product);
    add_residual_term(v, product);
    if (data_.regulariser > 0.0) add_regulariser(v, product);
    store(product, {out.col(c), static_cast<std::size_t>(out.rows)});
  }
}

// J^T J v, with C_j = A_j^T dA_j and SG_k = S x_{j != k} G_j:
//   S:   dS x_j G_j + sum_k SG_k x_k C_k
//   A_k: A_k (dS x_{j != k} G_j + sum_{j != k} S x_j C_j x_{i != j, k} G_i)_(k) S_(k)^T + dA_k SG_k(k) S_(k)^T
void TuckerExpansion::add_gauss_newton(const Direction& v, Blocks& out) const {
  std::vector<Matrix> C;
  for (int j = 0; j < d_; ++j) C.push_back(product(x_.A[at(j)], Op::transpose, v.A[at(j)], Op::none));
  for (int k = 0; k < d_; ++k) {
    add(out.core, mode_product(core_times_grams(k).view(), k, C[at(k)]));
    std::vector<ModeFactor> grams;
    for (int i = 0; i < d_; ++i)
      if (i != k) grams.push_back({i, G_[at(i)], Op::none});
    Tensor<double> M = times(v.core.view(), grams);
    if (k == 0) add(out.core, mode_product(M.view(), 0, G_[0]));
    for (int j = 0; j < d_; ++j) {
      if (j == k) continue;
      std::vector<ModeFactor> factors = grams;
      for (ModeFactor& f : factors)
        if (f.mode == j) f.A = C[at(j)];
      add(M, times(x_.core.view(), factors));
    }
    multiply(1.0, x_.A[at(k)], Op::none, unfolding_product(M.view(), x_.core.view(), k), Op::none, 1.0, out.A[at(k)]);
    const Matrix N = unfolding_product(core_times_grams(k).view(), x_.core.view(), k);
    multiply(1.0, v.A[at(k)], Op::none, N, Op::none, 1.0, out.A[at(k)]);
  }
}

// The same through the entries, because the mask couples all modes.
void TuckerExpansion::add_masked_gauss_newton(const Direction& v, Blocks& out) const {
  std::vector<ModeFactor> factors;
  for (int j = 0; j < d_; ++j) factors.push_back({j, x_.A[at(j)], Op::none});
  Tensor<double> dX = times(v.core.view(), factors);
  for (int k = 0; k < d_; ++k) {
    std::vector<ModeFactor> moved = factors;
    moved[at(k)].A = v.A[at(k)];
    add(dX, times(x_.core.view(), moved));
  }
  mask(data_, dX);
  for (int k = 0; k < d_; ++k) {
    std::vector<ModeFactor> others;
    for (int j = 0; j < d_; ++j)
      if (j != k) others.push_back({j, x_.A[at(j)], Op::transpose});
    const Tensor<double> W = times(dX.view(), others);
    add(out.A[at(k)], unfolding_product(W.view(), x_.core.view(), k));
    if (k == 0) add(out.core, mode_product(W.view(), 0, x_.A[0], Op::transpose));
  }
}

void TuckerExpansion::add_residual_term(const Direction& v, Blocks& out) const {
  for (int k = 0; k < d_; ++k) {
    add(out.core, mode_product(single(k).view(), k, v.A[at(k)], Op::transpose));
    add(out.A[at(k)], unfolding_product(single(k).view(), v.core.view(), k));
    for (int j = 0; j < d_; ++j)
      if (j != k) add(out.A[at(k)], unfolding_product(mode_product(pair(k, j).view(), j, v.A[at(j)], Op::transpose).view(), x_.core.view(), k));
  }
}

void TuckerExpansion::add_regulariser(const Direction& v, Blocks& out) const {
  const double c = 2.0 * data_.regulariser;
  for (int k = 0; k < d_; ++k) {
    Matrix dD = product(x_.A[at(k)], Op::transpose, v.A[at(k)], Op::none);
    axpy(-1.0, unfolding_product(x_.core.view(), v.core.view(), k).flat(), dD.flat());
    const Matrix other = transpose(dD);
    add(dD, other);
    multiply(c, v.A[at(k)], Op::none, D_[at(k)], Op::none, 1.0, out.A[at(k)]);
    multiply(c, x_.A[at(k)], Op::none, dD, Op::none, 1.0, out.A[at(k)]);
    add(out.core, mode_product(v.core.view(), k, D_[at(k)]), -c);
    add(out.core, mode_product(x_.core.view(), k, dD), -c);
  }
}

void TuckerExpansion::make_preconditioner() const {
  for (int k = 0; k < d_; ++k) {
    inverse_grams_.push_back(floored_inverse(G_[at(k)]));
    inverse_N_.push_back(floored_inverse(unfolding_product(core_times_grams(k).view(), x_.core.view(), k)));
  }
}

void TuckerExpansion::apply_preconditioner(ConstMatrixView V, MatrixView out) const {
  if (inverse_N_.empty()) make_preconditioner();
  for (Index c = 0; c < V.cols; ++c) {
    const TuckerFactors v = problem_.factors({V.col(c), static_cast<std::size_t>(V.rows)});
    std::vector<ModeFactor> factors;
    Blocks blocks = zero();
    for (int k = 0; k < d_; ++k) {
      factors.push_back({k, inverse_grams_[at(k)], Op::none});
      blocks.A[at(k)] = product(v.A[at(k)], inverse_N_[at(k)]);
    }
    blocks.core = times(v.core.view(), factors);
    store(blocks, {out.col(c), static_cast<std::size_t>(out.rows)});
  }
}

double TuckerExpansion::gradient_scale() const {
  const JacobianNorms J = jacobian_norms(x_);
  const double model = std::sqrt(std::fmax(0.0, dot(core_times_grams(d_).view(), x_.core.view())));
  double scale = J.all() * std::fmax(std::sqrt(residual_energy_), 1e-6 * (model + data_.norm));
  for (int k = 0; k < d_ && data_.regulariser > 0.0; ++k)
    scale += 2.0 * data_.regulariser * frobenius_norm(G_[at(k)]) * frobenius_norm(x_.A[at(k)]);
  return scale;
}

}  // namespace nadir
