#include "nadir/report/text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

namespace nadir {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

std::string number_text(double x, int digits = 6) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.*g", digits, x);
  return buffer;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

// "label  text" lines with the texts in one column.
std::string aligned(const Lines& lines, const std::string& indent) {
  std::size_t width = 0;
  for (const auto& [label, text] : lines) width = std::max(width, label.size());
  std::string result;
  for (const auto& [label, text] : lines) result += indent + padded(label, width) + "  " + text + "\n";
  return result;
}

std::string counts_text(const Curvature& c) {
  if (c.negative < 0 && c.zero < 0 && c.positive < 0) return "";
  const auto one = [](std::int64_t n, const char* what) {
    return (n < 0 ? std::string("?") : std::to_string(n)) + " " + what;
  };
  return ", " + one(c.negative, "negative") + ", " + one(c.zero, "zero") + ", " + one(c.positive, "positive");
}

Lines figures(const Verdict& v) {
  Lines lines{{"value", number_text(v.value, 10)}};
  if (std::isfinite(v.lower_bound)) {
    lines.emplace_back("lower bound", number_text(v.lower_bound, 10));
    lines.emplace_back("gap", number_text(v.gap, 3) + " (relative " + number_text(v.relative_gap(), 3) + ", tolerance " +
                                  number_text(v.tolerance, 3) + ")");
  }
  if (!std::isnan(v.gradient_norm))
    lines.emplace_back("gradient norm", number_text(v.gradient_norm, 3) + " (critical below " +
                                            number_text(v.criticality_tolerance * v.gradient_scale, 3) + ")");
  if (v.curvature && !(std::isnan(v.curvature->min_eigenvalue) && counts_text(*v.curvature).empty()))
    lines.emplace_back("least curvature", number_text(v.curvature->min_eigenvalue, 3) + counts_text(*v.curvature) + " (" +
                                              std::string(name(v.curvature->rigor)) + ")");
  if (v.escape)
    lines.emplace_back("way out", std::string(name(v.escape->kind)) + ", lowers the value by " +
                                      number_text(v.escape->decrease, 3) + " (escape/ in point.npz)");
  return lines;
}

std::string detail_text(const Detail& detail) {
  return std::visit(
      [](const auto& value) -> std::string {
        using T = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::string>) return value;
        else if constexpr (std::is_same_v<T, double>) return number_text(value);
        else if constexpr (std::is_same_v<T, std::int64_t>) return std::to_string(value);
        else {
          std::string text;
          constexpr std::size_t most = 8;
          for (std::size_t i = 0; i < std::min(value.size(), most); ++i)
            text += (i ? ", " : "") + number_text(value[i]);
          return value.size() > most ? text + ", ... (" + std::to_string(value.size()) + " in all)" : text;
        }
      },
      detail.value);
}

Lines details(const Verdict& v) {
  Lines lines;
  for (const Detail& detail : v.details)
    if (detail.name != "ends") lines.emplace_back(detail.name, detail_text(detail));
  return lines;
}

std::string evidence_block(const Verdict& v) {
  if (v.evidence.empty()) return "";
  std::string text = "\nevidence\n";
  for (const Evidence& e : v.evidence) {
    text += "  " + padded(std::string(name(e.standing)), 9) + "  " + padded(std::string(name(e.rigor)), 9) + "  " +
            e.claim + "\n";
    const std::string indent(24, ' ');
    if (!e.theorem.empty()) text += indent + "by " + e.theorem + "\n";
    std::string numbers;
    for (const auto& [label, x] : e.numbers) numbers += (numbers.empty() ? "" : "  ") + label + " " + number_text(x, 8);
    if (!numbers.empty()) text += indent + numbers + "\n";
  }
  return text;
}

std::string ends_block(const std::vector<End>& ends) {
  std::int64_t num_starts = 0;
  for (const End& end : ends) num_starts += end.count;
  if (num_starts < 2) return "";
  std::string text = "\nends of " + std::to_string(num_starts) + " starts\n";
  Lines lines;
  for (const End& end : ends)
    lines.emplace_back(std::to_string(end.count) + " x", padded(number_text(end.value, 10), 16) + "  " +
                                                             std::string(name(end.headline)) + " (" +
                                                             std::string(name(end.rigor)) + ")");
  return text + aligned(lines, "  ");
}

// In the order in which the time was spent.
std::string seconds_text(const std::map<std::string, double>& seconds) {
  std::string text;
  for (const char* what : {"load", "solve", "judge"})
    if (const auto it = seconds.find(what); it != seconds.end())
      text += (text.empty() ? "" : ", ") + it->first + " " + number_text(it->second, 3) + " s";
  return text;
}

}  // namespace

std::string headline_text(const Verdict& verdict, const RunFacts& facts) {
  std::string line;
  if (!facts.solver.empty()) {
    line = facts.solver + "  " + std::to_string(facts.iterations) + (facts.iterations == 1 ? " iteration  " : " iterations  ");
  }
  line += "value " + number_text(verdict.value, 10) + "  ";
  if (!facts.solver.empty()) line += std::string(name(facts.termination)) + "  ";
  return line + summary(verdict);
}

std::string text_report(const Verdict& verdict, const RunFacts& facts) {
  std::string text = headline_text(verdict, facts) + "\n" + evidence_block(verdict) + "\nfigures\n";
  Lines lines = figures(verdict);
  if (facts.escapes > 0) lines.emplace_back("escapes", std::to_string(facts.escapes));
  if (!facts.seconds.empty()) lines.emplace_back("time", seconds_text(facts.seconds));
  text += aligned(lines, "  ");
  if (const Lines more = details(verdict); !more.empty()) text += "\ndetails\n" + aligned(more, "  ");
  text += ends_block(facts.ends);

  Lines last;
  const std::string missing = not_established(verdict);
  text += "\n" + std::string("not established: ") + (missing.empty() ? "nothing" : missing) + "\n";
  if (!facts.folder.empty()) last.emplace_back("run folder", facts.folder);
  if (!facts.folder.empty() && facts.has_certificate) last.emplace_back("check it", "nadir verify " + facts.folder);
  return text + (last.empty() ? "" : "\n" + aligned(last, ""));
}

}  // namespace nadir
