#include "nadir/linalg/krylov.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

constexpr Index chunk_rows = 4096;  // rows that go through together; the parts of every sum
constexpr Index most_parts = 16;    // sums that are carried side by side
constexpr Index num_sketches = 4;
constexpr std::uint64_t sketch_stream = 0x736b657463680000;

template <class Scalar>
constexpr double epsilon = static_cast<double>(std::numeric_limits<Scalar>::epsilon());

// f(chunk's first row, its rows), each chunk by one thread.
template <class F>
void for_chunks(Index rows, double work, const F& f) {
  const Index chunks = (rows + chunk_rows - 1) / chunk_rows;
  const int threads = work < 2e6 ? 1 : num_threads();
#pragma omp parallel for schedule(static) num_threads(threads)
  for (Index c = 0; c < chunks; ++c) f(c * chunk_rows, std::min(chunk_rows, rows - c * chunk_rows));
}

double work_of(Index n, Index a, Index b) { return static_cast<double>(n) * static_cast<double>(a) * static_cast<double>(b); }

template <class Scalar, class Const>
Matrix inner(Const X, Const Y) {
  Matrix sum(X.cols, Y.cols);
  if (sum.size() == 0) return sum;
  const Index chunks = (X.rows + chunk_rows - 1) / chunk_rows, parts = std::min(chunks, most_parts);
  std::vector<Matrix> sums(static_cast<std::size_t>(parts), Matrix(X.cols, Y.cols));
  const int threads = work_of(X.rows, X.cols, Y.cols) < 2e6 ? 1 : num_threads();
#pragma omp parallel for schedule(static) num_threads(threads)
  for (Index p = 0; p < parts; ++p) {
    std::vector<Scalar> product(static_cast<std::size_t>(X.cols * Y.cols));
    const typename Views<Scalar>::Mutable C(product.data(), X.cols, Y.cols);
    Matrix& part = sums[static_cast<std::size_t>(p)];
    for (Index c = p * chunks / parts; c < (p + 1) * chunks / parts; ++c) {
      const Index first = c * chunk_rows, count = std::min(chunk_rows, X.rows - first);
      multiply(Scalar{1}, X.block(first, 0, count, X.cols), Op::transpose, Y.block(first, 0, count, Y.cols), Op::none, Scalar{0}, C);
      for (std::size_t i = 0; i < product.size(); ++i) part.data()[i] += static_cast<double>(product[i]);
    }
  }
  for (const Matrix& part : sums) axpy(1.0, part.flat(), sum.flat());
  return sum;
}

template <class Scalar>
std::vector<Scalar> as(const Matrix& M) {
  return std::vector<Scalar>(M.flat().begin(), M.flat().end());
}

// V <- V - Q C
template <class Scalar, class Const, class View>
void subtract(Const Q, const Matrix& C, View V) {
  const std::vector<Scalar> c = as<Scalar>(C);
  const Const coefficients(c.data(), C.rows(), C.cols());
  for_chunks(V.rows, work_of(V.rows, C.rows(), C.cols()), [&](Index first, Index count) {
    multiply(Scalar{-1}, Q.block(first, 0, count, Q.cols), Op::none, coefficients, Op::none, Scalar{1}, V.block(first, 0, count, V.cols));
  });
}

// V <- V M
template <class Scalar, class Const, class View>
void multiply_right(View V, const Matrix& M) {
  const std::vector<Scalar> m = as<Scalar>(M);
  for_chunks(V.rows, work_of(V.rows, V.cols, V.cols), [&](Index first, Index count) {
    std::vector<Scalar> copy(static_cast<std::size_t>(count * V.cols));
    for (Index j = 0; j < V.cols; ++j) std::copy_n(V.col(j) + first, count, copy.data() + j * count);
    multiply(Scalar{1}, Const(copy.data(), count, V.cols), Op::none, Const(m.data(), M.rows(), M.cols()), Op::none, Scalar{0},
             V.block(first, 0, count, V.cols));
  });
}

