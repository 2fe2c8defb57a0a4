// Pictures from few points: what they cost, and how far their error estimates may be trusted. The oracle is the whole grid.
#include "nadir/landscape/adaptive.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

using Surface = std::function<double(double, double)>;
constexpr double infinity = std::numeric_limits<double>::infinity();

Vector even(Index count) {
  Vector c;
  for (Index i = 0; i < count; ++i) c.push_back(-1.0 + 2.0 * static_cast<double>(i) / static_cast<double>(count - 1));
  return c;
}

Matrix whole(const SampledGrid& grid, const Surface& f) {
  Matrix values(std::ssize(grid.row_coordinates), std::ssize(grid.column_coordinates));
  for (Index j = 0; j < values.cols(); ++j)
    for (Index i = 0; i < values.rows(); ++i)
      values(i, j) = f(grid.row_coordinates[static_cast<std::size_t>(i)], grid.column_coordinates[static_cast<std::size_t>(j)]);
  return values;
}

struct Picture {
  SampledGrid grid;
  Refinement refinement;
  Index evaluations = 0;
  double true_error = 0.0, spread = 0.0;
};

Picture draw(const Surface& f, double tol, Index rows = 51, Index columns = 51, Index most = 1000000) {
  Picture p{.grid = empty_grid(even(rows), columns == 1 ? Vector{0.0} : even(columns), 1), .refinement = {}};
  const auto evaluate = [&](std::span<const GridNode> nodes) {
    for (const GridNode node : nodes) {
      if (p.evaluations >= most) return false;
      EXPECT_FALSE(p.grid.knows(node.row, node.column)) << "evaluated twice";
      p.grid.layers[0](node.row, node.column) = f(p.grid.row_coordinates[static_cast<std::size_t>(node.row)], p.grid.column_coordinates[static_cast<std::size_t>(node.column)]);
      p.grid.is_known[static_cast<std::size_t>(node.row + node.column * rows)] = 1;
      ++p.evaluations;
    }
    return true;
  };
  p.refinement = refine(p.grid, {rows / 2, columns / 2}, tol, evaluate);
  const Matrix truth = whole(p.grid, f);
  double low = infinity, high = -infinity;
  for (const double v : truth.flat())
    if (std::isfinite(v)) low = std::fmin(low, v), high = std::fmax(high, v);
  p.spread = high - low;
  for (std::size_t k = 0; k < truth.flat().size(); ++k)
    if (const double shown = p.grid.layers[0].flat()[k]; std::isfinite(shown)) p.true_error = std::fmax(p.true_error, std::fabs(shown - truth.flat()[k]) / p.spread);
  return p;
}

// A small network's squared loss along two Gaussian directions, as users draw it.
Surface network(Index inputs, Index hidden, Index samples, bool is_relu, std::uint64_t seed) {
  Random random(seed);
  const auto normals = [&](Index rows, Index cols, double size) {
    Matrix m(rows, cols);
    random.fill_normal(m.flat());
    for (double& v : m.flat()) v *= size;
    return m;
  };
  const double scale = std::sqrt(2.0 / static_cast<double>(inputs));
  const Matrix X = normals(inputs, samples, 1.0), y = normals(1, samples, 1.0), W = normals(hidden, inputs, scale), v = normals(1, hidden, scale);
  const Matrix W1 = normals(hidden, inputs, scale), v1 = normals(1, hidden, scale), W2 = normals(hidden, inputs, scale), v2 = normals(1, hidden, scale);
  const Matrix Z = product(W, X), Z1 = product(W1, X), Z2 = product(W2, X);
  return [=](double a, double b) {
    double sum = 0.0;
    for (Index s = 0; s < samples; ++s) {
      double out = 0.0;
      for (Index h = 0; h < hidden; ++h) {
        const double z = Z(h, s) + a * Z1(h, s) + b * Z2(h, s);
        out += (v(0, h) + a * v1(0, h) + b * v2(0, h)) * (is_relu ? std::fmax(z, 0.0) : std::tanh(z));
      }
      sum += std::pow(out - y(0, s), 2);
    }
    return sum / (2.0 * static_cast<double>(samples));
  };
}

// The same on the nodes of an n x n grid, computed once.
Surface tabulated(const Surface& f, Index n) {
  const Matrix values = whole(empty_grid(even(n), even(n), 1), f);
  const auto line = [n](double c) { return static_cast<Index>(std::lround(0.5 * (c + 1.0) * static_cast<double>(n - 1))); };
  return [=](double a, double b) { return values(line(a), line(b)); };
}

struct Named {
  std::string name;
  Surface f;
};

