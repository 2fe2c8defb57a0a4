// Directions: the published example of filter normalisation, isotropy, orthogonality, planes known in closed form.
#include "nadir/landscape/directions.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/landscape/diagonal_test.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

// W1 8 x 5, b1, W2 3 x 8, b2, some entries of each.
struct TwoLayers {
  Layout layout;
  Vector point;

  TwoLayers() {
    layout.add("W1", 8, 5), layout.add("b1", 8, 1), layout.add("W2", 3, 8), layout.add("b2", 3, 1);
    for (Index i = 0; i < layout.dimension(); ++i) point.push_back(std::sin(1.0 + 0.7 * static_cast<double>(i)));
  }
  ConstMatrixView block(std::span<const double> x, std::size_t i) const { return layout.block(x, i); }
};

double row_norm(ConstMatrixView m, Index row) {
  double sum = 0.0;
  for (Index j = 0; j < m.cols; ++j) sum += m(row, j) * m(row, j);
  return std::sqrt(sum);
}

TEST(RandomDirections, give_every_filter_of_a_weight_matrix_the_length_of_the_points) {
  const TwoLayers net;

  const auto found = random_directions(net.layout, net.point, 2, {.biases = bias_blocks(net.layout)});

  for (const Direction& d : found)
    for (const std::size_t block : {0, 2})
      for (Index i = 0; i < net.layout[block].rows; ++i)
        EXPECT_NEAR(row_norm(net.block(d.step, block), i), row_norm(net.block(net.point, block), i), 1e-14);
}

// W = [3 4; 0 5], d = [1 0; 0 2] becomes [5 0; 0 5] by filters and [sqrt(10) 0; 0 2 sqrt(10)] by layers: lengths alone.
TEST(RandomDirections, scale_by_filters_and_by_layers_as_published) {
  Layout layout;
  layout.add("W1", 2, 2);
  const Vector point{3, 0, 4, 5};

  const Direction filter = random_directions(layout, point, 1, {.normalisation = Normalisation::filter})[0];
  const Direction layer = random_directions(layout, point, 1, {.normalisation = Normalisation::layer})[0];
  const Direction none = random_directions(layout, point, 1, {.normalisation = Normalisation::none})[0];

  for (Index i = 0; i < 2; ++i) {
    EXPECT_NEAR(row_norm(layout.block(filter.step, 0), i), 5.0, 1e-14);
    EXPECT_NEAR(filter.step[i], none.step[i] * 5.0 / row_norm(layout.block(none.step, 0), i), 1e-14);
  }
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(layer.step[i], none.step[i] * std::sqrt(50.0) / norm(none.step), 1e-14);
}

TEST(RandomDirections, leave_biases_where_they_are_unless_asked) {
  const TwoLayers net;
  RandomDirections options{.biases = bias_blocks(net.layout)};
  EXPECT_EQ(options.biases, (std::vector<std::string>{"b1", "b2"}));

  for (const Normalisation normalisation : {Normalisation::filter, Normalisation::layer, Normalisation::none}) {
    options.normalisation = normalisation;
    options.with_biases = false;
    const Direction without = random_directions(net.layout, net.point, 1, options)[0];
    options.with_biases = true;
    const Direction with = random_directions(net.layout, net.point, 1, options)[0];

    EXPECT_EQ(frobenius_norm(net.block(without.step, 1)), 0.0);
    EXPECT_EQ(frobenius_norm(net.block(without.step, 3)), 0.0);
    if (normalisation != Normalisation::none) {
      EXPECT_NEAR(frobenius_norm(net.block(with.step, 1)), frobenius_norm(net.block(net.point, 1)), 1e-14);
    } else {
      EXPECT_GT(frobenius_norm(net.block(with.step, 1)), 0.0);
    }
  }
}

// A peer draws entries uniform in [0, 1]: every direction then has cosine 0.87 with all ones.
TEST(RandomDirections, are_isotropic) {
  Layout layout;
  layout.add("W1", 40, 50);
  const Vector point(2000, 1.0);
  double mean_cosine = 0.0, squares = 0.0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Vector d = random_directions(layout, point, 1, {.seed = seed})[0].step;
    double sum = 0.0;
    for (const double x : d) sum += x;
    const double cosine = sum / (norm(d) * std::sqrt(2000.0));
    mean_cosine += cosine / 50.0, squares += cosine * cosine / 50.0;
  }

  EXPECT_LE(std::fabs(mean_cosine), 4.0 / std::sqrt(50.0 * 2000.0));
  EXPECT_NEAR(squares, 1.0 / 2000.0, 4.0 * std::sqrt(2.0 / 50.0) / 2000.0);
}

