// Heavy-ball momentum trains deep linear networks at the rate 1 - O(1/sqrt(kappa)) [WangLinAbernethy2021].
#include <algorithm>
#include <cmath>
#include <string>

#include "nadir/driver/reproduce/claims.hpp"
#include "nadir/driver/reproduce/row.hpp"
#include "nadir/driver/reproduce/wide_network.hpp"

namespace nadir {
namespace {

constexpr Index width = 256;
constexpr int num_steps = 300;

// |(xi_t, xi_t-1)| <= 8 sqrt(kappa) (1 - 1/(4 sqrt(kappa)))^t |(xi_0, xi_0)|: at how many steps.
std::int64_t steps_within(const std::vector<double>& residuals, double condition) {
  const double root = std::sqrt(condition), start = std::sqrt(2.0) * residuals.front();
  std::int64_t count = 0;
  double bound = 8.0 * root * start;
  for (std::size_t t = 0; t < residuals.size(); ++t) {
    count += std::hypot(residuals[t], residuals[t == 0 ? 0 : t - 1]) <= bound;
    bound *= 1.0 - 1.0 / (4.0 * root);
  }
  return count;
}

// Relative to the start; NaN where the descent overflowed before.
double after(const std::vector<double>& residuals, std::size_t steps) {
  return steps < residuals.size() ? residuals[steps] / residuals.front() : std::nan("");
}

Reproduction run(std::uint64_t seed) {
  const WideData data = wide_data(seed);
  const double root = std::sqrt(data.condition);
  const double beta = (1.0 - 1.0 / (2.0 * root)) * (1.0 - 1.0 / (2.0 * root));
  Reproduction result;
  for (const std::size_t depth : {5, 20, 50}) {
    const std::string name = "L = " + std::to_string(depth);
    const WideNetwork network(data, depth, width);
    const double step = 10.0 / (static_cast<double>(depth) * data.largest * data.largest);
    Random random(seed, depth);
    const Vector start = network.orthogonal_start(random);
    const std::vector<double> momentum = network.residuals(start, step, beta, num_steps);
    result.rows.push_back(always_row(name + ": steps within the rate", "8 sqrt(kappa) (1 - 1/(4 sqrt(kappa)))^t", steps_within(momentum, data.condition), num_steps + 1));
    if (depth != 20) continue;
    // Plain gradient descent takes the step that its own theory allows [HuXiaoPennington2020, Thm 4.1].
    const std::vector<double> plain = network.residuals(start, step / 2.0, 0.0, num_steps);
    for (const std::size_t t : {200, 300})
      result.rows.push_back({name + ", residual after " + std::to_string(t) + " steps", "lower with momentum than without",
                             number_text(after(momentum, t)) + " against " + number_text(after(plain, t)), after(momentum, t) < after(plain, t)});
  }
  return result;
}

}  // namespace

PublishedClaim wang_2021() {
  return {"wang-2021", "Wang, Lin, Abernethy 2021, deep linear networks: the accelerated rate of Polyak's momentum",
          "d_in 16, d_out 10, 32 samples, width 128, orthogonal start, step d_out/(L |X|^2), beta (1 - 1/(2 sqrt(kappa)))^2, depths 5, 20, 50: the "
          "rate at every one of 300 steps, and gradient descent with half the step beside it",
          run};
}

}  // namespace nadir
