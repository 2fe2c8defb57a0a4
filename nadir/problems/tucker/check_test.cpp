// The check of Tucker certificates: true claims at points computed by hand, and near misses of each.
#include "nadir/problems/tucker/check.hpp"

#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/linalg/slab_source.hpp"

namespace nadir {
namespace {

double above(double x) { return std::nextafter(x, std::numeric_limits<double>::infinity()); }
double below(double x) { return std::nextafter(x, -std::numeric_limits<double>::infinity()); }
Matrix column(std::vector<double> values) { return Matrix(ConstMatrixView(values.data(), static_cast<Index>(values.size()), 1)); }
Matrix number_block(double x) { return column({x}); }

template <class T>
T& field(const OptionList& options, const std::string& name) {
  for (const OptionRow& row : options)
    if (row.name == name) return *std::get<T*>(row.target);
  throw std::logic_error(name);
}

// By default T = 2 e0 x e0 x e0 + e1 x e1 x e1 at ranks 1, 1, 1, and the point e1 x e1 x e1: f = 2, a strict minimum.
struct Case {
  std::vector<Index> extents = {2, 2, 2};
  Vector T = {2, 0, 0, 0, 0, 0, 0, 1};
  double regulariser = 0.0;
  std::map<std::string, Matrix> point = {{"core", number_block(1)}, {"A1", column({0, 1})}, {"A2", column({0, 1})}, {"A3", column({0, 1})}};
  std::map<std::string, Matrix> witness = {{"slice", column({2, 4, 6})}};
  Arithmetic arithmetic = Arithmetic::automatic;

