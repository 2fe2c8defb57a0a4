#include "nadir/problems/tucker/isolation.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/stop.hpp"
#include "nadir/linalg/pivoted.hpp"
#include "nadir/rigor/definiteness.hpp"
#include "nadir/rigor/newton_kantorovich.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

constexpr Index most_free = 300, most_jacobian_entries = 4'000'000;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

// Rows by the indices of modes k and j, k slower; columns by the others.
BallMatrix pair_unfolding(const BallTensor& T, int k, int j) {
  const Index nj = T.shape[j], others = T.shape.size() / (T.shape[k] * nj);
  BallMatrix result(T.shape[k] * nj, others);
  for (Index place = 0; place < T.shape.size(); ++place) {
    Index column = 0;
    for (int m = 0; m < T.shape.num_modes(); ++m)
      if (m != k && m != j) column = column * T.shape[m] + place / T.shape.right(m) % T.shape[m];
    const Index row = place / T.shape.right(k) % T.shape[k] * nj + place / T.shape.right(j) % nj;
    result.mid(row, column) = T.entries.mid(place, 0);
    result.rad(row, column) = T.entries.rad(place, 0);
  }
  return result;
}

// The Hessian at an enclosed point, coordinates in source order: the core in C order, then A[0], A[1], ... column-major.
class HessianEnclosure {
 public:
  HessianEnclosure(const Tucker& problem, const TuckerEnclosure& here) : here_(here), d_(problem.data().num_modes()), offsets_{here.core().shape.size()} {
    for (const BallMatrix& A : here.A()) offsets_.push_back(offsets_.back() + A.rows() * A.cols());
  }

  BallMatrix form() const {
    const BallMatrix J = jacobian();
    BallMatrix H = enclose_product(J, Op::transpose, J, Op::none);
    for (int k = 0; k < d_; ++k) {
      add_core_terms(k, H);
      for (int j = k + 1; j < d_; ++j) add_pair_terms(k, j, H);
    }
    return H;
  }

 private:
  Index place(int k, Index i, Index a) const { return offsets_[at(k)] + i + a * here_.A()[at(k)].rows(); }

  void put(BallMatrix& H, Index row, Index col, const BallMatrix& from, Index i, Index j) const {
    const Interval sum = H.entry(row, col) + from.entry(i, j);
    const double mid = sum.mid(), rad = std::fmax(sub_up(sum.upper, mid), sub_up(mid, sum.lower));
    H.mid(row, col) = H.mid(col, row) = mid;
    H.rad(row, col) = H.rad(col, row) = rad;
  }

  BallMatrix jacobian() const {
    Index size = 1;
    for (const BallMatrix& A : here_.A()) size *= A.rows();
    BallMatrix J(size, offsets_.back());
    for (Index c = 0; c < offsets_[0]; ++c) {
      stop_point();
      BallTensor unit(here_.core().shape);
      unit.entries.mid(c, 0) = 1.0;
      for (int m = 0; m < d_; ++m) unit = mode_product(unit, m, here_.A()[at(m)], Op::none);
      std::copy_n(unit.entries.mid.data(), size, J.mid.col(c));
      std::copy_n(unit.entries.rad.data(), size, J.rad.col(c));
    }
    for (int k = 0; k < d_; ++k) fill_factor_columns(k, J);
    return J;
  }

  // dX/dA_k(i, a) is Y(.., a, ..) in the entries with index i of mode k, Y = S x_{j != k} A_j.
  void fill_factor_columns(int k, BallMatrix& J) const {
    BallTensor Y = here_.core();
    for (int m = 0; m < d_; ++m)
      if (m != k) Y = mode_product(Y, m, here_.A()[at(m)], Op::none);
    const Index right = Y.shape.right(k), left = Y.shape.left(k), r = Y.shape[k], n = here_.A()[at(k)].rows();
    for (Index l = 0; l < left; ++l)
      for (Index a = 0; a < r; ++a)
        for (Index q = 0; q < right; ++q)
          for (Index i = 0; i < n; ++i) {
            const Index to = (l * n + i) * right + q, from = (l * r + a) * right + q;
            J.mid(to, place(k, i, a)) = Y.entries.mid(from, 0);
            J.rad(to, place(k, i, a)) = Y.entries.rad(from, 0);
          }
  }

