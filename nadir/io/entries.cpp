#include "nadir/io/entries.hpp"

#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/byte_source.hpp"
#include "nadir/io/internal/entry_table.hpp"
#include "nadir/io/internal/sparse_npz.hpp"
#include "nadir/io/matrix_market.hpp"
#include "nadir/io/npy.hpp"
#include "nadir/io/npz.hpp"

namespace nadir {
namespace {

enum class Format { csv, tsv, txt, matrix_market, npy, npz };

struct Spec {
  std::string file, member;  // member: of an archive
  Format format = Format::csv;
  bool is_gzip = false;
};

[[noreturn]] void refuse(const std::string& path) {
  const std::size_t slash = path.rfind('/'), name = slash == std::string::npos ? 0 : slash + 1;
  const std::size_t dot = path.rfind('.');
  throw InputError(
      path, "a file ending in .csv, .tsv, .txt, .mtx, .npy, .npz or .npz:NAME, or in .gz behind one",
      dot != std::string::npos && dot > name ? "the ending " + path.substr(dot) : "none of these endings");
}

Spec parse_spec(const std::string& path) {
  constexpr std::string_view marker = ".npz:";
  const std::size_t at = path.find(marker);
  if (at != std::string::npos)
    return {path.substr(0, at + marker.size() - 1), path.substr(at + marker.size()), Format::npz};
  constexpr std::pair<std::string_view, Format> endings[] = {
      {".csv", Format::csv},           {".tsv", Format::tsv}, {".txt", Format::txt},
      {".mtx", Format::matrix_market}, {".npy", Format::npy}, {".npz", Format::npz}};
  Spec spec{path, ""};
  std::string_view name = path;
  if (name.ends_with(".gz")) {
    spec.is_gzip = true;
    name.remove_suffix(3);
  }
  for (const auto& [ending, format] : endings) {
    if (!name.ends_with(ending) || (format == Format::npz && spec.is_gzip)) continue;
    spec.format = format;
    return spec;
  }
  refuse(path);
}

DataEntries from_matrix_market(std::string_view text, const std::string& file) {
  SparseMatrix matrix = parse_matrix_market(text, file, Repeats::kept);
  require_finite(matrix, file);
  DataEntries entries;
  entries.rows = matrix.rows;
  entries.cols = matrix.cols;
  entries.row_index = std::move(matrix.row_index);
  entries.col_index = std::move(matrix.col_index);
  entries.values = std::move(matrix.values);
  entries.lines = std::move(matrix.lines);
  return entries;
}

// NaN is how NumPy writes what is missing.
DataEntries from_dense(const Array& array, const std::string& place) {
  if (array.shape.size() != 2)
    throw InputError(place, "an array with two dimensions", "shape " + shape_text(array.shape));
  DataEntries entries;
  entries.rows = array.shape[0];
  entries.cols = array.shape[1];
  EntryList list;
  for (std::size_t k = 0; k < array.values.size(); ++k) {
    const double value = array.values[k];
    const auto row = static_cast<Index>(k) / entries.cols, col = static_cast<Index>(k) % entries.cols;
    if (std::isnan(value)) continue;
    if (std::isinf(value))
      throw InputError(place + "[" + std::to_string(row) + ", " + std::to_string(col) + "]",
                       "a finite number, or NaN for what is missing", "an infinity");
    list.add(row, col, value);
  }
  entries.set_entries(std::move(list));
  return entries;
}

DataEntries from_archive(const NpzFile& file, const Spec& spec) {
  if (spec.member.empty() && internal::has_sparse_layout(file))
    return internal::read_sparse_npz(file, spec.file);
  if (!spec.member.empty()) return from_dense(file.read(spec.member), spec.file + ":" + spec.member);
  const Array first = file.read_first();
  return from_dense(first, spec.file + ":" + file.names().front());
}

DataEntries parse(std::string_view text, const Spec& spec) {
  switch (spec.format) {
    case Format::csv:
      return internal::parse_entry_table(text, spec.file, internal::Separator::comma);
    case Format::tsv:
      return internal::parse_entry_table(text, spec.file, internal::Separator::tab);
    case Format::txt:
      return internal::parse_entry_table(text, spec.file, internal::Separator::blanks);
    case Format::matrix_market:
      return from_matrix_market(text, spec.file);
    case Format::npy:
      return from_dense(parse_npy(std::as_bytes(std::span(text)), spec.file), spec.file);
    case Format::npz:
      break;
  }
  return from_archive(NpzFile(std::as_bytes(std::span(text)), spec.file), spec);
}

DataEntries read(std::shared_ptr<const internal::Bytes> bytes, const Spec& spec) {
  auto source = internal::source_of(std::move(bytes));
  if (spec.is_gzip) source = internal::inflating(std::move(source), internal::Compression::gzip, spec.file);
  return parse(internal::read_all(*source), spec);
}

DataEntries nonempty(DataEntries&& entries, const Spec& spec) {
  if (entries.values.empty())
    throw InputError(spec.file, "at least one entry", "a matrix without observed entries");
  return std::move(entries);
}

}  // namespace

DataEntries read_entries(const std::string& path) {
  const Spec spec = parse_spec(path);
  // Of an archive only the arrays that are wanted are read.
  if (spec.format == Format::npz) return nonempty(from_archive(NpzFile(spec.file), spec), spec);
  return nonempty(read(internal::open_file(spec.file), spec), spec);
}

DataEntries parse_entries(std::span<const std::byte> bytes, const std::string& path) {
  const Spec spec = parse_spec(path);
  return nonempty(read(internal::view_memory(bytes), spec), spec);
}

}  // namespace nadir
