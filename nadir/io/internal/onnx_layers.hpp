// The layers of a network as its graph is read, node after node.
//
// ONNX spreads one layer over several nodes (MatMul, Add, Relu), and some activations over a small branch:
// silu is x * Sigmoid(x), gelu is x/2 * (1 + Erf(x / sqrt 2)). A tensor therefore remembers after how many changes to
// the network it was made (`stage`), and how far from there into such a branch it is (`tail`). A tensor of an earlier
// stage that is used once more is a branch that is none of these, and refused.
#pragma once

#include <string>

#include "nadir/core/data_file.hpp"
#include "nadir/io/internal/onnx_shape.hpp"

namespace nadir::internal {

enum class OnnxTail {
  none,           // x, the result so far
  scaled,         // factor * x
  sigmoid,        // Sigmoid(x): the layer's activation, unless x * Sigmoid(x) follows
  erf,            // Erf(x / sqrt 2)
  one_plus_erf,   // 1 + Erf(x / sqrt 2)
  half_plus_erf,  // half of that
  twice_gelu,     // x * (1 + Erf(x / sqrt 2))
};

// A tensor that depends on the input.
struct OnnxTensor {
  SampleShape shape;
  int stage = 0;
  OnnxTail tail = OnnxTail::none;
  double factor = 1.0;  // of `scaled`
};

// Every function returns the result of one node applied to `x`, the result so far, and throws the node's InputError
// where that is nothing a dense network has.
class OnnxLayers {
 public:
  // A network described by so many numbers: no input can be wider.
  explicit OnnxLayers(std::int64_t num_numbers) : num_numbers_(num_numbers) {}

  // W x; `shape` is the result's.
  OnnxTensor dense(const OnnxTensor& x, Matrix&& W, SampleShape shape, const OnnxNode& node);
  // x + sign * constant: a bias, or a shift of the input.
  OnnxTensor add(const OnnxTensor& x, const Array& constant, double sign, const OnnxNode& node);
  // x * constant, or x / constant: a scaling of the input, or a step of gelu.
  OnnxTensor scale(const OnnxTensor& x, const Array& constant, bool divides, const OnnxNode& node);
  OnnxTensor multiply(const OnnxTensor& x, const OnnxTensor& y, const OnnxNode& node);
  OnnxTensor activate(const OnnxTensor& x, const std::string& name, double parameter, const OnnxNode& node);
  OnnxTensor sigmoid(const OnnxTensor& x, const OnnxNode& node);
  OnnxTensor erf(const OnnxTensor& x, const OnnxNode& node);
  OnnxTensor softmax(const OnnxTensor& x, const OnnxNode& node);

  // Whether constants still belong to the scaling of the input.
  bool is_at_input() const { return network_.layers.empty(); }
  // The network whose output is `x`; `last` is the graph's last node.
  DataNetwork finish(const OnnxTensor& x, const OnnxNode& last);

 private:
  void require_current(const OnnxTensor& x, const OnnxNode& node) const;
  void settle(const OnnxTensor& x, const OnnxNode& node);
  OnnxTensor changed(SampleShape shape);
  void set_activation(const std::string& name, double parameter, const OnnxNode& node);
  void shift_input(Vector values, const OnnxNode& node);
  void scale_input(const Vector& values, bool divides, const OnnxNode& node);
  Vector for_each_number(const Array& constant, const OnnxTensor& x, const OnnxNode& node) const;

  std::int64_t num_numbers_;
  int stage_ = 0;
  Vector shift_{0.0}, scale_{1.0};  // of the input: one number, or one each
  DataNetwork network_;
};

}  // namespace nadir::internal
