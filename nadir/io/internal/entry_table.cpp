#include "nadir/io/internal/entry_table.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/number.hpp"
#include "nadir/io/internal/quote.hpp"

namespace nadir::internal {
namespace {

// Splits the text into rows of fields, which stay valid as long as the text and this object.
template <Separator separator>
class Rows {
 public:
  Rows(std::string_view text, const std::string& file)
      : at_(text.data()), end_(text.data() + text.size()), file_(file) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text.starts_with(byte_order_mark)) at_ += byte_order_mark.size();
  }

  // The first three fields of the next row, the rest of which is passed over; false at the end of the text.
  bool next() {
    line_ += lines_in_row_;
    lines_in_row_ = 1;
    if (is_blank(at_ != end_ ? *at_ : '\n') && only_blank_left()) return false;
    num_fields_ = 0;
    std::string_view passed_over;
    for (bool goes_on = true; goes_on;) {
      ++num_fields_;
      goes_on = take_field(num_fields_ <= 3 ? fields_[num_fields_ - 1] : passed_over);
    }
    return true;
  }

  std::size_t num_fields() const { return num_fields_; }
  bool is_blank_line() const { return num_fields_ == 1 && fields_[0].empty(); }
  std::string_view field(std::size_t column) const { return fields_[column]; }

  std::int64_t line() const { return line_; }
  std::string place() const { return file_ + ", line " + std::to_string(line_); }
  std::string place(std::size_t column) const { return place() + ", column " + std::to_string(column + 1); }

 private:
  static constexpr bool is_blank(char c) {
    return c == ' ' || c == '\r' || c == '\n' || (separator == Separator::blanks && c == '\t');
  }
  // Between the words of a line; the carriage return of CRLF is one of them where blanks separate.
  static constexpr bool is_space(char c) {
    return c != '\n' && (c == ' ' || (separator == Separator::blanks && is_blank(c)));
  }
  static constexpr bool ends_field(char c) {
    if (separator == Separator::blanks) return is_blank(c);
    return c == '\n' || c == (separator == Separator::comma ? ',' : '\t');
  }

  bool only_blank_left() const { return std::all_of(at_, end_, is_blank); }

  void skip_spaces() {
    while (at_ != end_ && is_space(*at_)) ++at_;
  }

  // Takes one field and what ends it; false when that was the end of the row.
  bool take_field(std::string_view& field) {
    skip_spaces();
    if (at_ != end_ && *at_ == '"') {
      field = quoted_field();
      if (separator != Separator::blanks) {
        skip_spaces();
        if (at_ != end_ && *at_ == '\r' && (at_ + 1 == end_ || at_[1] == '\n')) ++at_;
      }
      if (at_ != end_ && !ends_field(*at_))
        throw InputError(place(num_fields_ - 1), "the end of the field after its quotes", quoted({at_, 1}));
    } else {
      const char* const first = at_;
      while (at_ != end_ && !ends_field(*at_)) ++at_;
      const char* last = at_;
      if (last != first && last[-1] == '\r' && (at_ == end_ || *at_ == '\n')) --last;
      while (last != first && last[-1] == ' ') --last;
      field = {first, static_cast<std::size_t>(last - first)};
    }
    if (separator == Separator::blanks) skip_spaces();
    if (at_ == end_) return false;
    if (*at_ == '\n') {
      ++at_;
      return false;
    }
    if (separator != Separator::blanks) ++at_;
    return true;
  }

  std::string_view quoted_field() {
    const char* const first = ++at_;
    bool has_quotes = false;
    while (true) {
      at_ = std::find(at_, end_, '"');
      if (at_ == end_) throw InputError(place(num_fields_ - 1), "a closing quote", "the end of the file");
      if (at_ + 1 == end_ || at_[1] != '"') break;
      has_quotes = true;
      at_ += 2;
    }
    const std::string_view raw(first, static_cast<std::size_t>(at_ - first));
    ++at_;
    lines_in_row_ += std::count(raw.begin(), raw.end(), '\n');
    return has_quotes ? without_doubled_quotes(raw) : raw;
  }

  std::string_view without_doubled_quotes(std::string_view raw) {
    std::string& text = unquoted_.emplace_back();
    for (std::size_t i = 0; i < raw.size(); ++i) {
      text += raw[i];
      if (raw[i] == '"') ++i;
    }
    return text;
  }

