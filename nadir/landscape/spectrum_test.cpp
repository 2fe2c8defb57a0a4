// Spectra against closed forms: every law at a problem whose Hessian is diagonal, and so known.
#include "nadir/landscape/spectrum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nadir/base/error.hpp"
#include "nadir/landscape/diagonal_test.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

using diagonal::Expanded;
using diagonal::one_block;

Spectrum of_diagonal(const Vector& d, const SpectrumOptions& options = {}) {
  return examine_spectrum(Expanded(d), one_block(std::ssize(d)), options);
}

double sum(const Vector& v) { return std::accumulate(v.begin(), v.end(), 0.0); }

// The bulk and outliers of a Hessian: n = 2000.
Vector bulk_and_outliers() {
  Vector d = diagonal::semicircle(2000, 2.0);
  d[0] = 10.0, d[1] = 5.0, d[2] = -4.0;
  return d;
}

TEST(Spectrum, shows_one_outlier_over_a_bulk_once_and_with_its_weight) {
  Vector d = diagonal::semicircle(2000, 1.0);
  d[999] = 10.0;

  const Spectrum spectrum = of_diagonal(d, {.top = 1});

  ASSERT_EQ(spectrum.measure.peaks.size(), 1u);
  EXPECT_NEAR(spectrum.measure.peaks[0], 10.0, 1e-9);
  for (const double node : spectrum.measure.nodes) EXPECT_LT(node, 1.0 + 1e-9);
  EXPECT_NEAR(spectrum.extremes.greatest[0].value, 10.0, 1e-9);
}

TEST(Spectrum, places_bulk_and_outliers_where_they_are) {
  const Vector d = bulk_and_outliers();

  const Spectrum spectrum = of_diagonal(d, {.top = 3});

  EXPECT_EQ(spectrum.measure.peaks.size(), 3u);
  EXPECT_NEAR(spectrum.extremes.greatest[0].value, 10.0, 1e-8);
  EXPECT_NEAR(spectrum.extremes.greatest[1].value, 5.0, 1e-8);
  EXPECT_NEAR(spectrum.extremes.greatest[2].value, *std::max_element(d.begin() + 3, d.end()), 2e-3);
  EXPECT_NEAR(spectrum.extremes.least[0].value, -4.0, 1e-8);
  EXPECT_LT(spectrum.steps, 80);  // the outliers stretched the range
}

TEST(Spectrum, its_density_lies_within_its_own_error_bars) {
  const Vector d = bulk_and_outliers();
  int outside = 0, points = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Spectrum spectrum = of_diagonal(d, {.top = 1, .seed = seed});

    const SpectralMeasure all{.dimension = 2000, .peaks = d, .nodes = {}, .weights = Matrix(0, 0)};
    const SmoothedDensity& density = spectrum.density;
    for (std::size_t i = 0; i < density.points.size(); i += 8, ++points) {
      double truth = 0.0;
      for (const double lambda : d) truth += std::exp(-0.5 * std::pow((density.points[i] - lambda) / density.sigma, 2));
      truth /= 2000.0 * density.sigma * std::sqrt(2.0 * std::acos(-1.0));
      outside += std::fabs(density.values[i] - truth) > density.half_widths[i] + density.quadrature_error;
    }
  }
  EXPECT_LE(outside, points / 20);  // 99 % are promised
}

TEST(Spectrum, its_weights_and_peaks_have_mass_one) {
  const Spectrum spectrum = of_diagonal(bulk_and_outliers());

  double mass = static_cast<double>(spectrum.measure.peaks.size()) / 2000.0;
  for (const double w : spectrum.measure.weights.flat()) mass += spectrum.measure.rest() * w / 10.0;
  EXPECT_NEAR(mass, 1.0, 1e-12);
}

TEST(Spectrum, its_trace_interval_holds_in_95_of_100_seeds) {
  const Vector d = bulk_and_outliers();
  int holds = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Spectrum spectrum = of_diagonal(d, {.top = 1, .steps = 20, .seed = seed});
    holds += std::fabs(spectrum.trace.value - sum(d)) <= spectrum.trace.half_width;
  }
  EXPECT_GE(holds, 95);
}

TEST(Spectrum, keeps_the_weight_of_an_eigenvalue_of_higher_multiplicity_than_probes) {
  Vector d = diagonal::semicircle(2000, 1.0);
  for (std::size_t i = 0; i < 600; ++i) d[i] = -3.0;

  const Spectrum spectrum = of_diagonal(d, {.top = 1});

  double share = static_cast<double>(std::count_if(spectrum.measure.peaks.begin(), spectrum.measure.peaks.end(), [](double x) { return x < -2.0; })) / 2000.0;
  for (Index k = 0; k < std::ssize(spectrum.measure.nodes); ++k)
    if (spectrum.measure.nodes[static_cast<std::size_t>(k)] < -2.0)
      for (Index p = 0; p < 10; ++p) share += spectrum.measure.rest() * spectrum.measure.weights(k, p) / 10.0;
  EXPECT_NEAR(share, 0.3, 0.02);
}

