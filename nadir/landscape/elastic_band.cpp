#include "nadir/landscape/elastic_band.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/landscape/internal/mean_along.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr std::uint64_t displacement_stream = 0x62616e6400000000;
constexpr double first_share = 0.02;     // of the spacing: the longest first move
constexpr double longest_share = 0.3;    // of the spacing: the longest move of a pivot
constexpr double excess_share = 0.1;     // of the range: between two pivots above the line through them
constexpr double range_share = 1e-3;     // of the first range: smaller ranges do not tighten the tolerance further
constexpr double higher_share = 0.05;     // of the range: an earlier band lower by so much is gone back to
constexpr double flat_share = 1e-4;      // of the first range: a top so low above the ends is none
constexpr int num_cycles = 8;               // of relaxing and inserting; the last climbs
constexpr Index probes = 3;              // inside a segment
constexpr std::size_t most_pairs = 10;
constexpr double least_bend = 1e-8;      // cosine of a move and the change of the force along it
constexpr double most_growth = 3.0;      // of the force in a step; more undoes it
constexpr double least_caution = 1e-12;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

std::span<double> column(Matrix& M, Index j) { return {M.col(j), at(M.rows())}; }
std::span<const double> column(const Matrix& M, Index j) { return {M.col(j), at(M.rows())}; }

void require(std::span<const double> a, std::span<const double> b, const ElasticBandOptions& o) {
  if (a.size() != b.size()) throw InputError("the ends of an elastic band", "vectors of one length", std::to_string(a.size()) + " and " + std::to_string(b.size()));
  if (o.pivots < 1) throw InputError("relax_elastic_band pivots", "a number >= 1", std::to_string(o.pivots));
  if (!(o.force_tol > 0.0)) throw InputError("relax_elastic_band force_tol", "a number > 0", std::to_string(o.force_tol));
}

class Relaxation {
 public:
  Relaxation(ProblemRef problem, Matrix points, const ElasticBandOptions& options)
      : problem_(problem), options_(options), x_(std::move(points)), shares_(length_shares(x_)), values_(at(x_.cols())), gradients_(x_.rows(), x_.cols()) {
    values_.front() = problem_.value(column(std::as_const(x_), 0));
    values_.back() = problem_.value(column(std::as_const(x_), last()));
    evaluate();
    first_range_ = range();
  }

  // One cycle of at most so many iterations; true when it converged.
  bool relax(bool climbs, Index most_iterations);
  // Pivots in the middle of segments that hold more than their ends show; false if there was none to insert.
  bool insert();
  // To the band at the end of an earlier cycle, where that was lower: in a winding valley pivots slide apart and the
  // segments between them over its walls.
  void return_to_lowest();
  bool may_go_on() const { return is_finite_ && !is_stopped_ && iterations_ < options_.max_iterations; }
  ElasticBand result(bool is_converged);

 private:
  Index last() const { return x_.cols() - 1; }
  double length() const;
  double range() const;
  Index highest() const { return std::max_element(values_.begin(), values_.end()) - values_.begin(); }
  double scale_of_values() const { return std::fmax(range(), range_share * first_range_); }
  double tolerance() const { return options_.force_tol * scale_of_values() / length(); }
  void evaluate();
  Vector probe();
  Vector tangent(Index i) const;
  Matrix forces(Index climber) const;
  Matrix quasi_newton_step(const Matrix& force) const;
  void remember(const Matrix& before, const Matrix& force_before, const Matrix& force);
  void move(const Matrix& force);
  double largest(const Matrix& force) const {
    double most = 0.0;
    for (Index i = 1; i < last(); ++i) most = std::fmax(most, norm(column(force, i)));
    return most;
  }
  void redistribute(Index from, Index to);

  ProblemRef problem_;
  const ElasticBandOptions& options_;
  Matrix x_;
  // Moves of the band and the changes of the force against them, in the manner of L-BFGS.
  struct Pair {
    Matrix move, change;
    double product;
  };
  std::vector<Pair> memory_;
  double caution_ = 1.0;  // share of the first step
  Vector shares_, values_;
  Matrix gradients_;
  struct Band {
    Matrix x;
    Vector shares, values;
    Matrix gradients;
    double peak = std::numeric_limits<double>::infinity();
  } lowest_;
  double first_range_ = 0.0, force_ = 0.0, peak_ = 0.0;
  Index iterations_ = 0;
  bool is_finite_ = true, is_stopped_ = false;
};

double Relaxation::length() const { return Curve(CurveKind::polygon, x_).length(); }

double Relaxation::range() const {
  const auto [least, greatest] = std::minmax_element(values_.begin(), values_.end());
  return *greatest - *least;
}

void Relaxation::evaluate() {
  internal::on_threads(options_.is_concurrent, last() - 1, [&](Index k) {
    const std::unique_ptr<Expansion> expansion = problem_.expand(column(std::as_const(x_), k + 1));
    values_[at(k + 1)] = expansion->value();
    expansion->gradient(column(gradients_, k + 1));
  });
  is_finite_ = all_finite(gradients_) && std::all_of(values_.begin(), values_.end(), [](double v) { return std::isfinite(v); });
}