  std::unique_ptr<FamilyCheck> prepared() const {
    auto check = make_tucker_check();
    const OptionList options = check->options();
    DataTensor& tensor = field<DataTensor>(options, "tensor");
    tensor.shape.assign(extents.begin(), extents.end());
    tensor.doubles = std::make_shared<MemorySlabs<double>>(Tensor<double>(TensorShape(std::span<const Index>(extents)), Vector(T)));
    field<std::vector<std::int64_t>>(options, "ranks") = {1};
    field<double>(options, "regulariser") = regulariser;
    check->prepare({point, witness, arithmetic});
    return check;
  }
  bool holds(const std::string& kind, Numbers numbers = {}) const {
    return prepared()->check({kind, "", "", Rigor::proved, std::move(numbers)}).verified;
  }
  Case with(const std::string& name, Matrix array) const {
    Case result = *this;
    result.witness[name] = std::move(array);
    return result;
  }
  Case at(double core, std::vector<double> a, std::vector<double> b, std::vector<double> c) const {
    Case result = *this;
    result.point = {{"core", number_block(core)}, {"A1", column(std::move(a))}, {"A2", column(std::move(b))}, {"A3", column(std::move(c))}};
    return result;
  }
};

const Case smaller{};
const Case zero = smaller.at(0, {0, 0}, {0, 0}, {0, 0});

TEST(TuckerCheck, values_are_exact) {
  EXPECT_TRUE(smaller.holds("value", {{"lower", 2}, {"upper", 2}}));
  EXPECT_FALSE(smaller.holds("value", {{"lower", above(2)}, {"upper", 4}}));
  EXPECT_FALSE(smaller.holds("value", {{"lower", 1}, {"upper", below(2)}}));
  EXPECT_TRUE(smaller.holds("gap", {{"gap", 2}}));
  EXPECT_FALSE(smaller.holds("gap", {{"gap", below(2)}}));
}

// At S = 2, A = e1: D_k = 1 - 4, the residual 2 e0^3 - e1^3 and 1/2 (4 + 1) + 0.5/2 * 3 * 9.
TEST(TuckerCheck, the_regulariser_counts) {
  Case c = smaller.at(2, {0, 1}, {0, 1}, {0, 1});
  c.regulariser = 0.5;

  EXPECT_TRUE(c.holds("value", {{"lower", 9.25}, {"upper", 9.25}}));
  EXPECT_FALSE(c.holds("value", {{"lower", 2.5}, {"upper", 2.5}}));
}

// At S = 1, A = e0: R = -e0^3 - e1^3; by the core -1, by each factor -e0.
TEST(TuckerCheck, gradients_are_exact) {
  const Case c = smaller.at(1, {1, 0}, {1, 0}, {1, 0});

  EXPECT_TRUE(smaller.holds("critical"));
  EXPECT_FALSE(c.holds("critical"));
  EXPECT_FALSE(smaller.at(1, {0, 1}, {0, above(1)}, {0, 1}).holds("critical"));
  EXPECT_TRUE(c.holds("gradient-norm", {{"lower", 2}, {"upper", 2}}));
  EXPECT_FALSE(c.holds("gradient-norm", {{"lower", 0}, {"upper", below(2)}}));
  EXPECT_FALSE(c.holds("gradient-norm", {{"lower", above(2)}, {"upper", 3}}));
}

// Every unfolding has the singular values 2, 1: the tail is 1, the bound 1/2.
TEST(TuckerCheck, bounds_are_tails) {
  for (const double split : {1.0, 2.0, 4.0, 3.0, 6.0}) EXPECT_TRUE(smaller.holds("lower-bound", {{"bound", 0.5 - 1e-15}, {"split", split}})) << split;
  EXPECT_FALSE(smaller.holds("lower-bound", {{"bound", 0.5 + 1e-14}, {"split", 1}}));
  EXPECT_FALSE(smaller.holds("lower-bound", {{"bound", 0.25}, {"split", 7}}));
  EXPECT_FALSE(smaller.holds("lower-bound", {{"bound", 0.25}, {"split", 0}}));
  EXPECT_FALSE(smaller.holds("lower-bound", {{"bound", 0.25}, {"split", 1.5}}));
  EXPECT_TRUE(smaller.holds("lower-bound", {{"bound", 0.0}}));
}

// g(x) = max(2 |x0|, |x1|) for ranks 1, 1, 1: at most 2. On a quadrant c = (2, 1), |c|^2 = 5; on its halves, split at (1, 1)
// with g = 2, c = (2, 0) and (1, 1).
TEST(TuckerCheck, the_sphere_must_be_covered_by_cones_that_stay_below) {
  const auto claim = [](const Case& c, double bound, double greatest) {
    return c.holds("lower-bound", {{"bound", bound}, {"mode", 0}, {"greatest", greatest}});
  };
  const Matrix leaves = Matrix::from_rows({{-1, -1}, {0, 0}, {0, 0}}), one = Matrix::from_rows({{-1}, {0}, {0}});
  const Matrix split = Matrix::from_rows({{0, -1, -1, 0, -1, -1}, {1, 0, 0, 1, 0, 0}, {0, 0, 0, 0, 0, 0}});
  const Matrix bad = Matrix::from_rows({{0, -1, -1, 0, -1, -1}, {0, 0, 0, 1, 0, 0}, {0, 0, 0, 0, 0, 0}});
  const Matrix many = Matrix::from_rows({{-1, -1, -1}, {0, 0, 0}, {0, 0, 0}});

  EXPECT_TRUE(claim(smaller.with("cells", leaves), 0.0, 5.1));         // |c|^2 = 5, and a bound of 0 needs nothing
  EXPECT_TRUE(claim(smaller.with("cells", leaves), -0.1, 5.1));
  EXPECT_FALSE(claim(smaller.with("cells", leaves), 0.2, 4.6));        // the cones are too wide: |c|^2 = 5
  EXPECT_TRUE(claim(smaller.with("cells", split), 0.2, 4.6));
  EXPECT_FALSE(claim(smaller.with("cells", split), 0.6, 3.8));         // false: g(e0)^2 = 4
  EXPECT_FALSE(claim(smaller.with("cells", split), 0.3, 4.6));         // more than |T|^2 - greatest
  EXPECT_FALSE(claim(smaller.with("cells", one), 0.2, 4.6));
  EXPECT_FALSE(claim(smaller.with("cells", bad), 0.2, 4.6));
  EXPECT_FALSE(claim(smaller.with("cells", many), 0.2, 4.6));
  EXPECT_FALSE(smaller.with("cells", split).holds("lower-bound", {{"bound", 0.2}, {"mode", 3}, {"greatest", 4.6}}));
}

// On the slice the Hessian is the identity at this point.
TEST(TuckerCheck, minima_up_to_symmetry_need_their_radius_their_curvature_and_a_transversal_slice) {
  const auto claim = [](const Case& c, double radius, double least, double scale) {
    return c.holds("minimum-up-to-symmetry", {{"radius", radius}, {"least_eigenvalue", least}, {"core_scale", scale}});
  };

  EXPECT_TRUE(claim(smaller, 1e-6, 0.99, 1.0));
  EXPECT_TRUE(claim(smaller, 0.0, 0.99, 1.0));
  EXPECT_FALSE(claim(smaller, 1e-6, 1.0, 1.0));
  EXPECT_FALSE(claim(smaller, 0.5, 0.5, 1.0));
  EXPECT_FALSE(claim(smaller, -1.0, 0.5, 1.0));
  EXPECT_FALSE(claim(smaller, 1e-6, 0.5, -1.0));
  EXPECT_FALSE(claim(smaller.with("slice", column({1, 4, 6})), 1e-6, 0.5, 1.0));  // A1(0) = 0 is fixed: not transversal
  EXPECT_FALSE(claim(smaller.with("slice", column({4, 6})), 1e-6, 0.5, 1.0));
  EXPECT_FALSE(claim(smaller.with("slice", column({0, 2, 4, 6})), 1e-6, 0.5, 1.0));
  EXPECT_THROW(claim(smaller.with("slice", column({2, 2, 6})), 1e-6, 0.5, 1.0), InputError);
  EXPECT_THROW(claim(smaller.with("slice", column({2, 4, 7})), 1e-6, 0.5, 1.0), InputError);
  // A saddle: S = 0 between the terms.
  EXPECT_FALSE(claim(smaller.at(0, {1, 0}, {1, 0}, {0, 1}).with("slice", column({1, 3, 6})), 1e-6, 1e-9, 1.0));
}

// At S = 0, A = e0, e0, e1: f = 5/2 + s^2/2 - 2 s c0 + ..., c0 the first entry of A3: along (1, 1) in (s, c0) the second
// derivative is 1 - 4 = -3, per squared length -3/2.
TEST(TuckerCheck, curvature_along_a_direction_is_exact) {
  const Case c = smaller.at(0, {1, 0}, {1, 0}, {0, 1}).with("direction", column({1, 0, 0, 0, 0, 1, 0}));

  EXPECT_TRUE(c.holds("negative-curvature", {{"curvature", -1.5}}));
  EXPECT_FALSE(c.holds("negative-curvature", {{"curvature", below(-1.5)}}));
  EXPECT_FALSE(c.with("direction", column({0, 0, 0, 0, 0, 0, 0})).holds("negative-curvature", {{"curvature", -1.5}}));
  EXPECT_THROW(c.with("direction", column({1, 0})).holds("negative-curvature", {{"curvature", -1.5}}), InputError);
}

// f(t k) = 1/2 |T - t^4 e0^3|^2 = 5/2 - 2 t^4 + t^8/2 for k = (1, e0, e0, e0).
TEST(TuckerCheck, paths_out_of_zero_descend_at_order_four) {
  const Case c = zero.with("path/1", column({1, 1, 0, 1, 0, 1, 0})).with("path/2", column({0, 0, 0, 0, 0, 0, 0}));

  EXPECT_TRUE(c.holds("descending-path", {{"order", 4}, {"coefficient", -2}}));
  EXPECT_FALSE(c.holds("descending-path", {{"order", 4}, {"coefficient", below(-2)}}));
  EXPECT_FALSE(c.holds("descending-path", {{"order", 3}, {"coefficient", -2}}));
  EXPECT_FALSE(c.with("path/2", column({1, 0, 0, 0, 0, 0, 0})).holds("descending-path", {{"order", 4}, {"coefficient", -2}}));
  EXPECT_FALSE(c.with("path/1", column({-1, 1, 0, 1, 0, 1, 0})).holds("descending-path", {{"order", 4}, {"coefficient", -2}}));
}

TEST(TuckerCheck, the_hessian_is_zero_where_three_blocks_are_exactly_zero) {
  EXPECT_TRUE(zero.holds("no-negative-curvature"));
  EXPECT_TRUE(smaller.at(0, {0, 0}, {0, 0}, {1, 0}).holds("no-negative-curvature"));
  EXPECT_FALSE(smaller.at(0, {0, 0}, {0, 1}, {1, 0}).holds("no-negative-curvature"));
  EXPECT_FALSE(smaller.at(0, {0, 0}, {0, 5e-324}, {1, 0}).holds("no-negative-curvature"));
  Case regularised = smaller.at(0, {0, 0}, {0, 0}, {1, 0});
  regularised.regulariser = 1.0;
  EXPECT_FALSE(regularised.holds("no-negative-curvature"));
}

TEST(TuckerCheck, escapes_and_better_points_are_evaluated) {
  Case escape = smaller;
  escape.point["escape/core"] = number_block(1);
  escape.point["escape/A1"] = escape.point["escape/A2"] = escape.point["escape/A3"] = column({1, -1});
  const Case better = smaller.with("better", column({2, 1, 0, 1, 0, 1, 0}));

  EXPECT_TRUE(escape.holds("descent", {{"decrease", 1.5}}));  // to 2 e0^3
  EXPECT_FALSE(escape.holds("descent", {{"decrease", above(1.5)}}));
  EXPECT_TRUE(better.holds("better-point", {{"value", 0.5}}));
  EXPECT_FALSE(better.holds("better-point", {{"value", below(0.5)}}));
}

TEST(TuckerCheck, missing_entries_do_not_count_and_leave_no_bound) {
  Case c = smaller;
  c.T[0] = std::numeric_limits<double>::quiet_NaN();
  const auto holds = [&](const std::string& kind, Numbers numbers) {
    auto check = make_tucker_check();
    const OptionList options = check->options();
    DataTensor& tensor = field<DataTensor>(options, "tensor");
    tensor.shape = {2, 2, 2};
    tensor.doubles = std::make_shared<MemorySlabs<double>>(Tensor<double>(TensorShape{2, 2, 2}, Vector(c.T)));
    tensor.num_missing = 1;
    field<std::string>(options, "missing") = "nan-mask";
    field<std::vector<std::int64_t>>(options, "ranks") = {1};
    check->prepare({c.point, c.witness, Arithmetic::automatic});
    return check->check({kind, "", "", Rigor::proved, std::move(numbers)}).verified;
  };

  EXPECT_TRUE(holds("value", {{"lower", 0}, {"upper", 0}}));
  EXPECT_FALSE(holds("lower-bound", {{"bound", 1e-9}, {"split", 1}}));
  EXPECT_FALSE(holds("minimum-up-to-symmetry", {{"radius", 1e-6}, {"least_eigenvalue", 1e-3}, {"core_scale", 1}}));
}

TEST(TuckerCheck, blocks_that_do_not_fit_are_refused) {
  Case c = smaller;
  c.point["A2"] = column({0, 1, 0});
  EXPECT_THROW(static_cast<void>(c.prepared()), InputError);
  c = smaller;
  c.point["core"] = column({1, 2});
  EXPECT_THROW(static_cast<void>(c.prepared()), InputError);
  c = smaller;
  c.point.erase("A3");
  EXPECT_THROW(static_cast<void>(c.prepared()), InputError);
}

TEST(TuckerCheck, scales_are_those_of_the_problem) {
  const auto scale = [](const Case& c, const char* kind) { return c.prepared()->largest_scale({kind, "", "", Rigor::proved, {}}); };

  EXPECT_DOUBLE_EQ(scale(smaller, "gap"), 2.0);
  // |J|^2 = 1 + 1 + 1 + 1, |R| = 2.
  EXPECT_NEAR(scale(smaller, "gradient-norm"), 4.0, 1e-12);
}

}  // namespace
}  // namespace nadir
