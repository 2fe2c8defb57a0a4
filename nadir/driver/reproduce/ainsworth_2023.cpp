// Networks from two starts, after their hidden units were matched, are joined by the straight line [Ainsworth2023].
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "nadir/base/random.hpp"
#include "nadir/driver/reproduce/claims.hpp"
#include "nadir/driver/reproduce/row.hpp"
#include "nadir/driver/reproduce/trained_students.hpp"
#include "nadir/landscape/find_path.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/alignment.hpp"
#include "nadir/problems/network/starts.hpp"

namespace nadir {
namespace {

constexpr int num_copies = 20, num_pairs = 3;
constexpr Index num_inputs = 10, num_units = 64, num_outputs = 3, num_samples = 50;
constexpr double noise_share = 0.3, weight_decay = 1e-3;
constexpr const char* independent = "independent program";

std::vector<Index> shuffled(Index n, Random& random) {
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  for (Index i = n; i-- > 1;) std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(random.index(i + 1))]);
  return order;
}

// The hidden units of every layer in another order.
Point permuted(const NetworkData& data, const Point& point, Random& random) {
  Point result = point;
  for (std::size_t l = 0; l + 1 < data.num_layers(); ++l) {
    const Point old = result;
    const std::size_t in = data.weight_block(l), bias = data.bias_block(l), out = data.weight_block(l + 1);
    const std::vector<Index> order = shuffled(data.widths[l + 1], random);
    for (Index i = 0; i < std::ssize(order); ++i) {
      const Index k = order[static_cast<std::size_t>(i)];
      for (Index j = 0; j < old.block(in).cols; ++j) result.block(in)(i, j) = old.block(in)(k, j);
      result.block(bias)(i, 0) = old.block(bias)(k, 0);
      for (Index j = 0; j < old.block(out).rows; ++j) result.block(out)(j, i) = old.block(out)(j, k);
    }
  }
  return result;
}

NetworkOptions deep_options(std::uint64_t seed) {
  Random random(seed, 3);
  NetworkOptions options;
  Matrix X(num_inputs, num_samples), Y(num_outputs, num_samples);
  random.fill_normal(X.flat());
  random.fill_normal(Y.flat());
  options.x.values = std::move(X);
  options.y.values = std::move(Y);
  options.hidden = {num_units, num_units};
  options.activation = "relu";
  options.weight_decay = weight_decay;  // with it scales are no symmetry, and what is left are permutations
  return options;
}

void add_copies(std::uint64_t seed, Reproduction& result) {
  std::int64_t found = 0, found_with_noise = 0;
  double most = 0.0;
  for (std::uint64_t i = 0; i < num_copies; ++i) {
    const NetworkOptions options = deep_options(seed);
    const Network network(read_network_data(options));
    const Point point = network_start(network, "random", seed, i);
    Random random(seed, 1000 + i);
    const Point copy = permuted(network.data(), point, random);
    found += aligned_network(network.data(), copy, point)->point.values == point.values;
    most = std::fmax(most, std::fabs(network.value(copy.values) / network.value(point.values) - 1.0));
    Point noisy = point;
    for (std::size_t b = 0; b < noisy.layout.num_blocks(); ++b) {
      const MatrixView block = noisy.block(b);
      const double size = noise_share * std::sqrt(dot({block.data, static_cast<std::size_t>(block.size())}, {block.data, static_cast<std::size_t>(block.size())}) / static_cast<double>(block.size()));
      for (Index k = 0; k < block.size(); ++k) block.data[k] += size * random.normal();
    }
    found_with_noise += aligned_network(network.data(), permuted(network.data(), noisy, random), point)->point.values == noisy.values;
  }
  result.rows.push_back(equal_row("10-64-64-3 and a permuted copy: every unit found again, of 20", num_copies, found, independent));
  result.rows.push_back(equal_row("the same with weights of the copy changed by 30 %, of 20", num_copies, found_with_noise, independent));
  result.rows.push_back(at_most_row("the copy's loss is the network's, relative difference", 1e-13, most, "exact but for rounding"));
}

void add_students(std::uint64_t seed, Reproduction& result) {
  struct Known {
    Index width;
    double before, after;
  };
  // Barriers of students trained by Adam on 4000 samples of such a teacher.
  for (const Known& known : {Known{32, 0.56, 0.029}, Known{128, 0.61, 0.030}}) {
    double left = 0.0;
    std::int64_t walls = 0;
    for (std::uint64_t i = 0; i < num_pairs; ++i) {
      const TrainedStudents pair(known.width, 100 * seed + i);
      const std::optional<AlignedPoint> moved = aligned_network(pair.problem().data(), pair.second(), pair.first());
      const Path path = find_path(pair.problem(), pair.first().values, pair.second().values, PathAlignment{.label = moved->label, .point = moved->point.values}, {.kinds = {}});
      const double before = path.curves[0].barrier.height_over_line;
      walls += before > 10.0 * std::fmax(path.values[0], path.values[1]);
      left = std::fmax(left, path.curves[1].barrier.height_over_line / before);
    }
    const std::string students = "students of width " + std::to_string(known.width);
    result.rows.push_back(always_row(students + ": a barrier on the line, ten times the loss of either", "all", walls, num_pairs));
    result.rows.push_back(at_most_row(students + ": greatest share of it left after matching", known.after / known.before, left, independent));
  }
}

Reproduction run(std::uint64_t seed) {
  Reproduction result;
  add_copies(seed, result);
  add_students(seed, result);
  return result;
}

}  // namespace

PublishedClaim ainsworth_2023() {
  return {"ainsworth-2023-weight-matching", "Ainsworth, Hayase, Srinivasa 2023, Git Re-Basin: merging models modulo permutation symmetries, section 3.2 and figure 2",
          "weight matching: permuted copies found again exactly, also with noise; barriers between trained students of one teacher before and after "
          "(greatest excess over the line between the ends' losses)",
          run};
}

}  // namespace nadir