TEST(RandomDirections, of_a_plane_are_orthogonal_filter_by_filter_and_the_first_does_not_depend_on_the_second) {
  const TwoLayers net;

  const auto one = random_directions(net.layout, net.point, 1, {.biases = bias_blocks(net.layout)});
  const auto two = random_directions(net.layout, net.point, 2, {.biases = bias_blocks(net.layout)});

  EXPECT_EQ(one[0].step, two[0].step);
  for (const std::size_t block : {0, 2})
    for (Index i = 0; i < net.layout[block].rows; ++i) {
      double sum = 0.0;
      for (Index j = 0; j < net.layout[block].cols; ++j) sum += net.block(two[0].step, block)(i, j) * net.block(two[1].step, block)(i, j);
      EXPECT_NEAR(sum, 0.0, 1e-14);
    }
}

TEST(RandomDirections, move_with_a_network_whose_layers_are_rescaled) {
  const TwoLayers net;
  Vector scaled = net.point;
  for (Index i = 0; i < net.layout[2].offset; ++i) scaled[i] *= 8.0;
  for (Index i = net.layout[2].offset; i < net.layout[3].offset; ++i) scaled[i] /= 8.0;

  const auto before = random_directions(net.layout, net.point, 2, {.biases = bias_blocks(net.layout)});
  const auto after = random_directions(net.layout, scaled, 2, {.biases = bias_blocks(net.layout)});

  for (std::size_t k = 0; k < 2; ++k)
    for (Index i = 0; i < net.layout.dimension(); ++i) {
      const double factor = i < net.layout[2].offset ? 8.0 : i < net.layout[3].offset ? 0.125 : 1.0;
      EXPECT_NEAR(after[k].step[i], factor * before[k].step[i], 1e-13 * factor);
    }
}

TEST(RandomDirections, take_a_block_for_one_filter_where_no_block_has_several_columns) {
  Layout layout;
  layout.add("x", 3, 1);
  const Vector point{1.0, 0.0, 0.0};

  const auto found = random_directions(layout, point, 2);

  for (const Direction& d : found) {
    EXPECT_NEAR(norm(d.step), 1.0, 1e-15);
    EXPECT_NE(d.step[1], 0.0);
  }
  EXPECT_NEAR(dot(found[0].step, found[1].step), 0.0, 1e-15);
}

TEST(RandomDirections, of_a_plane_are_never_parallel_even_where_filters_have_one_entry) {
  Layout layout;
  layout.add("W1", 1, 1), layout.add("W2", 1, 1);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto found = random_directions(layout, Vector{2.0, 3.0}, 2, {.seed = seed});
    EXPECT_NEAR(dot(found[0].step, found[1].step), 0.0, 1e-13);
    EXPECT_GT(norm(found[1].step), 1.0);
  }
}

TEST(RandomDirections, that_scaling_leaves_nothing_of_are_refused) {
  Layout layout;
  layout.add("U", 4, 2);
  const Vector zero(8, 0.0);
  EXPECT_THROW(random_directions(layout, zero, 1), InputError);
  EXPECT_NO_THROW(random_directions(layout, zero, 2, {.normalisation = Normalisation::none}));
  Layout single;
  single.add("x", 1, 1);
  EXPECT_THROW(random_directions(single, Vector{1.0}, 2), InputError);
}

TEST(EigenvectorDirections, are_those_of_the_greatest_and_the_least_eigenvalue) {
  for (const Index n : {2, 40, 300}) {
    Vector d = diagonal::semicircle(n, 1.0);
    d[0] = 5.0, d[1] = -7.0;
    const diagonal::Expanded expansion(d);

    const auto plane = eigenvector_directions(expansion, diagonal::one_block(n), 2, 0), line = eigenvector_directions(expansion, diagonal::one_block(n), 1, 0);

    EXPECT_NEAR(std::fabs(plane[0].step[0]), 1.0, 1e-6);
    EXPECT_NEAR(std::fabs(plane[1].step[1]), 1.0, 1e-6);
    EXPECT_NEAR(*plane[0].eigenvalue, 5.0, 1e-3);
    EXPECT_NEAR(*plane[1].eigenvalue, -7.0, 1e-3);
    EXPECT_NEAR(*line[0].eigenvalue, -7.0, 1e-3);
    EXPECT_NEAR(dot(plane[0].step, plane[1].step), 0.0, 1e-14);
  }
}

