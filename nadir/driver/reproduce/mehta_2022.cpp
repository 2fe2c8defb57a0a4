// Penalised deep linear networks have isolated critical points, and local minima that are not global
// [MehtaChenTangHauenstein2022]: seven small instances, all their real critical points and Morse indices.
//
// L = 1/2 |W_H ... W_1 X - Y|_F^2 + 1/2 sum_l |sqrt(B_l) o W_l|_F^2. The tables of the paper are not rerun. The
// number of complex critical points is an exact count (a Groebner basis modulo 32003); values and indices of the
// real ones were found by two programs independent of this one.
#include <cmath>
#include <string>

#include "nadir/driver/reproduce/claims.hpp"
#include "nadir/driver/reproduce/real_critical_points.hpp"
#include "nadir/driver/reproduce/row.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr int num_starts = 3000;
constexpr double value_tol = 1e-6;  // values are given to six decimals

struct Level {
  double value;
  Index index;
  std::int64_t count;
};

struct Instance {
  std::string name;
  std::vector<Index> widths;
  Matrix X, Y;
  std::vector<Matrix> penalty;
  std::int64_t num_complex;
  std::vector<Level> levels;
  std::int64_t num_spurious;
};

Matrix M(const std::vector<std::vector<double>>& rows) { return Matrix::from_rows(rows); }

std::vector<Instance> instances() {
  const Matrix one = M({{1}}), half = M({{0.5}}), three = M({{3}}), I = Matrix::identity(2), S = M({{3, 1}, {1, 2}});
  return {
      {"R1 (1,1,1)", {1, 1, 1}, one, M({{2}}), {M({{0.25}}), one}, 5, {{0.875, 0, 2}, {2, 1, 1}}, 0},
      {"R2 (1,1,1,1)", {1, 1, 1, 1}, one, three, {half, half, half}, 17, {{1.497417, 0, 4}, {4.5, 0, 1}, {4.506955, 1, 4}}, 1},
      {"R3 (2,1,2)", {2, 1, 2}, I, S, {M({{0.5, 0.3}}), M({{0.2}, {0.7}})}, 17, {{2.254141, 0, 2}, {7.059283, 1, 2}, {7.5, 2, 1}}, 0},
      {"R4 (1,2,2)", {1, 2, 2}, one, M({{2}, {3}}), {M({{0.3}, {0.7}}), M({{0.2, 0.9}, {0.6, 0.4}})}, 33, {{1.282194, 0, 2}, {2.024264, 1, 2}, {6.5, 2, 1}}, 0},
      {"R5 (2,2,2)", {2, 2, 2}, I, S, {M({{0.3, 0.7}, {0.5, 0.2}}), M({{0.4, 0.6}, {0.8, 0.1}})}, 225,
       {{1.325804, 0, 4}, {2.397124, 1, 2}, {2.464108, 1, 2}, {2.582195, 1, 4}, {2.590963, 2, 4}, {6.887281, 2, 2}, {7.232629, 3, 2}, {7.5, 4, 1}}, 0},
      {"R6 (1,1,1,1,1)", {1, 1, 1, 1, 1}, one, three, {half, half, half, half}, 49, {{1.688158, 0, 8}, {4.5, 0, 1}, {4.583726, 1, 8}}, 1},
      {"R7 (1,1,2,1)", {1, 1, 2, 1}, one, three, {M({{0.3}}), M({{0.5}, {0.2}}), M({{0.4, 0.6}})}, 33,
       {{1.003326, 0, 4}, {1.183450, 1, 4}, {4.5, 0, 1}, {4.502001, 1, 4}, {4.503336, 2, 4}}, 1},
  };
}

// f is the mean over samples: the same critical points for penalties divided by their number.
NetworkInstance network(const Instance& i) {
  std::vector<Matrix> penalty = i.penalty;
  for (Matrix& B : penalty) scale(1.0 / static_cast<double>(i.X.cols()), B.flat());
  return {i.X, i.Y, i.widths, std::move(penalty)};
}

std::int64_t num_real(const Instance& i) {
  std::int64_t sum = 0;
  for (const Level& level : i.levels) sum += level.count;
  return sum;
}

// How many of the expected points were found: of their value and with their index proved.
std::int64_t num_matched(const Instance& i, const std::vector<RealCriticalPoint>& found, double num_samples) {
  std::int64_t matched = 0;
  for (const Level& level : i.levels) {
    std::int64_t count = 0;
    for (const RealCriticalPoint& c : found) count += std::fabs(num_samples * c.value - level.value) <= value_tol && c.index == level.index;
    matched += std::min(count, level.count);
  }
  return matched;
}

struct Verdicts {
  std::int64_t saddles = 0, minima = 0, spurious = 0;  // proved
};

Verdicts judge_all(const NetworkInstance& net, const std::vector<RealCriticalPoint>& found) {
  Verdicts counts;
  for (const RealCriticalPoint& c : found) {
    const Verdict v = net.judge(c.point, {.better_points = {found.front().point.values}});
    if (v.rigor != Rigor::proved) continue;
    counts.saddles += v.headline == Headline::strict_saddle;
    counts.spurious += v.headline == Headline::spurious_minimum;
    counts.minima += v.headline == Headline::local_minimum || v.headline == Headline::global_minimum || v.headline == Headline::spurious_minimum;
  }
  return counts;
}

std::vector<PublishedRow> compare(const Instance& i, std::uint64_t seed) {
  const NetworkInstance net = network(i);
  const std::vector<RealCriticalPoint> found = find_real_critical_points(net, seed, num_starts);
  std::int64_t proved = 0, minima = 0, euler = 0;
  for (const RealCriticalPoint& c : found) {
    proved += c.index >= 0;
    minima += c.index == 0;
    euler += c.index % 2 == 0 ? 1 : -1;
  }
  const Verdicts verdicts = judge_all(net, found);
  const auto num_found = static_cast<std::int64_t>(found.size());
  return {
      equal_row(i.name + ": real critical points, each proved", num_real(i), proved, "independent programs"),
      at_most_row(i.name + ": real critical points found", static_cast<double>(i.num_complex), static_cast<double>(num_found), "exact count over C"),
      always_row(i.name + ": value and proved index", "as in the independent programs", num_matched(i, found, net.num_samples()), num_real(i)),
      equal_row(i.name + ": sum of (-1)^index", 1, euler, "Morse theory"),
      equal_row(i.name + ": judged strict-saddle, proved", num_found - minima, verdicts.saddles, "the proved indices"),
      equal_row(i.name + ": judged a minimum, proved", minima, verdicts.minima, "the proved indices"),
      equal_row(i.name + ": judged spurious-minimum, proved", i.num_spurious, verdicts.spurious, "independent programs"),
  };
}

Reproduction run(std::uint64_t seed) {
  Reproduction result;
  for (const Instance& i : instances())
    for (PublishedRow& row : compare(i, seed)) result.rows.push_back(std::move(row));
  return result;
}

}  // namespace

PublishedClaim mehta_2022() {
  return {"mehta-2022", "Mehta, Chen, Tang, Hauenstein 2022, abstract: with generic penalties critical points are isolated, and some minima are not global",
          "seven small instances with entrywise penalties, 3000 Newton starts each: the number of real critical points, values to 1e-6, Morse "
          "indices, and the judge's verdicts; every point and index proved by the Newton-Kantorovich theorem",
          run};
}

}  // namespace nadir
