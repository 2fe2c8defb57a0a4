// Data that the user names by file. Whoever parses the options loads them (io/data_files.hpp); a family finds
// them loaded in its options.
//
// Numbers are shared and never change (linalg/shared.hpp): copies of options, and the problems made of them, hold the
// same ones, for as long as they need them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "nadir/linalg/shared.hpp"

namespace nadir {

template <class Scalar>
class SlabSource;  // linalg/slab_source.hpp

struct DataFile {
  std::string path;    // as the user gave it; empty: not given
  std::string sha256;  // of the file's bytes, 64 hexadecimal digits
};

// One matrix. Files hold samples as rows; `values` has them as columns (see linalg/matrix.hpp), unless the
// option's row says `as_written`.
struct DataMatrix : DataFile {
  SharedMatrix values;
};

// Named blocks in one .npz file, each as written (rows are rows).
struct DataBlocks : DataFile {
  std::map<std::string, SharedMatrix> values;
};

// An array of any number of dimensions, as written: C order, the last index runs fastest.
struct DataArray : DataFile {
  std::vector<std::int64_t> shape;
  SharedVector<double> values;
};

// Entries of a matrix while they are gathered.
struct EntryList {
  std::vector<Index> row_index, col_index;
  Vector values;

  Index size() const { return static_cast<Index>(values.size()); }
  void add(Index i, Index j, double value) {
    row_index.push_back(i);
    col_index.push_back(j);
    values.push_back(value);
  }
};

// Observed entries of a matrix: entry k is values[k] at (row_index[k], col_index[k]), in the order of the file;
// a position may come twice. Where the file names its rows and columns (user 17, film "Alien"), the names stand in
// ascending order in row_ids and col_ids (as numbers where all are integers, by bytes otherwise) and indices count
// in that order; where the file counts them, both are empty.
struct DataEntries : DataFile {
  Index rows = 0, cols = 0;
  SharedVector<Index> row_index, col_index;
  SharedVector<double> values;
  SharedVector<std::string> row_ids, col_ids;
  SharedVector<std::int64_t> lines;  // of the file, from 1; empty for files that have none

  void set_entries(EntryList&& list) {
    row_index = std::move(list.row_index);
    col_index = std::move(list.col_index);
    values = std::move(list.values);
  }
  Index num_entries() const { return static_cast<Index>(values.size()); }
};

// A tensor of 1 to 8 modes: dense, as `doubles` or `floats` (one of the two is set), or sparse, by coordinates.
//
// A dense one lies in memory or, where it is larger than `max_bytes_in_memory`, stays in its .npy file and is read slab
// by slab. Its entries keep the order of the file: where that is Fortran's (the first index fastest), the source holds
// the tensor with its modes reversed, and mode k of the file is mode source_mode(k) of the source.
struct DataTensor : DataFile {
  std::vector<std::int64_t> shape;  // as in the file; mode k of a message or an option is shape[k]
  bool is_reversed = false;
  std::shared_ptr<const SlabSource<double>> doubles;  // every element type but 32-bit floats, without rounding
  std::shared_ptr<const SlabSource<float>> floats;    // 32-bit floats
  bool is_on_disk = false;

  // Where NaN stands for a missing entry: how many there are, and the first as "element (0, 2, 1)". Loading passes
  // them (and refuses infinities); a family that wants every entry throws when num_missing > 0.
  std::int64_t num_missing = 0;
  std::string first_missing;

  // Sparse: entry e is values[e] at (coordinates[0][e], coordinates[1][e], ...), counted from 0, in C order, no place
  // twice; what is not listed is zero.
  std::vector<SharedVector<std::int32_t>> coordinates;
  SharedVector<double> values;

  // Set before loading. 0: half of what the machine, or a limit on the process's memory, allows.
  std::int64_t max_bytes_in_memory = 0;

  bool is_sparse() const { return !coordinates.empty(); }
  int num_modes() const { return static_cast<int>(shape.size()); }
  int source_mode(int mode) const { return is_reversed ? num_modes() - 1 - mode : mode; }
};

// x -> activation(W x + b).
struct DenseLayer {
  Matrix W;  // d_out x d_in
  Vector b;  // d_out numbers; empty: no bias
  // identity, relu, leaky-relu, elu, gelu (the exact one, by erf), silu, tanh, sigmoid, softplus; empty where the
  // file does not say (.npz).
  std::string activation;
  double parameter = 0.0;  // slope of leaky-relu for negative arguments, alpha of elu
};

// A feed-forward network, layer after layer (io/network.hpp).
struct DataNetwork : DataFile {
  Vector input_shift, input_scale;  // x -> (x - shift) * scale before the first layer; empty: none
  std::vector<DenseLayer> layers;
  bool ends_in_softmax = false;  // or log-softmax, after the last layer's activation; the layers give the logits
};

}  // namespace nadir
