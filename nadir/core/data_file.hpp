// Data that the user names by file. Whoever parses the options loads them (io/data_files.hpp); a family finds
// them loaded in its options.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

struct DataFile {
  std::string path;    // as the user gave it; empty: not given
  std::string sha256;  // of the file's bytes, 64 hexadecimal digits
};

// One matrix. Files hold samples as rows; `values` has them as columns (see linalg/matrix.hpp), unless the
// option's row says `as_written`.
struct DataMatrix : DataFile {
  Matrix values;
};

// Named blocks in one .npz file, each as written (rows are rows).
struct DataBlocks : DataFile {
  std::map<std::string, Matrix> values;
};

// An array of any number of dimensions, as written: C order, the last index runs fastest.
struct DataArray : DataFile {
  std::vector<std::int64_t> shape;
  Vector values;
};

// Observed entries of a matrix: entry k is values[k] at (row_index[k], col_index[k]), in the order of the file;
// a position may come twice. Where the file names its rows and columns (user 17, film "Alien"), the names stand in
// ascending order in row_ids and col_ids (as numbers where all are integers, by bytes otherwise) and indices count
// in that order; where the file counts them, both are empty.
struct DataEntries : DataFile {
  Index rows = 0, cols = 0;
  std::vector<Index> row_index, col_index;
  Vector values;
  std::vector<std::string> row_ids, col_ids;
  std::vector<std::int64_t> lines;  // of the file, from 1; empty for files that have none

  Index num_entries() const { return static_cast<Index>(values.size()); }
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
