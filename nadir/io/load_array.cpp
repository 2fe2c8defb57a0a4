#include "nadir/io/load_array.hpp"

#include "nadir/base/error.hpp"
#include "nadir/io/csv.hpp"
#include "nadir/io/idx.hpp"
#include "nadir/io/internal/byte_source.hpp"
#include "nadir/io/matrix_market.hpp"
#include "nadir/io/npy.hpp"
#include "nadir/io/npz.hpp"

namespace nadir {
namespace {

enum class Format { npy, npz, csv, tsv, matrix_market, idx };

struct Spec {
  std::string file, member;  // member: of an archive; empty for the first
  Format format;
  bool is_gzip = false;
};

struct Split {
  std::string file, member;
};

// "a.npz:name" in two. The first ".npz:" counts, because names may hold colons.
Split split_member(const std::string& path_spec) {
  constexpr std::string_view marker = ".npz:";
  const std::size_t at = path_spec.find(marker);
  if (at == std::string::npos) return {path_spec, ""};
  return {path_spec.substr(0, at + marker.size() - 1), path_spec.substr(at + marker.size())};
}

[[noreturn]] void refuse(const std::string& path) {
  const std::size_t slash = path.rfind('/'), name = slash == std::string::npos ? 0 : slash + 1;
  const std::size_t dot = path.rfind('.');
  const bool has_ending = dot != std::string::npos && dot > name;
  throw InputError(
      path, "a file ending in .npy, .npz, .npz:NAME, .csv, .tsv, .mtx, .idx or -ubyte, or in .gz behind one",
      has_ending ? "the ending " + path.substr(dot) : "none of these endings");
}

Spec parse_spec(const std::string& path_spec) {
  const Split split = split_member(path_spec);
  Spec spec{split.file, split.member, Format::npy, false};
  std::string name = spec.file;
  if (name.ends_with(".gz")) {
    spec.is_gzip = true;
    name.resize(name.size() - 3);
  }
  if (name.ends_with(".npy"))
    spec.format = Format::npy;
  else if (name.ends_with(".npz") && !spec.is_gzip)
    spec.format = Format::npz;
  else if (name.ends_with(".csv"))
    spec.format = Format::csv;
  else if (name.ends_with(".tsv"))
    spec.format = Format::tsv;
  else if (name.ends_with(".mtx"))
    spec.format = Format::matrix_market;
  else if (name.ends_with(".idx") || name.ends_with("-ubyte"))
    spec.format = Format::idx;
  else
    refuse(spec.file);
  return spec;
}

Array parse(std::span<const std::byte> bytes, const Spec& spec) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  switch (spec.format) {
    case Format::npy:
      return parse_npy(bytes, spec.file);
    case Format::npz: {
      const NpzFile file(bytes, spec.file);
      return spec.member.empty() ? file.read_first() : file.read(spec.member);
    }
    case Format::csv:
      return parse_csv(text, spec.file, ',').values;
    case Format::tsv:
      return parse_csv(text, spec.file, '\t').values;
    case Format::idx:
      return parse_idx(bytes, spec.file);
    case Format::matrix_market:
      break;
  }
  return to_array(to_dense(parse_matrix_market(text, spec.file), spec.file));
}

std::string inflated(std::shared_ptr<const internal::Bytes> bytes, const std::string& place) {
  return read_all(
      *internal::inflating(internal::source_of(std::move(bytes)), internal::Compression::gzip, place));
}

}  // namespace

Array load_array(const std::string& path_spec) {
  const Spec spec = parse_spec(path_spec);
  if (!spec.is_gzip && spec.format == Format::npy) return read_npy(spec.file);
  if (spec.format == Format::idx) return read_idx(spec.file);
  if (spec.format == Format::npz) {
    const NpzFile file(spec.file);
    return spec.member.empty() ? file.read_first() : file.read(spec.member);
  }
  const auto bytes = internal::open_file(spec.file);
  const std::string text = spec.is_gzip ? inflated(bytes, spec.file) : read_all(*internal::source_of(bytes));
  return parse(std::as_bytes(std::span(text)), spec);
}

Array parse_array(std::span<const std::byte> bytes, const std::string& path_spec) {
  const Spec spec = parse_spec(path_spec);
  if (!spec.is_gzip) return parse(bytes, spec);
  const std::string text = inflated(internal::view_memory(bytes), spec.file);
  return parse(std::as_bytes(std::span(text)), spec);
}

std::string file_of(const std::string& path_spec) { return split_member(path_spec).file; }

LoadedSamples load_samples(const std::string& path_spec) {
  Array array = load_array(path_spec);
  if (array.values.empty())
    throw InputError(path_spec, "at least one number", "shape " + shape_text(array.shape));
  require_finite(array, path_spec);
  LoadedSamples loaded;
  loaded.file = file_of(path_spec);
  loaded.shape = array.shape;
  loaded.samples = to_samples(std::move(array), path_spec);
  return loaded;
}

}  // namespace nadir
