// Zip archives (PKWARE, APPNOTE 6.3.10), as far as .npz files need them: stored and deflated entries, zip64.
//
// The reader believes the central directory and nothing else, and that only after checking that every entry
// lies inside the file and that no two overlap. The writer stores entries with a fixed time, so that the
// same arrays give the same bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nadir/base/atomic_file.hpp"
#include "nadir/io/internal/byte_source.hpp"

namespace nadir::internal {

struct ZipEntry {
  std::string name;
  bool is_deflated = false;
  std::uint32_t crc = 0;
  std::uint64_t compressed_size = 0, size = 0, data_offset = 0;
};

class ZipReader {
 public:
  // Throws InputError naming `place` for anything but a whole archive of plain entries with distinct names.
  ZipReader(std::shared_ptr<const Bytes> bytes, std::string place);

  const std::vector<ZipEntry>& entries() const { return entries_; }

  // The entry's content; its length and checksum are compared when a read meets the end.
  std::unique_ptr<ByteSource> open(const ZipEntry& entry, const std::string& place) const;

 private:
  struct Directory {
    std::uint64_t offset = 0, size = 0, num_entries = 0;
  };

  std::string bytes_at(std::uint64_t offset, std::uint64_t size, const char* what) const;
  Directory find_directory() const;
  Directory find_zip64_directory(std::uint64_t end_record) const;
  std::size_t parse_entry(std::string_view directory, std::size_t at, std::uint64_t directory_offset);
  void locate_data(ZipEntry& entry, std::uint64_t directory_offset) const;
  void require_distinct() const;
  [[noreturn]] void fail(const std::string& expected, const std::string& found) const;

  std::shared_ptr<const Bytes> bytes_;
  std::string place_;
  std::vector<ZipEntry> entries_;  // in the order of the central directory
};

class ZipWriter {
 public:
  // Sizes and offsets from `zip64_from` on take the 64-bit fields; another value serves the tests.
  explicit ZipWriter(AtomicFile& file, std::uint64_t zip64_from = 0xffffffff)
      : file_(file), zip64_from_(zip64_from) {}

  // One stored entry; its content is the pieces after one another.
  void add(const std::string& name, std::span<const std::span<const std::byte>> pieces);
  // The central directory; the caller commits the file.
  void finish();

 private:
  struct Written {
    std::string name;
    std::uint32_t crc;
    std::uint64_t size, offset;
  };

  AtomicFile& file_;
  std::uint64_t zip64_from_;
  std::vector<Written> written_;
};

}  // namespace nadir::internal
