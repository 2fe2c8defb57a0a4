#include "nadir/io/matrix_market.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/byte_source.hpp"
#include "nadir/io/internal/number.hpp"
#include "nadir/io/internal/quote.hpp"

namespace nadir {
namespace {

enum class Field { real, integer, pattern };
enum class Symmetry { general, symmetric, skew_symmetric };

struct Banner {
  bool is_coordinate = true;
  Field field = Field::real;
  Symmetry symmetry = Symmetry::general;
};

std::string lower_case(std::string_view word) {
  std::string lower(word);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

// The lines of the text, each as its words.
class Lines {
 public:
  Lines(std::string_view text, const std::string& file) : rest_(text), file_(file) {}

  // The next line, whatever it is; false at the end of the text.
  bool next() {
    if (rest_.empty()) return false;
    ++line_;
    const std::size_t size = std::min(rest_.find('\n'), rest_.size());
    const std::string_view line = rest_.substr(0, size);
    rest_.remove_prefix(std::min(size + 1, rest_.size()));
    words_.clear();
    constexpr std::string_view spaces = " \t\r\f\v";
    for (std::size_t at = line.find_first_not_of(spaces); at != std::string_view::npos;) {
      const std::size_t end = std::min(line.find_first_of(spaces, at), line.size());
      words_.push_back(line.substr(at, end - at));
      at = line.find_first_not_of(spaces, end);
    }
    return true;
  }

  // The next line that is neither blank nor a comment.
  bool next_of_content() {
    while (next())
      if (!words_.empty() && words_[0][0] != '%') return true;
    return false;
  }

  const std::vector<std::string_view>& words() const { return words_; }
  std::size_t bytes_left() const { return rest_.size(); }
  std::int64_t line() const { return line_; }
  std::string place() const { return file_ + ", line " + std::to_string(line_); }

  [[noreturn]] void fail(const std::string& expected, const std::string& found) const {
    throw InputError(place(), expected, found);
  }
  void require_words(std::size_t count, const std::string& expected) const {
    if (words_.size() != count)
      fail(expected, std::to_string(words_.size()) + (words_.size() == 1 ? " word" : " words"));
  }

 private:
  std::string_view rest_;
  const std::string& file_;
  std::int64_t line_ = 0;
  std::vector<std::string_view> words_;
};

Index whole_number(const Lines& lines, std::size_t word, Index least, Index most, const std::string& what) {
  const std::string_view text = lines.words()[word];
  Index value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
    lines.fail(what + " from " + std::to_string(least) + " to " + std::to_string(most),
               internal::quoted(text));
  return value;
}

double number(const Lines& lines, std::size_t word, Field field) {
  const std::string_view text = lines.words()[word];
  double value = 0;
  const internal::NumberStatus status = internal::parse_number(text, value);
  if (status == internal::NumberStatus::out_of_range)
    lines.fail("a number in the range of double", internal::quoted(text));
  if (status != internal::NumberStatus::fine) lines.fail("a number", internal::quoted(text));
  if (field == Field::integer && !(std::fabs(value) < 0x1p53 && value == std::floor(value)))
    lines.fail("an integer below 2^53 in magnitude", internal::quoted(text));
  return value;
}

Banner read_banner(Lines& lines, const std::string& file) {
  if (!lines.next()) throw InputError(file, "a Matrix Market file", "an empty file");
  std::vector<std::string> words;
  for (const std::string_view word : lines.words()) words.push_back(lower_case(word));
  if (words.size() != 5 || words[0] != "%%matrixmarket" || words[1] != "matrix")
    lines.fail("%%MatrixMarket matrix FORMAT FIELD SYMMETRY", "another first line");
  Banner banner;
  if (words[2] != "coordinate" && words[2] != "array")
    lines.fail("coordinate or array", internal::quoted(words[2]));
  banner.is_coordinate = words[2] == "coordinate";
  if (words[3] == "integer")
    banner.field = Field::integer;
  else if (words[3] == "pattern" && banner.is_coordinate)
    banner.field = Field::pattern;
  else if (words[3] != "real" && words[3] != "double")
    lines.fail(banner.is_coordinate ? "real, integer or pattern" : "real or integer",
               internal::quoted(words[3]));
  if (words[4] == "symmetric")
    banner.symmetry = Symmetry::symmetric;
  else if (words[4] == "skew-symmetric")
    banner.symmetry = Symmetry::skew_symmetric;
  else if (words[4] != "general")
    lines.fail("general, symmetric or skew-symmetric", internal::quoted(words[4]));
  if (banner.symmetry == Symmetry::skew_symmetric && banner.field == Field::pattern)
    lines.fail("numbers in a skew-symmetric matrix", "a pattern");
  return banner;
}

void append(SparseMatrix& matrix, std::int64_t line, Index row, Index col, double value) {
  matrix.row_index.push_back(row);
  matrix.col_index.push_back(col);
  matrix.values.push_back(value);
  matrix.lines.push_back(line);
}

// An entry of the file and, off the diagonal, its mirror image.
void append_with_mirror(SparseMatrix& matrix, const Lines& lines, const Banner& banner, Index row,
                        Index col) {
  const bool is_pattern = banner.field == Field::pattern;
  const double value = is_pattern ? 1.0 : number(lines, lines.words().size() - 1, banner.field);
  append(matrix, lines.line(), row, col, value);
  if (banner.symmetry != Symmetry::general && row != col)
    append(matrix, lines.line(), col, row, banner.symmetry == Symmetry::symmetric ? value : -value);
}

void read_coordinates(Lines& lines, const Banner& banner, Index num_entries, SparseMatrix& matrix) {
  const bool is_pattern = banner.field == Field::pattern;
  for (Index k = 0; k < num_entries; ++k) {
    if (!lines.next_of_content())
      lines.fail(std::to_string(num_entries) + " entries", std::to_string(k) + " of them");
    lines.require_words(is_pattern ? 2 : 3,
                        is_pattern ? "a row and a column" : "a row, a column and a value");
    const Index row = whole_number(lines, 0, 1, matrix.rows, "a row") - 1;
    const Index col = whole_number(lines, 1, 1, matrix.cols, "a column") - 1;
    if (banner.symmetry != Symmetry::general && row < col)
      lines.fail("an entry of the lower triangle", "one above the diagonal");
    if (banner.symmetry == Symmetry::skew_symmetric && row == col)
      lines.fail("an entry below the diagonal", "one on it");
    append_with_mirror(matrix, lines, banner, row, col);
  }
}

// Column by column; of a symmetric matrix the part from the diagonal down, of a skew-symmetric one below it.
void read_dense(Lines& lines, const Banner& banner, SparseMatrix& matrix) {
  for (Index col = 0; col < matrix.cols; ++col) {
    const Index first = banner.symmetry == Symmetry::general     ? 0
                        : banner.symmetry == Symmetry::symmetric ? col
                                                                 : col + 1;
    for (Index row = first; row < matrix.rows; ++row) {
      if (!lines.next_of_content())
        lines.fail("a value for row " + std::to_string(row + 1) + ", column " + std::to_string(col + 1),
                   "the end of the file");
      lines.require_words(1, "one value on a line");
      append_with_mirror(matrix, lines, banner, row, col);
    }
    if (banner.symmetry == Symmetry::skew_symmetric) append(matrix, lines.line(), col, col, 0.0);
  }
}

// Sorting is needed only for a file in neither column nor row order.
void require_distinct(const SparseMatrix& matrix, const std::string& file) {
  const std::size_t count = matrix.values.size();
  std::vector<std::size_t> order(count);
  for (std::size_t k = 0; k < count; ++k) order[k] = k;
  const auto before = [&](std::size_t a, std::size_t b) {
    return std::pair(matrix.col_index[a], matrix.row_index[a]) <
           std::pair(matrix.col_index[b], matrix.row_index[b]);
  };
  if (!std::is_sorted(order.begin(), order.end(), before)) std::sort(order.begin(), order.end(), before);
  const auto twin = std::adjacent_find(order.begin(), order.end(),
                                       [&](std::size_t a, std::size_t b) { return !before(a, b); });
  if (twin != order.end())
    throw InputError(file, "each entry once",
                     "row " + std::to_string(matrix.row_index[*twin] + 1) + ", column " +
                         std::to_string(matrix.col_index[*twin] + 1) + " twice");
}

}  // namespace

SparseMatrix parse_matrix_market(std::string_view text, const std::string& place, Repeats repeats) {
  Lines lines(text, place);
  const Banner banner = read_banner(lines, place);
  if (!lines.next_of_content()) lines.fail("a line with the sizes", "the end of the file");
  lines.require_words(banner.is_coordinate ? 3 : 2,
                      banner.is_coordinate ? "rows, columns and the number of entries" : "rows and columns");
  constexpr Index most = std::numeric_limits<Index>::max();
  SparseMatrix matrix;
  matrix.rows = whole_number(lines, 0, 0, most, "a number of rows");
  matrix.cols = whole_number(lines, 1, 0, most, "a number of columns");
  if (banner.symmetry != Symmetry::general && matrix.rows != matrix.cols)
    lines.fail("a square matrix, because it is symmetric",
               std::to_string(matrix.rows) + " x " + std::to_string(matrix.cols));
  if (!banner.is_coordinate) {
    // Every value takes a digit and the end of a line: a longer promise is a lie, and 2^62 columns of no
    // rows would be counted for ever.
    if (static_cast<std::size_t>(std::max(matrix.rows, matrix.cols)) > lines.bytes_left())
      lines.fail("sizes of an array that this file can hold",
                 std::to_string(matrix.rows) + " x " + std::to_string(matrix.cols));
    read_dense(lines, banner, matrix);
  } else {
    read_coordinates(lines, banner, whole_number(lines, 2, 0, most, "a number of entries"), matrix);
  }
  if (lines.next_of_content()) lines.fail("the end of the file", "more lines than the sizes say");
  if (repeats == Repeats::refused) require_distinct(matrix, place);
  return matrix;
}

SparseMatrix read_matrix_market(const std::string& path, Repeats repeats) {
  return parse_matrix_market(internal::read_all(*internal::source_of(internal::open_file(path))), path,
                             repeats);
}

void require_finite(const SparseMatrix& sparse, const std::string& place) {
  for (std::size_t k = 0; k < sparse.values.size(); ++k)
    if (!std::isfinite(sparse.values[k]))
      throw InputError(place + ", row " + std::to_string(sparse.row_index[k] + 1) + ", column " +
                           std::to_string(sparse.col_index[k] + 1),
                       "a finite number", std::isnan(sparse.values[k]) ? "NaN" : "an infinity");
}

Matrix to_dense(const SparseMatrix& sparse, const std::string& place) {
  const double bytes = 8.0 * static_cast<double>(sparse.rows) * static_cast<double>(sparse.cols);
  const double memory =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  if (bytes > memory)
    throw InputError(place, "a matrix that fits into memory when dense",
                     std::to_string(sparse.rows) + " x " + std::to_string(sparse.cols));
  Matrix dense(sparse.rows, sparse.cols);
  for (std::size_t k = 0; k < sparse.values.size(); ++k)
    dense(sparse.row_index[k], sparse.col_index[k]) = sparse.values[k];
  return dense;
}

}  // namespace nadir
