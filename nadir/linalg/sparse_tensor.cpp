#include "nadir/linalg/sparse_tensor.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/internal/hooi_sweeps.hpp"

namespace nadir {
namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// Stable, by counting where there are not many more indices than entries.
void sort_by(const SparseTensor& T, int mode, std::vector<std::size_t>& order) {
  const Index extent = T.extent(mode);
  if (extent > 4 * T.num_entries() + 1024) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return T.index(mode, a) < T.index(mode, b); });
    return;
  }
  std::vector<std::size_t> place(at(extent) + 1, 0), sorted(order.size());
  for (const std::size_t e : order) ++place[at(T.index(mode, e)) + 1];
  std::partial_sum(place.begin(), place.end(), place.begin());
  for (const std::size_t e : order) sorted[place[at(T.index(mode, e))]++] = e;
  order = std::move(sorted);
}

// Runs of entries in `order` that agree in all of `modes`: their starts, and the end.
std::vector<std::size_t> runs(const SparseTensor& T, const std::vector<std::size_t>& order, const std::vector<int>& modes) {
  std::vector<std::size_t> starts;
  for (std::size_t p = 0; p < order.size(); ++p) {
    const bool is_new = p == 0 || std::any_of(modes.begin(), modes.end(), [&](int m) { return T.index(m, order[p]) != T.index(m, order[p - 1]); });
    if (is_new) starts.push_back(p);
  }
  starts.push_back(order.size());
  return starts;
}

// Sums v_e (u_c1 x u_c2 x ...) over stretches of sorted entries; the rows u of the factors as columns.
class Products {
 public:
  Products(const SparseTensor& T, const std::vector<std::size_t>& order, const std::vector<int>& modes, const std::vector<Matrix>& rows)
      : T_(T), order_(order), modes_(modes), rows_(rows), buffers_(modes.size() + 1) {
    std::size_t size = 1;
    for (std::size_t level = modes.size(); level-- > 0;) {
      buffers_[level + 1].resize(size);
      size *= at(rows[level].rows());
    }
    buffers_[0].resize(size);
  }

  // Over entries first, ..., last - 1; valid until the next call.
  const Vector& sum(std::size_t first, std::size_t last) {
    add(0, first, last);
    return buffers_[0];
  }

 private:
  // buffers_[level] <- the sum over the modes from `level` on.
  void add(std::size_t level, std::size_t first, std::size_t last) {
    Vector& out = buffers_[level];
    std::fill(out.begin(), out.end(), 0.0);
    if (level == modes_.size()) {
      for (std::size_t p = first; p < last; ++p) out[0] += T_.value(order_[p]);
      return;
    }
    const Matrix& U = rows_[level];
    for (std::size_t p = first; p < last;) {
      const Index i = T_.index(modes_[level], order_[p]);
      std::size_t end = p + 1;
      while (end < last && T_.index(modes_[level], order_[end]) == i) ++end;
      add(level + 1, p, end);
      const Vector& inner = buffers_[level + 1];
      for (Index a = 0; a < U.rows(); ++a)
        for (std::size_t q = 0; q < inner.size(); ++q) out[at(a) * inner.size() + q] += U(a, i) * inner[q];
      p = end;
    }
  }

  const SparseTensor& T_;
  const std::vector<std::size_t>& order_;
  const std::vector<int>& modes_;
  const std::vector<Matrix>& rows_;
  std::vector<Vector> buffers_;
};

// Where the entries of a tensor of the extents of `modes` alone, in C order, stand inside `shape`.
std::vector<Index> places(const TensorShape& shape, const std::vector<int>& modes) {
  std::vector<Index> result{0};
  for (const int m : modes) {
    std::vector<Index> next;
    for (const Index place : result)
      for (Index a = 0; a < shape[m]; ++a) next.push_back(place + a * shape.right(m));
    result = std::move(next);
  }
  return result;
}

int largest_mode(const SparseTensor& T) {
  int largest = 0;
  for (int m = 1; m < T.num_modes(); ++m)
    if (T.extent(m) > T.extent(largest)) largest = m;
  return largest;
}

