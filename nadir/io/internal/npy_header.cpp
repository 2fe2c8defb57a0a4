#include "nadir/io/internal/npy_header.hpp"

#include <charconv>
#include <optional>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/quote.hpp"

namespace nadir::internal {
namespace {

struct Dictionary {
  std::string descr;
  bool is_fortran_order = false;
  std::vector<std::int64_t> shape;
};

// Recursive descent over the few literals that a header may hold: 'text', True, False, (1, 2).
class Parser {
 public:
  Parser(std::string_view text, const std::string& place) : rest_(text), place_(place) {}

  Dictionary dictionary() {
    std::optional<std::string> descr;
    std::optional<bool> fortran_order;
    std::optional<std::vector<std::int64_t>> shape;
    require('{', "a dictionary");
    while (!accept('}')) {
      const std::string key = text("a key in quotes");
      require(':', "':' after a key");
      if (key == "descr")
        set(descr, element_type_text(), key);
      else if (key == "fortran_order")
        set(fortran_order, boolean(), key);
      else if (key == "shape")
        set(shape, tuple(), key);
      else
        throw InputError(place_, "the keys 'descr', 'fortran_order' and 'shape'", quoted(key));
      if (!accept(',')) {
        require('}', "',' or '}'");
        break;
      }
    }
    skip_space();
    if (!rest_.empty()) fail("nothing after the dictionary");
    if (!descr || !fortran_order || !shape)
      throw InputError(place_, "the keys 'descr', 'fortran_order' and 'shape'", "one of them missing");
    return {*descr, *fortran_order, *shape};
  }

 private:
  template <class T>
  void set(std::optional<T>& value, T found, const std::string& key) {
    if (value) throw InputError(place_, "each key once", quoted(key) + " twice");
    value = std::move(found);
  }

  [[noreturn]] void fail(const std::string& expected) {
    throw InputError(place_, expected, rest_.empty() ? "its end" : quoted(rest_));
  }

  void skip_space() {
    const std::size_t first = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(std::min(first, rest_.size()));
  }

  bool accept(char c) {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void require(char c, const char* expected) {
    if (!accept(c)) fail(expected);
  }

  bool accept_word(std::string_view word) {
    skip_space();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::string text(const char* expected) {
    skip_space();
    if (rest_.empty() || (rest_.front() != '\'' && rest_.front() != '"')) fail(expected);
    const std::size_t end = rest_.find(rest_.front(), 1);
    if (end == std::string_view::npos) fail("a closing quote");
    std::string found(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return found;
  }

  std::string element_type_text() {
    skip_space();
    if (!rest_.empty() && (rest_.front() == '[' || rest_.front() == '('))
      throw InputError(place_, "an array of plain numbers", "a structured type");
    return text("the element type in quotes");
  }

  bool boolean() {
    if (accept_word("True")) return true;
    if (!accept_word("False")) fail("True or False");
    return false;
  }

  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> values;
    require('(', "the shape in parentheses");
    while (!accept(')')) {
      values.push_back(integer());
      if (!accept(',')) {
        require(')', "',' or ')'");
        break;
      }
    }
    return values;
  }

  std::int64_t integer() {
    skip_space();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error == std::errc::result_out_of_range) fail("dimensions that fit into memory");
    if (error != std::errc()) fail("an integer");
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    if (!rest_.empty() && rest_.front() == 'L') rest_.remove_prefix(1);  // as Python 2 wrote them
    return value;
  }

  std::string_view rest_;
  const std::string& place_;
};

// '<f8': byte order, kind, number of bytes.
ElementType element_type(const std::string& descr, const std::string& place) {
  const auto refuse = [&](const std::string& found) -> ElementType {
    throw InputError(place, "booleans, integers (1, 2, 4, 8 bytes) or floats (2, 4, 8 bytes)", found);
  };
  const std::string type_found = "type " + quoted(descr);
  if (descr.size() < 2) return refuse(type_found);
  const char order = descr[0], kind = descr[1];
  const std::string size = descr.substr(2);
  if (kind == 'O') return refuse("Python objects, type " + quoted(descr));
  if (kind == 'c') return refuse("complex numbers, type " + quoted(descr));
  const bool one_byte = size == "1";
  if (std::string_view("<>=|").find(order) == std::string_view::npos || (order == '|' && !one_byte))
    return refuse(type_found);
  const bool is_wider = size == "2" || size == "4" || size == "8";
  const int num_bytes = one_byte ? 1 : is_wider ? size[0] - '0' : 0;
  const bool is_big = order == '>';
  if (kind == 'b' && one_byte) return {ElementKind::boolean, 1, is_big};
  if (kind == 'i' && num_bytes > 0) return {ElementKind::signed_integer, num_bytes, is_big};
  if (kind == 'u' && num_bytes > 0) return {ElementKind::unsigned_integer, num_bytes, is_big};
  if (kind == 'f' && is_wider) return {ElementKind::floating, num_bytes, is_big};
  return refuse(type_found);
}

}  // namespace

NpyHeader parse_npy_header(std::string_view text, const std::string& place) {
  Dictionary found = Parser(text, place).dictionary();
  return {element_type(found.descr, place), found.is_fortran_order, std::move(found.shape)};
}

NpyTextHeader parse_npy_text_header(std::string_view text, const std::string& place) {
  const Dictionary found = Parser(text, place).dictionary();
  const std::string& descr = found.descr;
  NpyTextHeader header;
  const char* const last = descr.data() + descr.size();
  const bool is_text = descr.size() > 2 &&
                       std::string_view("<>=|").find(descr[0]) != std::string_view::npos &&
                       (descr[1] == 'S' || descr[1] == 'U');
  const auto [end, error] = is_text ? std::from_chars(descr.data() + 2, last, header.num_characters)
                                    : std::from_chars_result{last, std::errc::invalid_argument};
  if (error != std::errc() || end != last) throw InputError(place, "text", "type " + quoted(descr));
  if (!found.shape.empty())
    throw InputError(place, "a single text", std::to_string(found.shape.size()) + " dimensions");
  header.is_unicode = descr[1] == 'U';
  header.is_big_endian = descr[0] == '>';
  return header;
}

}  // namespace nadir::internal
