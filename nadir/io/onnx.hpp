// Feed-forward networks from ONNX files, as PyTorch, Keras and others export them.
//
// Read are graphs that apply dense layers and activations to one input, one after another (the operators stand in
// docs/formats/networks.md). Whatever else a graph holds is refused with the node and its operator: a network
// that is not the file's would be judged in its place.
//
// Numbers are FLOAT or DOUBLE in the file and double here, exactly; the network computes in double where the file's
// runtime would round every operation to float.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "nadir/core/data_file.hpp"

namespace nadir {

// Tensors may lie in other files beside the model. The path is set, the fingerprint is not.
//
// Throws InputError, with the file, the node (from 0) and its operator or the tensor, for a file that is cut short or
// damaged, a data file that is missing, several inputs or outputs, a branch, a cycle, an unknown operator, a
// layer that does not act on all numbers of a sample, weights that two layers share, NaN and infinity. Dimensions are
// checked against the bytes that are there before memory is taken.
DataNetwork read_onnx(const std::string& path);

// From memory; `place` stands for the file in messages. Tensors in other files are refused.
DataNetwork parse_onnx(std::span<const std::byte> bytes, const std::string& place);

}  // namespace nadir
