// The data of a Tucker problem, checked. Used by the family and by its check.
//
// The modes of a problem are those of the file: mode k of blocks, ranks and messages is axis k of the array. Where the
// file is in Fortran's order, memory holds the modes backwards, and source_mode(k) says where.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "nadir/core/point.hpp"
#include "nadir/linalg/slab_source.hpp"
#include "nadir/problems/tucker/options.hpp"

namespace nadir {

struct TuckerData {
  std::shared_ptr<const DataTensor> tensor;
  std::vector<Index> extents;  // n_1, ..., n_d
  bool is_masked = false;      // NaN entries do not count
  double regulariser = 0.0;
  double norm = 0.0;           // |T| over the observed entries, in floating point
  Index num_observed = 0;

  int num_modes() const { return static_cast<int>(extents.size()); }
  int source_mode(int mode) const { return tensor->source_mode(mode); }
  Index size() const;
  bool is_sparse() const { return tensor->is_sparse(); }
};

// Shares the numbers of `options`. Throws InputError for fewer than 2 modes or more than 8, NaN without --missing nan-mask, a
// tensor of which every entry is missing, squares that overflow, and ranks beside --error or neither.
TuckerData make_tucker_data(const TuckerOptions& options);

// The ranks that --ranks asks for; empty with --error. Throws InputError for a wrong number of them and for one below
// 1 or above its mode.
std::vector<Index> requested_ranks(const TuckerOptions& options, const TuckerData& data);

// Blocks core (r_1 x r_2 ... r_d: in NumPy core.reshape(r_1, ..., r_d)) and A1, A2, ... (n_k x r_k).
Layout tucker_layout(const TuckerData& data, const std::vector<Index>& ranks);
// The ranks of a layout like that; throws InputError for another.
std::vector<Index> ranks_of(const TuckerData& data, const Layout& layout);

// f(slab in double, first entry of source mode 0) for every slab in order; the whole at once where it lies in memory as
// double. Slabs of sparse tensors are filled with zeros.
void for_each_double_slab(const TuckerData& data, const std::function<void(TensorView<double> slab, Index first)>& f);

}  // namespace nadir
