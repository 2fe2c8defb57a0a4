#include "nadir/problems/linear_network/enclosure.hpp"

#include <algorithm>

#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

// Samples are taken in chunks that fit a cache, some chunks at a time in parallel. Chunks are added in order,
// so that the result does not depend on the number of threads.
constexpr Index residual_chunk = 512;
constexpr Index chunks_at_once = 8;

Interval sample_count(const LinearNetwork& problem) { return Interval::point(static_cast<double>(problem.data().num_samples)); }

BallMatrix unflatten(std::span<const double> u, Index rows, Index cols) { return exact(ConstMatrixView(u.data(), rows, cols)); }

}  // namespace

ResidualEnclosure enclose_residual(const BallMatrix& P, ConstMatrixView X, ConstMatrixView Y) {
  ResidualEnclosure result{Interval::point(0.0), BallMatrix(Y.rows, X.rows)};
  const Index num_chunks = (X.cols + residual_chunk - 1) / residual_chunk;
  std::vector<ResidualEnclosure> part(static_cast<std::size_t>(chunks_at_once));
  for (Index first = 0; first < num_chunks; first += chunks_at_once) {
    const Index count = std::min(chunks_at_once, num_chunks - first);
    stop_point();
#pragma omp parallel for schedule(dynamic) num_threads(num_threads()) if (count > 1)
    for (Index c = 0; c < count; ++c) {
      const Index start = (first + c) * residual_chunk, samples = std::min(residual_chunk, X.cols - start);
      const ConstMatrixView inputs = X.columns(start, samples);
      const BallMatrix R = subtract(enclose_product(P, Op::none, inputs, Op::none), exact(Y.columns(start, samples)));
      part[static_cast<std::size_t>(c)] = {enclose_frobenius_norm_squared(R), enclose_product(R, Op::none, inputs, Op::transpose)};
    }
    for (Index c = 0; c < count; ++c) {
      result.squared_norm = result.squared_norm + part[static_cast<std::size_t>(c)].squared_norm;
      result.times_inputs = add(result.times_inputs, part[static_cast<std::size_t>(c)].times_inputs);
    }
  }
  return result;
}

PointEnclosure::PointEnclosure(const LinearNetwork& problem, ConstMatrixView X, ConstMatrixView Y, std::span<const double> x,
                               std::span<const double> displacement)
    : problem_(problem) {
  const LinearArchitecture& a = problem.architecture();
  const std::size_t H = a.num_layers();
  for (std::size_t l = 0; l < H; ++l) {
    W_.push_back(exact(problem.layout().block(x, l)));
    if (!displacement.empty()) W_[l] = add(W_[l], exact(problem.layout().block(displacement, l)));
    V_.push_back(a.has_skip(l) ? add_identity(W_[l]) : W_[l]);
  }
  left_.resize(H + 1);
  left_[H] = exact(Matrix::identity(a.widths[H]));
  left_[H - 1] = V_[H - 1];
  for (std::size_t l = H - 1; l > 0; --l) left_[l - 1] = enclose_product(left_[l], V_[l - 1]);

  const ResidualEnclosure residual = enclose_residual(left_[0], X, Y);
  Interval twice_value_times_n = residual.squared_norm;
  for (std::size_t l = 0; l < problem.penalty().size(); ++l)
    twice_value_times_n = twice_value_times_n + inner_product(penalty_times_n(l, W_[l]), W_[l]);
  value_ = twice_value_times_n / (Interval::point(2.0) * sample_count(problem));
  value_.lower = std::max(value_.lower, 0.0);  // a sum of squares
  back_.push_back(residual.times_inputs);
}

BallMatrix PointEnclosure::penalty_times_n(std::size_t layer, const BallMatrix& W) const {
  const Matrix& B = problem_.penalty()[layer];
  const Interval n = sample_count(problem_);
  BallMatrix result(W.rows(), W.cols());
  for (Index j = 0; j < W.cols(); ++j)
    for (Index i = 0; i < W.rows(); ++i) {
      const Interval entry = n * Interval::point(B(i, j)) * W.entry(i, j);
      result.mid(i, j) = entry.mid();
      result.rad(i, j) = entry.is_thin() ? 0.0 : entry.width();
    }
  return result;
}

