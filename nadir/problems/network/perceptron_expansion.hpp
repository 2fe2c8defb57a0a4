// Networks with one hidden layer, few inputs and one output, on few samples (linalg/perceptron.hpp): what studies of
// landscapes like to look at, and where the calls of general passes cost more than their work.
#pragma once

#include <memory>
#include <span>

#include "nadir/core/problem.hpp"
#include "nadir/problems/network/passes.hpp"

namespace nadir {

// Whether the three functions below serve: squared loss, one hidden layer with tanh, relu or leaky-relu (of a slope that is
// not negative), within the limits of Perceptron, and activations that stay in the processor's cache.
bool is_small_perceptron(const NetworkData& data);

double perceptron_value(const NetworkView& network);
// Data and layout must outlive it.
std::unique_ptr<Expansion> expand_perceptron(const NetworkData& data, const Layout& layout, std::span<const double> x);

}  // namespace nadir