// Towards the higher neighbour; at a top or a bottom both ways, the steeper with more weight, so that it turns without jumps.
Vector Relaxation::tangent(Index i) const {
  const double before = values_[at(i - 1)] - values_[at(i)], after = values_[at(i + 1)] - values_[at(i)];
  double forward = after > before ? 1.0 : 0.0, backward = 1.0 - forward;
  if (before * after >= 0.0 && before != after) {
    const double more = std::fmax(std::fabs(before), std::fabs(after)), less = std::fmin(std::fabs(before), std::fabs(after));
    forward = after > before ? more : less;
    backward = after > before ? less : more;
  }
  if (before == after) forward = backward = 1.0;
  Vector tau(at(x_.rows()), 0.0);
  axpy(forward, column(x_, i + 1), tau);
  axpy(backward - forward, column(x_, i), tau);
  axpy(-backward, column(x_, i - 1), tau);
  if (const double size = norm(tau); size > 0.0) scale(1.0 / size, tau);
  return tau;
}

// The climber, if there is one, feels the slope along the band turned around.
Matrix Relaxation::forces(Index climber) const {
  Matrix force(x_.rows(), x_.cols());
  for (Index i = 1; i < last(); ++i) {
    const Vector tau = tangent(i);
    const double along = dot(column(gradients_, i), tau);
    axpy(-1.0, column(gradients_, i), column(force, i));
    axpy(i == climber ? 2.0 * along : along, tau, column(force, i));
  }
  return force;
}

// The two-loop recursion; without memory, along the force by a small share of the spacing.
Matrix Relaxation::quasi_newton_step(const Matrix& force) const {
  Matrix step = force;
  if (memory_.empty()) {
    scale(caution_ * first_share * length() / static_cast<double>(last()) / force_, step.flat());
    return step;
  }
  Vector alpha;
  for (auto pair = memory_.rbegin(); pair != memory_.rend(); ++pair) {
    alpha.push_back(dot(pair->move.flat(), step.flat()) / pair->product);
    axpy(-alpha.back(), pair->change.flat(), step.flat());
  }
  const Pair& newest = memory_.back();
  scale(newest.product / dot(newest.change.flat(), newest.change.flat()), step.flat());
  for (const Pair& pair : memory_) {
    const double beta = dot(pair.change.flat(), step.flat()) / pair.product;
    axpy(alpha.back() - beta, pair.move.flat(), step.flat());
    alpha.pop_back();
  }
  return step;
}

void Relaxation::remember(const Matrix& before, const Matrix& force_before, const Matrix& force) {
  Pair pair{x_, force_before, 0.0};
  axpy(-1.0, before.flat(), pair.move.flat());
  axpy(-1.0, force.flat(), pair.change.flat());
  pair.product = dot(pair.move.flat(), pair.change.flat());
  if (!(pair.product > least_bend * frobenius_norm(pair.move) * frobenius_norm(pair.change))) return;
  memory_.push_back(std::move(pair));
  if (memory_.size() > most_pairs) memory_.erase(memory_.begin());
}

void Relaxation::move(const Matrix& force) {
  Matrix step = quasi_newton_step(force);
  if (!(dot(step.flat(), force.flat()) > 0.0)) {
    memory_.clear();
    step = quasi_newton_step(force);
  }
  double longest = 0.0;
  for (Index i = 1; i < last(); ++i) longest = std::fmax(longest, norm(column(std::as_const(step), i)));
  const double most = longest_share * length() / static_cast<double>(last());
  axpy(longest > most ? most / longest : 1.0, step.flat(), x_.flat());
}

// Puts pivots from+1, ..., to-1 back to their shares of the polygon between from and to.
void Relaxation::redistribute(Index from, Index to) {
  if (to - from < 2) return;
  const Matrix old(x_.view().columns(from, to - from + 1));
  const Curve polygon(CurveKind::polygon, old, length_shares(old));
  for (Index i = from + 1; i < to; ++i) {
    const Vector moved = polygon.at((shares_[at(i)] - shares_[at(from)]) / (shares_[at(to)] - shares_[at(from)]));
    std::copy(moved.begin(), moved.end(), x_.col(i));
  }
}

bool Relaxation::relax(bool climbs, Index most_iterations) {
  const Index end = iterations_ + most_iterations;
  memory_.clear();
  Index climber_before = 0;
  while (is_finite_) {
    const Index top = highest(), climber = climbs && top > 0 && top < last() ? top : 0;
    if (climber != climber_before) memory_.clear();
    climber_before = climber;
    const Matrix force = forces(climber);
    force_ = largest(force);
    if (force_ <= tolerance()) return true;
    if (!may_go_on() || iterations_ >= end) return false;
    const Matrix before = x_, gradients = gradients_;
    const Vector values = values_;
    move(force);
    redistribute(0, climber);
    redistribute(climber, last());
    evaluate();
    ++iterations_;
    is_stopped_ = options_.should_stop && options_.should_stop();
    const Matrix next = is_finite_ ? forces(climber) : Matrix();
    if (is_finite_ && largest(next) <= most_growth * force_) {
      remember(before, force, next);
      caution_ = std::fmin(1.0, 2.0 * caution_);
      continue;
    }
    x_ = before, gradients_ = gradients, values_ = values;
    memory_.clear();
    caution_ *= 0.25;
    is_finite_ = caution_ > least_caution;
  }
  return false;
}

