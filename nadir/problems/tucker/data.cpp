#include "nadir/problems/tucker/data.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

std::string text(const std::vector<Index>& numbers, const char* separator) {
  std::string result;
  for (const Index n : numbers) result += (result.empty() ? "" : separator) + std::to_string(n);
  return result;
}

void require_modes(const DataTensor& tensor) {
  const int d = tensor.num_modes();
  if (d < 2 || d > TensorShape::max_modes)
    throw InputError("--tensor", "2 to 8 modes", std::to_string(d) + (d == 1 ? ": every vector is a tensor of rank 1" : ""));
}

void require_entries(const TuckerOptions& o) {
  const DataTensor& t = o.tensor;
  if (t.num_missing == 0) return;
  if (o.missing == "refuse")
    throw InputError("--tensor", "finite entries, or --missing nan-mask", std::to_string(t.num_missing) + " NaN, the first " + t.first_missing);
}

// The norm by two passes, safe against overflow of squares that do not overflow as a sum of scaled ones.
void measure(TuckerData& data) {
  double squares = 0.0;
  Index count = 0;
  const auto add = [&](std::span<const double> values) {
    double part = 0.0;
    for (const double x : values)
      if (!std::isnan(x)) part += x * x, ++count;
    squares += part;
  };
  if (data.is_sparse()) {
    add(data.tensor->values);
    count = data.size();
  } else {
    for_each_double_slab(data, [&](TensorView<double> slab, Index) {
      const Index row = slab.shape.right(0);
      for (Index i = 0; i < slab.shape[0]; ++i) add(slab.flat().subspan(static_cast<std::size_t>(i * row), static_cast<std::size_t>(row)));
    });
  }
  if (!(squares < 1e290)) throw InputError("--tensor", "entries whose squares add up to less than 1e290", "larger ones");
  if (count == 0) throw InputError("--tensor", "an observed entry", "NaN everywhere");
  data.norm = std::sqrt(squares);
  data.num_observed = count;
}

// Entries come in C order, so that those of a slab follow one another.
void for_each_sparse_slab(const DataTensor& tensor, const std::function<void(TensorView<double>, Index)>& f) {
  const std::vector<Index> extents(tensor.shape.begin(), tensor.shape.end());
  const TensorShape shape{std::span<const Index>(extents)};
  const Index step = std::clamp<Index>((Index{1} << 23) / shape.right(0), 1, shape[0]);
  std::vector<double> entries;
  std::size_t e = 0;
  for (Index first = 0; first < shape[0]; first += step) {
    const Index count = std::min(step, shape[0] - first);
    entries.assign(static_cast<std::size_t>(count * shape.right(0)), 0.0);
    for (; e < tensor.values.size() && tensor.coordinates[0][e] < first + count; ++e) {
      Index place = -first * shape.right(0);
      for (int m = 0; m < shape.num_modes(); ++m) place += tensor.coordinates[static_cast<std::size_t>(m)][e] * shape.right(m);
      entries[static_cast<std::size_t>(place)] = tensor.values[e];
    }
    f({entries.data(), shape.with(0, count)}, first);
  }
}

}  // namespace

void for_each_double_slab(const TuckerData& data, const std::function<void(TensorView<double>, Index)>& f) {
  if (data.is_sparse()) return for_each_sparse_slab(*data.tensor, f);
  if (data.tensor->doubles) {
    const SlabSource<double>& source = *data.tensor->doubles;
    if (const TensorView<double> whole = source.whole(); whole.data) f(whole, Index{0});
    else for_each_slab(source, f);
    return;
  }
  std::vector<double> entries;
  for_each_slab(*data.tensor->floats, [&](TensorView<float> slab, Index first) {
    entries.assign(slab.data, slab.data + slab.size());
    f({entries.data(), slab.shape}, first);
  });
}

Index TuckerData::size() const {
  Index result = 1;
  for (const Index n : extents) result *= n;
  return result;
}

TuckerData make_tucker_data(const TuckerOptions& o) {
  require_modes(o.tensor);
  require_entries(o);
  if (o.ranks.empty() == (o.error == 0.0))
    throw InputError(o.ranks.empty() ? "--ranks" : "--error", "either --ranks or --error", o.ranks.empty() ? "neither" : "both");
  TuckerData data;
  data.tensor = std::make_shared<const DataTensor>(o.tensor);
  data.extents.assign(o.tensor.shape.begin(), o.tensor.shape.end());
  data.is_masked = o.tensor.num_missing > 0;
  data.regulariser = o.regulariser;
  measure(data);
  return data;
}

std::vector<Index> requested_ranks(const TuckerOptions& o, const TuckerData& data) {
  const std::size_t d = data.extents.size();
  if (o.ranks.empty()) return {};
  if (o.ranks.size() != d && o.ranks.size() != 1)
    throw InputError("--ranks", "one rank for each of the " + std::to_string(d) + " modes, or one for all", std::to_string(o.ranks.size()));
  std::vector<Index> ranks(d);
  for (std::size_t k = 0; k < d; ++k) {
    ranks[k] = static_cast<Index>(o.ranks[o.ranks.size() == 1 ? 0 : k]);
    if (ranks[k] < 1 || ranks[k] > data.extents[k])
      throw InputError("--ranks", "for mode " + std::to_string(k + 1) + " from 1 to its extent " + std::to_string(data.extents[k]), std::to_string(ranks[k]));
  }
  return ranks;
}

Layout tucker_layout(const TuckerData& data, const std::vector<Index>& ranks) {
  Index others = 1;
  for (std::size_t k = 1; k < ranks.size(); ++k) others *= ranks[k];
  Layout layout;
  layout.add("core", ranks[0], others);
  for (std::size_t k = 0; k < ranks.size(); ++k) layout.add("A" + std::to_string(k + 1), data.extents[k], ranks[k]);
  return layout;
}

std::vector<Index> ranks_of(const TuckerData& data, const Layout& layout) {
  std::vector<Index> ranks;
  for (std::size_t k = 0; k + 1 < layout.num_blocks(); ++k) ranks.push_back(layout[k + 1].cols);
  if (ranks.size() == data.extents.size() && layout == tucker_layout(data, ranks)) return ranks;
  std::string found;
  for (const BlockShape& b : layout.blocks())
    found += (found.empty() ? "" : ", ") + b.name + " " + std::to_string(b.rows) + " x " + std::to_string(b.cols);
  throw InputError("point", "blocks core and A1, ..., A" + std::to_string(data.extents.size()) + " for a tensor " + text(data.extents, " x "),
                   found.empty() ? "none" : found);
}

}  // namespace nadir
