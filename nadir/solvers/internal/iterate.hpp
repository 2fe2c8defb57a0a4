// What the solvers share: an evaluated point, a problem that counts its evaluations, and the half of
// Solver that is the same for every method that moves from one evaluated point to the next.
#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "nadir/core/solver.hpp"

namespace nadir::internal {

// How far two computed values may differ by rounding alone: a few units in the last place.
inline double value_noise(double value) { return 10.0 * std::numeric_limits<double>::epsilon() * std::fabs(value); }

// A point and what is known there. `gradient` is empty until it is asked for. `expansion` is null where the
// point itself is not finite; the problem is never asked about such a point.
struct Iterate {
  Vector point;
  std::unique_ptr<Expansion> expansion;
  double value = std::numeric_limits<double>::quiet_NaN();
  Vector gradient;
  double gradient_norm = std::numeric_limits<double>::quiet_NaN();  // NaN if any entry is not finite
  double gradient_scale = 1.0;

  bool has_gradient() const { return !gradient.empty(); }
  bool is_finite() const { return std::isfinite(value) && std::isfinite(gradient_norm); }
};

// Notices when values no longer tell iterates apart. That is fine while the gradient goes on shrinking;
// `patience` steps without halving it mean that precision is used up.
class Flatness {
 public:
  explicit Flatness(int patience) : patience_(patience) {}
  void reset() { *this = Flatness(patience_); }
  void watch(const Iterate& from, const Iterate& to);
  bool is_flat() const { return num_steps_ >= patience_; }
  void save(State& state) const;
  void load(const State& state);

 private:
  int patience_;
  double least_gradient_ = std::numeric_limits<double>::infinity();  // since values stopped changing
  int num_steps_ = 0;                                                // since it was last halved
};

class IterateSolver : public Solver {
 public:
  void begin(ProblemRef problem, std::span<const double> start, std::uint64_t seed) override;
  std::span<const double> point() const override { return current_.point; }
  double value() const override { return current_.value; }
  double gradient_norm() const override { return current_.gradient_norm; }
  double gradient_scale() const override { return current_.gradient_scale; }
  const Counts& counts() const override { return counts_; }
  // The methods compare values up to rounding, so that the last step to full accuracy is not refused; the
  // value of the current iterate may exceed an earlier one by that much.
  bool is_monotone() const override { return false; }

  void save(State& state) const override;
  void load(ProblemRef problem, const State& state) override;

 protected:
  // Counted evaluations. `evaluate` gives the value, `add_gradient` the rest; each pays at most once.
  Iterate evaluate(Vector point);
  void add_gradient(Iterate& iterate);
  Iterate evaluate_with_gradient(Vector point);
  void apply_hessian(ConstMatrixView V, MatrixView out);  // at the current iterate
  void apply_hessian(const Vector& v, Vector& out);
  void apply_preconditioner(const Vector& v, Vector& out) const;

  Index dimension() const { return static_cast<Index>(current_.point.size()); }

  Iterate current_;
  Counts counts_;
  std::uint64_t seed_ = 0;

 private:
  std::optional<ProblemRef> problem_;
};

// x + t d as a new vector.
Vector moved(const Vector& x, double t, const Vector& d);
double distance(const Vector& x, const Vector& y);

}  // namespace nadir::internal