class SparseProjections {
 public:
  explicit SparseProjections(const SparseTensor& T) : T_(T) {}
  TensorView<double> without(int mode, const std::vector<Matrix>& factors) {
    projected_ = T_.contract(std::vector<ConstMatrixView>(factors.begin(), factors.end()), {mode});
    return projected_.view();
  }

 private:
  const SparseTensor& T_;
  Tensor<double> projected_;
};

struct Leading {
  Matrix U;
  Vector values;
};

Leading leading_of_unfolding(const SparseTensor& T, int mode, Index rank, Random random) {
  constexpr Index spare = 10;
  constexpr int max_steps = 30;
  const SparseUnfolding unfolding(T, mode);
  const double square = T.norm() * T.norm();
  Matrix Q(T.extent(mode), std::min(T.extent(mode), rank + spare));
  random.fill_normal(Q.flat());
  Leading result;
  double kept = -1.0;
  for (int step = 0; step < max_steps; ++step) {
    Q = qr(Q).Q;
    const Matrix GQ = unfolding.gram_product(Q);
    Matrix H = product(Q, Op::transpose, GQ, Op::none);
    symmetrise(H);
    const SymmetricEigen eigen = symmetric_eigen(H);
    Matrix V(Q.cols(), rank);
    double sum = 0.0;
    result.values.clear();
    for (Index j = 0; j < rank; ++j) {
      const Index from = Q.cols() - 1 - j;
      std::copy_n(eigen.vectors.col(from), Q.cols(), V.col(j));
      result.values.push_back(std::sqrt(std::max(eigen.values[at(from)], 0.0)));
      sum += std::max(eigen.values[at(from)], 0.0);
    }
    result.U = product(Q, V);
    if (Q.cols() == Q.rows() || sum - kept <= 1e-3 * (square - sum)) return result;
    kept = sum;
    Q = GQ;
  }
  return result;
}

}  // namespace

SparseTensor::SparseTensor(std::vector<Index> extents, std::span<const std::vector<std::int32_t>> coordinates, std::span<const double> values)
    : extents_(std::move(extents)), coordinates_(coordinates), values_(values) {
  if (extents_.empty() || extents_.size() > at(TensorShape::max_modes) || extents_.size() != coordinates_.size())
    throw InputError("sparse tensor", "1 to 8 modes, a list of indices for each", std::to_string(extents_.size()) + " and " + std::to_string(coordinates_.size()));
  for (std::size_t m = 0; m < extents_.size(); ++m) {
    const std::string place = "sparse tensor, mode " + std::to_string(m);
    if (coordinates_[m].size() != values_.size())
      throw InputError(place, std::to_string(values_.size()) + " indices", std::to_string(coordinates_[m].size()));
    for (const std::int32_t i : coordinates_[m])
      if (i < 0 || i >= extents_[m]) throw InputError(place, "indices from 0 to " + std::to_string(extents_[m] - 1), std::to_string(i));
  }
  for (std::size_t e = 1; e < values_.size(); ++e)
    for (std::size_t m = 0; m <= extents_.size(); ++m) {
      if (m == extents_.size() || coordinates_[m][e] < coordinates_[m][e - 1])
        throw InputError("sparse tensor, entry " + std::to_string(e), "entries in C order, each place once", "one that does not follow the one before");
      if (coordinates_[m][e] > coordinates_[m][e - 1]) break;
    }
}

double SparseTensor::norm() const { return nadir::norm(values_); }

