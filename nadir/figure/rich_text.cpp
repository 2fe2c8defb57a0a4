#include "nadir/figure/rich_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace nadir::figures {
namespace {

constexpr const char* minus = "\u2212";
constexpr std::string_view replacement = "\ufffd";

// The code point at the front and how many bytes it takes; 0 bytes where they are no UTF-8.
struct Decoded {
  std::uint32_t code = 0;
  std::size_t bytes = 0;
};

Decoded decoded(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t bytes = first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first >= 0xf5 || text.size() < bytes) return {};
  std::uint32_t code = first & (0xffu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3f);
  }
  const std::uint32_t least = bytes == 2 ? 0x80 : bytes == 3 ? 0x800 : 0x10000;
  const bool is_surrogate = code >= 0xd800 && code < 0xe000;
  return code < least || code > 0x10ffff || is_surrogate ? Decoded{} : Decoded{code, bytes};
}

bool is_direction_mark(std::uint32_t code) { return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069); }
bool is_right_to_left(std::uint32_t code) {
  return (code >= 0x590 && code < 0x900) || (code >= 0xfb1d && code < 0xfe00) || (code >= 0xfe70 && code < 0xff00) || (code >= 0x10800 && code < 0x11000) ||
         (code >= 0x1e800 && code < 0x1f000);
}
bool is_break(std::uint32_t code) { return code == '\t' || code == '\n' || code == '\r' || code == 0x85 || code == 0x2028 || code == 0x2029; }
bool is_forbidden(std::uint32_t code) { return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code & 0xfffe) == 0xfffe; }

// Independent of the locale of the process.
std::string written(double x, std::chars_format format, int precision) {
  char buffer[400];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, x, format, precision).ptr};
}

std::string without_zeros(std::string digits) {
  if (digits.find('.') == std::string::npos) return digits;
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  return digits;
}

}  // namespace

std::string plain_text(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const Decoded next = decoded(text);
    if (next.bytes == 0 || (is_forbidden(next.code) && !is_break(next.code))) result += replacement;
    else if (is_break(next.code)) result += ' ';
    else if (!is_direction_mark(next.code)) result += text.substr(0, next.bytes);
    text.remove_prefix(std::max<std::size_t>(next.bytes, 1));
  }
  return result;
}

std::string shortened(std::string_view text, std::size_t most) {
  std::size_t count = 0, cut = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) == 0x80) continue;
    if (++count == most) cut = i;
  }
  if (count <= most) return std::string(text);
  return most == 0 ? "" : std::string(text.substr(0, cut)) + "\u2026";
}

void RichText::add_run(std::string_view text, bool is_raised) {
  if (!text.empty()) add(of_runs({{plain_text(text), is_raised}}));
}

RichText RichText::isolated(std::string_view label) {
  constexpr const char *first_strong_isolate = "\u2068", *pop_isolate = "\u2069";
  const std::string plain = plain_text(label);
  bool has_right_to_left = false;
  for (std::string_view rest = plain; !rest.empty(); rest.remove_prefix(decoded(rest).bytes))
    has_right_to_left = has_right_to_left || is_right_to_left(decoded(rest).code);
  return has_right_to_left ? of_runs({{first_strong_isolate + plain + pop_isolate, false}}) : RichText(plain);
}

RichText RichText::of_runs(std::vector<TextRun> runs) {
  RichText text;
  for (TextRun& run : runs) {
    if (run.text.empty()) continue;
    if (text.runs_.empty() || text.runs_.back().is_raised != run.is_raised) text.runs_.push_back({"", run.is_raised});
    text.runs_.back().text += run.text;
  }
  return text;
}

RichText& RichText::add_raised(std::string_view text) {
  add_run(text, true);
  return *this;
}

RichText& RichText::add(const RichText& other) {
  std::vector<TextRun> runs = runs_;
  runs.insert(runs.end(), other.runs_.begin(), other.runs_.end());
  runs_ = of_runs(std::move(runs)).runs_;
  if (whole_.empty()) whole_ = other.whole_;
  return *this;
}

RichText& RichText::shortened_from(const std::string& whole) {
  whole_ = plain_text(whole);
  return *this;
}

std::string RichText::plain() const {
  std::string text;
  for (const TextRun& run : runs_) text += run.text;
  return text;
}

RichText number_text(double x, int digits) {
  if (std::isnan(x)) return "undefined";
  if (std::isinf(x)) return x > 0 ? "\u221e" : std::string(minus) + "\u221e";
  const std::string scientific = written(std::fabs(x), std::chars_format::scientific, std::max(digits, 1) - 1);
  const std::size_t at = scientific.find('e');
  const int exponent = std::atoi(scientific.c_str() + at + 1);
  const std::string sign = x < 0 ? minus : "";
  if (x == 0 || (exponent >= -3 && exponent < std::max(digits, 5))) {
    return sign + without_zeros(written(std::fabs(x), std::chars_format::fixed, std::max(0, digits - 1 - exponent)));
  }
  const std::string mantissa = without_zeros(scientific.substr(0, at));
  return mantissa == "1" && sign.empty() ? power_of_ten(exponent) : RichText(sign + mantissa + "\u2009\u00d7\u2009").add(power_of_ten(exponent));
}

RichText power_of_ten(int exponent) {
  if (exponent == 0) return "1";
  RichText text("10");
  if (exponent != 1) text.add_raised((exponent < 0 ? minus : "") + std::to_string(std::abs(exponent)));
  return text;
}

std::string decimal_text(long long units, int decimals) {
  std::string digits = std::to_string(std::llabs(units));
  if (decimals > 0) {
    const std::size_t places = static_cast<std::size_t>(decimals);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, ".");
  }
  return (units < 0 ? minus : "") + digits;
}

}  // namespace nadir::figures
