#include "nadir/figure/contour.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <utility>

namespace nadir::figures {
namespace {

// An edge of the grid: from node (i, j) to the next in x, or in y. Two edges are the same exactly where the numbers are.
struct Edge {
  std::size_t i = 0, j = 0;
  bool is_along_y = false;
  auto operator<=>(const Edge&) const = default;
};

using Segment = std::pair<Edge, Edge>;

Spot crossing(const GridValues& g, const Edge& e, double level) {
  const double a = g.at(e.i, e.j), b = e.is_along_y ? g.at(e.i, e.j + 1) : g.at(e.i + 1, e.j);
  const double t = std::clamp((level / 4 - a / 4) / (b / 4 - a / 4), 0.0, 1.0);
  return e.is_along_y ? Spot{g.x[e.i], g.y[e.j] + t * (g.y[e.j + 1] - g.y[e.j])} : Spot{g.x[e.i] + t * (g.x[e.i + 1] - g.x[e.i]), g.y[e.j]};
}

// The value at the saddle point of the bilinear function, for corners a, b, c, d in turn around the cell.
double saddle_value(double a, double b, double c, double d) {
  const double scale = std::max({std::fabs(a), std::fabs(b), std::fabs(c), std::fabs(d)});
  if (scale == 0.0) return 0.0;
  a /= scale, b /= scale, c /= scale, d /= scale;
  return scale * ((a * c - b * d) / (a + c - b - d));
}

void add_segments(const GridValues& g, std::size_t i, std::size_t j, double level, std::vector<Segment>& segments) {
  const double a = g.at(i, j), b = g.at(i + 1, j), c = g.at(i + 1, j + 1), d = g.at(i, j + 1);
  if (!std::isfinite(a) || !std::isfinite(b) || !std::isfinite(c) || !std::isfinite(d)) return;
  // Sides in turn: from a to b, b to c, d to c, a to d.
  const Edge sides[4] = {{i, j, false}, {i + 1, j, true}, {i, j + 1, false}, {i, j, true}};
  const bool above[4] = {a >= level, b >= level, c >= level, d >= level};
  std::vector<Edge> crossed;
  for (int k = 0; k < 4; ++k)
    if (above[k] != above[(k + 1) % 4]) crossed.push_back(sides[k]);
  if (crossed.size() == 2) segments.emplace_back(crossed[0], crossed[1]);
  if (crossed.size() != 4) return;
  // Lines cut off the corners whose sign the saddle has not: those at b and d, or those at a and c.
  const bool joins_a_and_c = (saddle_value(a, b, c, d) >= level) == above[0];
  if (joins_a_and_c) segments.insert(segments.end(), {{sides[0], sides[1]}, {sides[2], sides[3]}});
  else segments.insert(segments.end(), {{sides[3], sides[0]}, {sides[1], sides[2]}});
}

// Chains segments that share an edge. Every edge has at most two segments.
class Chains {
 public:
  explicit Chains(const std::vector<Segment>& segments) : segments_(segments), is_used_(segments.size(), false) {
    for (std::size_t k = 0; k < segments.size(); ++k) {
      at_[segments[k].first].push_back(k);
      at_[segments[k].second].push_back(k);
    }
  }

  std::vector<std::vector<Edge>> all() {
    std::vector<std::vector<Edge>> chains;
    // Open lines from their ends first; what is left is closed.
    for (const auto& [edge, members] : at_)
      if (members.size() == 1 && !is_used_[members[0]]) chains.push_back(from(edge));
    for (std::size_t k = 0; k < segments_.size(); ++k)
      if (!is_used_[k]) chains.push_back(from(segments_[k].first));
    return chains;
  }

