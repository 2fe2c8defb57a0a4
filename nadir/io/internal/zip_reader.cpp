#include <algorithm>
#include <set>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/quote.hpp"
#include "nadir/io/internal/zip.hpp"
#include "nadir/io/internal/zip_format.hpp"

namespace nadir::internal {
namespace {

using namespace zip;

// The 64-bit values that stand in the extra field for those of `wanted` that did not fit, in their order.
bool take_zip64_values(std::string_view extra, std::span<std::uint64_t* const> wanted) {
  while (extra.size() >= 4) {
    const std::uint16_t kind = field16(extra, 0), size = field16(extra, 2);
    extra.remove_prefix(4);
    if (size > extra.size()) return false;
    if (kind == zip64_extra) {
      if (size < 8 * wanted.size()) return false;
      for (std::size_t i = 0; i < wanted.size(); ++i) *wanted[i] = field64(extra, 8 * i);
      return true;
    }
    extra.remove_prefix(size);
  }
  return false;
}

}  // namespace

ZipReader::ZipReader(std::shared_ptr<const Bytes> bytes, std::string place)
    : bytes_(std::move(bytes)), place_(std::move(place)) {
  const Directory directory = find_directory();
  const std::string records = bytes_at(directory.offset, directory.size, "a central directory");
  if (directory.num_entries > directory.size / central_size)
    fail("as many entries as the archive says", "a shorter central directory");
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < directory.num_entries; ++i) at = parse_entry(records, at, directory.offset);
  if (at != records.size())
    fail("as many entries as the archive says", "more bytes in its central directory");
  require_distinct();
}

void ZipReader::fail(const std::string& expected, const std::string& found) const {
  throw InputError(place_, expected, found);
}

std::string ZipReader::bytes_at(std::uint64_t offset, std::uint64_t size, const char* what) const {
  if (offset > bytes_->size() || size > bytes_->size() - offset) fail(what, "the end of the file");
  std::string text(static_cast<std::size_t>(size), '\0');
  if (bytes_->read_at(offset, std::as_writable_bytes(std::span(text))) < text.size())
    fail(what, "the end of the file");
  return text;
}

// The end record is the last thing in the file but for a comment of up to 2^16 - 1 bytes.
ZipReader::Directory ZipReader::find_directory() const {
  const std::uint64_t size = bytes_->size();
  if (size < end_size)
    fail("a zip archive", size == 0 ? "an empty file" : "a file of " + std::to_string(size) + " bytes");
  const std::uint64_t tail_size = std::min<std::uint64_t>(size, end_size + 0xffff);
  const std::string tail = bytes_at(size - tail_size, tail_size, "a zip archive");
  for (std::size_t at = tail.size() - end_size + 1; at-- > 0;) {
    if (field32(tail, at) != end_signature || field16(tail, at + 20) != tail.size() - at - end_size) continue;
    const std::uint64_t end_record = size - tail_size + at;
    const std::uint16_t disk = field16(tail, at + 4), directory_disk = field16(tail, at + 6);
    const std::uint16_t here = field16(tail, at + 8), total = field16(tail, at + 10);
    const Directory directory{field32(tail, at + 16), field32(tail, at + 12), total};
    if (total == in_zip64_short || directory.size == in_zip64 || directory.offset == in_zip64)
      return find_zip64_directory(end_record);
    if (disk != 0 || directory_disk != 0 || here != total) fail("one whole archive", "a part of several");
    if (directory.offset + directory.size != end_record)
      fail("a central directory right before the archive's end", "something else");
    return directory;
  }
  fail("a zip archive", "a file without the record that ends one (cut short, or of another kind)");
}

ZipReader::Directory ZipReader::find_zip64_directory(std::uint64_t end_record) const {
  const char* what = "the records of a zip64 archive";
  if (end_record < zip64_locator_size + zip64_end_size) fail(what, "no room for them");
  const std::string locator = bytes_at(end_record - zip64_locator_size, zip64_locator_size, what);
  if (field32(locator, 0) != zip64_locator_signature) fail(what, "no locator");
  const std::uint64_t record_offset = field64(locator, 8);
  const std::string record = bytes_at(record_offset, zip64_end_size, what);
  if (field32(record, 0) != zip64_end_signature) fail(what, "something else where its locator points");
  if (field32(locator, 4) != 0 || field32(locator, 16) > 1 || field32(record, 16) != 0 ||
      field32(record, 20) != 0 || field64(record, 24) != field64(record, 32))
    fail("one whole archive", "a part of several");
  const Directory directory{field64(record, 48), field64(record, 40), field64(record, 32)};
  if (directory.size > record_offset || directory.offset != record_offset - directory.size)
    fail("a central directory right before the zip64 record", "something else");
  return directory;
}