TEST(Spectrum, of_few_parameters_is_the_whole_spectrum_and_nothing_more) {
  const Vector d{-0.34, -0.1, 0.0, 0.0, 0.2, 0.5, 1.0, 1.5, 2.25};

  for (const Index dense_limit : {Index{500}, Index{0}}) {
    const Spectrum spectrum = of_diagonal(d, {.steps = 100, .dense_limit = dense_limit});

    Vector all = spectrum.measure.peaks;
    all.insert(all.end(), spectrum.measure.nodes.begin(), spectrum.measure.nodes.end());
    std::sort(all.begin(), all.end());
    ASSERT_EQ(all.size(), 9u);
    for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(all[i], d[i], 1e-13);
    EXPECT_NEAR(spectrum.trace.value, sum(d), spectrum.trace.half_width + 1e-13);
  }
}

TEST(Spectrum, scales_with_the_loss) {
  const Vector d = bulk_and_outliers();
  Vector tiny(d);
  for (double& x : tiny) x *= 1e-14;

  const Spectrum whole = of_diagonal(d), scaled = of_diagonal(tiny);

  EXPECT_EQ(whole.steps, scaled.steps);
  EXPECT_NEAR(scaled.extremes.greatest[0].value, 1e-13, 1e-21);
  EXPECT_EQ(whole.measure.peaks.size(), scaled.measure.peaks.size());
  EXPECT_NEAR(scaled.trace.half_width / whole.trace.half_width, 1e-14, 1e-22);
}

TEST(Spectrum, splits_into_its_blocks) {
  Layout layout;
  layout.add("W1", 40, 20);
  layout.add("b1", 6, 1);
  layout.add("W2", 30, 10);
  Vector d = diagonal::semicircle(1106, 1.0);
  d[3] = 7.0, d[802] = 3.0, d[900] = -5.0;
  const auto exact = [&](Index first, Index count) { return std::accumulate(d.begin() + first, d.begin() + first + count, 0.0); };

  const Spectrum spectrum = examine_spectrum(Expanded(d), layout);

  ASSERT_EQ(spectrum.blocks.size(), 3u);
  EXPECT_EQ(spectrum.blocks[0].name, "W1");
  EXPECT_NEAR(spectrum.blocks[0].greatest.value, 7.0, 7e-3);
  EXPECT_NEAR(spectrum.blocks[1].greatest.value, 3.0, 1e-14);
  EXPECT_NEAR(spectrum.blocks[1].trace.value, exact(800, 6), 1e-13);
  EXPECT_EQ(spectrum.blocks[1].trace.half_width, 0.0);
  EXPECT_NEAR(spectrum.blocks[2].least.value, -5.0, 5e-3);
  EXPECT_NEAR(spectrum.blocks[0].trace.value, exact(0, 800), spectrum.blocks[0].trace.half_width);
  EXPECT_NEAR(spectrum.blocks[2].trace.value, exact(806, 300), spectrum.blocks[2].trace.half_width);
}

TEST(Spectrum, gives_the_same_bits_on_any_number_of_threads) {
  const Vector d = diagonal::semicircle(20000, 1.0);
  const auto trace = [&](int threads) {
    set_num_threads(threads);
    const Spectrum spectrum = of_diagonal(d, {.top = 1, .steps = 10});
    set_num_threads(0);
    return std::pair(spectrum.trace.value, spectrum.extremes.greatest[0].value);
  };

  EXPECT_EQ(trace(1), trace(3));
}

TEST(Spectrum, stopped_early_is_true_of_what_was_found) {
  const Vector d = bulk_and_outliers();

  const Spectrum spectrum = of_diagonal(d, {.should_stop = [] { return true; }});

  EXPECT_TRUE(spectrum.is_stopped);
  EXPECT_EQ(spectrum.steps, 2);
  EXPECT_LE(spectrum.extremes.greatest[0].value, 10.0);
  EXPECT_GE(spectrum.extremes.none_above, 10.0);
  EXPECT_GT(spectrum.density.quadrature_error, 0.0);
}

TEST(Spectrum, makes_fewer_steps_where_memory_ends_and_refuses_none) {
  const Vector d = diagonal::semicircle(2000, 1.0);
  const double step_bytes = 2000.0 * 10.0 * 8.0;

  const Spectrum spectrum = of_diagonal(d, {.top = 1, .most_basis_bytes = 5.5 * step_bytes});

  EXPECT_EQ(spectrum.steps, 5);
  EXPECT_THROW(of_diagonal(d, {.most_basis_bytes = 1.9 * step_bytes}), InputError);
}

TEST(Spectrum, of_a_hessian_of_zeros_is_zero) {
  const Spectrum spectrum = of_diagonal(Vector(3000, 0.0), {.probes = 3, .steps = 5});

  EXPECT_EQ(spectrum.trace.value, 0.0);
  EXPECT_EQ(spectrum.extremes.greatest[0].value, 0.0);
  EXPECT_TRUE(spectrum.is_finite);
}

TEST(Spectrum, says_so_when_a_product_is_not_finite) {
  Vector d(3000, 1.0);
  d[17] = std::nan("");

  EXPECT_FALSE(of_diagonal(d).is_finite);
  EXPECT_FALSE(of_diagonal({1.0, std::nan("")}).is_finite);
}

TEST(Spectrum, refuses_options_out_of_range) {
  EXPECT_THROW(of_diagonal({1.0}, {.probes = 1}), InputError);
  EXPECT_THROW(of_diagonal({1.0}, {.steps = 1}), InputError);
  EXPECT_THROW(of_diagonal({1.0}, {.top = 0}), InputError);
  EXPECT_THROW(of_diagonal({1.0}, {.confidence = 1.0}), InputError);
  EXPECT_THROW(examine_spectrum(Expanded({}), Layout()), InputError);
}

}  // namespace
}  // namespace nadir
