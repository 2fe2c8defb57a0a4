#include "nadir/problems/tucker/escape.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/problems/tucker/normal_form.hpp"

namespace nadir {
namespace {

constexpr double dependent = 1e-6;
constexpr Index largest_residual = Index{1} << 24;
constexpr int num_power_steps = 50;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

// One factor, cut by its singular values.
struct Cut {
  Matrix range;     // orthonormal columns that span those of A that count
  Matrix pseudo;    // A^+ restricted to the range: r x rank, A^+ = pseudo range^T
  Vector null;      // a unit vector with A u = 0; empty: none
};

Cut cut(ConstMatrixView A, double size) {
  const Svd s = svd(A);
  Index rank = 0;
  for (const double value : s.values) rank += value > dependent * size ? 1 : 0;
  Cut result{Matrix(s.U.view().columns(0, rank)), Matrix(A.cols, rank), {}};
  for (Index j = 0; j < rank; ++j)
    for (Index a = 0; a < A.cols; ++a) result.pseudo(a, j) = s.Vt(j, a) / s.values[static_cast<std::size_t>(j)];
  if (rank == A.cols) return result;
  for (Index a = 0; a < A.cols; ++a) result.null.push_back(s.Vt(rank, a));
  return result;
}

struct RankOne {
  double sigma = 0.0;
  std::vector<Vector> vectors;
};

ConstMatrixView column(const Vector& v) { return {v.data(), static_cast<Index>(v.size()), 1}; }

// B with every mode but `kept` contracted with its vector.
Vector contract_all_but(const Tensor<double>& B, const std::vector<Vector>& vectors, int kept) {
  std::vector<ModeFactor> factors;
  for (int m = 0; m < B.shape().num_modes(); ++m)
    if (m != kept) factors.push_back({m, column(vectors[at(m)]), Op::transpose});
  const Tensor<double> result = multi_mode_product(B.view(), std::span<const ModeFactor>(factors));
  return {result.flat().begin(), result.flat().end()};
}

// Alternating maximisation of <B, v_0 x v_1 x ...>; sigma is 0 where the first contraction vanishes.
RankOne improved(const Tensor<double>& B, std::vector<Vector> vectors) {
  RankOne best{0.0, std::move(vectors)};
  for (int step = 0; step < num_power_steps; ++step) {
    const double before = best.sigma;
    for (int m = 0; m < B.shape().num_modes(); ++m) {
      Vector v = contract_all_but(B, best.vectors, m);
      best.sigma = norm(v);
      if (!(best.sigma > 0.0)) return best;
      scale(1.0 / best.sigma, v);
      best.vectors[at(m)] = std::move(v);
    }
    if (best.sigma <= before * (1.0 + 1e-12)) break;
  }
  return best;
}

// From the leading singular vectors of the unfoldings, and from the largest entry: where singular values tie, the
// former may belong to terms that do not meet, and their product with B vanishes.
RankOne best_rank_one(const Tensor<double>& B) {
  std::vector<Vector> leading, largest;
  const auto entries = B.flat();
  const auto top = std::max_element(entries.begin(), entries.end(), [](double a, double b) { return std::fabs(a) < std::fabs(b); });
  Index left = top - entries.begin(), count = static_cast<Index>(entries.size());
  for (int m = 0; m < B.shape().num_modes(); ++m) {
    const SymmetricEigen eigen = symmetric_eigen(gram(B.view(), m));
    const double* v = eigen.vectors.col(eigen.vectors.cols() - 1);
    leading.emplace_back(v, v + eigen.vectors.rows());
    count /= eigen.vectors.rows();
    largest.emplace_back(eigen.vectors.rows(), 0.0);
    largest.back()[static_cast<std::size_t>(left / count)] = 1.0;
    left %= count;
  }
  RankOne by_leading = improved(B, std::move(leading)), by_largest = improved(B, std::move(largest));
  return by_leading.sigma >= by_largest.sigma ? by_leading : by_largest;
}

class RankEscapeSearch {
 public:
  RankEscapeSearch(const Tucker& problem, std::span<const double> x)
      : problem_(problem), data_(problem.data()), flat_(x.begin(), x.end()), x_(problem.factors(flat_)), d_(data_.num_modes()) {}

