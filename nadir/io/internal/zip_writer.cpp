#include <zlib.h>

#include <algorithm>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/quote.hpp"
#include "nadir/io/internal/zip.hpp"
#include "nadir/io/internal/zip_format.hpp"

namespace nadir::internal {
namespace {

using namespace zip;

constexpr std::uint16_t version_20 = 20, version_45 = 45;  // 4.5 knows zip64
constexpr std::uint16_t first_of_january_1980 = 0x0021;
constexpr std::uint16_t names_are_utf8 = 1 << 11;

std::uint16_t flags_for(const std::string& name) {
  const bool is_ascii = std::all_of(name.begin(), name.end(), [](char c) { return (c & 0x80) == 0; });
  return is_ascii ? 0 : names_are_utf8;
}

// The ten fields that a local header and a central record share, from the version on.
void put_common(std::string& bytes, const std::string& name, std::uint32_t crc, std::uint64_t size,
                bool is_zip64, std::size_t extra_size) {
  put16(bytes, is_zip64 || extra_size > 0 ? version_45 : version_20);
  put16(bytes, flags_for(name));
  put16(bytes, stored);
  put16(bytes, 0);  // midnight
  put16(bytes, first_of_january_1980);
  put32(bytes, crc);
  put32(bytes, is_zip64 ? in_zip64 : size);
  put32(bytes, is_zip64 ? in_zip64 : size);
  put16(bytes, name.size());
  put16(bytes, extra_size);
}

std::string zip64_extra_field(std::string_view values) {
  std::string extra;
  if (values.empty()) return extra;
  put16(extra, zip64_extra);
  put16(extra, values.size());
  return extra.append(values);
}

// What ends an archive whose central directory lies at `offset`, right before.
std::string end_records(std::uint64_t count, std::uint64_t size, std::uint64_t offset,
                        std::uint64_t zip64_from) {
  const bool is_zip64 = count >= in_zip64_short || size >= zip64_from || offset >= zip64_from;
  std::string record;
  if (is_zip64) {
    put32(record, zip64_end_signature);
    put64(record, zip64_end_size - 12);  // of what follows this field
    put16(record, version_45);
    put16(record, version_45);
    put32(record, 0);
    put32(record, 0);
    for (const std::uint64_t value : {count, count, size, offset}) put64(record, value);
    put32(record, zip64_locator_signature);
    put32(record, 0);
    put64(record, offset + size);
    put32(record, 1);
  }
  put32(record, end_signature);
  put32(record, 0);
  put16(record, is_zip64 ? in_zip64_short : count);
  put16(record, is_zip64 ? in_zip64_short : count);
  put32(record, is_zip64 ? in_zip64 : size);
  put32(record, is_zip64 ? in_zip64 : offset);
  put16(record, 0);
  return record;
}

}  // namespace

void ZipWriter::add(const std::string& name, std::span<const std::span<const std::byte>> pieces) {
  if (name.size() > 0xffff) throw InputError("an array's name", "at most 65535 bytes", quoted(name));
  if (std::any_of(written_.begin(), written_.end(), [&](const Written& w) { return w.name == name; }))
    throw InputError(file_.path(), "each name once", quoted(name) + " twice");
  Written entry{name, 0, 0, file_.num_bytes()};
  for (const auto piece : pieces) {
    if (piece.empty()) continue;  // zlib takes the null pointer of an empty array for a request to start over
    entry.crc = static_cast<std::uint32_t>(
        crc32_z(entry.crc, reinterpret_cast<const Bytef*>(piece.data()), piece.size()));
    entry.size += piece.size();
  }
  const bool is_zip64 = entry.size >= zip64_from_;
  std::string values;
  if (is_zip64) {
    put64(values, entry.size);
    put64(values, entry.size);
  }
  const std::string extra = zip64_extra_field(values);
  std::string header;
  put32(header, local_signature);
  put_common(header, name, entry.crc, entry.size, is_zip64, extra.size());
  file_.write(header + name + extra);
  for (const auto piece : pieces) file_.write(piece);
  written_.push_back(std::move(entry));
}

void ZipWriter::finish() {
  const std::uint64_t directory_offset = file_.num_bytes();
  for (const Written& entry : written_) {
    const bool is_large = entry.size >= zip64_from_, is_far = entry.offset >= zip64_from_;
    std::string values;
    if (is_large) {
      put64(values, entry.size);
      put64(values, entry.size);
    }
    if (is_far) put64(values, entry.offset);
    const std::string extra = zip64_extra_field(values);
    std::string record;
    put32(record, central_signature);
    put16(record, extra.empty() ? version_20 : version_45);
    put_common(record, entry.name, entry.crc, entry.size, is_large, extra.size());
    put16(record, 0);  // no comment
    put16(record, 0);  // the only disk
    put16(record, 0);  // no internal attributes
    put32(record, 0);  // no external ones
    put32(record, is_far ? in_zip64 : entry.offset);
    file_.write(record + entry.name + extra);
  }
  file_.write(
      end_records(written_.size(), file_.num_bytes() - directory_offset, directory_offset, zip64_from_));
}

}  // namespace nadir::internal
