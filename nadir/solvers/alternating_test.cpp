// Alternating minimisation on f(u, v) = |u v^T - M|^2 / 2 + l (|u|^2 + |v|^2) / 2, M 2 x 2: the minimisers of the
// blocks and the global minimum (soft thresholding of the largest singular value) are closed forms.
#include "nadir/solvers/alternating.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "nadir/linalg/dense.hpp"
#include "nadir/solvers/minimise.hpp"

namespace nadir {
namespace {

constexpr double M[2][2] = {{4.5, 0.0}, {0.0, 1.5}};
constexpr double penalty = 0.5;

class RankOne {
 public:
  explicit RankOne(bool has_minimisers = true) : has_minimisers_(has_minimisers) {
    layout_.add("u", 2, 1);
    layout_.add("v", 2, 1);
  }
  const Layout& layout() const { return layout_; }
  double value(std::span<const double> x) const {
    double f = 0.0;
    for (std::size_t i = 0; i < 2; ++i)
      for (std::size_t j = 0; j < 2; ++j) f += 0.5 * std::pow(x[i] * x[2 + j] - M[i][j], 2);
    return f + 0.5 * penalty * dot(x, x);
  }
  std::unique_ptr<Expansion> expand(std::span<const double> x) const { return std::make_unique<At>(*this, x); }
  bool has_block_minimisers() const { return has_minimisers_; }
  BlockStep minimise_block(std::span<const double> x, std::size_t b, std::span<double> out) const {
    const std::size_t here = 2 * b, there = 2 - here;
    const double square = x[there] * x[there] + x[there + 1] * x[there + 1] + penalty;
    double gradient = 0.0;
    for (std::size_t i = 0; i < 2; ++i) {
      double rhs = 0.0;
      for (std::size_t j = 0; j < 2; ++j) rhs += (b == 0 ? M[i][j] : M[j][i]) * x[there + j];
      out[i] = rhs / square;
      gradient += std::pow(square * x[here + i] - rhs, 2);
    }
    return {value(x), std::sqrt(gradient)};
  }

 private:
  class At final : public Expansion {
   public:
    At(const RankOne& f, std::span<const double> x) : f_(f), x_(x.begin(), x.end()) {}
    double value() const override { return f_.value(x_); }
    void gradient(std::span<double> g) const override {
      for (std::size_t k = 0; k < 4; ++k) g[k] = penalty * x_[k];
      for (std::size_t i = 0; i < 2; ++i)
        for (std::size_t j = 0; j < 2; ++j) {
          const double r = x_[i] * x_[2 + j] - M[i][j];
          g[i] += r * x_[2 + j];
          g[2 + j] += r * x_[i];
        }
    }
    void apply_hessian(ConstMatrixView V, MatrixView out) const override {
      for (Index k = 0; k < V.cols; ++k) {
        for (Index i = 0; i < 4; ++i) out(i, k) = penalty * V(i, k);
        for (Index i = 0; i < 2; ++i)
          for (Index j = 0; j < 2; ++j) {
            const double u = x_[static_cast<std::size_t>(i)], v = x_[static_cast<std::size_t>(2 + j)];
            const double d = V(i, k) * v + u * V(2 + j, k), r = u * v - M[i][j];
            out(i, k) += d * v + r * V(2 + j, k);
            out(2 + j, k) += d * u + r * V(i, k);
          }
      }
    }
    double gradient_scale() const override { return 5.0; }

   private:
    const RankOne& f_;
    Vector x_;
  };

  Layout layout_;
  bool has_minimisers_;
};

static_assert(AlternatingProblem<RankOne>);

// The same problem, which makes its sweeps itself.
class Sweeping {
 public:
  const Layout& layout() const { return blocks_.layout(); }
  double value(std::span<const double> x) const { return blocks_.value(x); }
  std::unique_ptr<Expansion> expand(std::span<const double> x) const { return blocks_.expand(x); }
  bool has_sweeps() const { return true; }
  BlockStep sweep(std::span<const double> x, std::span<double> out) const {
    std::copy(x.begin(), x.end(), out.begin());
    const BlockStep here = blocks_.minimise_block(x, 0, out.first(2));
    Vector second(2);
    blocks_.minimise_block(out, 1, second);
    std::copy(second.begin(), second.end(), out.begin() + 2);
    return here;
  }

