#include "nadir/io/npz.hpp"

#include <algorithm>

#include "nadir/base/atomic_file.hpp"
#include "nadir/base/error.hpp"
#include "nadir/io/internal/npy_reader.hpp"
#include "nadir/io/internal/quote.hpp"
#include "nadir/io/internal/zip.hpp"
#include "nadir/io/npy.hpp"

namespace nadir {
namespace {

constexpr std::string_view ending = ".npy";

std::string list_of(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    list += list.empty() ? "" : ", ";
    if (list.size() > 200) return list + "...";
    list += internal::quoted(name);
  }
  return list.empty() ? "no array at all" : list;
}

void add_array(internal::ZipWriter& zip, const std::string& path, const std::string& name,
               const Array& array) {
  if (name.empty()) throw InputError(path, "a name for every array", "an empty one");
  const std::string header = npy_header(array);
  const std::span<const std::byte> pieces[] = {std::as_bytes(std::span(header)),
                                               std::as_bytes(std::span(array.values))};
  zip.add(name + std::string(ending), pieces);
}

// `as_array` turns a value of the range into something that binds to const Array&.
template <class Range, class AsArray>
void write_all(const std::string& path, const Range& range, AsArray as_array) {
  AtomicFile file(path);
  internal::ZipWriter zip(file);
  for (const auto& [name, value] : range) add_array(zip, path, name, as_array(value));
  zip.finish();
  file.commit();
}

}  // namespace

NpzFile::NpzFile(const std::string& path)
    : place_(path), zip_(std::make_unique<internal::ZipReader>(internal::open_file(path), path)) {
  list_names();
}

NpzFile::NpzFile(std::span<const std::byte> bytes, const std::string& place)
    : place_(place), zip_(std::make_unique<internal::ZipReader>(internal::view_memory(bytes), place)) {
  list_names();
}

NpzFile::~NpzFile() = default;

void NpzFile::list_names() {
  for (const internal::ZipEntry& entry : zip_->entries())
    if (entry.name.size() > ending.size() && entry.name.ends_with(ending))
      names_.push_back(entry.name.substr(0, entry.name.size() - ending.size()));
}

bool NpzFile::contains(const std::string& name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

struct NpzFile::Member {
  std::string place;
  std::unique_ptr<internal::ByteSource> source;
};

NpzFile::Member NpzFile::open(const std::string& name) const {
  const auto& entries = zip_->entries();
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const internal::ZipEntry& entry) {
    return !name.empty() && entry.name == name + std::string(ending);
  });
  if (found == entries.end()) throw InputError(place_, "an array " + internal::quoted(name), list_of(names_));
  std::string place = place_ + ":" + name;
  auto source = zip_->open(*found, place);
  return {std::move(place), std::move(source)};
}

Array NpzFile::read(const std::string& name) const {
  const Member member = open(name);
  return internal::read_npy(*member.source, member.place);
}

std::string NpzFile::read_text(const std::string& name) const {
  const Member member = open(name);
  return internal::read_npy_text(*member.source, member.place);
}

Array NpzFile::read_first() const {
  if (names_.empty()) throw InputError(place_, "at least one array", "no array at all");
  return read(names_.front());
}

NamedArrays read_npz_in_order(const std::string& path) {
  const NpzFile file(path);
  NamedArrays arrays;
  for (const std::string& name : file.names()) arrays.emplace_back(name, file.read(name));
  return arrays;
}

std::map<std::string, Array> read_npz(const std::string& path) {
  const NpzFile file(path);
  std::map<std::string, Array> arrays;
  for (const std::string& name : file.names()) arrays.emplace(name, file.read(name));
  return arrays;
}

void write_npz(const std::string& path, const NamedArrays& arrays) {
  write_all(path, arrays, [](const Array& array) -> const Array& { return array; });
}

void write_npz(const std::string& path, const std::map<std::string, Array>& arrays) {
  write_all(path, arrays, [](const Array& array) -> const Array& { return array; });
}

void write_npz(const std::string& path, const std::map<std::string, Matrix>& matrices) {
  write_all(path, matrices, [](const Matrix& matrix) { return to_array(matrix); });
}

std::map<std::string, Matrix> read_npz_matrices(const std::string& path) {
  const NpzFile file(path);
  std::map<std::string, Matrix> matrices;
  for (const std::string& name : file.names())
    matrices.emplace(name, to_matrix(file.read(name), path + ":" + name));
  return matrices;
}

}  // namespace nadir