template <class View>
bool is_finite(View V) {
  for (Index j = 0; j < V.cols; ++j) {
    const auto* v = V.col(j);
    for (Index i = 0; i < V.rows; ++i)
      if (!std::isfinite(v[i])) return false;
  }
  return true;
}

template <class Scalar, class View>
double column_norm(View V, Index j) {
  return std::sqrt(inner<Scalar, typename Views<Scalar>::Const>(V.columns(j, 1), V.columns(j, 1))(0, 0));
}

// The inverse of an upper triangular R.
Matrix inverse_of_upper(const Matrix& R) {
  Matrix inverse = Matrix::identity(R.cols());
  const Matrix lower = transpose(R);
  solve_lower(lower, Op::transpose, inverse);
  return inverse;
}

}  // namespace

Matrix tall_product(ConstMatrixView X, ConstMatrixView Y) { return inner<double>(X, Y); }
Matrix tall_product(ConstFloatView X, ConstFloatView Y) { return inner<float>(X, Y); }

template <class Scalar>
BlockKrylov<Scalar>::BlockKrylov(Index dimension, Index max_basis, Orthogonality orthogonality)
    : n_(dimension), max_basis_(std::min(max_basis, dimension)), orthogonality_(orthogonality), signs_(0, sketch_stream) {
  if (dimension < 1) throw InputError("Krylov space's dimension", "a number >= 1", std::to_string(dimension));
  if (max_basis < 1) throw InputError("Krylov space's max_basis", "a number >= 1", std::to_string(max_basis));
  Q_ = std::make_unique_for_overwrite<Scalar[]>(static_cast<std::size_t>(n_ * max_basis_));
  T_ = Matrix(max_basis_, max_basis_);
  if (orthogonality_ == Orthogonality::semi) sketch_.assign(static_cast<std::size_t>(n_ * num_sketches), Scalar{0});
}

// V <- V - Q (Q^T V); twice is enough [Parlett1998, sec. 6.9], once where little of V lies in the basis.
template <class Scalar>
void BlockKrylov<Scalar>::remove_basis(View V, int passes) const {
  if (size_ == 0) return;
  for (int pass = 0; pass < passes; ++pass) subtract<Scalar, Const>(basis(), inner<Scalar, Const>(basis(), V), V);
}

// Cholesky-QR twice; false, and V unchanged, where the columns are too dependent or too short for it. Where half the
// digits of orthogonality will do and the columns are far from dependent, once.
template <class Scalar>
bool BlockKrylov<Scalar>::orthonormalise_fast(View V, double drop_below, Matrix& R) const {
  const double least_pivot = 4.0 * std::sqrt(epsilon<Scalar>);
  R = Matrix::identity(V.cols);
  for (int pass = 0; pass < 2; ++pass) {
    Matrix G = inner<Scalar, Const>(V, V);
    Vector norms;
    for (Index j = 0; j < V.cols; ++j) {
      norms.push_back(std::sqrt(G(j, j)));
      if (!(norms.back() > drop_below && norms.back() > 1e-140 && norms.back() < 1e140)) return false;
    }
    const auto norm_of = [&](Index j) { return norms[static_cast<std::size_t>(j)]; };
    for (Index j = 0; j < V.cols; ++j)
      for (Index i = 0; i < V.cols; ++i) G(i, j) /= norm_of(i) * norm_of(j);
    Matrix L;
    if (!cholesky(G, L)) return false;
    Matrix factor = transpose(L);
    double weakest = 1.0;
    for (Index j = 0; j < V.cols; ++j) {
      if (!(factor(j, j) > least_pivot)) return false;
      weakest = std::fmin(weakest, factor(j, j));
      for (Index i = 0; i <= j; ++i) factor(i, j) *= norm_of(j);
    }
    multiply_right<Scalar, Const>(V, inverse_of_upper(factor));
    R = product(factor, R);
    if (orthogonality_ == Orthogonality::semi && weakest > 0.3) break;
    drop_below = 0.0;  // the columns are of length 1 by now
  }
  return true;
}

