#include "nadir/base/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

constexpr std::string_view marker = ".nadir-tmp-";
constexpr std::size_t buffer_bytes = std::size_t{1} << 16;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Unique among the processes of this machine and the threads of this process.
std::string temporary_name_for(const std::string& path) {
  static std::atomic<unsigned> count{0};
  return path + std::string(marker) + std::to_string(getpid()) + "-" + std::to_string(count++);
}

// A rename over a device or a pipe would replace it, and with it /dev/null for everybody.
void require_replaceable(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    throw FileError(path, S_ISDIR(status.st_mode) ? "cannot write: it is a folder"
                                                  : "cannot write: it is not a regular file");
}

// Makes the rename itself durable. File systems that cannot flush a folder say EINVAL; nothing is lost then
// that could be kept.
bool flush_folder(const std::string& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return errno == EACCES;
  const bool done = fsync(descriptor) == 0 || errno == EINVAL;
  const int reason = errno;
  close(descriptor);
  errno = reason;
  return done;
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  require_replaceable(path_);
  buffer_.reserve(buffer_bytes);
  do {  // a leftover of a killed process with our number is not ours to overwrite
    temporary_path_ = temporary_name_for(path_);
    descriptor_ = open(temporary_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && (errno == EEXIST || errno == EINTR));
  if (descriptor_ < 0) fail("cannot create");
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() noexcept {
  if (descriptor_ < 0) return;
  close(descriptor_);
  descriptor_ = -1;
  unlink(temporary_path_.c_str());
}

void AtomicFile::fail(const char* action) {
  const int reason = errno;
  discard();
  throw FileError(path_, std::string(action) + ": " + std::strerror(reason));
}

void AtomicFile::write_out(std::span<const std::byte> bytes) {
  // One call may carry at most 2 GiB on Linux.
  constexpr std::size_t most = std::size_t{1} << 30;
  while (!bytes.empty()) {
    const ssize_t done = ::write(descriptor_, bytes.data(), std::min(bytes.size(), most));
    if (done < 0 && errno == EINTR) continue;
    if (done == 0) errno = ENOSPC;
    if (done <= 0) fail("cannot write");
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
}

void AtomicFile::flush() {
  write_out(buffer_);
  buffer_.clear();
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  if (descriptor_ < 0) throw FileError(path_, "cannot write: the file is closed already");
  num_bytes_ += bytes.size();
  if (buffer_.size() + bytes.size() > buffer_bytes) flush();
  if (bytes.size() > buffer_bytes)
    write_out(bytes);
  else
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

void AtomicFile::write(std::string_view text) { write(std::as_bytes(std::span(text.data(), text.size()))); }

void AtomicFile::commit() {
  if (descriptor_ < 0) throw FileError(path_, "cannot write: the file is closed already");
  flush();
  if (fsync(descriptor_) != 0 && errno != EINVAL) fail("cannot flush to the disk");
  if (rename(temporary_path_.c_str(), path_.c_str()) != 0) fail("cannot rename into place");
  const int descriptor = descriptor_;
  descriptor_ = -1;  // the temporary name is gone: nothing to remove from here on
  if (close(descriptor) != 0 && errno != EINTR) fail("cannot close");
  if (!flush_folder(folder_of(path_))) fail("cannot flush the folder");
}

void write_file_atomically(const std::string& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

bool is_temporary_file_name(std::string_view name) {
  const std::size_t at = name.rfind(marker);
  if (at == std::string_view::npos || at == 0) return false;
  const std::string_view digits = name.substr(at + marker.size());
  const std::size_t dash = digits.find('-');
  if (dash == std::string_view::npos || dash == 0 || dash + 1 == digits.size()) return false;
  return std::all_of(digits.begin(), digits.end(), [](char c) { return c == '-' || (c >= '0' && c <= '9'); });
}

}  // namespace nadir
