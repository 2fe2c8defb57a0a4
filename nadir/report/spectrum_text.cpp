#include "nadir/report/spectrum_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "nadir/report/internal/formatted.hpp"

namespace nadir {
namespace {

using internal::line;

constexpr int bar_width = 40, num_bins = 16, least_decade = -12;

struct Weighted {
  double value, weight;
};

std::vector<Weighted> atoms(const SpectralMeasure& m) {
  std::vector<Weighted> list;
  for (const double peak : m.peaks) list.push_back({peak, 1.0 / static_cast<double>(m.dimension)});
  for (Index k = 0; k < std::ssize(m.nodes); ++k) {
    double mean = 0.0;
    for (Index p = 0; p < m.weights.cols(); ++p) mean += m.weights(k, p) / static_cast<double>(m.weights.cols());
    list.push_back({m.nodes[static_cast<std::size_t>(k)], m.rest() * mean});
  }
  return list;
}

std::string bar(double share, double largest) {
  const int length = share > 0.0 ? std::max(1, static_cast<int>(std::lround(bar_width * share / largest))) : 0;
  return std::string(static_cast<std::size_t>(length), '#');
}

std::string share_text(double share) {
  char text[32];
  std::snprintf(text, sizeof text, share > 0.0 && share < 1e-4 ? "%8.1e" : "%7.3f%%", share < 1e-4 ? share : 100.0 * share);
  return text;
}

std::string linear_histogram(const std::vector<Weighted>& list) {
  double low = list.front().value, high = low;
  for (const Weighted& a : list) low = std::fmin(low, a.value), high = std::fmax(high, a.value);
  const double width = (high - low) / num_bins;
  if (!(width > 0.0)) return line("  every eigenvalue found is %.6g", low);
  std::vector<double> share(num_bins, 0.0);
  for (const Weighted& a : list) share[static_cast<std::size_t>(std::clamp(static_cast<int>((a.value - low) / width), 0, num_bins - 1))] += a.weight;
  const double largest = *std::max_element(share.begin(), share.end());
  std::string text;
  for (int b = 0; b < num_bins; ++b) {
    const double s = share[static_cast<std::size_t>(b)];
    text += line("  %12.5g .. %12.5g  %8s  %s", low + b * width, low + (b + 1) * width, share_text(s).c_str(), bar(s, largest).c_str());
  }
  return text;
}

// Decades relative to the largest modulus; what is below least_decade is one bin.
std::string logarithmic_histogram(const std::vector<Weighted>& list) {
  double largest_modulus = 0.0;
  for (const Weighted& a : list) largest_modulus = std::fmax(largest_modulus, std::fabs(a.value));
  if (!(largest_modulus > 0.0)) return line("  every eigenvalue found is 0");
  const int top = static_cast<int>(std::floor(std::log10(largest_modulus)));
  std::map<int, double> negative, positive;
  for (const Weighted& a : list) {
    const double modulus = std::fabs(a.value);
    const int decade = modulus > 0.0 ? std::max(static_cast<int>(std::floor(std::log10(modulus))), top + least_decade) : top + least_decade;
    (a.value < 0.0 ? negative : positive)[decade] += a.weight;
  }
  double largest = 0.0;
  for (const auto* side : {&negative, &positive})
    for (const auto& [decade, share] : *side) largest = std::fmax(largest, share);
  std::string text;
  const auto add = [&](int decade, const char* sign, double share) {
    const std::string what = decade == top + least_decade ? "below 1e" + std::to_string(decade + 1) : "1e" + std::to_string(decade) + " .. 1e" + std::to_string(decade + 1);
    text += line("  %s %-18s  %8s  %s", sign, what.c_str(), share_text(share).c_str(), bar(share, largest).c_str());
  };
  for (auto it = negative.rbegin(); it != negative.rend(); ++it) add(it->first, "-", it->second);
  for (const auto& [decade, share] : positive) add(decade, "+", share);
  return text;
}

std::string extremes_text(const Spectrum& s) {
  std::string text = line("  %-10s %22s %14s %14s", "", "eigenvalue", "one within", "likely error");
  const auto add = [&](const char* name, const std::vector<ExtremeEigenvalue>& list, bool is_reversed) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const ExtremeEigenvalue& e = list[is_reversed ? list.size() - 1 - i : i];
      text += line("  %-10s %22.12g %14.2g %14.2g%s", name, e.value, e.residual, e.likely_error, e.is_converged ? "" : "  not converged");
    }
  };
  add("greatest", s.extremes.greatest, false);
  add("least", s.extremes.least, true);
  if (s.is_whole) return text + line("  every eigenvalue was computed");
  return text + line("  none above %.12g and none below %.12g, except with probability %g", s.extremes.none_above, s.extremes.none_below, s.extremes.failure_probability);
}

std::string trace_cell(const TraceEstimate& t) {
  char text[64];
  if (t.half_width == 0.0) std::snprintf(text, sizeof text, "%.10g", t.value);
  else std::snprintf(text, sizeof text, "%.6g +- %.2g", t.value, t.half_width);
  return text;
}

std::string blocks_text(const Spectrum& s) {
  if (s.blocks.empty()) return "";
  std::string text = line("diagonal blocks") + line("  %-12s %10s %26s %16s %16s", "", "entries", "trace", "least", "greatest");
  for (const BlockSpectrum& b : s.blocks)
    text += line("  %-12.40s %10lld %26s %16.8g %16.8g", b.name.c_str(), static_cast<long long>(b.dimension), trace_cell(b.trace).c_str(), b.least.value, b.greatest.value);
  return text;
}

}  // namespace

std::string spectrum_text(const Spectrum& s) {
  const std::vector<Weighted> list = atoms(s.measure);
  std::string text = line("Hessian of %lld parameters, %lld products%s", static_cast<long long>(s.dimension), static_cast<long long>(s.num_products),
                          s.extremes.rough_error > 0.0 ? " in single precision, the ends measured in double" : "");
  if (s.is_stopped) text += line("stopped early: what follows is true of what was found until then");
  text += extremes_text(s);
  text += line("trace %s%s", trace_cell(s.trace).c_str(), s.is_whole ? "" : line(" with confidence %g", s.confidence).c_str());
  if (text.ends_with("\n\n")) text.pop_back();
  text += blocks_text(s) + "share of eigenvalues\n" + linear_histogram(list) + "share by decade of the modulus\n" + logarithmic_histogram(list);
  if (!s.is_whole)
    text += line("not established: eigenvalues between the ends; shares are estimates of %lld probes, resolved to %.2g", static_cast<long long>(s.measure.weights.cols()), s.density.sigma);
  return text;
}

}  // namespace nadir