// Orthonormal columns in the front of V, R with V = V_new R; returns how many. What lies in the basis must be gone from
// V but for rounding.
template <class Scalar>
Index BlockKrylov<Scalar>::orthonormalise(View V, double drop_below, Matrix& R) {
  if (orthonormalise_fast(V, drop_below, R)) return V.cols;
  R = Matrix(V.cols, V.cols);
  Index rank = 0;
  for (Index j = 0; j < V.cols; ++j) {
    const View v = V.columns(j, 1);
    remove_basis(v, 2);
    for (int pass = 0; pass < 2 && rank > 0; ++pass) {
      const Matrix c = inner<Scalar, Const>(V.columns(0, rank), v);
      subtract<Scalar, Const>(Const(V.columns(0, rank)), c, v);
      for (Index i = 0; i < rank; ++i) R(i, j) += c(i, 0);
    }
    double largest = 0.0;  // against under- and overflow of the squares
    for (Index i = 0; i < n_; ++i) largest = std::fmax(largest, std::fabs(static_cast<double>(v(i, 0))));
    if (!(largest > 0.0)) continue;
    for (Index i = 0; i < n_; ++i) v(i, 0) = static_cast<Scalar>(static_cast<double>(v(i, 0)) / largest);
    const double length = column_norm<Scalar>(v, 0);
    if (!(length * largest > drop_below)) continue;
    for (Index i = 0; i < n_; ++i) V(i, rank) = static_cast<Scalar>(static_cast<double>(v(i, 0)) / length);
    R(rank++, j) = length * largest;
  }
  R = Matrix(R.view().block(0, 0, rank, V.cols));
  return rank;
}

template <class Scalar>
void BlockKrylov<Scalar>::append_columns(View V) {
  const Index count = std::min(V.cols, max_basis_ - size_);
  if (V.data != columns(size_, 0).data)
    for (Index j = 0; j < count; ++j) std::copy_n(V.col(j), n_, columns(size_ + j, 1).data);
  if (!sketch_.empty() && count > 0) {
    Matrix Z(count, num_sketches);
    for (double& z : Z.flat()) z = signs_.uniform() < 0.5 ? 1.0 : -1.0;
    subtract<Scalar, Const>(Const(columns(size_, count)), Z, View(sketch_.data(), n_, num_sketches));
  }
  size_ += count;
}

template <class Scalar>
Matrix BlockKrylov<Scalar>::append(ConstMatrixView X) {
  work_.resize(static_cast<std::size_t>(n_ * X.cols));
  const View V(work_.data(), n_, X.cols);
  for (Index j = 0; j < X.cols; ++j)
    for (Index i = 0; i < n_; ++i) V(i, j) = static_cast<Scalar>(X(i, j));
  remove_basis(V, 2);
  Matrix R;
  const Index rank = orthonormalise(V, 10.0 * std::sqrt(epsilon<Scalar>) * frobenius_norm(X), R);
  if (size_ == projected_) previous_ = size_;  // a new chain: nothing before it is coupled with it
  append_columns(V.columns(0, rank));
  return R;
}

template <class Scalar>
Index BlockKrylov<Scalar>::append_random(Index count, Random& random) {
  const Index before = size_;
  count = std::min(count, max_basis_ - size_);
  for (Index attempt = 0; attempt < 10 && size_ - before < count; ++attempt) {
    Matrix X(n_, count - (size_ - before));
    random.fill_normal(X.flat());
    append(X);
  }
  return size_ - before;
}

template <class Scalar>
void BlockKrylov<Scalar>::record(const Matrix& coefficients, Index first_row, Index width) {
  for (Index j = 0; j < width; ++j)
    for (Index i = 0; i < coefficients.rows(); ++i)
      T_(first_row + i, projected_ + j) = T_(projected_ + j, first_row + i) = coefficients(i, j);
  scale_ = std::fmax(scale_, max_abs(coefficients));
}