  // d^2/dS(c) dA_k(i, a): W_k at c with its index of mode k, which is a, replaced by i.
  void add_core_terms(int k, BallMatrix& H) const {
    const BallTensor W = here_.contracted_residual({k});
    const Index right = W.shape.right(k), n = W.shape[k], r = here_.core().shape[k];
    for (Index l = 0; l < W.shape.left(k); ++l)
      for (Index a = 0; a < r; ++a)
        for (Index q = 0; q < right; ++q)
          for (Index i = 0; i < n; ++i) put(H, (l * r + a) * right + q, place(k, i, a), W.entries, (l * n + i) * right + q, 0);
  }

  // d^2/dA_k(i, a) dA_j(p, b): sum over the other modes of P_kj(i, p, .) S(a, b, .).
  void add_pair_terms(int k, int j, BallMatrix& H) const {
    const BallTensor P = here_.contracted_residual({k, j});
    const BallMatrix terms = enclose_product(pair_unfolding(P, k, j), Op::none, pair_unfolding(here_.core(), k, j), Op::transpose);
    const Index nj = P.shape[j], rj = here_.core().shape[j];
    for (Index row = 0; row < terms.rows(); ++row)
      for (Index col = 0; col < terms.cols(); ++col) put(H, place(k, row / nj, col / rj), place(j, row % nj, col % rj), terms, row, col);
  }

  const TuckerEnclosure& here_;
  int d_;
  std::vector<Index> offsets_;  // of A[0], A[1], ..., and the end
};

// Where coordinate i in source order lies in the flat point.
std::vector<Index> flat_places(const Tucker& problem) {
  Vector places(static_cast<std::size_t>(problem.layout().dimension()));
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<double>(i);
  const TuckerFactors f = problem.factors(places);
  std::vector<Index> result;
  for (const double p : f.core.flat()) result.push_back(static_cast<Index>(p));
  for (const ConstMatrixView& A : f.A)
    for (Index i = 0; i < A.size(); ++i) result.push_back(static_cast<Index>(A.data[i]));
  return result;
}

// Coordinates in source order that stay free: all but r_k rows of each A_k, chosen by pivoting. Empty where some A_k has
// dependent columns.
std::vector<Index> free_coordinates(const TuckerFactors& x) {
  std::vector<Index> result;
  for (Index c = 0; c < x.core.size(); ++c) result.push_back(c);
  Index offset = x.core.size();
  for (const ConstMatrixView& A : x.A) {
    const std::vector<Index> rows = pivoted_qr(transpose(A), 1e-8).pivots;
    if (static_cast<Index>(rows.size()) < A.cols) return {};
    for (Index a = 0; a < A.cols; ++a)
      for (Index i = 0; i < A.rows; ++i)
        if (std::find(rows.begin(), rows.begin() + A.cols, i) == rows.begin() + A.cols) result.push_back(offset + i + a * A.rows);
    offset += A.size();
  }
  return result;
}

double product_up(const std::vector<double>& n, std::initializer_list<std::size_t> left_out) {
  double result = 1.0;
  for (std::size_t b = 0; b < n.size(); ++b)
    if (std::find(left_out.begin(), left_out.end(), b) == left_out.end()) result = mul_up(result, n[b]);
  return result;
}

// Theorem 2 of the header.
double hessian_lipschitz(const std::vector<double>& sizes, double c, double residual, double rho) {
  std::vector<double> n = sizes, w(sizes.size(), 1.0);
  w[0] = c;
  for (std::size_t b = 0; b < n.size(); ++b) n[b] = add_up(n[b], mul_up(w[b], rho));
  double L1 = 0.0, L2 = 0.0, L3 = 0.0;
  for (std::size_t b = 0; b < n.size(); ++b) {
    const double one = mul_up(w[b], product_up(n, {b}));
    L1 = add_up(L1, mul_up(one, one));
    for (std::size_t e = 0; e < n.size(); ++e) {
      if (e == b) continue;
      const double two = mul_up(mul_up(w[b], w[e]), product_up(n, {b, e}));
      L2 = add_up(L2, mul_up(two, two));
      for (std::size_t f = 0; f < n.size(); ++f) {
        if (f == b || f == e) continue;
        const double three = mul_up(mul_up(mul_up(w[b], w[e]), w[f]), product_up(n, {b, e, f}));
        L3 = add_up(L3, mul_up(three, three));
      }
    }
  }
  L1 = sqrt_up(L1);
  const double R = add_up(residual, mul_up(L1, rho));
  return add_up(mul_up(mul_up(3.0, L1), sqrt_up(L2)), mul_up(R, sqrt_up(L3)));
}

