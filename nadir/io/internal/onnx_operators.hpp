// What each operator does to a tensor that depends on the network's input.
#pragma once

#include <set>
#include <string>
#include <unordered_map>

#include "nadir/io/internal/onnx_constants.hpp"
#include "nadir/io/internal/onnx_layers.hpp"

namespace nadir::internal {

// All tensors that are known so far, and the network that they describe.
struct OnnxScope {
  OnnxConstants constants;
  OnnxLayers layers;
  std::unordered_map<std::string, OnnxTensor> live;  // those that depend on the input
  std::set<std::string> used_weights;

  const OnnxTensor* find_live(std::string_view name) const;
  bool depends_on_input(const OnnxNode& node) const;
};

// The first output of a node that depends on the input. Throws the node's InputError for operators that a dense
// network does not have, and for those that it has where they do something else to the samples.
OnnxTensor apply_onnx_operator(const OnnxNode& node, OnnxScope& scope);

}  // namespace nadir::internal