std::vector<std::size_t> SparseTensor::order_by(const std::vector<int>& modes) const {
  std::vector<std::size_t> order(values_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<int> leading(modes.size());
  std::iota(leading.begin(), leading.end(), 0);
  if (modes == leading) return order;
  for (std::size_t m = modes.size(); m-- > 0;) sort_by(*this, modes[m], order);
  return order;
}

Tensor<double> SparseTensor::contract(std::span<const ConstMatrixView> factors, const std::vector<int>& kept) const {
  if (kept.empty()) {
    const int last = largest_mode(*this);
    return mode_product(contract(factors, {last}).view(), last, factors[at(last)], Op::transpose);
  }
  std::vector<int> contracted;
  std::vector<Index> extents = extents_;
  std::vector<Matrix> rows;  // of the factors, as columns
  for (int m = 0; m < num_modes(); ++m) {
    if (std::find(kept.begin(), kept.end(), m) != kept.end()) continue;
    assert(factors[at(m)].rows == extent(m));
    contracted.push_back(m);
    rows.push_back(transpose(factors[at(m)]));
    extents[at(m)] = factors[at(m)].cols;
  }
  Tensor<double> result{TensorShape(extents)};
  const TensorShape& shape = result.shape();
  const std::vector<Index> inner = places(shape, contracted);
  const std::vector<std::size_t> order = order_by(kept), starts = runs(*this, order, kept);
  const auto count = static_cast<Index>(starts.size()) - 1;
  const int threads = num_threads();
#pragma omp parallel num_threads(threads) if (num_entries() > 10000)
  {
    Products products(*this, order, contracted, rows);
#pragma omp for schedule(dynamic, 16)
    for (Index run = 0; run < count; ++run) {
      const std::size_t first = starts[at(run)];
      Index base = 0;
      for (const int m : kept) base += index(m, order[first]) * shape.right(m);
      const Vector& sum = products.sum(first, starts[at(run) + 1]);
      for (std::size_t q = 0; q < sum.size(); ++q) result.data()[base + inner[q]] = sum[q];
    }
  }
  return result;
}

SparseUnfolding::SparseUnfolding(const SparseTensor& T, int mode) : T_(T), mode_(mode) {
  std::vector<int> others, order;
  for (int m = 0; m < T.num_modes(); ++m)
    if (m != mode) others.push_back(m);
  order = others;
  order.push_back(mode);
  order_ = T.order_by(order);
  starts_ = runs(T, order_, others);
}

Matrix SparseUnfolding::gram_product(ConstMatrixView Q) const {
  const Matrix Qt = transpose(Q);
  Matrix Pt(Q.cols, Q.rows);
  Vector y(at(Q.cols));
  for (std::size_t c = 0; c + 1 < starts_.size(); ++c) {  // a column t of the unfolding: P <- P + t (t^T Q)
    std::fill(y.begin(), y.end(), 0.0);
    for (std::size_t p = starts_[c]; p < starts_[c + 1]; ++p) {
      const double* q = Qt.col(T_.index(mode_, order_[p]));
      for (std::size_t a = 0; a < y.size(); ++a) y[a] += T_.value(order_[p]) * q[a];
    }
    for (std::size_t p = starts_[c]; p < starts_[c + 1]; ++p) {
      double* out = Pt.col(T_.index(mode_, order_[p]));
      for (std::size_t a = 0; a < y.size(); ++a) out[a] += T_.value(order_[p]) * y[a];
    }
  }
  return transpose(Pt);
}

TuckerDecomposition hosvd(const SparseTensor& T, const std::vector<Index>& ranks, std::uint64_t seed) {
  std::vector<Index> extents;
  for (int m = 0; m < T.num_modes(); ++m) extents.push_back(T.extent(m));
  TuckerDecomposition d;
  const double length = T.norm();
  d.norm_squared = length * length;
  if (!std::isfinite(d.norm_squared) || (length > 0.0 && d.norm_squared < 1e-280))
    throw NumericalBreakdown("the squared norm of the tensor leaves the range of double; rescale the data");
  const std::vector<Index> wanted = requested_ranks(extents, ranks);
  for (int m = 0; m < T.num_modes(); ++m) {
    Leading leading = leading_of_unfolding(T, m, wanted[at(m)], Random(seed, static_cast<std::uint64_t>(m)));
    d.factors.push_back(std::move(leading.U));
    d.singular_values.push_back(std::move(leading.values));
    d.routes.push_back(SubspaceRoute::randomised);
  }
  d.core = T.contract(std::vector<ConstMatrixView>(d.factors.begin(), d.factors.end()), {});
  const double core = norm(d.core.view());
  d.core_norm_squared = core * core;
  d.error_squared = d.norm_squared - d.core_norm_squared;
  return d;
}

HooiResult hooi(const SparseTensor& T, TuckerDecomposition start, const HooiOptions& options) {
  std::vector<Index> extents;
  for (int m = 0; m < T.num_modes(); ++m) extents.push_back(T.extent(m));
  internal::require_factors(extents, start.factors);
  start.norm_squared = T.norm() * T.norm();
  SparseProjections projections(T);
  return internal::sweep(projections, std::move(start), options);
}

}  // namespace nadir