TEST(EigenvectorDirections, of_a_multiple_of_the_identity_span_a_plane) {
  for (const Index n : {2, 100}) {
    const diagonal::Expanded expansion(Vector(static_cast<std::size_t>(n), 3.0));
    const auto plane = eigenvector_directions(expansion, diagonal::one_block(n), 2, 0);
    EXPECT_NEAR(dot(plane[0].step, plane[1].step), 0.0, 1e-14);
    EXPECT_NEAR(norm(plane[1].step), 1.0, 1e-14);
  }
  const diagonal::Expanded single(Vector{1.0});
  EXPECT_THROW(eigenvector_directions(single, diagonal::one_block(1), 2, 0), InputError);
}

TEST(DirectionsTo, put_the_other_points_at_one_and_beside_it) {
  const Vector origin{1, 1, 1}, a{3, 1, 1}, b{2, 5, 1};

  const auto plane = directions_to(origin, {a, b}, {"to a", "to b"});

  EXPECT_EQ(plane[0].step, (Vector{2, 0, 0}));
  EXPECT_NEAR(plane[1].step[0], 0.0, 1e-15);
  EXPECT_NEAR(plane[1].step[1], 4.0, 1e-15);
  const Projection at_b = project(origin, plane, b);
  EXPECT_NEAR(at_b.coordinates[0], 0.5, 1e-15);
  EXPECT_NEAR(at_b.coordinates[1], 1.0, 1e-15);
  EXPECT_NEAR(at_b.distance, 0.0, 1e-15);
  EXPECT_THROW(directions_to(origin, {origin}, {"to itself"}), InputError);
  EXPECT_THROW(directions_to(origin, {a, Vector{7, 1, 1}}, {"to a", "beyond"}), InputError);
}

TEST(Projection, is_least_squares_also_where_directions_are_oblique) {
  const Vector origin{0, 0, 0};
  std::vector<Direction> oblique(2);
  oblique[0].step = {1, 0, 0};
  oblique[1].step = {1, 1, 0};

  const Projection p = project(origin, oblique, Vector{5, 3, -2});

  EXPECT_NEAR(p.coordinates[0], 2.0, 1e-14);
  EXPECT_NEAR(p.coordinates[1], 3.0, 1e-14);
  EXPECT_NEAR(p.distance, 2.0, 1e-14);
}

// numpy.linalg.svd of the rows (3, 0, 0), (0, 2, 0), (3, 2, 1e-3), each minus the origin.
TEST(PrincipalDirections, carry_the_share_of_squared_distances_from_the_point) {
  Matrix iterates(3, 3);
  iterates(0, 0) = 4, iterates(1, 0) = 1, iterates(2, 0) = 1;
  iterates(0, 1) = 1, iterates(1, 1) = 3, iterates(2, 1) = 1;
  iterates(0, 2) = 4, iterates(1, 2) = 3, iterates(2, 2) = 1.001;
  const Vector origin{1, 1, 1};

  const auto found = principal_directions(origin, iterates, 2);

  EXPECT_NEAR(*found[0].explained, 0.8003942110099628, 1e-12);
  EXPECT_NEAR(*found[1].explained, 0.1996057761695254, 1e-12);
  for (const Direction& d : found) EXPECT_NEAR(norm(d.step), 1.0, 1e-15);
  EXPECT_NEAR(dot(found[0].step, found[1].step), 0.0, 1e-15);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(found[0].step[i], (Vector{0.9055894054289115, 0.42415539537598224, 0.00017131361368771212})[i], 1e-9);
  EXPECT_THROW(principal_directions(origin, iterates.view().columns(0, 1), 2), InputError);
  EXPECT_THROW(principal_directions(origin, Matrix(3, 0), 1), InputError);
}

}  // namespace
}  // namespace nadir
