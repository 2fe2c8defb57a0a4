// A family as the driver sees it: options and data in, a problem, starts and a judge out.
//
// Adding a family is one folder with a class derived from Family and one row in driver/registry.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nadir/core/certificate.hpp"
#include "nadir/core/options.hpp"
#include "nadir/core/point.hpp"
#include "nadir/core/predictor.hpp"
#include "nadir/core/problem.hpp"
#include "nadir/core/verdict.hpp"

namespace nadir {

struct Judgement {
  Verdict verdict;
  Certificate certificate;
  bool is_whole = true;  // false: JudgeOptions::should_stop cut it off, and it says what was found until then
};

struct JudgeOptions {
  double gap_tol = 1e-6;            // relative tolerance of global-minimum
  double criticality_tol = 1e-8;    // relative to the gradient's scale
  std::vector<Vector> better_points;  // points in hand to compare with; may prove a minimum spurious
  std::function<bool()> should_stop = {};  // asked often while judging (base/stop.hpp); empty: never
};

struct AlignedPoint {
  Point point;
  std::string label;  // what was done, in words: "hidden units reordered"
};

class Family {
 public:
  virtual ~Family() = default;

  virtual std::string_view name() const = 0;     // "linear-network"
  virtual std::string_view summary() const = 0;  // one line for `nadir families`
  virtual std::string_view help() const = 0;     // data, theorem and example for `nadir help FAMILY`

  // One row per option and data file; rows point into this object.
  virtual OptionList options() = 0;
  // Fills options and data with a small example problem, another for every seed: what the conformance suite
  // runs every family on. Families without data may leave their defaults.
  virtual void make_example(std::uint64_t seed) { (void)seed; }
  // Checks options and data against one another and builds the problem. Throws InputError. Call once,
  // after the options are filled in and before what follows.
  virtual void prepare() = 0;

  virtual ProblemRef problem() const = 0;
  // The names of starts, the default first: "random", "orthogonal", ...
  virtual std::vector<std::string> start_names() const = 0;
  virtual Point start(const std::string& start_name, std::uint64_t seed, std::uint64_t index) const = 0;
  // The point that the data themselves hold, a trained network say: what is judged where no other is named.
  virtual std::optional<Point> given_point() const { return std::nullopt; }
  // A value at which judging is expected to prove a global minimum at that relative gap; -infinity where
  // the family knows none. Numerical: it stops solvers, it proves nothing.
  virtual double target_value(double gap_tol) const = 0;
  virtual std::string default_solver() const { return "trust-region"; }

  // The point in a standard form, where symmetries leave a choice: what is judged and kept of a solver's end. Its value
  // exceeds that of the point by no more than rounding.
  virtual Point normal_form(Point point) const { return point; }
  // How far apart two points are up to the problem's symmetries, relative to the larger of the two: 0 where a symmetry
  // maps one onto the other, infinity where nothing compares them. Numerical. It may come out too large, so that one
  // point is taken for two, where the best symmetry is hard to find; never too small by more than rounding.
  virtual double relative_distance(const Point& a, const Point& b) const;
  // The point moved by symmetries of the problem towards `reference`, of the same layout: its value is the same up to
  // rounding, its distance to the reference no larger. Where the best symmetry is hard to find, a good one. Nothing where
  // the family knows no symmetry, or for entries that are not finite.
  virtual std::optional<AlignedPoint> aligned(const Point& point, const Point& reference) const;
  virtual Judgement judge(const Point& point, const JudgeOptions& options) const = 0;
  // Whether judging a global minimum costs less than looking for negative curvature there: then a solver's end is
  // judged before anybody looks.
  virtual bool is_cheap_to_judge() const { return false; }

  // Families whose blocks may have other sizes than at first (a rank that grows while solving, or that a given
  // point brings along) override the next three. Such a family's start() may have any of its layouts.
  virtual bool can_grow() const { return false; }
  // Makes problem() one with this layout; refers to the same data. Throws InputError for a layout that the family
  // does not have: here, every one but its own.
  virtual void reshape(const Layout& layout);
  // A start in a larger layout with a value below that of the point, where larger layouts hold lower values and a
  // way there is seen whose promise exceeds `tol` relative to the family's own measure of optimality; nothing
  // otherwise. Numerical. The point is near-critical in the present layout, to about `tol`.
  virtual std::optional<Point> enlarge(const Point& point, double tol) const;

  // What the point says of entries that nobody gave; null for families that predict nothing. Must not outlive the
  // family.
  virtual std::unique_ptr<EntryPredictor> predictor(const Point& point) const;

  // Files that belong to a run beside those that every run has: name -> content. Empty for most.
  virtual std::map<std::string, std::string> side_files() const { return {}; }
};

}  // namespace nadir
