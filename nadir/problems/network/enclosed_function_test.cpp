// Enclosures of functions against Arb at 400 bits: every enclosure contains the true value, and is tight.
#include "nadir/problems/network/enclosed_function.hpp"

#include <arb.h>
#include <arb_hypgeom.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "nadir/base/random.hpp"
#include "nadir/problems/network/activation.hpp"

namespace nadir {
namespace {

constexpr slong bits = 400;
constexpr double infinity = std::numeric_limits<double>::infinity();

// A true value at x as a ball of relative radius 2^-390 or so; outside means provably outside.
class Truth {
 public:
  Truth() { arb_init(value_); }
  ~Truth() { arb_clear(value_); }
  Truth(const Truth&) = delete;
  Truth& operator=(const Truth&) = delete;
  arb_ptr get() { return value_; }

  bool is_inside(const Interval& interval) {
    arb_t bound;
    arb_init(bound);
    bool inside = true;
    if (interval.lower != -infinity) arb_set_d(bound, interval.lower), inside = inside && !arb_gt(bound, value_);
    if (interval.upper != infinity) arb_set_d(bound, interval.upper), inside = inside && !arb_lt(bound, value_);
    arb_clear(bound);
    return inside;
  }

 private:
  arb_t value_;
};

using Oracle = std::function<void(arb_t, const arb_t)>;

Vector arguments() {
  Vector all{0.0, 5e-324, 1e-300, 1e-20, 1e-8, 0.1, 0.35, 0.36, 0.37, 0.5, 0.6931471805599453, 1.0, 3.0, 8.999, 9.0, 9.001, 19.999, 20.001, 37.0, 100.0, 699.9, 700.1, 708.9, 709.1, 800.0, 1e10, 1e300};
  Random random(3, 0);
  for (int i = 0; i < 300; ++i) all.push_back(std::exp(12.0 * random.uniform() - 8.0));
  const std::size_t positive = all.size();
  for (std::size_t i = 0; i < positive; ++i) all.push_back(-all[i]);
  return all;
}

// `slack` bounds the width relative to max(|value|, floor).
void expect_contains(const char* name, const std::function<Interval(double)>& enclose, const Oracle& oracle, double x, double slack, double floor) {
  Truth truth;
  arb_t argument;
  arb_init(argument);
  arb_set_d(argument, x);
  oracle(truth.get(), argument);
  arb_clear(argument);

  const Interval interval = enclose(x);

  EXPECT_TRUE(truth.is_inside(interval)) << name << "(" << x << ") in [" << interval.lower << ", " << interval.upper << "]";
  EXPECT_LE(interval.width(), slack * std::fmax(interval.magnitude(), floor)) << name << "(" << x << ")";
}

void arb_sigmoid(arb_t y, const arb_t x) {
  arb_neg(y, x);
  arb_exp(y, y, bits);
  arb_add_ui(y, y, 1, bits);
  arb_inv(y, y, bits);
}

void arb_distribution(arb_t y, const arb_t x) {
  arb_t root;
  arb_init(root);
  arb_sqrt_ui(root, 2, bits);
  arb_div(y, x, root, bits);
  arb_neg(y, y);
  arb_hypgeom_erfc(y, y, bits);
  arb_mul_2exp_si(y, y, -1);
  arb_clear(root);
}

void arb_density(arb_t y, const arb_t x) {
  arb_t root;
  arb_init(root);
  arb_const_pi(root, bits);
  arb_mul_2exp_si(root, root, 1);
  arb_sqrt(root, root, bits);
  arb_sqr(y, x, bits);
  arb_mul_2exp_si(y, y, -1);
  arb_neg(y, y);
  arb_exp(y, y, bits);
  arb_div(y, y, root, bits);
  arb_clear(root);
}

TEST(EnclosedFunction, contains_the_true_value_at_every_argument) {
  for (const double x : arguments()) {
    if (x < 709.0 && x > -700.0) {
      expect_contains("exp", [](double t) { return enclose_exp(Interval::point(t)); }, [](arb_t y, const arb_t t) { arb_exp(y, t, bits); }, x, 4e-15, 0.0);
      expect_contains("expm1", [](double t) { return enclose_expm1(Interval::point(t)); }, [](arb_t y, const arb_t t) { arb_expm1(y, t, bits); }, x, 2e-14, 1e-300);
    }
    expect_contains("tanh", [](double t) { return enclose_tanh(Interval::point(t)); }, [](arb_t y, const arb_t t) { arb_tanh(y, t, bits); }, x, 4e-14, 1e-300);
    expect_contains("sigmoid", [](double t) { return enclose_sigmoid(Interval::point(t)); }, arb_sigmoid, x, 1e-14, 1e-289);
    expect_contains("Phi", [](double t) { return enclose_normal_distribution(Interval::point(t)); }, arb_distribution, x, 1e-13, 1.0);
    if (std::fabs(x) < 1e10)
      expect_contains("phi", [](double t) { return enclose_normal_density(Interval::point(t)); }, arb_density, x, 1e-11, 1e-290);
    if (x > -0.5 && x < 1e300)
      expect_contains("log1p", [](double t) { return enclose_log1p(Interval::point(t)); }, [](arb_t y, const arb_t t) { arb_log1p(y, t, bits); }, x, 1e-13, 1e-300);
  }
}

TEST(EnclosedFunction, of_extreme_arguments_is_wide_and_never_wrong) {
  EXPECT_EQ(enclose_exp(Interval::point(800.0)).upper, infinity);
  EXPECT_GT(enclose_exp(Interval::point(800.0)).lower, 1e306);
  EXPECT_EQ(enclose_exp(Interval::point(-800.0)).lower, 0.0);
  EXPECT_GT(enclose_exp(Interval::point(-800.0)).upper, 0.0);
  EXPECT_EQ(enclose_exp(Interval::whole()), (Interval{0.0, infinity}));
  EXPECT_EQ(enclose_tanh(Interval::whole()).upper, 1.0);
  EXPECT_EQ(enclose_log1p(Interval::point(-0.75)), Interval::whole());
  EXPECT_EQ(enclose_tanh(Interval::point(0.0)), Interval::point(0.0));
}

const Activation activations[] = {{ActivationKind::identity, 1.0}, {ActivationKind::relu, 1.0},  {ActivationKind::leaky_relu, 0.125},
                                  {ActivationKind::elu, 1.0},      {ActivationKind::elu, 0.5},   {ActivationKind::gelu, 1.0},
                                  {ActivationKind::silu, 1.0},     {ActivationKind::tanh, 1.0},  {ActivationKind::sigmoid, 1.0},
                                  {ActivationKind::softplus, 1.0}};

// Both contain the same number.
bool meet(const Interval& a, const Interval& b) { return a.lower <= b.upper && b.lower <= a.upper; }

// The floating-point activations are an independent implementation, good to some units in the last place.
TEST(EnclosedFunction, derivatives_of_activations_agree_with_floating_point_and_ranges_meet_points) {
  Random random(4, 0);
  for (const Activation& s : activations)
    for (int i = 0; i < 200; ++i) {
      const double a = 6.0 * random.normal(), width = std::exp(-10.0 * random.uniform());
      double value = a, first = 1.0, second = 0.0;
      apply_activation(s, 1, &value, &first, &second);

      const ActivationEnclosure at = enclose_activation(s, Interval::point(a)), over = enclose_activation(s, {a - width, a + 0.5 * width});

      for (const auto& [x, interval] : {std::pair{value, at.value}, std::pair{first, at.first}, std::pair{second, at.second}}) {
        EXPECT_NEAR(x, interval.mid(), 1e-13 * std::fmax(1.0, std::fabs(x))) << static_cast<int>(s.kind) << " at " << a;
        EXPECT_LT(interval.width(), 1e-12 * std::fmax(1.0, std::fabs(x)));
      }
      EXPECT_TRUE(meet(over.value, at.value)) << static_cast<int>(s.kind) << " at " << a;
      EXPECT_TRUE(meet(over.first, at.first)) << static_cast<int>(s.kind) << " at " << a;
      EXPECT_TRUE(meet(over.second, at.second)) << static_cast<int>(s.kind) << " at " << a;
      EXPECT_TRUE(at.value == enclose_activation_value(s, Interval::point(a)));
    }
}

TEST(EnclosedFunction, kinks_are_seen_from_both_sides_and_nowhere_else) {
  const double tiny = 5e-324;
  for (const Activation& s : activations) {
    for (const Interval& z : {Interval{0.0, 0.0}, Interval{-tiny, 0.0}, Interval{0.0, tiny}, Interval{-1.0, 1.0}}) {
      EXPECT_EQ(enclose_activation(s, z).is_differentiable, !s.has_kink());
      EXPECT_EQ(enclose_activation(s, z).is_twice_differentiable, s.is_twice_differentiable());
    }
    for (const double z : {tiny, -tiny}) {
      EXPECT_TRUE(enclose_activation(s, Interval::point(z)).is_differentiable);
      EXPECT_TRUE(enclose_activation(s, Interval::point(z)).is_twice_differentiable);
    }
  }
}

}  // namespace
}  // namespace nadir
