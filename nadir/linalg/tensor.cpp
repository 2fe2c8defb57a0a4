#include "nadir/linalg/tensor.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

// Sums of squares outside of this range are made again after scaling.
constexpr double least_safe_square = 1e-280;

// Entries that are summed in one go: 2^12 roundings at most before a block joins the sum of blocks.
constexpr Index block_entries = Index{1} << 12;

// Four sums, so that additions need not wait for one another.
template <class Scalar, class Term>
double block_sum(Index first, Index last, Term term) {
  double sums[4] = {0.0, 0.0, 0.0, 0.0};
  Index i = first;
  for (; i + 4 <= last; i += 4)
    for (Index j = 0; j < 4; ++j) sums[j] += term(i + j);
  for (; i < last; ++i) sums[0] += term(i);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

template <class Scalar, class Term>
double sum_of(Index count, Term term) {
  const Index blocks = (count + block_entries - 1) / block_entries;
  Vector sums(static_cast<std::size_t>(blocks));
  const int threads = num_threads();
#pragma omp parallel for schedule(static) num_threads(threads) if (blocks >= 64)
  for (Index b = 0; b < blocks; ++b)
    sums[static_cast<std::size_t>(b)] =
        block_sum<Scalar>(b * block_entries, std::min(count, (b + 1) * block_entries), term);
  for (std::size_t step = 1; step < sums.size(); step *= 2)  // pairwise, in a fixed order
    for (std::size_t b = 0; b + step < sums.size(); b += 2 * step) sums[b] += sums[b + step];
  return sums.empty() ? 0.0 : sums[0];
}

}  // namespace

TensorShape::TensorShape(std::initializer_list<Index> extents)
    : TensorShape(std::span<const Index>(extents.begin(), extents.size())) {}

TensorShape::TensorShape(std::span<const Index> extents) {
  if (extents.empty() || extents.size() > static_cast<std::size_t>(max_modes))
    throw InputError("shape", "1 to 8 modes", std::to_string(extents.size()));
  Index product = 1;
  for (const Index extent : extents) {
    if (extent < 1)
      throw InputError("shape, mode " + std::to_string(num_modes_), "an extent of at least 1", std::to_string(extent));
    if (__builtin_mul_overflow(product, extent, &product) || product > Index{1} << 60)
      throw InputError("shape", "at most 2^60 entries", "more of them");
    extents_[static_cast<std::size_t>(num_modes_++)] = extent;
  }
}

Index TensorShape::size() const { return num_modes_ == 0 ? 0 : left(num_modes_); }

Index TensorShape::left(int mode) const {
  Index product = 1;
  for (int k = 0; k < mode; ++k) product *= (*this)[k];
  return product;
}

Index TensorShape::right(int mode) const {
  Index product = 1;
  for (int k = mode + 1; k < num_modes_; ++k) product *= (*this)[k];
  return product;
}

TensorShape TensorShape::with(int mode, Index extent) const {
  assert(mode >= 0 && mode < num_modes_ && extent >= 1);
  TensorShape shape = *this;
  shape.extents_[static_cast<std::size_t>(mode)] = extent;
  return shape;
}

TensorShape TensorShape::reversed() const {
  TensorShape shape = *this;
  std::reverse(shape.extents_.begin(), shape.extents_.begin() + num_modes_);
  return shape;
}

std::vector<Index> TensorShape::extents() const { return {extents_.begin(), extents_.begin() + num_modes_}; }

std::string TensorShape::text() const {
  std::string text = "(";
  for (int k = 0; k < num_modes_; ++k) text += (k > 0 ? ", " : "") + std::to_string((*this)[k]);
  return text + (num_modes_ == 1 ? ",)" : ")");
}

std::string TensorShape::index_text(Index offset) const {
  std::string text = num_modes_ == 1 ? ",)" : ")";
  for (int k = num_modes_; k-- > 0; offset /= (*this)[k])
    text = (k > 0 ? ", " : "(") + std::to_string(offset % (*this)[k]) + text;
  return text;
}

template <class Scalar>
Matrix unfolding(TensorView<Scalar> T, int mode) {
  const Index n = T.shape[mode], left = T.shape.left(mode), right = T.shape.right(mode);
  Matrix result(n, left * right);
  for (Index l = 0; l < left; ++l)
    for (Index i = 0; i < n; ++i)
      for (Index r = 0; r < right; ++r) result(i, l * right + r) = T[(l * n + i) * right + r];
  return result;
}

template <class Scalar>
double dot(TensorView<Scalar> X, TensorView<Scalar> Y) {
  assert(X.shape == Y.shape);
  return sum_of<Scalar>(X.size(), [&](Index i) { return static_cast<double>(X[i]) * static_cast<double>(Y[i]); });
}

template <class Scalar>
double norm(TensorView<Scalar> T) {
  const double square = dot(T, T);
  if (std::isnan(square) || (square > least_safe_square && std::isfinite(square))) return std::sqrt(square);
  double largest = 0.0;
  for (const Scalar x : T.flat()) largest = std::max(largest, std::fabs(static_cast<double>(x)));
  if (largest == 0.0 || std::isinf(largest)) return largest;
  // A power of two scales without rounding; 1 / 2^e would overflow for denormals, ldexp does not.
  const int exponent = std::ilogb(largest);
  const double scaled = sum_of<Scalar>(T.size(), [&](Index i) {
    const double x = std::ldexp(static_cast<double>(T[i]), -exponent);
    return x * x;
  });
  return std::ldexp(std::sqrt(scaled), exponent);
}

template <class Scalar>
Index first_not_finite(TensorView<Scalar> T) {
  const std::span<const Scalar> flat = T.flat();
  const auto bad = std::find_if_not(flat.begin(), flat.end(), [](Scalar x) { return std::isfinite(x); });
  return bad == flat.end() ? -1 : bad - flat.begin();
}

template Matrix unfolding(TensorView<double>, int);
template Matrix unfolding(TensorView<float>, int);
template double dot(TensorView<double>, TensorView<double>);
template double dot(TensorView<float>, TensorView<float>);
template double norm(TensorView<double>);
template double norm(TensorView<float>);
template Index first_not_finite(TensorView<double>);
template Index first_not_finite(TensorView<float>);

}  // namespace nadir
