// Value, gradient and Hessian of Tucker problems. The oracle is an independent computation in NumPy (einsum) at a point
// in closed form, differences of the value and of the gradient, and that other ways of storing a tensor change nothing.
#include "nadir/problems/tucker/tucker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/problems/tucker/case_test.hpp"
#include "nadir/problems/tucker/enclosure.hpp"

namespace nadir {
namespace {

double size_of(const Vector& v) { return norm(v); }

// T_abc = sin(0.3 a b + 0.5 c - 0.2 a c), S_ijk = cos(1 + i + 2 j - 0.7 k), A_q[a][k] = sin(0.4 + 1.7 a (q + 1) + 0.9 k + 0.3 a^2).
Tensor<double> sines() {
  return tensor_of({4, 5, 6}, [](const std::vector<double>& i) { return std::sin(0.3 * i[0] * i[1] + 0.5 * i[2] - 0.2 * i[0] * i[2]); });
}

template <class Core, class Factor>
Vector point_of(const Tucker& problem, Core&& core, Factor&& factor) {
  Vector x(static_cast<std::size_t>(problem.layout().dimension()));
  const std::vector<Index>& r = problem.ranks();
  const MatrixView S = problem.layout().block(std::span<double>(x), 0);
  for (Index i = 0; i < r[0]; ++i)
    for (Index j = 0; j < r[1]; ++j)
      for (Index k = 0; k < r[2]; ++k) S(i, j * r[2] + k) = core(static_cast<double>(i), static_cast<double>(j), static_cast<double>(k));
  for (std::size_t q = 0; q < 3; ++q) {
    const MatrixView A = problem.layout().block(std::span<double>(x), q + 1);
    for (Index a = 0; a < A.rows; ++a)
      for (Index k = 0; k < A.cols; ++k) A(a, k) = factor(static_cast<double>(q), static_cast<double>(a), static_cast<double>(k));
  }
  return x;
}

Vector golden_point(const Tucker& problem) {
  return point_of(problem, [](double i, double j, double k) { return std::cos(1 + i + 2 * j - 0.7 * k); },
                  [](double q, double a, double k) { return std::sin(0.4 + 1.7 * a * (q + 1) + 0.9 * k + 0.3 * a * a); });
}

Vector golden_direction(const Tucker& problem) {
  return point_of(problem, [](double i, double j, double k) { return std::sin(2 + i - j + 3 * k); },
                  [](double q, double a, double k) { return std::cos(0.2 + 1.1 * a + 0.5 * k * (q + 1)); });
}

Vector gradient_of(const Tucker& problem, const Vector& x) {
  Vector g(x.size());
  problem.expand(x)->gradient(g);
  return g;
}

Vector product_of(const Tucker& problem, const Vector& x, const Vector& v) {
  Vector Hv(x.size());
  const Index n = static_cast<Index>(x.size());
  problem.expand(x)->apply_hessian({v.data(), n, 1}, {Hv.data(), n, 1});
  return Hv;
}

// NumPy, einsum over all indices: L = |S(A) - T|^2 = 90.08099523178188, sum_k |D_k|^2 = 56.40354468145627, and at weight
// 0.5 the gradient, and products with the direction, of L + 0.5 sum_k |D_k|^2; ours is half of that.
TEST(TuckerProblem, agrees_with_an_independent_program_in_value_gradient_and_hessian) {
  TuckerOptions options = tucker_options(sines(), {2, 3, 2});
  options.regulariser = 0.5;
  const TuckerCase with(options), without(tucker_options(sines(), {2, 3, 2}));
  const Vector x = golden_point(with.problem), v = golden_direction(with.problem);

  const Vector g = gradient_of(with.problem, x), Hv = product_of(with.problem, x, v);

  EXPECT_NEAR(without.problem.value(x), 0.5 * 90.08099523178188, 1e-12);
  EXPECT_NEAR(with.problem.value(x), 0.5 * 118.28276757251001, 1e-12);
  EXPECT_NEAR(size_of(g), 0.5 * 101.57300826571861, 1e-12);
  EXPECT_NEAR(dot(g, v), 0.5 * 99.49747010151324, 1e-12);
  EXPECT_NEAR(dot(v, Hv), 0.5 * 689.061303235714, 1e-11);
  EXPECT_NEAR(size_of(Hv), 0.5 * 333.93846657002484, 1e-11);
}

class EveryOrder : public testing::TestWithParam<int> {
 protected:
  static TensorShape shape(int d) {
    std::vector<Index> extents;
    for (int m = 0; m < d; ++m) extents.push_back(d <= 4 ? 3 + m % 3 : 2 + m % 2);
    return TensorShape(std::span<const Index>(extents));
  }
  static std::vector<std::int64_t> ranks(int d) {
    std::vector<std::int64_t> r;
    for (int m = 0; m < d; ++m) r.push_back(1 + m % 2);
    return r;
  }
  static Vector normal(const Tucker& p, std::uint64_t stream) {
    Vector x(static_cast<std::size_t>(p.layout().dimension()));
    Random(3, stream).fill_normal(x);
    return x;
  }
  Random random{17, static_cast<std::uint64_t>(GetParam())};
  Tensor<double> T = random_tensor(shape(GetParam()), random);

