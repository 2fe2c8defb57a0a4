// The frame that the checks of families share: claims are tested in one arithmetic after another, and the kinds that
// every family makes (core/certificate.hpp) are compared here, once for all families.
//
// A family says what holds at the point, as PointFacts in a given arithmetic; StandardCheck compares it with what
// claims state. Kinds of a family's own, and standard kinds that need more than PointFacts know, go through test_own,
// which is asked first.
//
// Included by the .cpp files of the checks only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nadir/verify/check.hpp"
#include "nadir/verify/internal/ball.hpp"

namespace nadir {

// What one test came to. `no` refutes the claim; `unknown` does not.
struct Finding {
  balls::Answer answer = balls::Answer::unknown;
  std::string reason;         // where the answer is not yes
  const char* how = nullptr;  // by_balls, by_rigor; null: as the facts say
  bool is_last = false;       // unknown, and no later arithmetic would tell more
};

// The answer with a reason: `if_no` where it is no, that precision was short where it is unknown.
Finding finding(balls::Answer answer, const std::string& if_no);
// lower <= x <= upper
balls::Answer lies_between(const balls::Real& lower, const balls::Real& x, const balls::Real& upper);
// The midpoint rounded up to a double: for scales, which are conventions.
double rounded_up(const balls::Real& x);

struct GradientFacts {
  balls::Real squared_norm;      // unit^2 |grad f|^2
  bool is_exactly_zero = false;  // false: not shown to be
  std::string obstacle;          // why there is no gradient; empty where there is
};

struct CurvatureFacts {
  balls::Real second_derivative;  // unit D^2 f[u, u]
  balls::Real squared_length;     // |u|^2
  std::string obstacle;           // why there is no second derivative; empty where there is
};

// What one arithmetic at one precision says of the problem at the point, each fact computed when first asked for.
// Values are multiplied by unit(), so that a family that divides by the number of samples need not divide.
class PointFacts {
 public:
  PointFacts(slong precision, const char* how) : precision_(precision), how_(how) {}
  virtual ~PointFacts() = default;

  slong precision() const { return precision_; }
  const char* how() const { return how_; }
  balls::Real real(double x) const { return balls::Real(precision_, x); }

  const balls::Real& value();             // unit f
  const GradientFacts& gradient();
  const balls::Matrix& hessian();         // unit D^2 f, dimension x dimension

  virtual balls::Real unit() const { return real(1.0); }
  // f beside the point, times unit: at the escape, at the better point of the witness.
  virtual balls::Real value_after_escape() = 0;
  virtual balls::Real value_of_better_point() = 0;
  // Along the witness `direction`.
  virtual CurvatureFacts curvature_along_direction() = 0;
  // unit K with |D^2 f(y) - D^2 f(x)| <= K |y - x| for |y - x| <= radius; nothing where none is known.
  virtual std::optional<balls::Real> hessian_lipschitz(const balls::Real& radius) const;
  // Is A proved positive semidefinite? In balls or, where it is small, in integers.
  virtual bool is_semidefinite(const balls::Matrix& A) const;

 private:
  virtual balls::Real compute_value() = 0;
  virtual GradientFacts compute_gradient() = 0;
  virtual balls::Matrix compute_hessian();  // families that have none throw InputError

  slong precision_;
  const char* how_;
  std::optional<balls::Real> value_;
  std::optional<GradientFacts> gradient_;
  std::optional<balls::Matrix> hessian_;
};

class StandardCheck : public FamilyCheck {
 public:
  void prepare(CheckMaterial material) final;
  Outcome check(const Claim& claim) override;

 protected:
  // Reads options, data and point; fills the ladder of arithmetics by add().
  virtual void prepare_family() = 0;
  // What the family says of a claim itself; nothing leaves it to the standard test of its kind.
  virtual std::optional<Finding> test_own(const Claim& claim, std::size_t step);
  // Number of parameters where the family forms Hessians, 0 where it does not. Above 300 none is formed.
  virtual Index hessian_dimension() const { return 0; }

  void add(std::unique_ptr<PointFacts> facts) { ladder_.push_back(std::move(facts)); }
  std::size_t num_steps() const { return ladder_.size(); }
  PointFacts& facts(std::size_t step = 0) { return *ladder_[step]; }
  const CheckMaterial& material() const { return material_; }

 private:
  using Test = Finding (StandardCheck::*)(const Claim&, PointFacts&);
  static Test find_test(const std::string& kind);
  std::optional<Finding> test(const Claim& claim, std::size_t step);

  Finding value(const Claim& claim, PointFacts& facts);
  Finding lower_bound(const Claim& claim, PointFacts& facts);
  Finding gap(const Claim& claim, PointFacts& facts);
  Finding gradient_norm(const Claim& claim, PointFacts& facts);
  Finding critical(const Claim& claim, PointFacts& facts);
  Finding negative_curvature(const Claim& claim, PointFacts& facts);
  Finding no_negative_curvature(const Claim& claim, PointFacts& facts);
  Finding descent(const Claim& claim, PointFacts& facts);
  Finding better_point(const Claim& claim, PointFacts& facts);
  Finding isolated_minimum(const Claim& claim, PointFacts& facts);

  CheckMaterial material_;
  std::vector<std::unique_ptr<PointFacts>> ladder_;
};

// The array of the witness; InputError where there is none.
const Matrix& witness(const CheckMaterial& material, const std::string& name);

}  // namespace nadir