  const char *at_, *end_;
  const std::string& file_;
  std::int64_t line_ = 0, lines_in_row_ = 1;
  std::string_view fields_[3];
  std::size_t num_fields_ = 0;
  std::deque<std::string> unquoted_;  // a deque, because views into it outlive its growth
};

// The number that `id` is the only way to write: "7" and "-7", but neither "07" nor "+7" nor "-0".
std::optional<std::int64_t> as_integer(std::string_view id) {
  const std::string_view digits = id.starts_with('-') ? id.substr(1) : id;
  if (digits.empty() || (digits[0] == '0' && id != "0")) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), value);
  if (error != std::errc() || end != id.data() + id.size()) return std::nullopt;
  return value;
}

// Numbers under keys of 64 bits: open addressing, at most half full, so that a look-up costs one cache line.
class KeyTable {
 public:
  // The number under `key` for which same(number) holds; `fresh` is entered where there is none.
  template <class Same>
  Index find_or_enter(std::uint64_t key, Index fresh, Same same) {
    if (2 * (count_ + 1) > slots_.size()) grow();
    Slot& slot = find(key, same);
    if (slot.number < 0) {
      slot = {key, fresh};
      ++count_;
    }
    return slot.number;
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    Index number = -1;  // -1: empty
  };

  template <class Same>
  Slot& find(std::uint64_t key, Same same) {
    // Fibonacci hashing: the high bits of the product depend on every bit of the key.
    std::size_t at = static_cast<std::size_t>((key ^ key >> 32) * 0x9e3779b97f4a7c15u >> shift_);
    const std::size_t mask = slots_.size() - 1;
    while (slots_[at].number >= 0 && !(slots_[at].key == key && same(slots_[at].number)))
      at = (at + 1) & mask;
    return slots_[at];
  }

  void grow() {
    std::vector<Slot> old(std::max<std::size_t>(16, 2 * slots_.size()));
    old.swap(slots_);
    shift_ = 64 - std::countr_zero(slots_.size());
    for (const Slot& slot : old)
      if (slot.number >= 0) find(slot.key, [](Index) { return false; }) = slot;
  }

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
  int shift_ = 0;
};

// Numbers ids in the order of their first appearance, and sorts them at the end.
class Ids {
 public:
  // Small integers are looked up by value, in an array that is no larger than a few times the text.
  explicit Ids(std::size_t text_bytes) : num_small_(std::min(text_bytes, std::size_t{1} << 22)) {}

  Index number_of(std::string_view id) {
    const std::optional<std::int64_t> integer = as_integer(id);
    const Index fresh = num_ids();
    Index number;
    if (integer && *integer >= 0 && *integer < static_cast<std::int64_t>(num_small_))
      number = number_of_small(static_cast<std::size_t>(*integer), fresh);
    else if (integer)
      number =
          integers_.find_or_enter(static_cast<std::uint64_t>(*integer), fresh, [](Index) { return true; });
    else
      number = texts_.find_or_enter(std::hash<std::string_view>()(id), fresh,
                                    [&](Index k) { return ids_[static_cast<std::size_t>(k)] == id; });
    if (number == fresh) {
      ids_.push_back(id);
      are_integers_ = are_integers_ && integer;
    }
    return number;
  }

  // The ids in ascending order; turns every number into the place of its id in that order.
  std::vector<std::string> finish(std::vector<Index>& numbers) const {
    const std::vector<Index> order = are_integers_
                                         ? ascending([](std::string_view id) { return *as_integer(id); })
                                         : ascending([](std::string_view id) { return id; });
    std::vector<Index> place(order.size());
    std::vector<std::string> sorted;
    sorted.reserve(order.size());
    for (std::size_t k = 0; k < order.size(); ++k) {
      place[static_cast<std::size_t>(order[k])] = static_cast<Index>(k);
      sorted.emplace_back(ids_[static_cast<std::size_t>(order[k])]);
    }
    for (Index& number : numbers) number = place[static_cast<std::size_t>(number)];
    return sorted;
  }

 private:
  Index num_ids() const { return static_cast<Index>(ids_.size()); }

  Index number_of_small(std::size_t value, Index fresh) {
    if (value >= small_.size()) small_.resize(std::min(num_small_, 2 * value + 1024), -1);
    if (small_[value] < 0) small_[value] = fresh;
    return small_[value];
  }

