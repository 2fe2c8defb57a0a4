#include "nadir/problems/network/alignment.hpp"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "nadir/linalg/assignment.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr int max_sweeps = 100;
constexpr double least_gain = 1e-12;   // of a sweep, relative to the squared distance and the squared lengths
constexpr int octaves = 8, newton_steps = 30;  // of the search for the best scale
constexpr double newton_tol = 1e-15, most_scale = 1e15;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// How one unit of `point` becomes one of `reference`: incoming weights times sign * scale, outgoing ones times sign / scale.
struct UnitMap {
  double sign = 1.0, scale = 1.0, gain = 0.0;  // gain: what the squared distance falls short of the sum of squared lengths
};

// Squared lengths of a unit's incoming and outgoing weights, and inner products with those of the unit to be met.
struct Pair {
  double in = 0.0, out = 0.0, with_in = 0.0, with_out = 0.0;

  // |c u - u'|^2 + |v / c - v'|^2 without |u'|^2 + |v'|^2.
  double excess(double c) const { return in * c * c - 2.0 * with_in * c + out / (c * c) - 2.0 * with_out / c; }
};

// Where one side is zero, or does not count.
double one_sided_scale(const Pair& p) {
  double c = 1.0;
  if (p.in > 0.0 && p.with_in > 0.0) c = p.with_in / p.in;
  if (p.out > 0.0 && p.with_out > 0.0) c = p.out / p.with_out;
  return c >= 1.0 / most_scale && c <= most_scale ? c : 1.0;
}

// The best c > 0, by Newton's method in log c from the best of some octaves around the balance of both sides.
double best_scale(const Pair& p) {
  if (!(p.in > 0.0) || !(p.out > 0.0)) return one_sided_scale(p);
  const double balance = std::pow(p.out / p.in, 0.25);
  double best = 1.0;
  for (int k = -octaves; k <= octaves; ++k)
    if (const double c = std::ldexp(balance, k); p.excess(c) < p.excess(best)) best = c;
  for (int k = 0; k < newton_steps; ++k) {
    const double a = p.in * best * best, b = p.with_in * best, d = p.out / (best * best), e = p.with_out / best;
    const double slope = 2.0 * (a - b - d + e), bend = 2.0 * (2.0 * a - b + 2.0 * d - e);
    if (!(bend > 0.0)) break;
    const double step = std::fmax(-0.5, std::fmin(0.5, -slope / bend)), moved = best * std::exp(step);
    if (!(p.excess(moved) <= p.excess(best))) break;
    best = moved;
    if (std::fabs(step) < newton_tol) break;
  }
  return best;
}

bool is_odd(const Activation& activation) { return activation.kind == ActivationKind::tanh || activation.kind == ActivationKind::identity; }

// What became of a unit: which one of the point it was, and by what its incoming weights were multiplied.
struct Made {
  Index unit;
  double factor;
};

class Matching {
 public:
  Matching(const NetworkData& data, const Point& point, const Point& reference) : data_(data), b_(point), a_(reference), reference_(reference) {
    shift_outputs(a_, Point(a_.layout));
    shift_outputs(b_, a_);
    forget();
  }

  AlignedPoint run();

 private:
  double squared_distance() const {
    Vector difference = b_.values;
    axpy(-1.0, a_.values, difference);
    return dot(difference, difference);
  }
  void shift_outputs(Point& point, const Point& towards) const;
  void match(std::size_t layer, bool outgoing_counts);
  double climb(double enough);
  UnitMap best_map(std::size_t layer, Pair pair) const;
  void apply(std::size_t layer, const std::vector<Index>& unit, const std::vector<UnitMap>& map);
  std::string label() const;
  void forget();

  const NetworkData& data_;
  Point b_, a_;  // where a number may be added to all outputs, both are compared with that of mean zero
  const Point& reference_;
  std::vector<std::vector<Made>> made_;
};

// Adds to each column of A what gives it the mean of B's.
void shift(MatrixView A, ConstMatrixView B) {
  for (Index j = 0; j < A.cols; ++j) {
    double mean = 0.0;
    for (Index i = 0; i < A.rows; ++i) mean += (B(i, j) - A(i, j)) / static_cast<double>(A.rows);
    for (Index i = 0; i < A.rows; ++i) A(i, j) += mean;
  }
}

void Matching::shift_outputs(Point& point, const Point& towards) const {
  if (!data_.is_cross_entropy) return;
  const std::size_t last = data_.num_layers() - 1;
  if (data_.weight_decay == 0.0) shift(point.block(data_.weight_block(last)), towards.block(data_.weight_block(last)));
  if (data_.has_bias) shift(point.block(data_.bias_block(last)), towards.block(data_.bias_block(last)));
}

UnitMap Matching::best_map(std::size_t layer, Pair pair) const {
  const Activation& activation = data_.activations[layer];
  const bool has_scales = activation.is_homogeneous() && data_.weight_decay == 0.0;
  UnitMap best{1.0, 1.0, -std::numeric_limits<double>::infinity()};
  for (const double sign : {1.0, -1.0}) {
    if (sign < 0.0 && !is_odd(activation)) continue;
    const Pair signed_pair{pair.in, pair.out, sign * pair.with_in, sign * pair.with_out};
    const double scale = has_scales ? best_scale(signed_pair) : 1.0;
    if (const double gain = -signed_pair.excess(scale); gain > best.gain) best = {sign, scale, gain};
  }
  return best;
}

