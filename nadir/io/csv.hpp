// Tables of numbers as text: .csv (commas) and .tsv (tabs).
//
// One row a line; LF or CRLF; the last line may lack its end, and blank lines may follow it. Fields may
// stand in double quotes (with "" for a quote) and between spaces. The first row is a header when none of
// its fields is a number; a first row with some numbers is an error, because a mistyped number would
// otherwise silently cost a sample. A header that consists of numbers reads as data. No comments.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nadir/io/array.hpp"

namespace nadir {

struct Table {
  std::vector<std::string> header;  // empty when the file has none
  Array values;  // (rows, columns), at least 1 x 1; NaN and infinities pass, see require_finite()
};

// The delimiter is ',' or '\t'. Throws InputError with file, line and column, both counted from 1, for a
// field that is not a number of double's range, a row longer or shorter than the first, a blank line
// between rows, a quote that never closes, or a file without a row of numbers.
Table read_csv(const std::string& path, char delimiter = ',');

// A row as text: nothing is taken for a header or a number.
struct TextRow {
  std::int64_t line = 0;  // of its first field, counted from 1
  std::vector<std::string> fields;
};

// The rows that are not blank. Throws InputError for a quote that never closes.
std::vector<TextRow> read_csv_text(const std::string& path, char delimiter = ',');

// From memory; `place` stands for the file in messages.
Table parse_csv(std::string_view text, const std::string& place, char delimiter = ',');

}  // namespace nadir