 private:
  std::vector<Edge> from(Edge edge) {
    std::vector<Edge> chain{edge};
    for (bool goes_on = true; goes_on;) {
      goes_on = false;
      for (const std::size_t k : at_[edge]) {
        if (is_used_[k]) continue;
        is_used_[k] = goes_on = true;
        edge = segments_[k].first == edge ? segments_[k].second : segments_[k].first;
        chain.push_back(edge);
        break;
      }
    }
    return chain;
  }

  const std::vector<Segment>& segments_;
  std::vector<bool> is_used_;
  std::map<Edge, std::vector<std::size_t>> at_;
};

// The cell of a sorted axis that holds x, and how far into it x lies; false outside.
bool locate(std::span<const double> axis, double x, std::size_t& cell, double& share) {
  if (axis.size() < 2 || !(x >= axis.front() && x <= axis.back())) return false;
  const auto above = std::upper_bound(axis.begin(), axis.end(), x);
  cell = std::min(static_cast<std::size_t>(above - axis.begin()), axis.size() - 1) - 1;
  const double width = axis[cell + 1] - axis[cell];
  share = width > 0 ? std::clamp((x - axis[cell]) / width, 0.0, 1.0) : 0.0;
  return true;
}

}  // namespace

std::vector<std::vector<Spot>> contour_lines(const GridValues& grid, double level) {
  std::vector<Segment> segments;
  for (std::size_t i = 0; i + 1 < grid.x.size(); ++i)
    for (std::size_t j = 0; j + 1 < grid.y.size(); ++j) add_segments(grid, i, j, level, segments);
  std::vector<std::vector<Spot>> lines;
  for (const std::vector<Edge>& chain : Chains(segments).all()) {
    std::vector<Spot> line;
    for (const Edge& edge : chain) line.push_back(crossing(grid, edge, level));
    lines.push_back(std::move(line));
  }
  return lines;
}

double interpolated(const GridValues& grid, double x, double y) {
  std::size_t i = 0, j = 0;
  double s = 0.0, t = 0.0, sum = 0.0;
  if (!locate(grid.x, x, i, s) || !locate(grid.y, y, j, t)) return std::numeric_limits<double>::quiet_NaN();
  const double weights[4] = {(1 - s) * (1 - t), s * (1 - t), (1 - s) * t, s * t};
  const double corners[4] = {grid.at(i, j), grid.at(i + 1, j), grid.at(i, j + 1), grid.at(i + 1, j + 1)};
  for (int k = 0; k < 4; ++k)
    if (weights[k] > 0) sum += std::isfinite(corners[k]) ? weights[k] * corners[k] : std::numeric_limits<double>::quiet_NaN();
  return sum;
}

std::vector<double> contour_levels(double low, double high, bool is_log, int count) {
  std::vector<double> levels;
  if (!(low < high) || !std::isfinite(low) || !std::isfinite(high)) return levels;
  const auto keep = [&](double x) { if (x > low && x < high) levels.push_back(x); };
  if (!is_log) {
    const double raw = (high / 4 - low / 4) / count * 4, unit = std::pow(10.0, std::floor(std::log10(raw)));
    const double step = unit * (raw > 5 * unit ? 10 : raw > 2 * unit ? 5 : raw > unit ? 2 : 1);
    if (!(step > 0) || !(std::fabs(low / step) < 1e15) || !(std::fabs(high / step) < 1e15)) return levels;
    for (double k = std::ceil(low / step); k <= std::floor(high / step); ++k) keep(k * step);
    return levels;
  }
  const double decades = std::log10(high) - std::log10(low);
  const int stride = std::max(1, static_cast<int>(std::ceil(decades / count)));
  const int first = static_cast<int>(std::floor(std::log10(low))), last = static_cast<int>(std::ceil(std::log10(high)));
  for (int k = first; k <= last; ++k) {
    if (k % stride == 0) keep(std::pow(10.0, k));
    if (3 * decades <= count) keep(2 * std::pow(10.0, k)), keep(5 * std::pow(10.0, k));
  }
  return levels;
}

}  // namespace nadir::figures
