// Where the parsers get their bytes: a file, memory, or a compressed stretch of either.
//
// Parsers read forwards from a ByteSource, so that .npy inside .npz, .gz or memory is one piece of code, and
// a large file needs no second copy in memory. Files are read, not mapped: a file that another process
// shortens under a mapping would kill this one with SIGBUS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace nadir::internal {

// Bytes that can be read at any offset; immutable while we look, and safe to read from several threads.
class Bytes {
 public:
  virtual ~Bytes() = default;
  virtual std::uint64_t size() const = 0;
  // Fills `target` from offset on; fewer bytes only where the end comes first.
  virtual std::size_t read_at(std::uint64_t offset, std::span<std::byte> target) const = 0;
};

// A regular file. Throws InputError when it cannot be opened, FileError when reading fails later.
std::shared_ptr<const Bytes> open_file(const std::string& path);
// Does not own the memory.
std::shared_ptr<const Bytes> view_memory(std::span<const std::byte> memory);

// Bytes in order.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills `target`; fewer bytes only at the end. A source that carries a checksum compares it when a read
  // meets the end, and throws InputError when it is wrong.
  virtual std::size_t read(std::span<std::byte> target) = 0;
  // No more than so many bytes can still come, whatever the file claims about itself.
  virtual std::uint64_t max_bytes_left() const = 0;
};

// `length` bytes from `offset` on; the caller has checked that they exist.
std::unique_ptr<ByteSource> source_of(std::shared_ptr<const Bytes> bytes, std::uint64_t offset,
                                      std::uint64_t length);
std::unique_ptr<ByteSource> source_of(std::shared_ptr<const Bytes> bytes);

enum class Compression { raw_deflate, gzip };

// What `compressed` inflates to. Throws InputError naming `place` when the stream is damaged or ends early.
std::unique_ptr<ByteSource> inflating(std::unique_ptr<ByteSource> compressed, Compression, std::string place);

// Throws InputError unless exactly `size` bytes with this CRC-32 come out of `source`.
std::unique_ptr<ByteSource> with_crc(std::unique_ptr<ByteSource> source, std::uint64_t size,
                                     std::uint32_t crc, std::string place);

// Everything that is left.
std::string read_all(ByteSource& source);

}  // namespace nadir::internal