// Appends the entry whose record starts at `at` of the directory and returns where the next one starts.
std::size_t ZipReader::parse_entry(std::string_view directory, std::size_t at,
                                   std::uint64_t directory_offset) {
  const char* what = "an entry of the central directory";
  if (directory.size() - at < central_size) fail(what, "the directory's end");
  const std::string_view record = directory.substr(at);
  if (field32(record, 0) != central_signature) fail(what, "something else");
  const std::size_t name_size = field16(record, 28), extra_size = field16(record, 30);
  const std::size_t record_size = central_size + name_size + extra_size + field16(record, 32);
  if (record.size() < record_size) fail(what, "the directory's end");

  ZipEntry entry;
  entry.name = record.substr(central_size, name_size);
  const std::string member = "entry " + quoted(entry.name);
  const std::uint16_t flags = field16(record, 8), method = field16(record, 10);
  // Bits 0, 6 and 13: encryption of one kind or another; bit 5: patches.
  if ((flags & 0x2061) != 0) fail(member + " to be plain", "an encrypted or patched one");
  if (method != stored && method != deflated)
    fail(member + " to be stored or deflated", "compression method " + std::to_string(method));
  entry.is_deflated = method == deflated;
  entry.crc = field32(record, 16);
  entry.compressed_size = field32(record, 20);
  entry.size = field32(record, 24);
  entry.data_offset = field32(record, 42);

  std::vector<std::uint64_t*> in_extra;
  for (std::uint64_t* value : {&entry.size, &entry.compressed_size, &entry.data_offset})
    if (*value == in_zip64) in_extra.push_back(value);
  if (!in_extra.empty() && !take_zip64_values(record.substr(central_size + name_size, extra_size), in_extra))
    fail("the 64-bit sizes of " + member, "none");
  if (!entry.is_deflated && entry.size != entry.compressed_size)
    fail("one size for the stored " + member, "two different ones");
  locate_data(entry, directory_offset);
  entries_.push_back(std::move(entry));
  return at + record_size;
}

// From the offset of the local header to that of the data behind it.
void ZipReader::locate_data(ZipEntry& entry, std::uint64_t directory_offset) const {
  const std::string member = "entry " + quoted(entry.name);
  const std::string what = "the header of " + member;
  const std::string header = bytes_at(entry.data_offset, local_size, what.c_str());
  if (field32(header, 0) != local_signature) fail(what, "something else where the directory points");
  const std::uint64_t name_size = field16(header, 26), extra_size = field16(header, 28);
  if (bytes_at(entry.data_offset + local_size, name_size, what.c_str()) != entry.name)
    fail(what, "that of another entry");
  entry.data_offset += local_size + name_size + extra_size;
  if (entry.data_offset > directory_offset || entry.compressed_size > directory_offset - entry.data_offset)
    fail(member + " to lie before the central directory", "one that runs past it");
}

void ZipReader::require_distinct() const {
  std::set<std::string_view> names;
  for (const ZipEntry& entry : entries_)
    if (!names.insert(entry.name).second) fail("each name once", quoted(entry.name) + " twice");
  std::vector<const ZipEntry*> in_place;
  for (const ZipEntry& entry : entries_) in_place.push_back(&entry);
  std::sort(in_place.begin(), in_place.end(),
            [](const ZipEntry* a, const ZipEntry* b) { return a->data_offset < b->data_offset; });
  for (std::size_t i = 1; i < in_place.size(); ++i)
    if (in_place[i - 1]->data_offset + in_place[i - 1]->compressed_size > in_place[i]->data_offset)
      fail("entries apart from one another", quoted(in_place[i]->name) + " inside another");
}

std::unique_ptr<ByteSource> ZipReader::open(const ZipEntry& entry, const std::string& place) const {
  auto content = source_of(bytes_, entry.data_offset, entry.compressed_size);
  if (entry.is_deflated) content = inflating(std::move(content), Compression::raw_deflate, place);
  return with_crc(std::move(content), entry.size, entry.crc, place);
}

}  // namespace nadir::internal