  template <class Key>
  std::vector<Index> ascending(Key key) const {
    std::vector<std::pair<decltype(key({})), Index>> pairs;
    pairs.reserve(ids_.size());
    for (const std::string_view id : ids_) pairs.emplace_back(key(id), static_cast<Index>(pairs.size()));
    std::sort(pairs.begin(), pairs.end());
    std::vector<Index> order(pairs.size());
    std::transform(pairs.begin(), pairs.end(), order.begin(), [](const auto& pair) { return pair.second; });
    return order;
  }

  std::size_t num_small_;
  std::vector<Index> small_;  // by value; -1: not seen
  KeyTable integers_, texts_;
  std::vector<std::string_view> ids_;
  bool are_integers_ = true;
};

template <Separator separator>
void require_three_fields(const Rows<separator>& rows) {
  if (rows.num_fields() >= 3) return;
  const std::size_t count = rows.num_fields();
  throw InputError(
      rows.place(), "a row id, a column id and a value",
      rows.is_blank_line() ? "a blank line" : std::to_string(count) + (count == 1 ? " field" : " fields"));
}

template <Separator separator>
std::string_view id(const Rows<separator>& rows, std::size_t column) {
  const std::string_view field = rows.field(column);
  if (field.empty())
    throw InputError(rows.place(column), column == 0 ? "a row id" : "a column id", "an empty field");
  return field;
}

template <Separator separator>
double value(const Rows<separator>& rows) {
  constexpr std::size_t column = 2;
  const std::string_view field = rows.field(column);
  double number = 0;
  const NumberStatus status = parse_number(field, number);
  if (status == NumberStatus::out_of_range)
    throw InputError(rows.place(column), "a number in the range of double", quoted(field));
  if (status == NumberStatus::not_a_number)
    throw InputError(rows.place(column), "a number", field.empty() ? "an empty field" : quoted(field));
  if (!std::isfinite(number)) throw InputError(rows.place(column), "a finite number", quoted(field));
  return number;
}

template <Separator separator>
bool is_header(const Rows<separator>& rows) {
  double number = 0;
  const std::string_view third = rows.field(2);
  return !third.empty() && parse_number(third, number) == NumberStatus::not_a_number;
}

// Room for as many entries as the text can hold: a line is no shorter than "1,1,1" and its end.
void reserve(EntryList& list, std::vector<std::int64_t>& lines, std::string_view text) {
  const auto num_lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  const std::size_t most = std::min(num_lines, text.size() / 6 + 1);
  list.row_index.reserve(most);
  list.col_index.reserve(most);
  list.values.reserve(most);
  lines.reserve(most);
}

template <Separator separator>
DataEntries parse(std::string_view text, const std::string& place) {
  EntryList list;
  std::vector<std::int64_t> lines;
  reserve(list, lines, text);
  Rows<separator> rows(text, place);
  Ids row_ids(text.size()), col_ids(text.size());
  bool is_first = true, has_header = false;
  for (; rows.next(); is_first = false) {
    require_three_fields(rows);
    if (is_first && is_header(rows)) {
      has_header = true;
      continue;
    }
    const Index i = row_ids.number_of(id(rows, 0)), j = col_ids.number_of(id(rows, 1));
    list.add(i, j, value(rows));
    lines.push_back(rows.line());
  }
  if (lines.empty())
    throw InputError(place, "at least one entry: a row id, a column id and a value",
                     has_header ? "a header alone" : "an empty file");
  DataEntries entries;
  entries.row_ids = row_ids.finish(list.row_index);
  entries.col_ids = col_ids.finish(list.col_index);
  entries.set_entries(std::move(list));
  entries.lines = std::move(lines);
  entries.rows = static_cast<Index>(entries.row_ids.size());
  entries.cols = static_cast<Index>(entries.col_ids.size());
  return entries;
}

}  // namespace

DataEntries parse_entry_table(std::string_view text, const std::string& place, Separator separator) {
  switch (separator) {
    case Separator::comma:
      return parse<Separator::comma>(text, place);
    case Separator::tab:
      return parse<Separator::tab>(text, place);
    case Separator::blanks:
      break;
  }
  return parse<Separator::blanks>(text, place);
}

}  // namespace nadir::internal