  std::optional<RankEscape> run() {
    const bool is_zero = max_abs(ConstMatrixView(flat_.data(), static_cast<Index>(flat_.size()), 1)) == 0.0;
    if (data_.size() > largest_residual || data_.is_sparse() || (data_.regulariser > 0.0 && !is_zero)) return std::nullopt;
    double size = 0.0;
    for (const ConstMatrixView& A : x_.A) size = std::fmax(size, frobenius_norm(A));
    if (size == 0.0) size = std::pow(data_.norm, 1.0 / (d_ + 1));
    bool has_null = false;
    for (const ConstMatrixView& A : x_.A) {
      cuts_.push_back(cut(A, size));
      has_null = has_null || !cuts_.back().null.empty();
    }
    if (!has_null) return std::nullopt;
    R_ = residual_tensor(data_, x_);
    scale(-1.0, R_.flat());
    return best_move();
  }

 private:
  std::optional<RankEscape> best_move() {
    RankOne best;
    unsigned best_Z = 0;
    for (unsigned Z = 1; Z < (1u << d_); ++Z) {
      if (!is_available(Z)) continue;
      RankOne term = best_rank_one(projected(Z));
      if (term.sigma > best.sigma) best = std::move(term), best_Z = Z;
    }
    if (!(best.sigma > 0.0)) return std::nullopt;
    const Vector moved = after(best_Z, best);
    RankEscape escape{moved, problem_.value(flat_) - problem_.value(moved)};
    for (std::size_t i = 0; i < moved.size(); ++i) escape.displacement[i] = moved[i] - flat_[i];
    return escape.decrease > 1e-12 * problem_.value(flat_) ? std::optional(std::move(escape)) : std::nullopt;
  }

  bool is_available(unsigned Z) const {
    for (int m = 0; m < d_; ++m) {
      const Cut& c = cuts_[at(m)];
      const bool is_in = (Z >> m & 1u) != 0;
      // In Z: a null vector, and columns outside the range; else a range to lie in.
      if (is_in ? c.null.empty() || c.range.cols() == c.range.rows() : c.range.cols() == 0) return false;
    }
    return true;
  }

  // -R, modes in Z in full size with the range projected out, the others by their coordinates in the range.
  Tensor<double> projected(unsigned Z) const {
    Tensor<double> B = R_;
    for (int m = 0; m < d_; ++m) {
      const Matrix& Q = cuts_[at(m)].range;
      if (Q.cols() == 0) continue;
      const Tensor<double> coordinates = mode_product(B.view(), m, Q, Op::transpose);
      if ((Z >> m & 1u) != 0) axpy(-1.0, mode_product(coordinates.view(), m, Q).flat(), B.flat());
      else B = coordinates;
    }
    return B;
  }

  // The factors' dependent directions are set to exactly zero, the core loses its slices along the null vectors in Z.
  Vector after(unsigned Z, const RankOne& term) const {
    const double t = std::pow(term.sigma, 1.0 / (d_ + 1));
    Tensor<double> core = x_.core;
    std::vector<Matrix> A;
    Tensor<double> added(TensorShape(std::span<const Index>(std::vector<Index>(at(d_), 1))), std::vector<double>{term.sigma});
    for (int m = 0; m < d_; ++m) {
      const Cut& c = cuts_[at(m)];
      const Vector& v = term.vectors[at(m)];
      A.emplace_back(x_.A[at(m)]);
      Vector direction = c.null;
      if ((Z >> m & 1u) != 0) {
        Matrix Au(A.back().rows(), 1);
        multiply(1.0, x_.A[at(m)], Op::none, column(c.null), Op::none, 0.0, Au);
        for (Index i = 0; i < A.back().rows(); ++i)
          for (Index a = 0; a < A.back().cols(); ++a)
            A.back()(i, a) += (t * v[static_cast<std::size_t>(i)] - Au(i, 0)) * c.null[static_cast<std::size_t>(a)];
        const Tensor<double> slice = mode_product(core.view(), m, column(c.null), Op::transpose);
        axpy(-1.0, mode_product(slice.view(), m, column(c.null)).flat(), core.flat());
        scale(1.0 / t, direction);
      } else {
        direction.assign(static_cast<std::size_t>(A.back().cols()), 0.0);
        multiply_vector(1.0, c.pseudo, Op::none, v.data(), 0.0, direction.data());
      }
      added = mode_product(added.view(), m, column(direction));
    }
    axpy(1.0, added.flat(), core.flat());
    return flat_point(data_, problem_.layout(), core, A);
  }

  const Tucker& problem_;
  const TuckerData& data_;
  Vector flat_;
  TuckerFactors x_;
  int d_;
  std::vector<Cut> cuts_;
  Tensor<double> R_;
};

}  // namespace

std::optional<RankEscape> find_rank_escape(const Tucker& problem, std::span<const double> x) { return RankEscapeSearch(problem, x).run(); }

}  // namespace nadir
