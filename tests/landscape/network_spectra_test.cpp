// Spectra of feed-forward networks where tools of the field are known to go wrong; truths by PyTorch and NumPy.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "nadir/landscape/spectrum.hpp"
#include "nadir/problems/network/network.hpp"

namespace nadir {
namespace {

template <class F>
Matrix filled(Index rows, Index cols, const F& f) {
  Matrix m(rows, cols);
  for (Index j = 0; j < cols; ++j)
    for (Index i = 0; i < rows; ++i) m(i, j) = f(static_cast<double>(i), static_cast<double>(j));
  return m;
}

// x_ij = cos(3 i + j + seed), y_ij = sin(2 i + j + seed) for sample i; parameter k (blocks in order, column-major)
// scale sin((k + 1)(1 + seed / 10)).
struct Case {
  std::unique_ptr<NetworkOptions> options;  // holds the numbers that the problem refers to
  Network problem;
  Vector x;
};

Case with_tanh(Matrix x, Matrix y, std::vector<std::int64_t> hidden) {
  auto o = std::make_unique<NetworkOptions>();
  o->x.values = std::move(x);
  o->y.values = std::move(y);
  o->hidden = std::move(hidden);
  o->activation = "tanh";
  Network problem(read_network_data(*o));
  return {std::move(o), std::move(problem), {}};
}

Case make_case(std::vector<std::int64_t> widths, Index samples, double seed, double scale) {
  Case c = with_tanh(filled(widths.front(), samples, [&](double i, double j) { return std::cos(3 * j + i + seed); }),
                     filled(widths.back(), samples, [&](double i, double j) { return std::sin(2 * j + i + seed); }),
                     {widths.begin() + 1, widths.end() - 1});
  for (Index k = 0; k < c.problem.layout().dimension(); ++k) c.x.push_back(scale * std::sin((static_cast<double>(k) + 1) * (1 + 0.1 * seed)));
  return c;
}

// By numpy.linalg.eigvalsh of torch.autograd.functional.hessian in double precision (PyTorch 1.13): widths 20-16-3 with
// biases, n = 50, scale 0.4, seeds 0, 1, ...: least and greatest eigenvalue, trace.
struct Truth {
  double least, greatest, trace;
};
constexpr Truth truths[] = {
    {-0.729078547460053, 12.7099950852786, 42.8512863445158},  {-1.05110869223139, 8.26548240713359, 36.0785041218641},
    {-0.476030643145723, 10.389497757601, 42.985315984907},    {-0.837770232445347, 11.6521177597746, 39.6557731290167},
    {-0.833495034136972, 11.3599400980687, 40.5611762568607},  {-2.13188847214615, 7.36230117432927, 26.9064081768212},
    {-4.13473247477076, 12.8504153455217, -1.63280775414576},  {-0.876884047515275, 11.8677571159325, 40.6384184640575},
    {-1.08588155446999, 9.96373673612007, 39.6316122743782},   {-1.12803187666827, 7.85185636665479, 34.2960078393368},
    {-0.982622092454036, 10.3719096316923, 37.7917264203241},  {-1.10239163247266, 16.5037280585243, 40.3340182244869},
    {-0.626328968983126, 9.49757638306513, 42.1515094812906},  {-1.55925327433947, 7.4300050043724, 32.2189678802143},
    {-0.908687136400778, 12.4236982392946, 39.6202086411871},  {-0.576676862402363, 13.0316089704173, 41.746676373187},
    {-0.900274801347032, 14.4165880614088, 41.0209400451378},  {-2.24163939092921, 9.51305952684362, 26.8903174403243},
    {-1.53496943658781, 8.96144019891312, 30.0737567768015},   {-0.70011153458997, 17.7167598889462, 42.99582483985},
};

TEST(NetworkSpectra, top_eigenvalues_are_within_the_promised_thousandth_for_twenty_networks) {
  for (int seed = 0; seed < 20; ++seed) {
    const Case c = make_case({20, 16, 3}, 50, seed, 0.4);
    const auto expansion = c.problem.expand(c.x);

    const Extremes ends = find_extremes(hessian_operator(*expansion, c.problem.layout().dimension()));

    const Truth& truth = truths[seed];
    EXPECT_NEAR(ends.greatest[0].value, truth.greatest, 1e-3 * truth.greatest) << seed;
    EXPECT_NEAR(ends.least[0].value, truth.least, 1e-3 * std::fabs(truth.least)) << seed;
    EXPECT_GT(ends.rough_error, 0.0);
    EXPECT_GE(ends.none_above, truth.greatest);
    EXPECT_LE(ends.none_below, truth.least);
    EXPECT_LE(ends.num_products, 60) << seed;
  }
}

TEST(NetworkSpectra, trace_intervals_hold_in_95_of_100_seeds) {
  int holds = 0;
  for (int seed = 0; seed < 100; ++seed) {
    const int network = seed % 20;
    const Case c = make_case({20, 16, 3}, 50, network, 0.4);
    SpectrumOptions options{.top = 1, .steps = 12, .dense_limit = 0, .with_blocks = false};
    options.seed = static_cast<std::uint64_t>(seed);

    const Spectrum spectrum = examine_spectrum(*c.problem.expand(c.x), c.problem.layout(), options);

    holds += std::fabs(spectrum.trace.value - truths[network].trace) <= spectrum.trace.half_width;
  }
  EXPECT_GE(holds, 95);
}

TEST(NetworkSpectra, nine_parameters_have_nine_eigenvalues_however_many_steps) {
  // As above: widths 2-2-1, n = 7, seed 0, scale 0.9.
  const double truth[] = {-0.400279908969816, -0.244954040307823, -0.100399450592199, -0.0642730736359177, 0.00473255366628756,
                          0.0543223794849681, 0.296692428233081,  1.31980947532802,   2.1464154039928};
  const Case c = make_case({2, 2, 1}, 7, 0, 0.9);

  for (const Index dense_limit : {Index{500}, Index{0}}) {
    SpectrumOptions options{.steps = 100, .dense_limit = dense_limit};
    options.may_be_rough = false;
    const Spectrum spectrum = examine_spectrum(*c.problem.expand(c.x), c.problem.layout(), options);

    Vector all = spectrum.measure.peaks;
    all.insert(all.end(), spectrum.measure.nodes.begin(), spectrum.measure.nodes.end());
    std::sort(all.begin(), all.end());
    ASSERT_EQ(all.size(), 9u);
    for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(all[i], truth[i], 1e-12);
  }
}

// f = |W2 W1 X - Y|^2 / (2n) at W = 0: eigenvalues +- sigma_i(Y X^T) / n, each as often as there are hidden units, and 0.
// Here X = 1, n = 30 and Y holds 30 times the singular values wanted.
TEST(NetworkSpectra, of_a_symmetric_saddle_show_both_ends) {
  const double sigma[] = {2.265, 1.5, 1.0, 0.5};
  NetworkOptions o;
  o.x.values = Matrix::identity(30);
  o.y.values = filled(4, 30, [&](double i, double j) { return i == j ? 30.0 * sigma[static_cast<std::size_t>(i)] : 0.0; });
  o.hidden = {20};
  o.activation = "identity";
  o.bias = false;
  const Network problem(read_network_data(o));
  const auto expansion = problem.expand(Vector(static_cast<std::size_t>(problem.layout().dimension()), 0.0));

  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Extremes ends = find_extremes(hessian_operator(*expansion, problem.layout().dimension()), {.count = 2, .seed = seed});
    const Spectrum spectrum = examine_spectrum(*expansion, problem.layout(), {.top = 2, .dense_limit = 0, .seed = seed});

    EXPECT_NEAR(ends.greatest[0].value, 2.265, 2e-6);
    EXPECT_NEAR(ends.least[0].value, -2.265, 2e-6);
    EXPECT_NEAR(spectrum.extremes.greatest[0].value, 2.265, 2e-6);
    EXPECT_NEAR(spectrum.extremes.least[0].value, -2.265, 2e-6);
    EXPECT_NEAR(spectrum.trace.value, 0.0, spectrum.trace.half_width + 1e-3);
  }
}

TEST(NetworkSpectra, batches_of_unequal_size_are_weighted_by_their_size) {
  for (const auto& sizes : {std::vector<Index>{64, 64, 64, 8}, std::vector<Index>{1024, 1024, 8}}) {
    Index samples = 0;
    for (const Index size : sizes) samples += size;
    const Case c = make_case({20, 16, 3}, samples, 0, 0.4);
    const Index p = c.problem.layout().dimension();
    Matrix v = filled(p, 3, [](double i, double j) { return std::cos(i * (j + 1)); }), whole(p, 3), part(p, 3), sum(p, 3);
    c.problem.expand(c.x)->apply_hessian(v, whole);

    Index first = 0;
    for (const Index size : sizes) {
      const NetworkData& data = c.problem.data();
      const Case chunk = with_tanh(Matrix(data.x.columns(first, size)), Matrix(data.y.columns(first, size)), {16});
      chunk.problem.expand(c.x)->apply_hessian(v, part);
      axpy(static_cast<double>(size) / static_cast<double>(samples), part.flat(), sum.flat());
      first += size;
    }

    axpy(-1.0, whole.flat(), sum.flat());
    EXPECT_LE(max_abs(sum), 1e-14 * max_abs(whole));
  }
}

TEST(NetworkSpectra, leave_point_and_expansion_as_they_were) {
  const Case c = make_case({20, 16, 3}, 50, 3, 0.4);
  const Vector before = c.x;
  const auto expansion = c.problem.expand(c.x);
  Vector g(before.size()), again(before.size());
  expansion->gradient(g);
  const double value = expansion->value();

  examine_spectrum(*expansion, c.problem.layout(), {.steps = 10, .dense_limit = 0});

  expansion->gradient(again);
  EXPECT_EQ(c.x, before);
  EXPECT_EQ(expansion->value(), value);
  EXPECT_EQ(again, g);
}

TEST(NetworkSpectra, blocks_sum_to_the_trace) {
  const Case c = make_case({20, 16, 3}, 50, 4, 0.4);

  const Spectrum whole = examine_spectrum(*c.problem.expand(c.x), c.problem.layout());

  double sum = 0.0;
  for (const BlockSpectrum& block : whole.blocks) {
    sum += block.trace.value;
    EXPECT_LE(block.greatest.value, whole.extremes.greatest[0].value + 1e-12);  // Cauchy interlacing
    EXPECT_GE(block.least.value, whole.extremes.least[0].value - 1e-12);
  }
  EXPECT_NEAR(sum, truths[4].trace, 1e-11);
}

}  // namespace
}  // namespace nadir