std::vector<Named> surfaces() {
  std::vector<Named> list{
      {"quadratic", [](double a, double b) { return 3 * a * a + a * b + 2 * b * b; }},
      {"saddle", [](double a, double b) { return a * a - b * b; }},
      {"cubic", [](double a, double b) { return a * a * a - 3 * a * b * b + a; }},
      {"valley", [](double a, double b) { return 100 * std::pow(2 * b - 4 * a * a, 2) + std::pow(1 - 2 * a, 2); }},
      {"kinks", [](double a, double b) { return std::fabs(a - 0.313) + std::fabs(0.7 * a + b - 0.2); }},
      {"kink through the centre", [](double a, double b) { return std::fabs(a + 0.5 * b); }},
      {"wall", [](double a, double b) { return 1 / (1 + std::exp(-40 * (a + 0.4 * b - 0.3))); }},
      {"waves", [](double a, double b) { return std::sin(9 * a) * std::cos(7 * b); }},
      {"exponential", [](double a, double b) { return std::exp(6 * a - 3 * b); }},
      {"ripples", [](double a, double b) { return a * a + b * b + 0.02 * std::cos(40 * a); }},
      {"cliff", [](double a, double b) { return 1e3 * std::pow(std::fmax(0.0, a - 0.9), 2) + a * a + b * b; }},
      {"steep cliff", [](double a, double b) { return 1e6 * std::fmax(0.0, a + b - 1.5) + a * a + b * b; }},
      {"ring", [](double a, double b) { return std::pow(std::hypot(a, b) - 0.6, 2); }},
      {"bell", [](double a, double b) { return std::exp(-30 * (std::pow(a - 0.4, 2) + std::pow(b + 0.3, 2))); }},
  };
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    list.push_back({"tanh " + std::to_string(seed), network(5, 20, 60, false, seed)});
    list.push_back({"relu " + std::to_string(seed), network(5, 20, 60, true, seed)});
    list.push_back({"small relu " + std::to_string(seed), network(2, 5, 10, true, seed)});
  }
  return list;
}

TEST(AdaptivePicture, errs_by_less_than_twice_its_estimate_on_most_surfaces_and_never_by_four_times_that_on_any) {
  int pictures = 0, above_twice = 0;
  for (const auto& [name, surface] : surfaces())
    for (const Index n : {51, 101}) {
      const Surface f = tabulated(surface, n);
      for (const double tol : {1e-2, 3e-3, 1e-3}) {
        const Picture p = draw(f, tol, n, n);

        EXPECT_TRUE(p.refinement.is_complete);
        EXPECT_LE(p.refinement.error, tol) << name;
        EXPECT_LE(p.true_error, 4.0 * p.refinement.error + 1e-12) << name << " " << n << " " << tol;
        ++pictures;
        above_twice += p.true_error > 2.0 * p.refinement.error + 1e-12;
      }
    }
  EXPECT_LE(above_twice, pictures / 20) << "of " << pictures;
}

TEST(AdaptivePicture, draws_quartics_exactly_from_a_twentieth_of_the_points) {
  const Surface quartic = [](double a, double b) { return std::pow(a, 4) - 2 * a * a * b * b + 3 * a * b * b * b - b + 1; };

  const Picture p = draw(quartic, 1e-3);

  EXPECT_LE(p.evaluations, 51 * 51 / 20);
  EXPECT_LE(p.true_error, 1e-14);
}

TEST(AdaptivePicture, of_a_smooth_network_to_a_hundredth_needs_a_tenth_of_the_points_and_to_three_thousandths_a_fifth) {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const Surface f = network(5, 20, 60, false, seed);

    const Picture fine = draw(f, 3e-3), coarse = draw(f, 1e-2);

    EXPECT_LE(fine.evaluations, 51 * 51 / 5);
    EXPECT_LE(fine.true_error, 3e-3);
    EXPECT_LE(coarse.evaluations, 51 * 51 / 10);
    EXPECT_LE(coarse.true_error, 1e-2);
  }
}

TEST(AdaptivePicture, never_needs_more_than_the_grid) {
  const Surface noise = [](double a, double b) { return std::sin(1e5 * a + 3e5 * b); };

  const Picture p = draw(noise, 1e-6);

  EXPECT_EQ(p.evaluations, 51 * 51);
  EXPECT_EQ(p.true_error, 0.0);
}

TEST(AdaptivePicture, shows_every_finite_value_beside_an_overflow_and_none_that_is_not) {
  const Surface overflow = [](double a, double b) { return a + 0.3 * b > 0.4 ? infinity : a * a + b * b; };

  const Picture p = draw(overflow, 1e-3);
  const Matrix truth = whole(p.grid, overflow);

  for (std::size_t k = 0; k < truth.flat().size(); ++k) {
    EXPECT_EQ(std::isfinite(p.grid.layers[0].flat()[k]), std::isfinite(truth.flat()[k]));
    if (p.grid.is_known[k]) {
      EXPECT_EQ(p.grid.layers[0].flat()[k], truth.flat()[k]);
    }
  }
  EXPECT_LE(p.true_error, 1e-12);
  EXPECT_LT(p.evaluations, 51 * 51 / 2);
}