 private:
  RankOne blocks_;
};

static_assert(SweepingProblem<Sweeping> && !AlternatingProblem<Sweeping>);

const Vector start = {1.0, 0.7, -0.3, 0.9};
// X = 4 e_1 e_1^T: f = (1/4 + 9/4) / 2 + 4 / 2
constexpr double optimum = 3.25;

TEST(Alternating, reaches_the_closed_form_with_and_without_newton) {
  const RankOne problem;
  for (const double switch_decrease : {0.0, 1e-3, 0.5}) {
    const auto solver = make_alternating({.switch_decrease = switch_decrease});

    const Result r = minimise(*solver, problem, start, 1, {.gradient_tol = 1e-12});

    EXPECT_EQ(r.termination, Termination::gradient_small) << switch_decrease;
    EXPECT_NEAR(r.value, optimum, 1e-13);
    EXPECT_EQ(r.value, problem.value(r.point));
  }
}

TEST(Alternating, measures_the_gradient_of_the_present_point_in_passing) {
  const RankOne problem;
  const auto solver = make_alternating({.switch_decrease = 0.0});
  solver->begin(problem, start, 1);
  for (int k = 0; k < 5; ++k) {
    Vector g(4);
    problem.expand(solver->point())->gradient(g);
    EXPECT_NEAR(solver->gradient_norm(), norm(g), 1e-12) << k;
    EXPECT_EQ(solver->value(), problem.value(solver->point()));
    solver->step();
  }
}

TEST(Alternating, without_block_minimisers_is_the_trust_region) {
  const RankOne problem(false);
  const auto solver = make_alternating();
  const Result r = minimise(*solver, problem, start, 1, {.gradient_tol = 1e-12});
  EXPECT_NEAR(r.value, optimum, 1e-13);
}

TEST(Alternating, takes_the_path_of_the_blocks_where_a_problem_sweeps_itself) {
  const RankOne blocks;
  const Sweeping sweeps;
  const auto by_blocks = make_alternating();
  by_blocks->begin(blocks, start, 1);
  auto by_sweeps = make_alternating();
  by_sweeps->begin(sweeps, start, 1);

  for (int k = 0; k < 12; ++k) {
    by_blocks->step();
    by_sweeps->step();
    State state;
    by_sweeps->save(state);
    by_sweeps = make_alternating();
    by_sweeps->load(sweeps, state);

    EXPECT_EQ(Vector(by_blocks->point().begin(), by_blocks->point().end()), Vector(by_sweeps->point().begin(), by_sweeps->point().end())) << k;
    EXPECT_EQ(by_blocks->value(), by_sweeps->value());
  }
}

// Stopped and loaded after every iteration, in both phases, the run goes on with the same bits.
TEST(Alternating, saves_and_loads_with_the_same_bits_in_both_phases) {
  const RankOne problem;
  const auto whole = make_alternating();
  whole->begin(problem, start, 1);
  auto broken = make_alternating();
  broken->begin(problem, start, 1);
  for (int k = 0; k < 12; ++k) {
    whole->step();
    broken->step();
    State state;
    broken->save(state);
    broken = make_alternating();
    broken->load(problem, state);
    EXPECT_EQ(Vector(whole->point().begin(), whole->point().end()), Vector(broken->point().begin(), broken->point().end())) << k;
    EXPECT_EQ(whole->value(), broken->value());
    EXPECT_EQ(whole->gradient_norm(), broken->gradient_norm());
  }
}

TEST(Alternating, refuses_states_of_another_problem_and_options_out_of_range) {
  const RankOne problem, other(false);
  const auto solver = make_alternating();
  solver->begin(problem, start, 1);
  State state;
  solver->save(state);
  EXPECT_THROW(make_alternating()->load(other, state), std::invalid_argument);
  state.set("ahead", Vector(1));
  EXPECT_THROW(make_alternating()->load(problem, state), std::invalid_argument);
  EXPECT_THROW(make_alternating({.switch_decrease = -1.0}), std::invalid_argument);
}

}  // namespace
}  // namespace nadir