// V is orthonormal and the newest two blocks are gone from it. Whether the older ones are, the sketches show.
template <class Scalar>
bool BlockKrylov<Scalar>::must_reorthogonalise(View V) {
  if (is_forced_) {
    is_forced_ = false;
    return true;
  }
  const Matrix shown = inner<Scalar, Const>(Const(sketch_.data(), n_, num_sketches), V);
  is_forced_ = !(max_abs(shown) <= 0.5 * std::sqrt(epsilon<Scalar>));
  return is_forced_;
}

template <class Scalar>
typename BlockKrylov<Scalar>::Growth BlockKrylov<Scalar>::expand(const Operator& apply) {
  const Index width = size_ - projected_;
  const bool has_room = size_ + width <= max_basis_;  // for the image where the new columns will stand
  if (!has_room) work_.resize(static_cast<std::size_t>(n_ * width));
  const View V = has_room ? columns(size_, width) : View(work_.data(), n_, width);
  apply(columns(projected_, width), V);
  num_products_ += width;
  if (!is_finite(V)) return Growth::not_finite;
  const Index first = orthogonality_ == Orthogonality::full ? 0 : previous_;
  const Const near = columns(first, size_ - first);
  Matrix coefficients = inner<Scalar, Const>(near, V);
  subtract<Scalar, Const>(near, coefficients, V);
  double before = std::fmax(max_abs(coefficients), scale_);
  if (orthogonality_ == Orthogonality::full) {  // twice is enough [Parlett1998, sec. 6.9]
    const Matrix again = inner<Scalar, Const>(near, V);
    subtract<Scalar, Const>(near, again, V);
    axpy(1.0, again.flat(), coefficients.flat());
    before = frobenius_norm(again);
  }
  record(coefficients, first, width);
  previous_ = projected_;
  projected_ = size_;
  Index rank = orthonormalise(V, 100.0 * epsilon<Scalar> * scale_, coupling_);
  if (projected_ == max_basis_) return Growth::full;
  // What cancelled since the last time that the basis was removed.
  double weakest = std::numeric_limits<double>::infinity();
  for (Index i = 0; i < std::min(rank, coupling_.cols()); ++i) weakest = std::fmin(weakest, std::fabs(coupling_(i, i)));
  const bool has_cancelled = weakest < 0.05 * std::fmax(before, max_abs(coupling_));
  if (has_cancelled || (orthogonality_ == Orthogonality::semi && must_reorthogonalise(V.columns(0, rank)))) {
    remove_basis(V.columns(0, rank), has_cancelled ? 2 : 1);
    Matrix R;
    rank = orthonormalise(V.columns(0, rank), 0.1, R);
    coupling_ = product(R, coupling_);
  }
  append_columns(V.columns(0, rank));
  return rank == 0 ? Growth::closed : Growth::grew;
}

template <class Scalar>
double BlockKrylov<Scalar>::residual(const SymmetricEigen& ritz, Index i) const {
  const Index width = coupling_.cols();
  Vector image(static_cast<std::size_t>(coupling_.rows()));
  multiply_vector(1.0, coupling_, Op::none, ritz.vectors.col(i) + (projected_ - width), 0.0, image.data());
  return norm(image);
}

template <class Scalar>
void BlockKrylov<Scalar>::combine(ConstMatrixView coefficients, MatrixView out) const {
  const Const Q(Q_.get(), n_, coefficients.rows, n_);
  if constexpr (std::is_same_v<Scalar, double>) {
    multiply(1.0, Q, Op::none, coefficients, Op::none, 0.0, out);
  } else {
    FloatMatrix narrow(out.rows, out.cols);
    multiply(1.0f, Q, Op::none, to_float(coefficients), Op::none, 0.0f, narrow);
    convert(narrow, out);
  }
}

template class BlockKrylov<double>;
template class BlockKrylov<float>;

}  // namespace nadir
