#include "nadir/io/internal/byte_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "nadir/base/error.hpp"

namespace nadir::internal {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 18;

class FileBytes final : public Bytes {
 public:
  explicit FileBytes(const std::string& path) : path_(path) {
    descriptor_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // never waits for a pipe's writer
    if (descriptor_ < 0) throw InputError(path, "a file that can be read", std::strerror(errno));
    struct stat status {};
    const bool known = fstat(descriptor_, &status) == 0;
    if (!known || !S_ISREG(status.st_mode)) {
      close(descriptor_);
      throw InputError(path, "a regular file", S_ISDIR(status.st_mode) ? "a folder" : "something else");
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~FileBytes() override { close(descriptor_); }
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;

  std::uint64_t size() const override { return size_; }

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> target) const override {
    std::size_t done = 0;
    while (done < target.size()) {
      const ssize_t got =
          pread(descriptor_, target.data() + done, target.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw FileError(path_, std::string("cannot read: ") + std::strerror(errno));
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

 private:
  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

class MemoryBytes final : public Bytes {
 public:
  explicit MemoryBytes(std::span<const std::byte> memory) : memory_(memory) {}
  std::uint64_t size() const override { return memory_.size(); }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> target) const override {
    if (offset >= memory_.size()) return 0;
    const std::size_t count = std::min(target.size(), memory_.size() - static_cast<std::size_t>(offset));
    std::copy_n(memory_.begin() + static_cast<std::ptrdiff_t>(offset), count, target.begin());
    return count;
  }

 private:
  std::span<const std::byte> memory_;
};

class RangeSource final : public ByteSource {
 public:
  RangeSource(std::shared_ptr<const Bytes> bytes, std::uint64_t offset, std::uint64_t length)
      : bytes_(std::move(bytes)), offset_(offset), left_(length) {}
  std::size_t read(std::span<std::byte> target) override {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(target.size(), left_));
    const std::size_t got = bytes_->read_at(offset_, target.first(wanted));
    offset_ += got;
    left_ = got < wanted ? 0 : left_ - got;  // the file was shortened since it was opened
    return got;
  }
  std::uint64_t max_bytes_left() const override { return left_; }

 private:
  std::shared_ptr<const Bytes> bytes_;
  std::uint64_t offset_, left_;
};

class InflatingSource final : public ByteSource {
 public:
  InflatingSource(std::unique_ptr<ByteSource> compressed, Compression compression, std::string place)
      : compressed_(std::move(compressed)),
        compression_(compression),
        place_(std::move(place)),
        input_(chunk_bytes) {
    // Negative: no header. 16 +: a gzip header and checksum. 15: the largest window.
    if (inflateInit2(&stream_, compression == Compression::gzip ? 16 + 15 : -15) != Z_OK)
      throw std::bad_alloc();
  }
  ~InflatingSource() override { inflateEnd(&stream_); }
  InflatingSource(const InflatingSource&) = delete;
  InflatingSource& operator=(const InflatingSource&) = delete;

  std::size_t read(std::span<std::byte> target) override {
    std::size_t done = 0;
    while (done < target.size() && !ended_) done += inflate_some(target.subspan(done));
    return done;
  }

  // Deflate spends at least one bit on 258 bytes in pairs of codes: 1032 to 1 is its limit.
  std::uint64_t max_bytes_left() const override {
    if (ended_) return 0;
    constexpr std::uint64_t window = 1 << 16, most_per_byte = 1032;
    const std::uint64_t compressed_left = compressed_->max_bytes_left() + stream_.avail_in;
    if (compressed_left > (~std::uint64_t{0} - window) / most_per_byte) return ~std::uint64_t{0};
    return compressed_left * most_per_byte + window;
  }

 private:
  void refill() {
    const std::size_t got = compressed_->read(input_);
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(got);
  }

  std::size_t inflate_some(std::span<std::byte> target) {
    if (stream_.avail_in == 0) refill();
    const std::size_t room = std::min(target.size(), std::size_t{1} << 30);
    stream_.next_out = reinterpret_cast<Bytef*>(target.data());
    stream_.avail_out = static_cast<uInt>(room);
    const bool no_input = stream_.avail_in == 0;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    const std::size_t done = room - stream_.avail_out;
    if (status == Z_STREAM_END)
      end_of_member();
    else if (status == Z_MEM_ERROR)
      throw std::bad_alloc();
    else if (status == Z_BUF_ERROR || (status == Z_OK && no_input && done == 0))
      throw InputError(place_, "a whole compressed stream", "one that ends early");
    else if (status != Z_OK)
      throw InputError(place_, "a compressed stream",
                       std::string("a damaged one (") +
                           (stream_.msg != nullptr ? stream_.msg : "zlib gives no reason") + ")");
    return done;
  }

  // A gzip file may hold several members after one another; anything after deflated data is a lie.
  void end_of_member() {
    if (stream_.avail_in == 0) refill();
    if (stream_.avail_in == 0) {
      ended_ = true;
    } else if (compression_ == Compression::gzip) {
      inflateReset(&stream_);
    } else {
      throw InputError(place_, "the end of the compressed stream", "more bytes after it");
    }
  }

  std::unique_ptr<ByteSource> compressed_;
  Compression compression_;
  std::string place_;
  std::vector<std::byte> input_;
  z_stream stream_{};
  bool ended_ = false;
};

class CheckedSource final : public ByteSource {
 public:
  CheckedSource(std::unique_ptr<ByteSource> source, std::uint64_t size, std::uint32_t crc, std::string place)
      : source_(std::move(source)), left_(size), expected_crc_(crc), place_(std::move(place)) {}

  std::size_t read(std::span<std::byte> target) override {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(target.size(), left_));
    const std::size_t got = source_->read(target.first(wanted));
    if (got > 0) crc_ = crc32_z(crc_, reinterpret_cast<const Bytef*>(target.data()), got);
    left_ -= got;
    if (got < wanted)
      throw InputError(place_, std::to_string(left_) + " more bytes, as the archive says",
                       "the end of the entry");
    if (got < target.size()) check_end();
    return got;
  }
  std::uint64_t max_bytes_left() const override { return std::min(left_, source_->max_bytes_left()); }

 private:
  void check_end() {
    std::byte extra{};
    if (source_->read({&extra, 1}) != 0)
      throw InputError(place_, "as many bytes as the archive says", "more of them");
    if (crc_ != expected_crc_) throw InputError(place_, "bytes that match their CRC-32", "damaged ones");
  }

  std::unique_ptr<ByteSource> source_;
  std::uint64_t left_;
  uLong crc_ = crc32_z(0, nullptr, 0);
  std::uint32_t expected_crc_;
  std::string place_;
};

}  // namespace

std::shared_ptr<const Bytes> open_file(const std::string& path) { return std::make_shared<FileBytes>(path); }

std::shared_ptr<const Bytes> view_memory(std::span<const std::byte> memory) {
  return std::make_shared<MemoryBytes>(memory);
}

std::unique_ptr<ByteSource> source_of(std::shared_ptr<const Bytes> bytes, std::uint64_t offset,
                                      std::uint64_t length) {
  return std::make_unique<RangeSource>(std::move(bytes), offset, length);
}

std::unique_ptr<ByteSource> source_of(std::shared_ptr<const Bytes> bytes) {
  const std::uint64_t size = bytes->size();
  return source_of(std::move(bytes), 0, size);
}

std::unique_ptr<ByteSource> inflating(std::unique_ptr<ByteSource> compressed, Compression compression,
                                      std::string place) {
  return std::make_unique<InflatingSource>(std::move(compressed), compression, std::move(place));
}

std::unique_ptr<ByteSource> with_crc(std::unique_ptr<ByteSource> source, std::uint64_t size,
                                     std::uint32_t crc, std::string place) {
  return std::make_unique<CheckedSource>(std::move(source), size, crc, std::move(place));
}

std::string read_all(ByteSource& source) {
  std::string text;
  while (true) {
    const std::size_t before = text.size();
    // The bound is exact for plain files, and one byte more lets the end be seen; it is loose for
    // compressed ones.
    const std::uint64_t likely = std::min<std::uint64_t>(source.max_bytes_left() + 1, chunk_bytes + before);
    text.resize(before + static_cast<std::size_t>(likely));
    const std::size_t got = source.read(std::as_writable_bytes(std::span(text).subspan(before)));
    text.resize(before + got);
    if (got < likely) return text;
  }
}

}  // namespace nadir::internal