  static void expect_derivatives(const TuckerOptions& options) {
    const TuckerCase c(options);
    const Vector x = normal(c.problem, 1), v = normal(c.problem, 2), w = normal(c.problem, 3);
    const double t = 1e-5;
    Vector ahead = x, behind = x;
    axpy(t, v, ahead);
    axpy(-t, v, behind);

    const Vector g = gradient_of(c.problem, x), Hv = product_of(c.problem, x, v), Hw = product_of(c.problem, x, w);
    Vector difference = gradient_of(c.problem, ahead);
    axpy(-1.0, gradient_of(c.problem, behind), difference);
    scale(0.5 / t, difference);

    const double slope = (c.problem.value(ahead) - c.problem.value(behind)) / (2.0 * t);
    EXPECT_NEAR(dot(g, v), slope, 1e-6 * (1.0 + std::fabs(slope)));
    axpy(-1.0, Hv, difference);
    EXPECT_LT(size_of(difference), 1e-6 * (1.0 + size_of(Hv)));
    EXPECT_NEAR(dot(w, Hv), dot(v, Hw), 1e-11 * size_of(v) * size_of(Hw));
  }
};

TEST_P(EveryOrder, derivatives_are_those_of_the_value) { expect_derivatives(tucker_options(T, ranks(GetParam()))); }

TEST_P(EveryOrder, derivatives_with_a_regulariser_are_those_of_the_value) {
  TuckerOptions options = tucker_options(T, ranks(GetParam()));
  options.regulariser = 0.3;
  expect_derivatives(options);
}

TEST_P(EveryOrder, derivatives_with_missing_entries_are_those_of_the_value) {
  for (Index i = 0; i < T.size(); i += 3) T.data()[i] = std::numeric_limits<double>::quiet_NaN();
  expect_derivatives(tucker_options(T, ranks(GetParam())));
}

TEST_P(EveryOrder, a_tensor_in_fortrans_order_is_the_same_problem) {
  const TuckerOptions o = tucker_options(T, ranks(GetParam()));
  const TuckerCase c(o), f(reversed(o));
  const Vector x = normal(c.problem, 1), v = normal(c.problem, 2);

  const Vector g = gradient_of(c.problem, x), h = product_of(c.problem, x, v);

  EXPECT_NEAR(f.problem.value(x), c.problem.value(x), 1e-13 * c.problem.value(x));
  Vector difference = gradient_of(f.problem, x);
  axpy(-1.0, g, difference);
  EXPECT_LT(size_of(difference), 1e-12 * size_of(g));
  difference = product_of(f.problem, x, v);
  axpy(-1.0, h, difference);
  EXPECT_LT(size_of(difference), 1e-12 * size_of(h));
}

TEST_P(EveryOrder, a_sparse_tensor_is_the_same_problem_as_its_dense_form) {
  TuckerOptions sparse;
  for (Index place = 0; place < T.size(); ++place)
    if (place % 4 != 1) T.data()[place] = 0.0;
  sparse.tensor.shape = T.shape().extents();
  sparse.ranks = ranks(GetParam());
  std::vector<std::vector<std::int32_t>> coordinates(static_cast<std::size_t>(GetParam()));
  Vector values;
  for (Index place = 1; place < T.size(); place += 4) {
    for (int m = 0; m < GetParam(); ++m)
      coordinates[static_cast<std::size_t>(m)].push_back(static_cast<std::int32_t>(place / T.shape().right(m) % T.shape()[m]));
    values.push_back(T.data()[place]);
  }
  sparse.tensor.coordinates.assign(coordinates.begin(), coordinates.end());
  sparse.tensor.values = std::move(values);
  const TuckerCase c(tucker_options(T, ranks(GetParam()))), s(sparse);
  const Vector x = normal(c.problem, 1);

  Vector difference = gradient_of(s.problem, x);
  axpy(-1.0, gradient_of(c.problem, x), difference);

  EXPECT_NEAR(s.problem.value(x), c.problem.value(x), 1e-12 * c.problem.value(x));
  EXPECT_LT(size_of(difference), 1e-11 * size_of(gradient_of(c.problem, x)));
}

TEST_P(EveryOrder, enclosures_contain_what_floating_point_finds_and_are_thin) {
  for (const double regulariser : {0.0, 0.3}) {
    TuckerOptions options = tucker_options(T, ranks(GetParam()));
    options.regulariser = regulariser;
    const TuckerCase c(options);
    const Vector x = normal(c.problem, 1), v = normal(c.problem, 2);

    const TuckerEnclosure e(c.problem, x);

    const double f = c.problem.value(x), g = size_of(gradient_of(c.problem, x)), slope = dot(gradient_of(c.problem, x), v);
    const double curvature = dot(v, product_of(c.problem, x, v));
    EXPECT_NEAR(e.value().mid(), f, 1e-12 * f);
    EXPECT_LT(e.value().width(), 1e-10 * f);
    EXPECT_NEAR(e.gradient_norm().mid(), g, 1e-12 * g);
    EXPECT_NEAR(e.along_line(v)[1].mid(), slope, 1e-11 * g * size_of(v));
    EXPECT_NEAR(2.0 * e.along_line(v)[2].mid(), curvature, 1e-10 * std::fabs(curvature) + 1e-9);
    EXPECT_NEAR(TuckerEnclosure(c.problem, x, v).value().mid(), [&] { Vector y = x; axpy(1.0, v, y); return c.problem.value(y); }(), 1e-9 * f);
  }
}

INSTANTIATE_TEST_SUITE_P(Orders, EveryOrder, testing::Range(2, 9));

TEST(TuckerProblem, small_residuals_keep_their_digits) {
  Random random(1);
  const TuckerCase c(tucker_options(random_low_rank({5, 4, 6}, {2, 2, 2}, random), {2}));
  const Vector x = in_normal_form(c.problem, [&] {
    Vector start(static_cast<std::size_t>(c.problem.layout().dimension()));
    random.fill_normal(start);
    for (int i = 0; i < 20; ++i) {
      Vector next(start.size());
      c.problem.sweep(start, next);
      start = next;
    }
    return start;
  }());

  EXPECT_LT(c.problem.value(x), 1e-28 * c.data.norm * c.data.norm);
}

TEST(TuckerProblem, sweeps_never_raise_the_value) {
  Random random(2);
  const TuckerCase c(tucker_options(random_tensor({5, 4, 6}, random), {2, 3, 2}));
  Vector x(static_cast<std::size_t>(c.problem.layout().dimension()));
  random.fill_normal(x);

  for (int i = 0; i < 10; ++i) {
    Vector next(x.size());
    const BlockStep step = c.problem.sweep(x, next);
    EXPECT_NEAR(step.value, c.problem.value(x), 1e-12 * step.value);
    EXPECT_LE(c.problem.value(next), c.problem.value(x) * (1.0 + 1e-13));
    x = next;
  }
}

TEST(TuckerProblem, the_normal_form_has_orthonormal_factors_and_no_greater_value) {
  Random random(3);
  const TuckerCase c(tucker_options(random_tensor({5, 4, 6}, random), {2, 3, 2}));
  Vector x(static_cast<std::size_t>(c.problem.layout().dimension()));
  random.fill_normal(x);

  const Vector y = in_normal_form(c.problem, x);

  EXPECT_LE(c.problem.value(y), c.problem.value(x));
  for (const ConstMatrixView& A : c.problem.factors(y).A) {
    Matrix gram = product(A, Op::transpose, A, Op::none);
    axpy(-1.0, Matrix::identity(A.cols).flat(), gram.flat());
    EXPECT_LT(frobenius_norm(gram), 1e-14);
  }
}

std::string message_for(const TuckerOptions& options) {
  try {
    const TuckerCase c(options);
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

TEST(TuckerData, what_is_wrong_is_named) {
  Random random(4);
  const Tensor<double> T = random_tensor({3, 4, 2}, random);
  Tensor<double> holes = T;
  holes.data()[5] = std::numeric_limits<double>::quiet_NaN();
  TuckerOptions neither = tucker_options(T, {}), both = tucker_options(T, {2}), refused = tucker_options(holes, {2});
  both.error = 0.1;
  refused.missing = "refuse";

  EXPECT_THAT(message_for(tucker_options(T, {2, 5, 2})), testing::HasSubstr("mode 2 from 1 to its extent 4"));
  EXPECT_THAT(message_for(tucker_options(T, {2, 0, 2})), testing::HasSubstr("mode 2"));
  EXPECT_THAT(message_for(tucker_options(T, {2, 2})), testing::HasSubstr("each of the 3 modes"));
  EXPECT_THAT(message_for(neither), testing::HasSubstr("neither"));
  EXPECT_THAT(message_for(both), testing::HasSubstr("both"));
  EXPECT_THAT(message_for(refused), testing::HasSubstr("--missing nan-mask"));
  EXPECT_THAT(message_for(tucker_options(random_tensor({7}, random), {1})), testing::HasSubstr("2 to 8 modes"));
  EXPECT_EQ(message_for(tucker_options(holes, {2})), "");
}

}  // namespace
}  // namespace nadir