struct SliceProblem {
  BallMatrix hessian, gradient;
};

// Free coordinates of H and g, those of the core times 2^exponent.
SliceProblem restrict_to_slice(const BallMatrix& H, const std::vector<BallMatrix>& g, const std::vector<Index>& free, Index core_size, int exponent) {
  const Index m = static_cast<Index>(free.size());
  std::vector<double> mid, rad;
  for (const BallMatrix& b : g) {
    mid.insert(mid.end(), b.mid.flat().begin(), b.mid.flat().end());
    rad.insert(rad.end(), b.rad.flat().begin(), b.rad.flat().end());
  }
  SliceProblem s{BallMatrix(m, m), BallMatrix(m, 1)};
  std::vector<int> exponents(free.size(), 0);
  for (Index j = 0; j < m; ++j) {
    const Index from = free[static_cast<std::size_t>(j)];
    if (from < core_size) exponents[static_cast<std::size_t>(j)] = exponent;
    s.gradient.mid(j, 0) = mid[static_cast<std::size_t>(from)];
    s.gradient.rad(j, 0) = rad[static_cast<std::size_t>(from)];
    for (Index i = 0; i < m; ++i) {
      s.hessian.mid(i, j) = H.mid(free[static_cast<std::size_t>(i)], from);
      s.hessian.rad(i, j) = H.rad(free[static_cast<std::size_t>(i)], from);
    }
  }
  const std::vector<int> none{0};
  s.hessian = scale_by_powers_of_two(s.hessian, exponents, exponents);
  s.gradient = scale_by_powers_of_two(s.gradient, exponents, none);
  return s;
}

}  // namespace

std::optional<TuckerMinimum> prove_minimum_up_to_symmetry(const Tucker& problem, const TuckerEnclosure& here, std::span<const double> x) {
  const TuckerData& data = problem.data();
  const Index n = problem.layout().dimension();
  if (data.is_masked || data.regulariser > 0.0 || n > 2 * most_free || data.size() > most_jacobian_entries / n) return std::nullopt;
  const TuckerFactors factors = problem.factors(x);
  const std::vector<Index> free = free_coordinates(factors);
  if (free.empty() || static_cast<Index>(free.size()) > most_free) return std::nullopt;
  std::vector<double> sizes{frobenius_norm_upper(here.core().entries)};
  for (const BallMatrix& A : here.A()) sizes.push_back(spectral_norm_upper(A));
  if (!(sizes[0] > 1e-100 && sizes[0] < 1e100)) return std::nullopt;
  const int exponent = std::ilogb(sizes[0]);
  const double c = std::ldexp(1.0, exponent);
  const SliceProblem s = restrict_to_slice(HessianEnclosure(problem, here).form(), here.gradient(), free, factors.core.size(), exponent);
  for (const double rho : {1e-2, 1e-3, 1e-4, 1e-6, 1e-8}) {
    stop_point();
    const double K = hessian_lipschitz(sizes, c, sqrt_up(here.residual_energy().upper), rho);
    const auto proof = prove_critical_point(s.hessian, s.gradient, K, rho);
    if (!proof || proof->num_negative != 0) continue;
    // With a factor of two of room, for whoever checks it with other constants.
    const double roomy = std::fmax(2.0 * proof->radii.existence, 1e-300);
    if (!(roomy < 0.5 * proof->radii.uniqueness)) continue;
    TuckerMinimum minimum{mul_up(std::fmax(c, 1.0), roomy), 0.5 * proof->least_curvature, c, {}};
    const std::vector<Index> places = flat_places(problem);
    for (Index i = 0; i < n; ++i)
      if (!std::binary_search(free.begin(), free.end(), i)) minimum.slice.push_back(static_cast<double>(places[static_cast<std::size_t>(i)]));
    std::sort(minimum.slice.begin(), minimum.slice.end());
    return minimum;
  }
  return std::nullopt;
}

}  // namespace nadir
