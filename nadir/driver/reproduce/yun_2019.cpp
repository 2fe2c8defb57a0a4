// Networks with one hidden layer and any small nonlinearity have spurious local minima [YunSraJadbabaie2019b].
#include <cmath>
#include <string>
#include <vector>

#include "nadir/base/random.hpp"
#include "nadir/driver/reproduce/claims.hpp"
#include "nadir/driver/reproduce/row.hpp"
#include "nadir/problems/network/constructions.hpp"
#include "nadir/problems/network/judge.hpp"

namespace nadir {
namespace {

constexpr int num_instances = 40;
constexpr int num_perturbations = 20000;

struct Instance {
  NetworkOptions options;

  Instance(Matrix X, Matrix Y, Index width, std::string activation, double negative_slope = 0.01) {
    options.x.values = std::move(X);
    options.y.values = std::move(Y);
    options.hidden = {width};
    options.activation = std::move(activation);
    options.negative_slope = negative_slope;
  }
  // Half the sum of squares, as the work counts.
  double risk(const Network& problem, const Vector& x) const { return problem.value(x) * static_cast<double>(options.x.values.cols()); }
};

Vector flat(const TwoLayerPoint& p) {
  Vector x;
  for (const Matrix* block : {&p.W1, &p.b1, &p.W2, &p.b2}) x.insert(x.end(), block->flat().begin(), block->flat().end());
  return x;
}

Verdict judge_with(const Network& problem, const Vector& x, const Vector& better) {
  Point point(problem.layout());
  point.values = x;
  JudgeOptions options;
  options.better_points = {better};
  return judge_network(problem, point, options).verdict;
}

// Theorem 1 on Gaussian data: relu and a leaky relu, one to three inputs, two to four units.
PublishedRow random_instances(std::uint64_t seed) {
  Random random(seed);
  std::int64_t held = 0;
  for (int i = 0; i < num_instances; ++i) {
    const Index d = 1 + random.index(3), n = d + 4 + random.index(8), width = 2 + random.index(3);
    const KinkSlopes slopes = i % 2 == 0 ? KinkSlopes{1.0, 0.0} : KinkSlopes{1.0, 0.5};
    Matrix X(d, n), y(1, n);
    random.fill_normal(X.flat());
    random.fill_normal(y.flat());
    const SpuriousMinimum p = make_piecewise_linear_minimum(X, y, width, slopes);
    const Instance instance(X, y, width, i % 2 == 0 ? "relu" : "leaky-relu", slopes.minus);
    const Verdict v = judge_with(Network(read_network_data(instance.options)), flat(p.minimum), flat(p.better));
    held += v.headline == Headline::spurious_minimum && v.rigor == Rigor::proved;
  }
  return always_row("theorem 1: constructed points judged spurious-minimum, proved", "all", held, num_instances);
}

void add_line(Reproduction& result) {
  const Instance line(Matrix::from_rows({{0, 1, 2}}), Matrix::from_rows({{0, 0, 1}}), 2, "relu");
  const Network problem(read_network_data(line.options));
  const SpuriousMinimum p = make_piecewise_linear_minimum(line.options.x.values, line.options.y.values, 2, {1.0, 0.0});
  result.rows.push_back(close_row("theorem 1, x = (0, 1, 2), y = (0, 0, 1): risk of the minimum", 1.0 / 12, line.risk(problem, flat(p.minimum)), 1e-12, "closed form"));
  result.rows.push_back(close_row("the same: risk of the better point", 7.0 / 108, line.risk(problem, flat(p.better)), 1e-12, "closed form"));
}

// How many random perturbations do not lower the value by more than rounding.
std::int64_t harmless_perturbations(const Network& problem, const Vector& x, Random& random) {
  const double here = problem.value(x);
  std::int64_t count = 0;
  for (int i = 0; i < num_perturbations; ++i) {
    Vector there = x;
    const double size = std::pow(10.0, -1.0 - 2.0 * random.uniform());
    for (double& v : there) v += size * random.normal();
    count += problem.value(there) >= here - 1e-15;
  }
  return count;
}

void add_three_points(std::uint64_t seed, Reproduction& result) {
  const SmallExample e = three_points();
  const Instance smooth(e.X, e.Y, 2, "sigmoid"), kinked(e.X, e.Y, 2, "relu");
  const Network sigmoid(read_network_data(smooth.options)), relu(read_network_data(kinked.options));
  const Vector minimum = flat(make_sigmoid_minimum());
  const SpuriousMinimum pair = make_relu_minimum_of_three_points();
  Random random(seed, 1);
  result.rows.push_back(close_row("theorem 2, sigmoid: risk of the local minimum", 1.0 / 3, smooth.risk(sigmoid, minimum), 1e-12));
  result.rows.push_back(always_row("theorem 2, sigmoid: random perturbations", "none lowers the value", harmless_perturbations(sigmoid, minimum, random), num_perturbations));
  result.rows.push_back(close_row("theorem 2, relu: risk of the local minimum", 1.0 / 3, kinked.risk(relu, flat(pair.minimum)), 1e-12));
  result.rows.push_back(always_row("theorem 2, relu: random perturbations", "none lowers the value", harmless_perturbations(relu, flat(pair.minimum), random), num_perturbations));
  const Verdict v = judge_with(relu, flat(pair.minimum), flat(pair.better));
  result.rows.push_back(always_row("theorem 2, relu: judged spurious-minimum, proved", "yes", v.headline == Headline::spurious_minimum && v.rigor == Rigor::proved, 1));
  result.rows.push_back(at_most_row("theorem 2, relu: risk of the better point", 0.0, kinked.risk(relu, flat(pair.better))));
}

Reproduction run(std::uint64_t seed) {
  Reproduction result;
  result.rows.push_back(random_instances(seed));
  add_line(result);
  add_three_points(seed, result);
  return result;
}

}  // namespace

PublishedClaim yun_2019() {
  return {"yun-2018-small-nonlinearities", "Yun, Sra, Jadbabaie 2019, Small nonlinearities in activation functions create bad local minima (arXiv 2018), theorems 1 and 2",
          "two layers: theorem 1's points on random data for relu and leaky relu, each proved a local minimum by the judge with a better point "
          "in hand; theorem 2's three points with the sigmoid and relu",
          run};
}

}  // namespace nadir
