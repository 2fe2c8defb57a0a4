// A network's loss on origin + span(directions): what a plane of weights lets points share.
//
// With W_1(c) = W_1 + sum_k c_k D_k and likewise the biases, the first layer's pre-activations are linear in c,
//   Z_1(c) = (W_1 X + b_1) + sum_k c_k (D_k X + e_k),
// so its products with the data, most of a network's work where inputs are many, are made once for all points. A point costs
// k multiples of Z_1 and the products of the later layers. The penalty is a quadratic in c.
//
// Samples go through in parts small enough for caches, several points each; points are divided among threads. A point's
// bits depend neither on the others nor on the threads. The first layer's products are kept while they fit into
// most_kept_bytes, and else made again for every group of points; memory beside is bounded: later weights of a few points.
#pragma once

#include <memory>
#include <span>

#include "nadir/core/problem.hpp"
#include "nadir/problems/network/data.hpp"

namespace nadir {

// Null for networks without hidden layer, and where the first layer is too small for sharing to pay.
std::unique_ptr<Restriction> restrict_network(const NetworkData& data, const Layout& layout, std::span<const double> origin, ConstMatrixView directions,
                                              double most_kept_bytes);

}  // namespace nadir
