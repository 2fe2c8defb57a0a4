// Orthogonal starts make the convergence of deep linear networks independent of depth; Gaussian starts do not
// [HuXiaoPennington2020].
#include <algorithm>
#include <cmath>
#include <string>

#include "nadir/driver/reproduce/claims.hpp"
#include "nadir/driver/reproduce/row.hpp"
#include "nadir/driver/reproduce/wide_network.hpp"

namespace nadir {
namespace {

constexpr Index width = 128;
constexpr int num_steps = 500;

// Values are half the squared residuals; their least is 0.
double value_ratio(const std::vector<double>& residuals) {
  const double r = residuals.back() / residuals.front();
  return r * r;
}

// l(t) <= rate^t l(0) at how many of the steps; `floor` is where rounding hides the decrease.
std::int64_t steps_within(const std::vector<double>& residuals, double rate, double floor) {
  std::int64_t count = 0;
  double bound = 1.0;
  for (const double r : residuals) {
    const double ratio = r / residuals.front();
    count += ratio * ratio <= std::max(bound, floor);
    bound *= rate;
  }
  return count;
}

Reproduction run(std::uint64_t seed) {
  const WideData data = wide_data(seed);
  const double rate = 1.0 - 1.0 / (4.0 * data.condition);
  Reproduction result;
  for (const std::size_t depth : {3, 10, 30, 100}) {
    const std::string name = "L = " + std::to_string(depth);
    const WideNetwork network(data, depth, width);
    const double step = 10.0 / (2.0 * static_cast<double>(depth) * data.largest * data.largest);
    Random random(seed, depth);
    const std::vector<double> orthogonal = network.residuals(network.orthogonal_start(random), step, 0.0, num_steps);
    result.rows.push_back(always_row("orthogonal, " + name + ": steps within the rate", "l(t) <= (1 - 1/(4 kappa))^t l(0)",
                                     steps_within(orthogonal, rate, 1e-24), num_steps + 1));
    result.rows.push_back(at_most_row("orthogonal, " + name + ": l(500)/l(0)", 1e-10, value_ratio(orthogonal), "independent program"));
    if (depth != 100) continue;
    const double gaussian = value_ratio(network.residuals(network.gaussian_start(random), step, 0.0, num_steps));
    result.rows.push_back(at_least_row("Gaussian, " + name + ": l(500)/l(0)", 1e-3, std::isnan(gaussian) ? HUGE_VAL : gaussian, "independent program"));
  }
  return result;
}

}  // namespace

PublishedClaim hu_2020() {
  return {"hu-2020", "Hu, Xiao, Pennington 2020, theorem 4.1 (orthogonal starts); their figures at full size are not rerun",
          "d_in 16, d_out 10, 32 samples, width 128, step d_out/(2 L |X|^2), depths 3 to 100: the theorem's rate at every step, and how far "
          "500 steps get; a Gaussian start at depth 100 beside it",
          run};
}

}  // namespace nadir
