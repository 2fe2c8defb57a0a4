#include "nadir/linalg/normal_equations.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/internal/observed_kernels.hpp"

namespace nadir {
namespace internal {

SystemScratch::SystemScratch(const PaddedFactor& factor, Index r, Index num_systems)
    : row(factor),
      rank(r),
      padded_rank(factor.stride()),
      lane_stride(r | 1),
      gram(num_systems * padded_rank * padded_rank),
      rhs(num_systems * padded_rank),
      gradient(num_systems * padded_rank),
      lanes(num_systems > 1 ? (r + 4) * lane_stride * num_systems : 0),  // three rows of zeros: rows are eliminated by fours
      ridge(max_lanes),
      solved(max_lanes) {}

}  // namespace internal

namespace {

using internal::SystemScratch;

// Above this rank systems side by side leave the second-level cache, and LAPACK has enough to do with one.
constexpr Index max_rank_side_by_side = 128;
// Of a system without a single solution, relative to its greatest diagonal entry with the ridge.
constexpr double damping = 1e-10;
// Diagonals below are too near the least double for their entries to carry digits.
constexpr double least_diagonal = 1e-290;

struct HalfStepTask {
  const ObservedRows& observed;
  ConstMatrixView Ut;
  std::span<const double> ridge;
  MatrixView new_Ut;
  Vector row_errors, gradient_norms;
};

// The Euclidean norm without overflow or underflow on the way.
double safe_norm(std::span<const double> x) {
  double greatest = 0.0;
  for (const double value : x) {
    if (!std::isfinite(value)) return std::fabs(value);
    greatest = std::max(greatest, std::fabs(value));
  }
  if (greatest == 0.0) return 0.0;
  const int exponent = std::ilogb(greatest);
  Vector squares(x.size());
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double scaled = std::scalbn(x[k], -exponent);
    squares[k] = scaled * scaled;
  }
  return std::scalbn(std::sqrt(internal::pairwise_sum(squares)), exponent);
}

// x = A^{-1} rhs; false if a pivot is not safely positive or x is not finite.
bool solve_safely(const Matrix& A, Matrix rhs, Matrix& x) {
  Matrix L;
  if (!cholesky(A, L)) return false;
  for (Index k = 0; k < A.rows(); ++k)
    if (!(L(k, k) * L(k, k) > internal::least_pivot(A.rows()) * A(k, k))) return false;
  solve_lower(L, Op::none, rhs);
  solve_lower(L, Op::transpose, rhs);
  x = std::move(rhs);
  return all_finite(x);
}

// The row's new u from its system alone, with care for scale and rank; u stays where nothing can be said.
void solve_alone(const SystemScratch& s, Index system, double ridge, const Vector& u, double* new_u) {
  const Index r = s.rank, ld = s.padded_rank;
  const double* gram = s.gram.data() + system * ld * ld;
  std::copy_n(u.begin(), r, new_u);
  double greatest = 0.0;
  for (Index k = 0; k < r; ++k) {
    const double diagonal = gram[k * ld + k] + ridge;
    if (!std::isfinite(diagonal)) return;
    greatest = std::max(greatest, diagonal);
  }
  if (greatest < least_diagonal) return;
  const int exponent = -std::ilogb(greatest);  // the system is scaled to diagonals of at most 2
  Matrix A(r, r), b(r, 1), x;
  for (Index k = 0; k < r; ++k) {
    for (Index i = k; i < r; ++i) A(i, k) = A(k, i) = std::scalbn(gram[k * ld + i], exponent);
    A(k, k) = std::scalbn(gram[k * ld + k] + ridge, exponent);
    b(k, 0) = std::scalbn(s.rhs.data()[system * ld + k], exponent);
  }
  if (solve_safely(A, b, x)) {
    std::copy_n(x.col(0), r, new_u);
    return;
  }
  for (Index k = 0; k < r; ++k) {
    A(k, k) += damping * std::scalbn(greatest, exponent);
    b(k, 0) = std::scalbn(s.gradient.data()[system * ld + k], exponent);
  }
  if (!solve_safely(A, b, x)) return;
  for (Index k = 0; k < r; ++k) new_u[k] = u[static_cast<std::size_t>(k)] - x(k, 0);
}

double greatest_diagonal(const SystemScratch& s, Index system) {
  const double* gram = s.gram.data() + system * s.padded_rank * s.padded_rank;
  double greatest = 0.0;
  for (Index k = 0; k < s.rank; ++k) greatest = std::max(greatest, gram[k * s.padded_rank + k] + s.ridge.data()[system]);
  return greatest;
}

bool is_empty(const ObservedRows& observed, Index row) {
  return observed.row_starts[static_cast<std::size_t>(row)] == observed.row_starts[static_cast<std::size_t>(row) + 1];
}

void form_rows(HalfStepTask& task, internal::RowRange rows, const internal::PaddedFactor& V, SystemScratch& s) {
  for (Index i = rows.first; i < rows.last; ++i) {
    const auto row = static_cast<std::size_t>(i);
    const Index system = i - rows.first;
    double square = 0.0;
    s.ridge.data()[system] = task.ridge[row];
    task.row_errors[row] = internal::form_system(task.observed, i, task.Ut, V, task.ridge[row], system, s, square);
    const bool is_safe = square > 1e-280 && square < 1e300;
    const double* gradient = s.gradient.data() + system * s.padded_rank;
    task.gradient_norms[row] = is_safe ? std::sqrt(square) : safe_norm({gradient, static_cast<std::size_t>(s.rank)});
  }
}

// The rows whose systems have a solution take it; the others, if any, a damped step, again side by side. Returns the
// rows, as bits, that neither way has settled. Rows without entries are left alone.
unsigned solve_side_by_side(HalfStepTask& task, internal::RowRange rows, Index systems, SystemScratch& s) {
  unsigned left = 0;
  internal::solve_systems(s, s.rhs.data());
  for (Index i = rows.first, system = 0; i < rows.last; ++i, ++system) {
    if (is_empty(task.observed, i)) continue;
    if (s.solved.data()[system] == 0.0)
      left |= 1U << system;
    else
      for (Index k = 0; k < s.rank; ++k) task.new_Ut(k, i) = internal::solution(s, k, systems)[system];
  }
  if (left == 0) return 0;
  for (Index system = 0; system < rows.last - rows.first; ++system) s.ridge.data()[system] += damping * greatest_diagonal(s, system);
  internal::solve_systems(s, s.gradient.data());
  for (Index i = rows.first, system = 0; i < rows.last; ++i, ++system) {
    if ((left >> system & 1U) == 0 || s.solved.data()[system] == 0.0) continue;
    for (Index k = 0; k < s.rank; ++k) task.new_Ut(k, i) = task.Ut(k, i) - internal::solution(s, k, systems)[system];
    left &= ~(1U << system);
  }
  return left;
}

// Rows `rows`, as many as there are systems side by side or fewer.
void step_rows(HalfStepTask& task, internal::RowRange rows, Index systems, const internal::PaddedFactor& V, SystemScratch& s) {
  form_rows(task, rows, V, s);
  const unsigned left = systems > 1 ? solve_side_by_side(task, rows, systems, s) : 1U;
  for (Index i = rows.first, system = 0; i < rows.last; ++i, ++system) {
    const double ridge = task.ridge[static_cast<std::size_t>(i)];
    double* new_u = task.new_Ut.col(i);
    if (is_empty(task.observed, i))
      for (Index k = 0; k < s.rank; ++k) new_u[k] = ridge > 0.0 ? 0.0 : task.Ut(k, i);
    else if (left >> system & 1U)
      solve_alone(s, system, ridge, Vector(task.Ut.col(i), task.Ut.col(i) + s.rank), new_u);
  }
}

}  // namespace