const std::vector<BallMatrix>& PointEnclosure::gradient_times_n() const {
  if (!gradient_.empty()) return gradient_;
  const std::size_t H = V_.size();
  for (std::size_t l = 0; l + 1 < H; ++l) back_.push_back(enclose_product(back_[l], Op::none, V_[l], Op::transpose));
  for (std::size_t l = 0; l < H; ++l) {
    gradient_.push_back(enclose_product(left_[l + 1], Op::transpose, back_[l], Op::none));
    if (problem_.is_penalised()) gradient_[l] = add(gradient_[l], penalty_times_n(l, W_[l]));
  }
  return gradient_;
}

Interval PointEnclosure::gradient_norm() const {
  Interval squares = Interval::point(0.0);
  for (const BallMatrix& g : gradient_times_n()) squares = squares + enclose_frobenius_norm_squared(g);
  return sqrt(squares) / sample_count(problem_);
}

bool PointEnclosure::is_exactly_critical() const {
  return std::all_of(gradient_times_n().begin(), gradient_times_n().end(), [](const BallMatrix& g) { return max_magnitude(g) == 0.0; });
}

BallMatrix PointEnclosure::hessian_times_n(std::span<const double> u) const {
  const std::size_t H = V_.size();
  const Layout& layout = problem_.layout();
  gradient_times_n();  // fills back_
  std::vector<BallMatrix> U, d_left(H + 1);
  for (std::size_t l = 0; l < H; ++l) U.push_back(unflatten(u.subspan(static_cast<std::size_t>(layout[l].offset)), layout[l].rows, layout[l].cols));
  for (std::size_t l = H; l > 0; --l) {
    d_left[l - 1] = enclose_product(left_[l], U[l - 1]);
    if (l < H) d_left[l - 1] = add(d_left[l - 1], enclose_product(d_left[l], V_[l - 1]));
  }
  BallMatrix J = enclose_product(d_left[0], problem_.data().gram);
  BallMatrix out(layout.dimension(), 1);
  for (std::size_t l = 0; l < H; ++l) {
    BallMatrix piece = enclose_product(left_[l + 1], Op::transpose, J, Op::none);
    if (l + 1 < H) {
      piece = add(piece, enclose_product(d_left[l + 1], Op::transpose, back_[l], Op::none));
      J = add(enclose_product(J, Op::none, V_[l], Op::transpose), enclose_product(back_[l], Op::none, U[l], Op::transpose));
    }
    if (problem_.is_penalised()) piece = add(piece, penalty_times_n(l, U[l]));
    std::copy_n(piece.mid.data(), piece.mid.size(), out.mid.data() + layout[l].offset);
    std::copy_n(piece.rad.data(), piece.rad.size(), out.rad.data() + layout[l].offset);
  }
  return out;
}

Interval PointEnclosure::curvature(std::span<const double> u) const {
  const BallMatrix direction = unflatten(u, static_cast<Index>(u.size()), 1);
  return inner_product(direction, hessian_times_n(u)) / (sample_count(problem_) * enclose_frobenius_norm_squared(direction));
}

BallMatrix PointEnclosure::whole_hessian_times_n() const {
  const Index n = problem_.layout().dimension();
  BallMatrix H(n, n);
  Vector unit(static_cast<std::size_t>(n), 0.0);
  for (Index j = 0; j < n; ++j) {
    stop_point();
    unit[static_cast<std::size_t>(j)] = 1.0;
    const BallMatrix column = hessian_times_n(unit);
    unit[static_cast<std::size_t>(j)] = 0.0;
    std::copy_n(column.mid.data(), n, H.mid.col(j));
    std::copy_n(column.rad.data(), n, H.rad.col(j));
  }
  return H;
}

}  // namespace nadir
