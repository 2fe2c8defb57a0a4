// Directions in the space of a point, to look along: random ones scaled like the point, eigenvectors of the Hessian, the way
// to other points, principal components of a trajectory.
//
// Random directions are isotropic Gaussian, entry by entry, then scaled part by part [LiXuTaylorStuderGoldstein2018]:
//   filter  d_j <- d_j |w_j| / |d_j| for every filter w_j of the point: rows of a weight matrix (the weights that enter
//           one unit), rows of any other block with several columns (the factor of one user, say). In layouts in which no
//           block has several columns a block is one filter: rows would have one entry each.
//   layer   the same with whole blocks
//   none    as drawn
// Where w_j = 0, d_j = 0: such entries do not move under `filter` and `layer`. Biases are zero in random directions unless
// they are asked for; then each block of them is one filter. Without that, d does not change its meaning when the units of a
// layer of relu are rescaled: (W_l, b_l) -> c (W_l, b_l), W_{l+1} -> W_{l+1} / c changes neither f nor f along d.
//
// The second random direction of a plane is drawn orthogonal to the first filter by filter (block by block, as a whole), so
// that distances in the picture are true up to the axes' lengths, and nothing depends on the scale of a filter. Filters of
// one entry have no room for that; only where they leave a cosine above 0.1 is the second direction made orthogonal as a
// whole, which changes the lengths of its filters.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nadir/core/problem.hpp"

namespace nadir {

enum class AxisKind { random, eigenvector, to, trajectory };
enum class Normalisation { filter, layer, none };

// As in files: "eigenvector", "filter".
const char* name_of(AxisKind kind);
const char* name_of(Normalisation normalisation);

struct Direction {
  AxisKind kind = AxisKind::random;
  std::string label;
  std::optional<Normalisation> normalisation;   // of a random direction
  std::optional<double> eigenvalue, explained;  // of an eigenvector; of a principal component
  Vector step;                                  // what a coordinate of 1 adds to the point; not zero
};

// Blocks of one column that are called b, b1, b2, ... or end in "bias".
std::vector<std::string> bias_blocks(const Layout& layout);

struct RandomDirections {
  Normalisation normalisation = Normalisation::filter;
  bool with_biases = false;
  std::vector<std::string> biases;  // blocks that are biases: bias_blocks(layout), or what the caller knows better
  std::uint64_t seed = 0;
};
// `count` of them, 1 or 2; each has its own stream, so that the first is the same whatever the count. Throws InputError where
// scaling leaves nothing of a direction, as at the point 0.
std::vector<Direction> random_directions(const Layout& layout, std::span<const double> point, int count, const RandomDirections& options = {});

// Unit eigenvectors: of the greatest eigenvalue in modulus that the Hessian has at either end; for a plane, the greatest
// and the least. Throws InputError for a plane in one dimension, NumericalBreakdown where products are not finite.
std::vector<Direction> eigenvector_directions(const Expansion& expansion, const Layout& layout, int count, std::uint64_t seed,
                                              const std::function<bool()>& should_stop = {});

// From `point` to each of one or two others. The second is made orthogonal to the first; the second point's coordinates in
// this plane are then (t, 1). Throws InputError for points that coincide with `point` or lie on one line with it.
std::vector<Direction> directions_to(std::span<const double> point, const std::vector<Vector>& others, const std::vector<std::string>& labels);

// Unit principal components of iterates (columns) about the point, not about their mean: the plane through the point with
// the least sum of squared distances to them. `explained` is a component's share of the sum of squared distances from the
// point. Throws InputError for iterates that span fewer directions than `count`.
std::vector<Direction> principal_directions(std::span<const double> point, ConstMatrixView iterates, int count);

// direction <- direction minus its part along `first`, twice, so that it is orthogonal to rounding; then its former length.
// False where less than 1e-6 of it is left.
bool make_orthogonal(std::span<const double> first, std::span<double> direction);

// A point's coordinates in the directions, by least squares, and its distance from their span through `origin`.
struct Projection {
  Vector coordinates;
  double distance = 0.0;
};
Projection project(std::span<const double> origin, const std::vector<Direction>& directions, std::span<const double> x);

}  // namespace nadir
