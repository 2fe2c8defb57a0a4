#include "nadir/io/csv.hpp"

#include <algorithm>
#include <memory>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/byte_source.hpp"
#include "nadir/io/internal/number.hpp"
#include "nadir/io/internal/quote.hpp"

namespace nadir {
namespace {

std::string count_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " field" : " fields");
}

// Splits the text into rows of fields. The fields of a row stay valid until the next one.
class Rows {
 public:
  Rows(std::string_view text, const std::string& file, char delimiter)
      : rest_(text), file_(file), delimiter_(delimiter) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
  }

  // False at the end of the text. Blank lines are passed over when nothing else follows.
  bool next() {
    line_ += lines_in_row_;
    lines_in_row_ = 1;
    if (only_blank_left()) return false;
    fields_.clear();
    unquoted_.clear();
    while (take_field()) {
    }
    return true;
  }

  const std::vector<std::string_view>& fields() const { return fields_; }
  std::size_t line() const { return line_; }
  std::string place() const { return file_ + ", line " + std::to_string(line_); }
  std::string place(std::size_t column) const { return place() + ", column " + std::to_string(column + 1); }

 private:
  bool only_blank_left() const {
    return std::all_of(rest_.begin(), rest_.end(), [](char c) { return c == '\n' || c == '\r'; });
  }

  void skip_spaces() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }

  // Takes one field and what ends it; false when that was the end of the row.
  bool take_field() {
    skip_spaces();
    if (!rest_.empty() && rest_.front() == '"') {
      fields_.push_back(quoted_field());
      skip_spaces();
    } else {
      const std::size_t size =
          std::min(rest_.find_first_of(delimiter_ == ',' ? ",\n" : "\t\n"), rest_.size());
      std::string_view field = rest_.substr(0, size);
      rest_.remove_prefix(size);
      if (field.ends_with('\r') && (rest_.empty() || rest_.front() == '\n')) field.remove_suffix(1);
      while (field.ends_with(' ')) field.remove_suffix(1);
      fields_.push_back(field);
    }
    if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
    if (rest_.empty() || rest_ == "\r") {
      rest_ = {};
      return false;
    }
    const char end = rest_.front();
    if (end != delimiter_ && end != '\n')
      throw InputError(place(fields_.size() - 1), "the end of the field after its quotes",
                       internal::quoted(rest_.substr(0, 1)));
    rest_.remove_prefix(1);
    return end == delimiter_;
  }

  std::string_view quoted_field() {
    std::string& content = *unquoted_.insert(unquoted_.end(), std::make_unique<std::string>())->get();
    rest_.remove_prefix(1);
    while (true) {
      const std::size_t quote = rest_.find('"');
      if (quote == std::string_view::npos)
        throw InputError(place(fields_.size()), "a closing quote", "the end of the file");
      content += rest_.substr(0, quote);
      rest_.remove_prefix(quote + 1);
      if (!rest_.starts_with('"')) break;
      content += '"';
      rest_.remove_prefix(1);
    }
    lines_in_row_ += static_cast<std::size_t>(std::count(content.begin(), content.end(), '\n'));
    return content;
  }

  std::string_view rest_;
  const std::string& file_;
  char delimiter_;
  std::size_t line_ = 0, lines_in_row_ = 1;
  std::vector<std::string_view> fields_;
  std::vector<std::unique_ptr<std::string>> unquoted_;  // what the quoted fields of the row say
};

double number(const Rows& rows, std::size_t column) {
  const std::string_view field = rows.fields()[column];
  double value = 0;
  switch (internal::parse_number(field, value)) {
    case internal::NumberStatus::fine:
      return value;
    case internal::NumberStatus::out_of_range:
      throw InputError(rows.place(column), "a number in the range of double", internal::quoted(field));
    case internal::NumberStatus::not_a_number:
      break;
  }
  throw InputError(rows.place(column), "a number",
                   field.empty() ? "an empty field" : internal::quoted(field));
}

bool is_numeric(std::string_view field) {
  double value = 0;
  return internal::parse_number(field, value) != internal::NumberStatus::not_a_number;
}

// No field a number: a header. Some: an error, told at the first that is none.
bool is_header(const Rows& rows) {
  const auto& fields = rows.fields();
  const bool any = std::any_of(fields.begin(), fields.end(), is_numeric);
  if (!any) return true;
  for (std::size_t column = 0; column < fields.size(); ++column)
    if (!is_numeric(fields[column]))
      throw InputError(rows.place(column), "a number, or a header without numbers",
                       fields[column].empty() ? "an empty field" : internal::quoted(fields[column]));
  return false;
}

}  // namespace

Table parse_csv(std::string_view text, const std::string& place, char delimiter) {
  Table table;
  Rows rows(text, place, delimiter);
  std::size_t num_columns = 0;
  std::int64_t num_rows = 0;
  for (bool is_first = true; rows.next(); is_first = false) {
    const auto& fields = rows.fields();
    const bool is_blank = fields.size() == 1 && fields[0].empty();
    if (is_first) {
      if (is_blank) throw InputError(rows.place(), "a header or a row of numbers", "a blank line");
      num_columns = fields.size();
      if (is_header(rows)) {
        table.header.assign(fields.begin(), fields.end());
        continue;
      }
    }
    if (is_blank) throw InputError(rows.place(), count_text(num_columns), "a blank line");
    if (fields.size() != num_columns)
      throw InputError(rows.place(), count_text(num_columns), count_text(fields.size()));
    for (std::size_t column = 0; column < num_columns; ++column)
      table.values.values.push_back(number(rows, column));
    ++num_rows;
  }
  if (num_rows == 0)
    throw InputError(place, "at least one row of numbers",
                     table.header.empty() ? "an empty file" : "a header alone");
  table.values.shape = {num_rows, static_cast<std::int64_t>(num_columns)};
  return table;
}

std::vector<TextRow> read_csv_text(const std::string& path, char delimiter) {
  const std::string text = internal::read_all(*internal::source_of(internal::open_file(path)));
  std::vector<TextRow> result;
  for (Rows rows(text, path, delimiter); rows.next();) {
    const auto& fields = rows.fields();
    if (fields.size() == 1 && fields[0].empty()) continue;
    result.push_back({static_cast<std::int64_t>(rows.line()), {fields.begin(), fields.end()}});
  }
  return result;
}

Table read_csv(const std::string& path, char delimiter) {
  return parse_csv(internal::read_all(*internal::source_of(internal::open_file(path))), path, delimiter);
}

}  // namespace nadir
