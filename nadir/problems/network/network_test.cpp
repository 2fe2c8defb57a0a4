// The objective of feed-forward networks against PyTorch, and the laws of its passes.
#include "nadir/problems/network/network.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <ostream>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/family.hpp"

namespace nadir {
namespace {

template <class F>
Matrix filled(Index rows, Index cols, const F& f) {
  Matrix m(rows, cols);
  for (Index j = 0; j < cols; ++j)
    for (Index i = 0; i < rows; ++i) m(i, j) = f(static_cast<double>(i), static_cast<double>(j));
  return m;
}

template <class F>
Vector sequence(Index n, const F& f) {
  Vector v;
  for (Index k = 0; k < n; ++k) v.push_back(f(static_cast<double>(k)));
  return v;
}

// By PyTorch 1.13 in double precision: widths 2-4-3-2 with biases, n = 5, x_ij = cos(3 i + j), y_ij = sin(2 i + j), labels
// i mod 2; parameter k (blocks in order, column-major) 0.9 sin(k + 1); direction u_k = cos 2k; weight decay 0.05;
// leaky_relu(z, 0.1), elu alpha 1, exact gelu. g the gradient by autograd.grad(value), h = autograd.grad(g.u); the columns
// are value, sum g_k cos(k + 0.5), |g|, sum h_k sin(k + 0.3), |h|.
struct TorchCase {
  const char* activation;
  const char* loss;
  double value, gradient_sum, gradient_norm, product_sum, product_norm;
};

void PrintTo(const TorchCase& c, std::ostream* out) { *out << c.activation << ' ' << c.loss; }

constexpr TorchCase torch_cases[] = {
    {"identity", "squared", 0.70028744957347167, 0.35298767242028717, 0.41776645886887581, 0.54556299051029078, 5.0409323680228457},
    {"relu", "squared", 0.68794782056502291, 0.32416037920624891, 0.24145782258161566, -1.2511675821936457, 3.7851483661746634},
    {"leaky-relu", "squared", 0.68897007832317103, 0.32665451955992869, 0.23679130406626869, -1.0940511653957474, 3.2027790432384853},
    {"elu", "squared", 0.69477608690587056, 0.26491211777148832, 0.30843926423795226, 0.099337968156484269, 1.6197837701402735},
    {"gelu", "squared", 0.68835969816718201, 0.28795310974438687, 0.24562977984918738, -0.56227445518067676, 2.5433888888743277},
    {"silu", "squared", 0.70516696303069248, 0.35326720362976355, 0.32657897767241911, 0.02350152849925817, 1.7609079271711461},
    {"tanh", "squared", 0.72177145872222481, 0.50541095562936533, 0.35327803772102218, 1.1036992487710362, 1.4149726523921784},
    {"sigmoid", "squared", 0.8614703033499862, 0.75006821526795031, 0.85741828723422175, -0.61920788226891044, 2.3782393580088059},
    {"softplus", "squared", 0.77895834356686389, 0.74802332868454069, 1.0267827262536515, -0.28119399696828407, 9.6031772517127933},
    {"identity", "cross-entropy", 1.02074084740821, 0.42843714357820561, 0.93532517062096021, 0.12418665845609198, 2.2657824665995143},
    {"relu", "cross-entropy", 0.98156648866175522, 0.46152335790050181, 0.51938276100699443, 0.44280850967587887, 1.07468848188445},
    {"leaky-relu", "cross-entropy", 0.98432599718209413, 0.45503382888966409, 0.53308278493422656, 0.41073379061726922, 1.1306196429269395},
    {"elu", "cross-entropy", 0.98147737795700452, 0.43426907754164529, 0.69693827951896281, 0.54545530346248583, 1.6357635103657961},
    {"gelu", "cross-entropy", 0.94540122342295096, 0.49915838362743409, 0.42495931617912869, 1.1338012044368664, 1.1106954273250906},
    {"silu", "cross-entropy", 0.94451280509550428, 0.44677006536655106, 0.34206759473215148, 0.92476511765203406, 0.99996255777302034},
    {"tanh", "cross-entropy", 0.96958664268459804, 0.31488905545339457, 0.3451370369972307, 0.049724257993123328, 1.2415936579021689},
    {"sigmoid", "cross-entropy", 0.95846034663931801, 0.35677971389984831, 0.20496466202912911, -0.029583962383464391, 0.84132872311963991},
    {"softplus", "cross-entropy", 0.9508176154853909, 0.40431552119120834, 0.29449278621072916, 0.62153778938106674, 1.7475980141144261},
};

class AgainstTorch : public testing::TestWithParam<TorchCase> {};

TEST_P(AgainstTorch, value_gradient_and_hessian_product_agree_to_1e_12) {
  const TorchCase& expected = GetParam();
  const bool is_entropy = std::string(expected.loss) == "cross-entropy";
  NetworkOptions o;
  o.x.values = filled(2, 5, [](double i, double j) { return std::cos(3 * j + i); });
  o.y.values = is_entropy ? filled(1, 5, [](double, double j) { return std::fmod(j, 2.0); })
                          : filled(2, 5, [](double i, double j) { return std::sin(2 * j + i); });
  o.hidden = {4, 3};
  o.activation = expected.activation;
  o.loss = expected.loss;
  o.weight_decay = 0.05;
  o.negative_slope = 0.1;
  const Network problem(read_network_data(o));
  const Index p = problem.layout().dimension();
  ASSERT_EQ(p, 35);
  const Vector x = sequence(p, [](double k) { return 0.9 * std::sin(k + 1); }), u = sequence(p, [](double k) { return std::cos(2 * k); });

  const auto at = problem.expand(x);
  Vector g(x.size()), h(x.size());
  at->gradient(g);
  at->apply_hessian({u.data(), p, 1}, {h.data(), p, 1});

  const double tol = 1e-12;
  EXPECT_NEAR(at->value(), expected.value, tol * expected.value);
  EXPECT_NEAR(dot(g, sequence(p, [](double k) { return std::cos(k + 0.5); })), expected.gradient_sum, tol * expected.gradient_norm * 5);
  EXPECT_NEAR(norm(g), expected.gradient_norm, tol * expected.gradient_norm);
  EXPECT_NEAR(dot(h, sequence(p, [](double k) { return std::sin(k + 0.3); })), expected.product_sum, tol * expected.product_norm * 5);
  EXPECT_NEAR(norm(h), expected.product_norm, tol * expected.product_norm);
}

INSTANTIATE_TEST_SUITE_P(Network, AgainstTorch, testing::ValuesIn(torch_cases));

NetworkOptions random_problem(const std::string& activation, const std::string& loss, Index samples, std::vector<std::int64_t> hidden) {
  NetworkOptions o;
  Matrix x(3, samples), y(2, samples);
  Random(1, 0).fill_normal(x.flat());
  Random(1, 1).fill_uniform(y.flat());
  if (loss == "cross-entropy")
    for (Index j = 0; j < samples; ++j) y(1, j) = 1.0 - y(0, j);
  o.x.values = std::move(x);
  o.y.values = std::move(y);
  o.hidden = std::move(hidden);
  o.activation = activation;
  o.loss = loss;
  return o;
}

Vector random_vector(Index n, std::uint64_t stream) {
  Vector v(static_cast<std::size_t>(n));
  Random(2, stream).fill_normal(v);
  return v;
}

struct Derivatives {
  double value;
  Vector gradient;
  Matrix products;
};

Derivatives derivatives(const Network& problem, Index directions) {
  const Index p = problem.layout().dimension();
  const Vector x = random_vector(p, 0), U = random_vector(p * directions, 1);
  const auto at = problem.expand(x);
  Derivatives d{at->value(), Vector(x.size()), Matrix(p, directions)};
  at->gradient(d.gradient);
  at->apply_hessian({U.data(), p, directions}, d.products);
  return d;
}

TEST(Network, bits_do_not_depend_on_the_number_of_threads) {
  for (const char* loss : {"squared", "cross-entropy"}) {
    const NetworkOptions o = random_problem("tanh", loss, 1500, {150, 40});
    const Network problem(read_network_data(o));

    set_num_threads(1);
    const Derivatives one = derivatives(problem, 3);
    set_num_threads(3);
    const Derivatives three = derivatives(problem, 3);
    set_num_threads(0);

    EXPECT_EQ(one.value, three.value);
    EXPECT_EQ(one.gradient, three.gradient);
    EXPECT_EQ(one.products, three.products);
  }
}

// f is a mean: f of all samples is the weighted mean of f of the parts.
TEST(Network, batches_add_up_where_samples_are_no_multiple_of_their_size) {
  const Index samples = 2 * 1024 + 37;
  for (const char* loss : {"squared", "cross-entropy"}) {
    const NetworkOptions o = random_problem("gelu", loss, samples, {5});
    Derivatives sum{};
    for (Index i = 0; i < samples; i += 100) {
      const Index count = std::min<Index>(100, samples - i);
      NetworkOptions part = o;
      part.x.values = Matrix(o.x.values.view().columns(i, count));
      part.y.values = Matrix(o.y.values.view().columns(i, count));
      const Derivatives d = derivatives(Network(read_network_data(part)), 1);
      const double weight = static_cast<double>(count) / static_cast<double>(samples);
      if (i == 0) sum = {0.0, Vector(d.gradient.size()), Matrix(d.products.rows(), 1)};
      sum.value += weight * d.value;
      axpy(weight, d.gradient, sum.gradient);
      axpy(weight, d.products.flat(), sum.products.flat());
    }

    const Derivatives whole = derivatives(Network(read_network_data(o)), 1);

    EXPECT_NEAR(whole.value, sum.value, 1e-14 * sum.value);
    axpy(-1.0, whole.gradient, sum.gradient);
    EXPECT_LT(norm(sum.gradient), 1e-13 * norm(whole.gradient));
    axpy(-1.0, whole.products.flat(), sum.products.flat());
    EXPECT_LT(norm(sum.products.flat()), 1e-13 * norm(whole.products.flat()));
  }
}

TEST(Network, passes_that_are_run_again_give_the_same_bits_as_passes_that_are_kept) {
  for (const char* loss : {"squared", "cross-entropy"}) {
    const NetworkOptions o = random_problem("softplus", loss, 2100, {6, 5});

    const Derivatives kept = derivatives(Network(read_network_data(o)), 11), again = derivatives(Network(read_network_data(o), 0.0), 11);

    EXPECT_EQ(kept.value, again.value);
    EXPECT_EQ(kept.gradient, again.gradient);
    EXPECT_EQ(kept.products, again.products);
  }
}

// Memory goes from expansion to expansion; nothing of the one before may be seen.
TEST(Network, expansions_in_borrowed_memory_repeat_themselves) {
  const NetworkOptions o = random_problem("tanh", "cross-entropy", 1100, {7});
  const Network problem(read_network_data(o));
  const Derivatives first = derivatives(problem, 2);
  {
    const Vector other = random_vector(problem.layout().dimension(), 9);
    const auto a = problem.expand(other), b = problem.expand(other);
    Vector g(other.size());
    a->gradient(g);
    b->gradient(g);
  }

  const Derivatives second = derivatives(problem, 2);

  EXPECT_EQ(first.value, second.value);
  EXPECT_EQ(first.gradient, second.gradient);
  EXPECT_EQ(first.products, second.products);
}

TEST(Network, a_block_of_products_is_that_of_its_columns) {
  const NetworkOptions o = random_problem("silu", "cross-entropy", 50, {6, 5});
  const Network problem(read_network_data(o));
  const Index p = problem.layout().dimension(), directions = 19;
  const Vector x = random_vector(p, 0), U = random_vector(p * directions, 1);
  const auto at = problem.expand(x);
  Matrix block(p, directions), single(p, 1);

  at->apply_hessian({U.data(), p, directions}, block);

  for (Index j = 0; j < directions; ++j) {
    at->apply_hessian({U.data() + j * p, p, 1}, single);
    for (Index i = 0; i < p; ++i) EXPECT_NEAR(block(i, j), single(i, 0), 1e-14 * norm(single.flat()));
  }
}

// One-hot probabilities are labels, up to rounding.
TEST(Network, labels_are_one_hot_probabilities) {
  NetworkOptions labels = random_problem("relu", "cross-entropy", 20, {4}), one_hot = labels;
  labels.y.values = filled(1, 20, [](double, double j) { return std::fmod(j, 2.0); });
  one_hot.y.values = filled(2, 20, [](double i, double j) { return std::fmod(j, 2.0) == i ? 1.0 : 0.0; });

  const Derivatives a = derivatives(Network(read_network_data(labels)), 1), b = derivatives(Network(read_network_data(one_hot)), 1);

  EXPECT_NEAR(a.value, b.value, 1e-15 * a.value);
  for (std::size_t i = 0; i < a.gradient.size(); ++i) EXPECT_NEAR(a.gradient[i], b.gradient[i], 1e-14);
  for (Index i = 0; i < a.products.rows(); ++i) EXPECT_NEAR(a.products(i, 0), b.products(i, 0), 1e-13);
}

// log(1 + e^-800) is 0 in double precision, log(1 + e^800) is 800; no overflow on the way.
TEST(Network, cross_entropy_of_large_outputs_neither_overflows_nor_cancels) {
  NetworkOptions o;
  o.x.values = Matrix::from_rows({{1.0}});
  o.loss = "cross-entropy";
  for (const double label : {0.0, 1.0}) {
    o.y.values = Matrix::from_rows({{label}});
    NetworkData data = read_network_data(o);
    data.widths.back() = 2;
    const Network problem(data);

    EXPECT_EQ(problem.value(Vector{400.0, -400.0, 0.0, 0.0}), label == 0.0 ? 0.0 : 800.0);
    EXPECT_NEAR(problem.value(Vector{20.0, -20.0, 0.0, 0.0}), label == 0.0 ? std::log1p(std::exp(-40.0)) : 40.0, label == 0.0 ? 1e-32 : 1e-14);
  }
}

TEST(Network, not_a_number_in_the_point_reaches_the_value) {
  const NetworkOptions o = random_problem("relu", "squared", 4, {3});
  const Network problem(read_network_data(o));
  Vector x = random_vector(problem.layout().dimension(), 0);

  x[0] = std::numeric_limits<double>::quiet_NaN();

  EXPECT_TRUE(std::isnan(problem.value(x)));
}

TEST(NetworkData, outlive_the_options_they_were_read_from) {
  for (const bool is_normalised : {false, true}) {
    auto o = std::make_unique<NetworkOptions>(random_problem("tanh", "squared", 20, {}));
    o->model.layers = {{Matrix(2, 3), {}, "tanh"}, {Matrix(2, 2), {}, ""}};
    if (is_normalised) o->model.input_scale = {1, 2, 3};
    NetworkData data = read_network_data(*o);
    const Network before(data);
    const Vector x = random_vector(before.layout().dimension(), 0);
    const double value = before.value(x);

    const NetworkOptions moved = std::move(*o);
    o.reset();
    const Network after(std::move(data));

    EXPECT_EQ(before.value(x), value);
    EXPECT_EQ(after.value(x), value);
    EXPECT_EQ(moved.x.values.cols(), 20);
  }
}

std::string refusal(const NetworkOptions& o) {
  try {
    read_network_data(o);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(NetworkData, bad_input_is_refused_by_name_and_row) {
  const NetworkOptions good = random_problem("relu", "cross-entropy", 4, {3});
  ASSERT_EQ(refusal(good), "");
  NetworkOptions o = good;
  o.y.values = Matrix::from_rows({{0, 1, -1, 2}});
  EXPECT_NE(refusal(o).find("row 2"), std::string::npos) << refusal(o);
  o.y.values = Matrix::from_rows({{0, 1.5, 1, 2}});
  EXPECT_NE(refusal(o).find("row 1"), std::string::npos) << refusal(o);
  o.y.values = Matrix::from_rows({{0, 1, 1}});
  EXPECT_NE(refusal(o).find("4 samples"), std::string::npos) << refusal(o);
  o.y.values = Matrix::from_rows({{0.5, 0, 1, 0}, {0.5, 1, 1, 1}});
  EXPECT_NE(refusal(o).find("row 2"), std::string::npos) << refusal(o);
  o = good;
  Matrix x(o.x.values);
  x(0, 1) = std::numeric_limits<double>::infinity();
  o.x.values = x;
  EXPECT_NE(refusal(o).find("row 1"), std::string::npos) << refusal(o);
  o = good;
  o.hidden = {1000000, 1000000};
  EXPECT_NE(refusal(o).find("--hidden"), std::string::npos) << refusal(o);
  o = good;
  o.hidden = {0};
  EXPECT_NE(refusal(o).find("--hidden"), std::string::npos) << refusal(o);
  o = good;
  o.x.values = Matrix();
  EXPECT_NE(refusal(o).find("--x"), std::string::npos) << refusal(o);
}

}  // namespace
}  // namespace nadir