// By how much the values inside each segment exceed the line through its ends.
Vector Relaxation::probe() {
  const ValuesAlong along = values_along(problem_, Curve(CurveKind::elastic_band, x_, shares_), values_.front(), values_.back());
  Vector excess(at(last()), 0.0), t(at(probes)), found(at(probes));
  peak_ = *std::max_element(values_.begin(), values_.end());
  for (Index i = 0; i < last(); ++i) {
    for (Index k = 0; k < probes; ++k) t[at(k)] = shares_[at(i)] + (shares_[at(i + 1)] - shares_[at(i)]) * static_cast<double>(k + 1) / static_cast<double>(probes + 1);
    along(t, found);
    for (Index k = 0; k < probes; ++k) {
      const double share = static_cast<double>(k + 1) / static_cast<double>(probes + 1);
      excess[at(i)] = std::fmax(excess[at(i)], found[at(k)] - ((1.0 - share) * values_[at(i)] + share * values_[at(i + 1)]));
      peak_ = found[at(k)] > peak_ ? found[at(k)] : peak_;
    }
  }
  if (peak_ < lowest_.peak) lowest_ = {x_, shares_, values_, gradients_, peak_};
  return excess;
}

void Relaxation::return_to_lowest() {
  probe();
  if (!(peak_ - lowest_.peak > higher_share * range())) return;
  x_ = lowest_.x;
  shares_ = lowest_.shares;
  values_ = lowest_.values;
  gradients_ = lowest_.gradients;
}

bool Relaxation::insert() {
  const Curve band(CurveKind::elastic_band, x_, shares_);
  const Vector excess = probe();
  std::vector<Index> after;
  for (Index i = 0; i < last() && x_.cols() - 2 + std::ssize(after) < options_.most_pivots; ++i)
    if (excess[at(i)] > excess_share * scale_of_values()) after.push_back(i);
  if (after.empty()) return false;
  Matrix points(x_.rows(), x_.cols() + std::ssize(after));
  Vector shares;
  Index next = 0;
  for (Index i = 0; i <= last(); ++i) {
    std::copy_n(x_.col(i), x_.rows(), points.col(next++));
    shares.push_back(shares_[at(i)]);
    if (!std::binary_search(after.begin(), after.end(), i)) continue;
    shares.push_back(0.5 * (shares_[at(i)] + shares_[at(i + 1)]));
    const Vector middle = band.at(shares.back());
    std::copy(middle.begin(), middle.end(), points.col(next++));
  }
  const double first = values_.front(), end = values_.back();
  x_ = std::move(points);
  shares_ = std::move(shares);
  values_.assign(at(x_.cols()), first);
  values_.back() = end;
  gradients_ = Matrix(x_.rows(), x_.cols());
  evaluate();
  return true;
}

ElasticBand Relaxation::result(bool is_converged) {
  const Index top = highest();
  ElasticBand band{Curve(CurveKind::elastic_band, x_, length_shares(x_))};
  band.values = values_;
  band.highest = top;
  const double height = values_[at(top)] - std::fmax(values_.front(), values_.back());
  if (top > 0 && top < last() && height > flat_share * first_range_) band.tangent = tangent(top);
  band.force = force_;
  band.iterations = iterations_;
  band.is_converged = is_converged;
  band.is_stopped = is_stopped_;
  return band;
}

}  // namespace

ElasticBand relax_elastic_band(ProblemRef problem, std::span<const double> a, std::span<const double> b, const ElasticBandOptions& options) {
  require(a, b, options);
  const Curve line = Curve::along_line(CurveKind::elastic_band, a, b, options.pivots);
  Matrix points(line.control());
  Vector noise(at(points.rows()));
  Random random(options.seed, displacement_stream);
  const double size = options.displacement * line.length() / std::sqrt(static_cast<double>(std::max<Index>(1, points.rows())));
  for (Index i = 1; i <= options.pivots; ++i) {
    random.fill_normal(noise);
    axpy(size, noise, column(points, i));
  }
  Relaxation relaxation(problem, std::move(points), options);
  const Index share = std::max<Index>(1, options.max_iterations / num_cycles);
  for (int cycle = 1; cycle < num_cycles && relaxation.may_go_on(); ++cycle) {
    const bool is_at_rest = relaxation.relax(false, share);
    if (!relaxation.may_go_on() || (!relaxation.insert() && is_at_rest)) break;
  }
  const bool is_converged = relaxation.relax(true, options.max_iterations);
  if (!is_converged) relaxation.return_to_lowest();
  return relaxation.result(is_converged);
}

}  // namespace nadir
