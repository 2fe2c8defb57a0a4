// The squared residual of tensors too large to enclose whole, chunk by chunk, for the checker.
#include <algorithm>
#include <cmath>

#include "nadir/problems/tucker/check_evaluation.hpp"

namespace nadir::tucker_check {
namespace {

constexpr Index chunk_entries = Index{1} << 20;

BallMatrix moved(const Matrix& at, const Matrix* by) { return by ? add(exact(at), exact(*by)) : exact(at); }

}  // namespace

// The mode that is slowest in memory is cut into pieces; its factor multiplies last.
balls::Real large_residual_energy(const Subject& subject, slong precision, const Blocks& point, const Blocks* displacement) {
  const TuckerData& data = subject.data;
  const InRigor arithmetic{precision};
  const int d = data.num_modes(), slow = data.source_mode(0);
  CheckTensor<InRigor> Z{subject.ranks, moved(point.core, displacement ? &displacement->core : nullptr)};
  std::vector<BallMatrix> A;
  for (int k = 0; k < d; ++k) {
    A.push_back(moved(point.A[static_cast<std::size_t>(k)], displacement ? &displacement->A[static_cast<std::size_t>(k)] : nullptr));
    if (k != slow) Z = times(arithmetic, Z, static_cast<std::size_t>(k), A.back());
  }
  // Columns: the other modes in the file's order, the last fastest; in memory they are in this order or the reverse.
  const BallMatrix other = unfolded(arithmetic, Z, static_cast<std::size_t>(slow));
  std::vector<Index> place(static_cast<std::size_t>(other.cols()));
  for (Index column = 0; column < other.cols(); ++column) {
    Index rest = column, step = 1, to = 0;
    std::vector<Index> index(static_cast<std::size_t>(d), 0);
    for (int k = d - 1; k >= 0; --k)
      if (k != slow) {
        index[static_cast<std::size_t>(k)] = rest % data.extents[static_cast<std::size_t>(k)];
        rest /= data.extents[static_cast<std::size_t>(k)];
      }
    for (int m = d - 1; m > 0; --m) {
      const std::size_t k = static_cast<std::size_t>(data.source_mode(m));
      to += index[k] * step;
      step *= data.extents[k];
    }
    place[static_cast<std::size_t>(column)] = to;
  }
  balls::Real energy(precision);
  for_each_double_slab(data, [&](TensorView<double> slab, Index first) {
    const Index row = slab.shape.right(0), step = std::max<Index>(1, chunk_entries / row);
    for (Index i = 0; i < slab.shape[0]; i += step) {
      const Index count = std::min(step, slab.shape[0] - i);
      const BallMatrix X = enclose_product(block(A[static_cast<std::size_t>(slow)], first + i, 0, count, subject.ranks[static_cast<std::size_t>(slow)]), other);
      BallMatrix R(count, row);
      Matrix T(count, row);
      for (Index c = 0; c < row; ++c)
        for (Index p = 0; p < count; ++p) T(p, c) = slab.data[(i + p) * row + place[static_cast<std::size_t>(c)]];
      std::vector<char> is_missing(static_cast<std::size_t>(T.size()), 0);
      for (std::size_t e = 0; e < is_missing.size(); ++e)
        if (std::isnan(T.data()[e])) is_missing[e] = 1, T.data()[e] = 0.0;
      R = subtract(X, exact(T));
      for (std::size_t e = 0; e < is_missing.size(); ++e)
        if (is_missing[e]) R.mid.data()[e] = R.rad.data()[e] = 0.0;
      energy = energy + arithmetic.inner(R, R);
    }
  });
  return energy;
}

}  // namespace nadir::tucker_check