TEST(AdaptivePicture, of_nothing_but_overflow_or_of_a_constant_ends_at_once) {
  const Picture overflow = draw([](double, double) { return infinity; }, 1e-3), constant = draw([](double, double) { return 1e8 / 3.0; }, 1e-9);

  EXPECT_TRUE(overflow.refinement.is_complete && constant.refinement.is_complete);
  EXPECT_LE(overflow.evaluations, 110);
  EXPECT_LE(constant.evaluations, 110);
  for (const double v : constant.grid.layers[0].flat()) EXPECT_NEAR(v, 1e8 / 3.0, 1e-5);
}

TEST(AdaptivePicture, keeps_what_is_known_apart_from_what_it_is_when_it_is_stopped) {
  const Surface zero_on_one_side = [](double a, double b) { return a < 0.1 ? 0.0 : std::fabs(a - b); };
  for (const Index most : {0, 1, 40, 103, 300}) {
    const Picture p = draw(zero_on_one_side, 1e-6, 51, 51, most);
    const Matrix truth = whole(p.grid, zero_on_one_side);

    EXPECT_FALSE(p.refinement.is_complete);
    EXPECT_EQ(std::count(p.grid.is_known.begin(), p.grid.is_known.end(), char{1}), most);
    EXPECT_GT(p.refinement.error, 1e-6);
    for (std::size_t k = 0; k < truth.flat().size(); ++k)
      if (p.grid.is_known[k]) {
        EXPECT_EQ(p.grid.layers[0].flat()[k], truth.flat()[k]);
      }
    const auto shown = p.grid.layers[0].flat();
    if (most < 20) {
      EXPECT_EQ(std::count_if(shown.begin(), shown.end(), [](double v) { return !std::isnan(v); }), most);
    }
  }
}

TEST(AdaptivePicture, is_nowhere_lower_than_a_value_that_was_computed) {
  const Surface narrow = [](double a, double b) { return 1e4 * std::pow(a * a + b * b, 3) + std::sqrt(std::pow(a - 0.03, 2) + b * b); };
  for (const double tol : {1e-1, 1e-2, 1e-3})
    for (const auto& [name, f] : {Named{"narrow", narrow}, Named{"bowl", [](double a, double b) { return std::pow(a - 0.22, 2) + std::pow(b + 0.35, 2); }}}) {
      const Picture p = draw(f, tol);
      double shown = infinity, known = infinity;
      for (std::size_t k = 0; k < p.grid.is_known.size(); ++k) {
        shown = std::fmin(shown, p.grid.layers[0].flat()[k]);
        if (p.grid.is_known[k]) known = std::fmin(known, p.grid.layers[0].flat()[k]);
      }
      EXPECT_EQ(shown, known) << name;
    }
}

TEST(AdaptivePicture, of_a_line_is_refined_where_it_bends) {
  const Picture smooth = draw([](double a, double) { return std::cos(2 * a); }, 1e-3, 101, 1), kink = draw([](double a, double) { return std::fabs(a - 0.237); }, 1e-3, 101, 1);

  EXPECT_LE(smooth.evaluations, 30);
  EXPECT_LE(smooth.true_error, 1e-3);
  EXPECT_LE(kink.evaluations, 40);
  EXPECT_LE(kink.true_error, 2e-3);
}

TEST(AdaptivePicture, refines_for_every_layer_by_its_own_spread) {
  SampledGrid grid = empty_grid(even(51), even(51), 2);
  Index evaluations = 0;
  const auto evaluate = [&](std::span<const GridNode> nodes) {
    for (const GridNode node : nodes) {
      const double a = grid.row_coordinates[static_cast<std::size_t>(node.row)], b = grid.column_coordinates[static_cast<std::size_t>(node.column)];
      grid.layers[0](node.row, node.column) = 1e6 * (a * a + b * b);
      grid.layers[1](node.row, node.column) = 1e-6 * std::fabs(a - 0.3);
      grid.is_known[static_cast<std::size_t>(node.row + node.column * 51)] = 1;
      ++evaluations;
    }
    return true;
  };

  const Refinement refinement = refine(grid, {25, 25}, 1e-3, evaluate);

  EXPECT_TRUE(refinement.is_complete);
  EXPECT_GT(evaluations, 300);
  for (Index j = 0; j < 51; ++j)
    for (Index i = 0; i < 51; ++i) EXPECT_NEAR(grid.layers[1](i, j), 1e-6 * std::fabs(grid.row_coordinates[static_cast<std::size_t>(i)] - 0.3), 4e-9);
}

}  // namespace
}  // namespace nadir