void Matching::match(std::size_t layer, bool outgoing_counts) {
  const std::size_t in = data_.weight_block(layer), out = data_.weight_block(layer + 1);
  const ConstMatrixView in_a = a_.block(in), out_a = a_.block(out), in_b = std::as_const(b_).block(in), out_b = std::as_const(b_).block(out);
  const Index n = in_b.rows;
  Matrix with_in = product(in_a, Op::none, in_b, Op::transpose);
  const Matrix with_out = outgoing_counts ? product(out_a, Op::transpose, out_b, Op::none) : Matrix(n, n);
  std::vector<Pair> own(at(n));
  for (Index k = 0; k < n; ++k) {
    for (Index j = 0; j < in_b.cols; ++j) own[at(k)].in += in_b(k, j) * in_b(k, j);
    if (outgoing_counts) own[at(k)].out = dot({out_b.col(k), at(out_b.rows)}, {out_b.col(k), at(out_b.rows)});
  }
  if (data_.has_bias) {
    const ConstMatrixView bias_a = a_.block(data_.bias_block(layer)), bias_b = std::as_const(b_).block(data_.bias_block(layer));
    for (Index k = 0; k < n; ++k) own[at(k)].in += bias_b(k, 0) * bias_b(k, 0);
    multiply(1.0, bias_a, Op::none, bias_b, Op::transpose, 1.0, with_in);
  }
  Matrix cost(n, n);
  const auto map_of = [&](Index i, Index k) { return best_map(layer, {own[at(k)].in, own[at(k)].out, with_in(i, k), with_out(i, k)}); };
  for (Index k = 0; k < n; ++k)
    for (Index i = 0; i < n; ++i) cost(i, k) = -map_of(i, k).gain;
  if (!all_finite(cost)) return;
  const std::vector<Index> unit = least_assignment(cost);
  std::vector<UnitMap> maps;
  for (Index i = 0; i < n; ++i) maps.push_back(map_of(i, unit[at(i)]));
  apply(layer, unit, maps);
}

void Matching::apply(std::size_t layer, const std::vector<Index>& unit, const std::vector<UnitMap>& maps) {
  const Point old = b_;
  std::vector<Made> now(unit.size());
  const std::size_t in = data_.weight_block(layer), out = data_.weight_block(layer + 1);
  for (Index i = 0; i < std::ssize(unit); ++i) {
    const Index k = unit[at(i)];
    const double incoming = maps[at(i)].sign * maps[at(i)].scale, outgoing = maps[at(i)].sign / maps[at(i)].scale;
    for (Index j = 0; j < old.block(in).cols; ++j) b_.block(in)(i, j) = incoming * old.block(in)(k, j);
    if (data_.has_bias) b_.block(data_.bias_block(layer))(i, 0) = incoming * old.block(data_.bias_block(layer))(k, 0);
    for (Index j = 0; j < old.block(out).rows; ++j) b_.block(out)(j, i) = outgoing * old.block(out)(j, k);
    now[at(i)] = {made_[layer][at(k)].unit, made_[layer][at(k)].factor * incoming};
  }
  made_[layer] = std::move(now);
}

void Matching::forget() {
  made_.assign(data_.num_layers() - 1, {});
  for (std::size_t l = 0; l < made_.size(); ++l)
    for (Index i = 0; i < data_.widths[l + 1]; ++i) made_[l].push_back({i, 1.0});
}

std::string Matching::label() const {
  bool has_reordered = false, has_flipped = false, has_scaled = false;
  for (const std::vector<Made>& layer : made_)
    for (Index i = 0; i < std::ssize(layer); ++i) {
      has_reordered = has_reordered || layer[at(i)].unit != i;
      has_flipped = has_flipped || layer[at(i)].factor < 0.0;
      has_scaled = has_scaled || std::fabs(layer[at(i)].factor) != 1.0;
    }
  std::vector<std::string> parts;
  if (has_reordered) parts.emplace_back("reordered");
  if (has_flipped) parts.emplace_back("with signs changed");
  if (has_scaled) parts.emplace_back("rescaled");
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "hidden units " : ", ") + part;
  if (data_.is_cross_entropy) text += text.empty() ? "outputs shifted" : ", outputs shifted";
  return text.empty() ? "as it is" : text;
}

// Coordinate ascent from b; returns the squared distance that is left.
double Matching::climb(double enough) {
  double least = squared_distance();
  for (int sweep = 0; sweep < max_sweeps; ++sweep) {
    const Point before = b_;
    for (std::size_t l = 0; l + 1 < data_.num_layers(); ++l) match(l, true);
    const double distance = squared_distance(), gain = least - distance;
    if (!(gain > 0.0)) {
      b_ = before;
      break;
    }
    least = distance;
    if (!(gain > enough)) break;
  }
  return least;
}

AlignedPoint Matching::run() {
  const Point start = b_;
  const double enough = least_gain * (dot(a_.values, a_.values) + dot(b_.values, b_.values));
  const double from_start = climb(enough);
  AlignedPoint best{b_, label()};
  if (data_.num_layers() > 2) {  // with one hidden layer the first answer is the best there is
    b_ = start;
    forget();
    for (std::size_t l = 0; l + 1 < data_.num_layers(); ++l) match(l, false);
    if (climb(enough) < from_start) best = {b_, label()};
  }
  shift_outputs(best.point, reference_);
  return best;
}

}  // namespace

std::optional<AlignedPoint> aligned_network(const NetworkData& data, const Point& point, const Point& reference) {
  const auto is_finite = [](const Point& p) { return all_finite(ConstMatrixView(p.values.data(), std::ssize(p.values), 1)); };
  if ((data.num_layers() < 2 && !data.is_cross_entropy) || !is_finite(point) || !is_finite(reference)) return std::nullopt;
  return Matching(data, point, reference).run();
}

}  // namespace nadir
