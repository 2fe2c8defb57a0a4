#include "nadir/core/verdict.hpp"

#include <array>
#include <cstdio>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

template <class E>
using Names = std::pair<E, std::string_view>;

constexpr std::array<Names<Standing>, 3> standings{
    {{Standing::undecided, "undecided"}, {Standing::holds, "holds"}, {Standing::refuted, "refuted"}}};
constexpr std::array<Names<Rigor>, 3> rigors{
    {{Rigor::numerical, "numerical"}, {Rigor::probable, "probable"}, {Rigor::proved, "proved"}}};
constexpr std::array<Names<Headline>, 7> headlines{{{Headline::undecided, "undecided"},
                                                    {Headline::global_minimum, "global-minimum"},
                                                    {Headline::local_minimum, "local-minimum"},
                                                    {Headline::spurious_minimum, "spurious-minimum"},
                                                    {Headline::strict_saddle, "strict-saddle"},
                                                    {Headline::degenerate_saddle, "degenerate-saddle"},
                                                    {Headline::not_critical, "not-critical"}}};
constexpr std::array<Names<Escape::Kind>, 3> escape_kinds{{{Escape::Kind::negative_curvature, "negative-curvature"},
                                                           {Escape::Kind::path, "path"},
                                                           {Escape::Kind::first_order, "first-order"}}};

template <class E, std::size_t N>
std::string_view name_in(const std::array<Names<E>, N>& table, E value) {
  for (const auto& [key, text] : table)
    if (key == value) return text;
  return table[0].second;
}

template <class E, std::size_t N>
E value_in(const std::array<Names<E>, N>& table, std::string_view text, const char* what) {
  std::string allowed;
  for (const auto& [key, known] : table) {
    if (known == text) return key;
    allowed += (allowed.empty() ? "" : ", ") + std::string(known);
  }
  throw InputError(what, "one of " + allowed, "'" + std::string(text) + "'");
}

std::string short_number(double x) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.3g", x);
  return buffer;
}

}  // namespace

std::string_view name(Standing standing) { return name_in(standings, standing); }
std::string_view name(Rigor rigor) { return name_in(rigors, rigor); }
std::string_view name(Headline headline) { return name_in(headlines, headline); }
std::string_view name(Escape::Kind kind) { return name_in(escape_kinds, kind); }
Headline headline_from_name(std::string_view text) { return value_in(headlines, text, "verdict"); }
Rigor rigor_from_name(std::string_view text) { return value_in(rigors, text, "rigor"); }

std::string summary(const Verdict& v) {
  std::string line = std::string(name(v.headline)) + ": " + std::string(name(v.rigor));
  if (v.headline == Headline::global_minimum)
    return line + " (value within " + short_number(v.gap) + " of the global minimum, " +
           short_number(v.relative_gap()) + " of its scale)";
  if (v.escape) line += " (a way out lowers the value by " + short_number(v.escape->decrease) + ")";
  return line;
}

std::string not_established(const Verdict& v) {
  const bool is_bounded = v.lower_bound > -std::numeric_limits<double>::infinity();
  switch (v.headline) {
    case Headline::global_minimum:
      return v.rigor == Rigor::proved ? "" : "a proof: the bound on the gap is a floating-point result";
    case Headline::local_minimum:
      return is_bounded ? "global-minimum: the gap to the best lower bound is " + short_number(v.gap)
                        : "global-minimum: no lower bound on the value is known";
    case Headline::spurious_minimum:
      return v.rigor == Rigor::proved ? "" : "a proof that the point is a local minimum and that a better one exists";
    case Headline::strict_saddle:
    case Headline::degenerate_saddle:
    case Headline::not_critical:
      return is_bounded ? "how far the global minimum lies below, beyond: at most " + short_number(v.gap) : "a lower bound on the value";
    case Headline::undecided:
      return "whether the point is a minimum or a saddle";
  }
  return "";
}

bool meets(const Verdict& v, std::string_view level) {
  const bool is_global = v.headline == Headline::global_minimum;
  const bool is_local = is_global || v.headline == Headline::local_minimum || v.headline == Headline::spurious_minimum;
  const bool is_proved = v.rigor == Rigor::proved;
  if (level == "global") return is_global;
  if (level == "global-proved") return is_global && is_proved;
  if (level == "local") return is_local;
  if (level == "local-proved") return is_local && is_proved;
  throw InputError("--require", "one of global, global-proved, local, local-proved", "'" + std::string(level) + "'");
}

}  // namespace nadir
