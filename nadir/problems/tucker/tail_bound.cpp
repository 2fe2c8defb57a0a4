#include "nadir/problems/tucker/tail_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/tensor.hpp"
#include "nadir/problems/tucker/model.hpp"
#include "nadir/rigor/eigenvalues.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

constexpr double affordable_flops = 2e10;
constexpr Index largest_sparse = Index{1} << 24, largest_side = 4000, block_entries = Index{1} << 22;

// An unfolding: rows by the modes in `modes` (of the source), columns by the others.
struct Split {
  std::vector<int> modes;
  Index rows = 1, rank = 1;
  double tail = 0.0;  // in floating point
};

class Tails {
 public:
  Tails(const TuckerData& data, const std::vector<Index>& ranks) : data_(data), shape_(source_shape(data)), d_(data.num_modes()) {
    for (int m = 0; m < d_; ++m) ranks_.push_back(ranks[static_cast<std::size_t>(data.source_mode(m))]);
  }

  TailBound run() {
    TailBound result;
    result.tails.assign(static_cast<std::size_t>(d_), std::numeric_limits<double>::quiet_NaN());
    std::vector<Split> splits = candidates();
    for (Split& s : splits) {
      s.tail = floating_tail(s);
      if (s.modes.size() == 1) result.tails[static_cast<std::size_t>(data_.source_mode(s.modes[0]))] = s.tail;
    }
    const auto best = std::max_element(splits.begin(), splits.end(), [](const Split& a, const Split& b) { return a.tail < b.tail; });
    if (best == splits.end() || !(best->tail > 0.0)) return result;
    const Interval tail = enclose_tail_eigenvalue_sum(enclosed_gram(*best), best->rows - best->rank);
    // Room of its own width for a checker who sums in another order.
    const double proved = sub_down(tail.lower, mul_up(2.0, tail.width()));
    if (!(proved > 0.0)) return result;
    result.energy = proved;
    for (const int m : best->modes) result.modes.push_back(data_.source_mode(m));
    std::sort(result.modes.begin(), result.modes.end());
    return result;
  }

 private:
  // Those whose rank is less than their rows; of each pair I, J the one with fewer modes.
  std::vector<Split> candidates() const {
    std::vector<Split> all;
    double flops = 0.0;
    for (int size = 1; size <= d_ / 2; ++size)
      for (unsigned bits = 1; bits < (1u << d_); ++bits) {
        const std::optional<Split> split = split_of(bits, size);
        if (!split) continue;
        const double cost = 2.0 * static_cast<double>(split->rows) * static_cast<double>(data_.size());
        if (size > 1 && (flops + cost > affordable_flops || split->rows > largest_side)) continue;
        flops += cost;
        all.push_back(*split);
      }
    return all;
  }

  std::optional<Split> split_of(unsigned bits, int size) const {
    Split s;
    double cols = 1.0, inside = 1.0, outside = 1.0;
    for (int m = 0; m < d_; ++m) {
      const bool is_row = (bits >> m & 1u) != 0;
      if (is_row) {
        s.modes.push_back(m);
        s.rows *= shape_[m];
      } else {
        cols *= static_cast<double>(shape_[m]);
      }
      (is_row ? inside : outside) *= static_cast<double>(ranks_[static_cast<std::size_t>(m)]);
    }
    if (static_cast<int>(s.modes.size()) != size || (2 * size == d_ && s.modes[0] != 0)) return std::nullopt;
    const double rank = std::min(inside, outside);
    if (!(rank < std::min(static_cast<double>(s.rows), cols))) return std::nullopt;
    // Slabs of a tensor on disk do not hold whole columns of an unfolding whose rows are those of mode 0.
    if (data_.tensor->is_on_disk && s.modes[0] == 0) return std::nullopt;
    s.rank = static_cast<Index>(rank);
    return s;
  }

  // f(block of columns of the unfolding), rows x count. The modes of I need not lie beside one another in memory.
  template <class F>
  void for_each_block(const Split& s, F&& f) const {
    for_each_whole_slab([&](TensorView<double> slab) {
      std::vector<Index> row_places{0}, column_places{0};
      for (int m = 0; m < d_; ++m) {
        const bool is_row = std::find(s.modes.begin(), s.modes.end(), m) != s.modes.end();
        std::vector<Index>& places = is_row ? row_places : column_places;
        std::vector<Index> next;
        for (const Index p : places)
          for (Index i = 0; i < slab.shape[m]; ++i) next.push_back(p + i * slab.shape.right(m));
        places.swap(next);
      }
      const Index step = std::max<Index>(1, block_entries / s.rows), total = static_cast<Index>(column_places.size());
      for (Index first = 0; first < total; first += step) {
        Matrix block(s.rows, std::min(step, total - first));
        for (Index c = 0; c < block.cols(); ++c) {
          const double* column = slab.data + column_places[static_cast<std::size_t>(first + c)];
          for (Index i = 0; i < s.rows; ++i) block(i, c) = column[row_places[static_cast<std::size_t>(i)]];
        }
        f(block);
      }
    });
  }

  // The whole tensor where it lies in memory, slabs otherwise.
  template <class F>
  void for_each_whole_slab(F&& f) const {
    if (!data_.tensor->is_on_disk && !data_.tensor->doubles) {
      // All slabs of a float or sparse tensor, as one: rows of mode 0 must stay whole.
      std::vector<double> whole;
      for_each_double_slab(data_, [&](TensorView<double> slab, Index) { whole.insert(whole.end(), slab.data, slab.data + slab.size()); });
      f(TensorView<double>{whole.data(), shape_});
    } else {
      for_each_double_slab(data_, [&](TensorView<double> slab, Index) { f(slab); });
    }
  }

  double floating_tail(const Split& s) const {
    Matrix gram(s.rows, s.rows);
    for_each_block(s, [&](const Matrix& block) { multiply(1.0, block, Op::none, block, Op::transpose, 1.0, gram); });
    const SymmetricEigen eigen = symmetric_eigen(gram);
    double tail = 0.0;
    for (Index i = 0; i < s.rows - s.rank; ++i) tail += std::fmax(0.0, eigen.values[static_cast<std::size_t>(i)]);
    return tail;
  }

  BallMatrix enclosed_gram(const Split& s) const {
    BallMatrix gram(s.rows, s.rows);
    for_each_block(s, [&](const Matrix& block) { gram = add(gram, enclose_sample_product(block, block)); });
    return gram;
  }

  const TuckerData& data_;
  TensorShape shape_;
  int d_;
  std::vector<Index> ranks_;
};

}  // namespace

TailBound tail_bound(const TuckerData& data, const std::vector<Index>& ranks) {
  const bool is_out_of_reach = data.is_masked || (data.is_sparse() && data.size() > largest_sparse);
  if (is_out_of_reach) return {{}, 0.0, std::vector<double>(data.extents.size(), std::numeric_limits<double>::quiet_NaN())};
  return Tails(data, ranks).run();
}

}  // namespace nadir
