#include "nadir/driver/reproduce/trained_students.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/starts.hpp"
#include "nadir/solvers/lbfgs.hpp"
#include "nadir/solvers/minimise.hpp"

namespace nadir {
namespace {

constexpr Index inputs = 10, teacher_width = 8, outputs = 2, samples = 500;
constexpr double weight_decay = 1e-3;
constexpr std::int64_t iterations = 600;

NetworkOptions taught(Index width, std::uint64_t seed) {
  Random random(seed, 17);
  Matrix X(inputs, samples), W1(teacher_width, inputs), W2(outputs, teacher_width);
  random.fill_normal(X.flat());
  random.fill_normal(W1.flat());
  random.fill_normal(W2.flat());
  Matrix hidden = product(W1, X);
  for (double& z : hidden.flat()) z = std::fmax(0.0, z) / std::sqrt(static_cast<double>(inputs));
  NetworkOptions options;
  options.y.values = product(W2, hidden);
  options.x.values = std::move(X);
  options.hidden = {width};
  options.activation = "relu";
  options.weight_decay = weight_decay;
  return options;
}

Point trained(const Network& network, std::uint64_t seed, std::uint64_t index) {
  Point point = network_start(network, "random", seed, index);
  const std::unique_ptr<Solver> solver = make_lbfgs();
  point.values = minimise(*solver, network, point.values, seed, {.max_iterations = iterations}).point;
  return point;
}

}  // namespace

TrainedStudents::TrainedStudents(Index width, std::uint64_t seed)
    : options_(taught(width, seed)), network_(read_network_data(options_)), first_(trained(network_, seed, 0)), second_(trained(network_, seed, 1)) {}

}  // namespace nadir
