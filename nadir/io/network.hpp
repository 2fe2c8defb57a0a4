// Feed-forward networks from files: ONNX, or weights by name in an .npz.
#pragma once

#include <string>

#include "nadir/core/data_file.hpp"

namespace nadir {

// By the ending of the name: .onnx (io/onnx.hpp) or .npz. Throws InputError for other endings.
DataNetwork read_network(const std::string& path);

// Arrays W1, b1, W2, b2, ...: W_k is d_k x d_(k-1), b_k has d_k numbers and may be left out. The file does not say
// the activations: they are left empty. Arrays named "escape/..." belong to a verdict and are passed over, so that a
// point.npz can be read.
//
// Throws InputError, with "file.npz:name", for other arrays, a missing layer, shapes that do not match, NaN and
// infinity.
DataNetwork read_npz_network(const std::string& path);

}  // namespace nadir
