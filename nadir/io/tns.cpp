#include "nadir/io/tns.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/coordinates.hpp"
#include "nadir/io/internal/number.hpp"
#include "nadir/io/internal/quote.hpp"

namespace nadir {
namespace {

using internal::quoted;

// The words of a line, without a comment at its end.
void split(std::string_view line, std::vector<std::string_view>& words) {
  constexpr std::string_view spaces = " \t\r\f\v";
  words.clear();
  line = line.substr(0, line.find('#'));
  for (std::size_t at = line.find_first_not_of(spaces); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(spaces, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(spaces, end);
  }
}

std::int32_t index_from(std::string_view word, const std::string& place) {
  std::int32_t index = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), index);
  if (error != std::errc() || end != word.data() + word.size() || index < 1)
    throw InputError(place, "an index from 1 to 2147483647", quoted(word));
  return index - 1;
}

double value_from(std::string_view word, const std::string& place) {
  double value = 0;
  const internal::NumberStatus status = internal::parse_number(word, value);
  if (status == internal::NumberStatus::out_of_range)
    throw InputError(place, "a number in the range of double", quoted(word));
  if (status != internal::NumberStatus::fine || !std::isfinite(value))
    throw InputError(place, "a finite number", quoted(word));
  return value;
}

void start(internal::CoordinateList& list, std::size_t num_words, const std::string& place) {
  if (num_words < 2 || num_words > 9)
    throw InputError(place, "1 to 8 indices and a value", std::to_string(num_words) + " words");
  list.coordinates.resize(num_words - 1);
  list.shape.assign(num_words - 1, 0);
}

void append(internal::CoordinateList& list, const std::vector<std::string_view>& words, const std::string& place) {
  if (list.coordinates.empty()) start(list, words.size(), place);
  const std::size_t modes = list.coordinates.size();
  if (words.size() != modes + 1)
    throw InputError(place, std::to_string(modes) + " indices and a value", std::to_string(words.size()) + " words");
  for (std::size_t k = 0; k < modes; ++k) {
    const std::int32_t index = index_from(words[k], place);
    list.coordinates[k].push_back(index);
    list.shape[k] = std::max<std::int64_t>(list.shape[k], index + std::int64_t{1});
  }
  list.values.push_back(value_from(words.back(), place));
}

}  // namespace

DataTensor parse_tns(std::string_view text, const std::string& place) {
  internal::CoordinateList list;
  std::vector<std::int64_t> lines;  // of the entries
  std::vector<std::string_view> words;
  const auto place_of = [&place](std::int64_t line) { return place + ", line " + std::to_string(line); };
  for (std::int64_t line = 1; !text.empty(); ++line) {
    const std::size_t size = std::min(text.find('\n'), text.size());
    split(text.substr(0, size), words);
    text.remove_prefix(std::min(size + 1, text.size()));
    if (words.empty()) continue;
    append(list, words, place_of(line));
    lines.push_back(line);
  }
  if (lines.empty()) throw InputError(place, "at least one entry: its indices and a value", "none");
  return internal::sparse_tensor(std::move(list), [&](std::size_t e) { return place_of(lines[e]); });
}

}  // namespace nadir
