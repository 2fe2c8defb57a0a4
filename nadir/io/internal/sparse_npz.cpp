#include "nadir/io/internal/sparse_npz.hpp"

#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/quote.hpp"

namespace nadir::internal {
namespace {

struct Archive {
  const NpzFile& file;
  const std::string& place;

  std::string place_of(const std::string& name) const { return place + ":" + name; }
};

std::string index_text(std::size_t k) { return "[" + std::to_string(k) + "]"; }

// What a message says of a double that is wanted as an integer.
std::string found_text(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "NaN" : "an infinity";
  return value == std::floor(value) && std::fabs(value) < 0x1p53 ? std::to_string(static_cast<Index>(value))
                                                                 : "a number that is no integer";
}

Vector read_vector(const Archive& archive, const std::string& name) {
  Array array = archive.file.read(name);
  if (array.shape.size() != 1)
    throw InputError(archive.place_of(name), "one dimension", "shape " + shape_text(array.shape));
  return std::move(array.values);
}

// Integers from 0 to most - 1 (the reader has refused integers that a double does not hold).
std::vector<Index> read_indices(const Archive& archive, const std::string& name, Index most) {
  const Vector values = read_vector(archive, name);
  std::vector<Index> indices(values.size());
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double value = values[k];
    const bool is_inside = value >= 0 && value < static_cast<double>(most) && value == std::floor(value);
    if (!is_inside)
      throw InputError(archive.place_of(name) + index_text(k),
                       "an index from 0 to " + std::to_string(most - 1), found_text(value));
    indices[k] = static_cast<Index>(value);
  }
  return indices;
}

void read_shape(const Archive& archive, DataEntries& entries) {
  const Vector shape = read_vector(archive, "shape");
  if (shape.size() != 2)
    throw InputError(archive.place_of("shape"), "rows and columns",
                     std::to_string(shape.size()) + " numbers");
  for (std::size_t k = 0; k < 2; ++k)
    if (!(shape[k] >= 0 && shape[k] < 0x1p53 && shape[k] == std::floor(shape[k])))
      throw InputError(archive.place_of("shape") + index_text(k), "an integer that is not negative",
                       found_text(shape[k]));
  entries.rows = static_cast<Index>(shape[0]);
  entries.cols = static_cast<Index>(shape[1]);
}

void require_as_many(const Archive& archive, const std::string& name, std::size_t count,
                     std::size_t num_entries) {
  if (count == num_entries) return;
  throw InputError(archive.place_of(name), std::to_string(num_entries) + " indices, one for each of data",
                   std::to_string(count) + " of them");
}

// The outer index (rows of csr, columns of csc) of every entry: entries indptr[i] to indptr[i + 1] - 1 have
// i.
std::vector<Index> expand_pointers(const Archive& archive, Index num_outer, std::size_t num_entries) {
  const std::string place = archive.place_of("indptr");
  const Vector pointers = read_vector(archive, "indptr");
  if (static_cast<double>(pointers.size()) != static_cast<double>(num_outer) + 1)
    throw InputError(place, std::to_string(num_outer) + " + 1 pointers, as shape says",
                     std::to_string(pointers.size()) + " of them");
  if (pointers[0] != 0) throw InputError(place + "[0]", "0", found_text(pointers[0]));
  const auto last = static_cast<double>(num_entries);
  std::vector<Index> outer(num_entries);
  std::size_t entry = 0;
  for (std::size_t i = 0; i + 1 < pointers.size(); ++i) {
    const double next = pointers[i + 1];
    const bool ascends = next >= pointers[i] && next <= last && next == std::floor(next);
    if (!ascends)
      throw InputError(place + index_text(i + 1),
                       "an integer from " + found_text(pointers[i]) + " to " + std::to_string(num_entries),
                       found_text(next));
    for (; static_cast<double>(entry) < next; ++entry) outer[entry] = static_cast<Index>(i);
  }
  if (entry != num_entries)
    throw InputError(place, std::to_string(num_entries) + " as its last pointer, the size of data",
                     std::to_string(entry));
  return outer;
}

Vector read_values(const Archive& archive) {
  Vector values = read_vector(archive, "data");
  for (std::size_t k = 0; k < values.size(); ++k)
    if (!std::isfinite(values[k]))
      throw InputError(archive.place_of("data") + index_text(k), "a finite number", found_text(values[k]));
  if (values.empty()) throw InputError(archive.place, "at least one entry", "a matrix without entries");
  return values;
}

void read_coordinates(const Archive& archive, DataEntries& entries) {
  entries.row_index = read_indices(archive, "row", entries.rows);
  entries.col_index = read_indices(archive, "col", entries.cols);
  require_as_many(archive, "row", entries.row_index.size(), entries.values.size());
  require_as_many(archive, "col", entries.col_index.size(), entries.values.size());
}

void read_compressed(const Archive& archive, bool is_by_rows, DataEntries& entries) {
  const Index num_outer = is_by_rows ? entries.rows : entries.cols;
  const Index num_inner = is_by_rows ? entries.cols : entries.rows;
  std::vector<Index> inner = read_indices(archive, "indices", num_inner);
  require_as_many(archive, "indices", inner.size(), entries.values.size());
  std::vector<Index> outer = expand_pointers(archive, num_outer, entries.values.size());
  entries.row_index = std::move(is_by_rows ? outer : inner);
  entries.col_index = std::move(is_by_rows ? inner : outer);
}

}  // namespace

bool has_sparse_layout(const NpzFile& file) {
  const bool has_positions = file.contains("indptr") || (file.contains("row") && file.contains("col"));
  return file.contains("format") || (has_positions && file.contains("data"));
}

DataEntries read_sparse_npz(const NpzFile& file, const std::string& place) {
  const Archive archive{file, place};
  const std::string format = file.read_text("format");
  if (format != "csr" && format != "csc" && format != "coo")
    throw InputError(archive.place_of("format"), "csr, csc or coo (convert with .tocsr() before saving)",
                     quoted(format));
  DataEntries entries;
  read_shape(archive, entries);
  entries.values = read_values(archive);
  if (format == "coo")
    read_coordinates(archive, entries);
  else
    read_compressed(archive, format == "csr", entries);
  return entries;
}

}  // namespace nadir::internal