HalfStep solve_rows(const ObservedRows& observed, ConstMatrixView Ut, ConstMatrixView Vt, std::span<const double> ridge,
                    MatrixView new_Ut) {
  assert(Ut.cols == observed.rows && Vt.cols == observed.cols && Ut.rows == Vt.rows);
  assert(new_Ut.rows == Ut.rows && new_Ut.cols == Ut.cols && ridge.size() == static_cast<std::size_t>(observed.rows));
  const Index r = Ut.rows;
  const internal::PaddedFactor V(Vt);
  const Index systems = r <= max_rank_side_by_side ? internal::num_lanes() : 1;
  const double work = static_cast<double>(observed.num_entries() + observed.rows * r) * static_cast<double>(r * r);
  std::vector<SystemScratch> scratch;
  for (int t = internal::threads_for(work); t > 0; --t) scratch.emplace_back(V, r, systems);
  HalfStepTask task{observed, Ut, ridge, new_Ut, Vector(ridge.size()), Vector(ridge.size())};
  internal::over_row_blocks(observed, scratch, [&](internal::RowRange rows, SystemScratch& s) {
    for (Index i = rows.first; i < rows.last; i += systems) step_rows(task, {i, std::min(i + systems, rows.last)}, systems, V, s);
  });
  return {internal::pairwise_sum(task.row_errors), safe_norm(task.gradient_norms)};
}

}  // namespace nadir
