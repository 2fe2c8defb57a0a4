#include "nadir/driver/survey/survey_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace nadir {
namespace {

constexpr std::size_t most_classes = 40;
constexpr std::int64_t longest_bar = 50;

[[gnu::format(printf, 1, 2)]] std::string formatted(const char* format, ...) {
  char line[256];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  return line;
}

std::string index_text(std::int64_t index) { return index < 0 ? "?" : std::to_string(index); }
std::string text(std::string_view name) { return std::string(name); }
long long number(std::int64_t n) { return n; }

std::string title(const SurveyResult& r) {
  std::string line = "survey of " + r.family + ": " + std::to_string(r.counted) + (r.counted == 1 ? " start" : " starts") + ", seed " + std::to_string(r.seed);
  if (r.is_until_met) line += ", the first that satisfy " + r.until;
  if (r.counted < r.starts && !r.is_until_met) line += ", of " + std::to_string(r.starts);
  if (r.broken > 0) line += "; " + std::to_string(r.broken) + " broke down";
  if (r.cut_off > 0) line += "; " + std::to_string(r.cut_off) + " cut off";
  line += "\n" + std::to_string(r.num_minima) + (r.num_minima == 1 ? " minimum" : " distinct minima") + formatted(" (up to symmetry, to %.3g of the point)", r.point_tolerance);
  if (!r.until.empty() && !r.is_until_met) line += "; " + r.until + " is not reached";
  if (r.not_critical > 0)
    line += "\n" + std::to_string(r.not_critical) + (r.not_critical == 1 ? " end is" : " ends are") + " at no critical point (more --max-iterations?)";
  return line + "\n";
}

std::string classes_text(const SurveyResult& r) {
  std::string table = formatted("\n%5s  %-17s  %-9s  %-18s  %6s  %7s  %18s  %5s  %s\n", "class", "verdict", "rigor", "value", "count", "share", "95 % interval", "index", "start");
  for (std::size_t i = 0; i < std::min(r.classes.size(), most_classes); ++i) {
    const SurveyClass& c = r.classes[i];
    table += formatted("%5zu  %-17s  %-9s  %-18.10g  %6lld  %5.1f %%  %7.2f .. %5.2f %%  %5s  %lld\n", i + 1, text(name(c.headline)).c_str(), text(name(c.rigor)).c_str(),
                       c.value, number(c.count), 100.0 * static_cast<double>(c.count) / static_cast<double>(r.counted), 100.0 * c.share.lower,
                       100.0 * c.share.upper, index_text(c.negative).c_str(), number(c.best_start));
  }
  if (r.classes.size() > most_classes) table += formatted("       and %zu more, all in survey.json\n", r.classes.size() - most_classes);
  return table + formatted("\nnot met yet: about %.1f %% of starts would reach another class; less than %.1f %%, with confidence %.0f %%\n", 100.0 * r.unseen.estimate,
                           100.0 * r.unseen.upper, 100.0 * r.confidence);
}

std::string histogram_text(const ValueHistogram& h) {
  if (h.counts.empty()) return "";
  const std::int64_t most = std::max<std::int64_t>(1, *std::max_element(h.counts.begin(), h.counts.end()));
  // So many digits that neighbouring edges differ.
  const double range = h.edges.back() - h.edges.front(), size = std::max(std::fabs(h.edges.front()), std::fabs(h.edges.back()));
  const int digits = h.is_logarithmic || !(range > 0.0) ? 5 : std::clamp(4 + static_cast<int>(std::ceil(std::log10(size / range))), 5, 16);
  std::string text = h.is_logarithmic ? "\nvalues, by their logarithms\n" : "\nvalues\n";
  for (std::size_t i = 0; i < h.counts.size(); ++i) {
    const std::int64_t bar = h.counts[i] == 0 ? 0 : std::max<std::int64_t>(1, h.counts[i] * longest_bar / most);
    text += formatted("  %*.*g .. %-*.*g %6lld  ", digits + 7, digits, h.edges[i], digits + 7, digits, h.edges[i + 1], number(h.counts[i])) + std::string(static_cast<std::size_t>(bar), '#') + "\n";
  }
  return text;
}

std::string saddles_text(const SurveyResult& r) {
  if (r.saddles.empty()) return "";
  std::string text = "\nsaddles by index: ends, and points that were left on the way\n" + formatted("%5s  %6s  %-14s  %-14s  %-14s\n", "index", "count", "least value", "median", "largest");
  for (const SaddlesOfIndex& s : r.saddles)
    text += formatted("%5s  %6lld  %-14.7g  %-14.7g  %-14.7g\n", index_text(s.index).c_str(), number(s.count), s.least, s.median, s.largest);
  return text;
}

}  // namespace

std::string survey_text(const SurveyResult& r) {
  std::string text = title(r);
  if (r.counted > 0) text += classes_text(r) + histogram_text(r.histogram) + saddles_text(r);
  return text + "\nrun folder " + r.folder + " (every end in survey.sqlite)\n";
}

}  // namespace nadir
