// Writing a file so that a reader, or a run killed half-way, sees the old file or the whole new one.
//
// The bytes go to a temporary name in the same folder, are flushed to the disk and renamed over the target;
// then the folder is flushed as well. A process that is killed leaves at most a temporary file behind, which
// is_temporary_file_name() recognises.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nadir {

// A file in the making. Without commit() the destructor removes it and the target stays as it was.
//
// Every member but the destructor throws FileError, which names the target and the operating system's
// reason (a full disk, a missing or unwritable folder, a target that is not a regular file). After a
// failure the temporary file is gone already and the object can only be destroyed.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  void commit();

  std::uint64_t num_bytes() const { return num_bytes_; }  // written so far
  const std::string& path() const { return path_; }

 private:
  void flush();
  void write_out(std::span<const std::byte> bytes);
  void discard() noexcept;
  [[noreturn]] void fail(const char* action);

  std::string path_, temporary_path_;
  std::vector<std::byte> buffer_;
  std::uint64_t num_bytes_ = 0;
  int descriptor_ = -1;
};

// All at once.
void write_file_atomically(const std::string& path, std::string_view text);

// True for the last component of the path of a temporary file of AtomicFile.
bool is_temporary_file_name(std::string_view name);

}  // namespace nadir
