// Pictures of a network's loss depend on the scale of its layers, unless random directions are normalised by filters
// [LiXuTaylorStuderGoldstein2018].
#include <algorithm>
#include <cmath>
#include <string>

#include "nadir/base/random.hpp"
#include "nadir/driver/reproduce/claims.hpp"
#include "nadir/driver/reproduce/row.hpp"
#include "nadir/landscape/slice.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/network.hpp"
#include "nadir/problems/network/starts.hpp"

namespace nadir {
namespace {

constexpr int num_networks = 10;
constexpr Index num_inputs = 10, num_outputs = 3, num_samples = 50, num_points = 15;
constexpr double first_scale = 10.0, second_scale = 1.0 / 7.0;
constexpr double same = 1e-9;  // of the spread of values: pictures that differ by rounding alone
constexpr double far = 1.0;    // a difference as large as the whole spread

NetworkOptions options_of(std::uint64_t seed, std::uint64_t number) {
  Random random(seed, 50 + number);
  NetworkOptions options;
  Matrix X(num_inputs, num_samples), Y(num_outputs, num_samples);
  random.fill_normal(X.flat());
  random.fill_normal(Y.flat());
  options.x.values = std::move(X);
  options.y.values = std::move(Y);
  options.hidden = {16, 12};
  options.activation = "relu";
  return options;
}

// W_l and b_l times `factor`, W_{l+1} divided by it: the same function.
void rescale_layer(const NetworkData& data, std::size_t l, double factor, Point& point) {
  const auto flat = [&](std::size_t block) { return std::span<double>(point.block(block).data, static_cast<std::size_t>(point.block(block).size())); };
  scale(factor, flat(data.weight_block(l)));
  scale(factor, flat(data.bias_block(l)));
  scale(1.0 / factor, flat(data.weight_block(l + 1)));
}

Matrix picture(const Network& network, const Point& point, Normalisation normalisation, std::uint64_t seed) {
  const RandomDirections options{.normalisation = normalisation, .biases = bias_blocks(point.layout), .seed = seed};
  const auto directions = random_directions(point.layout, point.values, 2, options);
  return examine_slice(network, point.values, directions, {.counts = {num_points, num_points}}).layers[0].values;
}

// The largest difference of two pictures, relative to the spread of the first.
double difference(const Matrix& a, const Matrix& b) {
  const auto [low, high] = std::minmax_element(a.flat().begin(), a.flat().end());
  double most = 0.0;
  for (std::size_t k = 0; k < a.flat().size(); ++k) most = std::fmax(most, std::fabs(a.flat()[k] - b.flat()[k]));
  return most / (*high - *low);
}

struct Tally {
  std::int64_t agree = 0, differ = 0;
  double least = INFINITY, most = 0.0;

  void take(double d) {
    agree += d <= same;
    differ += d >= far;
    least = std::fmin(least, d);
    most = std::fmax(most, d);
  }
};

void add_networks(std::uint64_t seed, Reproduction& result) {
  Tally by_filter, by_layer, by_none;
  double change = 0.0;
  for (std::uint64_t i = 0; i < num_networks; ++i) {
    const NetworkOptions options = options_of(seed, i);
    const Network network(read_network_data(options));
    const Point point = network_start(network, "random", seed, i);
    Point scaled = point;
    rescale_layer(network.data(), 0, first_scale, scaled);
    rescale_layer(network.data(), 1, second_scale, scaled);
    change = std::fmax(change, std::fabs(network.value(scaled.values) / network.value(point.values) - 1.0));
    for (auto [normalisation, tally] : {std::pair(Normalisation::filter, &by_filter), std::pair(Normalisation::layer, &by_layer), std::pair(Normalisation::none, &by_none)})
      tally->take(difference(picture(network, point, normalisation, seed + i), picture(network, scaled, normalisation, seed + i)));
  }
  result.rows.push_back(at_most_row("relu 10-16-12-3, layers rescaled by 10 and 1/7: the loss, relative difference", 1e-12, change, "exact but for rounding"));
  result.rows.push_back(always_row("normalised by filters: the picture does not change", "all", by_filter.agree, num_networks));
  result.rows.push_back(at_most_row("the same: largest difference over the spread of values", same, by_filter.most, "exact but for rounding"));
  result.rows.push_back(always_row("not normalised: the picture changes by more than its spread", "all", by_none.differ, num_networks));
  result.rows.push_back(at_least_row("the same: least difference over the spread of values", far, by_none.least, "of these networks"));
  result.rows.push_back(always_row("normalised by whole layers: the picture does not change either", "all", by_layer.agree, num_networks));
}

void add_example(Reproduction& result) {
  Layout layout;
  layout.add("W1", 2, 2);
  const Vector point{3, 0, 4, 5};  // W = [3 4; 0 5]
  const Vector filter = random_directions(layout, point, 1, {.normalisation = Normalisation::filter})[0].step;
  const Vector layer = random_directions(layout, point, 1, {.normalisation = Normalisation::layer})[0].step;
  result.rows.push_back(close_row("W = [3 4; 0 5]: length of the first filter of a direction", 5.0, std::hypot(filter[0], filter[2]), 1e-14, "closed form"));
  result.rows.push_back(close_row("the same: of the second", 5.0, std::hypot(filter[1], filter[3]), 1e-14, "closed form"));
  result.rows.push_back(close_row("by whole layers: of both together", std::sqrt(50.0), norm(layer), 1e-14, "closed form"));
}

Reproduction run(std::uint64_t seed) {
  Reproduction result;
  add_example(result);
  add_networks(seed, result);
  return result;
}

}  // namespace

PublishedClaim li_2018() {
  return {"li-2018-filter-normalisation", "Li, Xu, Taylor, Studer, Goldstein 2018, Visualizing the loss landscape of neural nets, sections 3 and 4",
          "pictures of relu networks before and after layers are rescaled, which leaves the function as it is: unchanged with filter normalisation (to 1e-9 of the "
          "spread), changed by more than the spread without",
          run};
}

}  // namespace nadir
