#include "nadir/io/run_folder.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "nadir/base/atomic_file.hpp"
#include "nadir/base/error.hpp"
#include "nadir/io/internal/byte_source.hpp"
#include "nadir/io/npz.hpp"

namespace nadir {
namespace {

namespace fs = std::filesystem;

constexpr std::array all_files{run_files::run,         run_files::point,     run_files::verdict,
                               run_files::certificate, run_files::witness,   run_files::trace,
                               run_files::report,      run_files::checkpoint, run_files::spectrum,
                               run_files::slice,       run_files::path,      run_files::path_points,
                               run_files::trajectory};

// A trailing slash would end in names with two of them.
std::string without_trailing_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

void make_folder(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::exists(status) && !fs::is_directory(status))
    throw InputError(path, "a folder for the run", "a file");
  fs::create_directories(path, error);
  if (error) throw FileError(path, "cannot create the folder: " + error.message());
  AtomicFile probe(path + "/" + run_files::run);  // throws when nothing can be written here; leaves nothing
}

void remove_file(const std::string& path) {
  std::error_code error;
  fs::remove(path, error);
  if (error) throw FileError(path, "cannot remove: " + error.message());
}

// The process whose number stands in a temporary name may still be writing the file. Our own number can only
// be that of a dead process: this one has written nothing yet.
bool is_abandoned(const std::string& temporary_name) {
  const long process =
      std::strtol(temporary_name.c_str() + temporary_name.rfind(".nadir-tmp-") + 11, nullptr, 10);
  if (process == getpid()) return true;
  return process > 0 && kill(static_cast<pid_t>(process), 0) != 0 && errno == ESRCH;
}

void remove_leftovers_in(const std::string& folder) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename();
    if (is_temporary_file_name(name) && entry.is_regular_file(error) && is_abandoned(name))
      remove_file(entry.path());
  }
}

}  // namespace

RunFolder RunFolder::create(const std::string& path) {
  RunFolder folder(without_trailing_slashes(path));
  for (const char* name : all_files)
    if (folder.has(name))
      throw InputError(folder.path(), "a folder without a run in it", std::string("one with ") + name);
  make_folder(folder.path());
  folder.hold();
  return folder;
}

RunFolder RunFolder::replace(const std::string& path) {
  RunFolder folder(without_trailing_slashes(path));
  make_folder(folder.path());
  folder.hold();
  for (const char* name : all_files) remove_file(folder.path_of(name));
  return folder;
}

RunFolder RunFolder::open(const std::string& path) {
  RunFolder folder(without_trailing_slashes(path));
  std::error_code error;
  const fs::file_status status = fs::status(folder.path(), error);
  if (!fs::is_directory(status))
    throw InputError(folder.path(), "a run folder", fs::exists(status) ? "a file" : "nothing of that name");
  if (!folder.has(run_files::run) && !folder.has(run_files::certificate))
    throw InputError(folder.path(), "a run folder", "a folder without run.json or certificate.json");
  return folder;
}

// The lock is on the folder itself: nothing is left behind, and the system lets go of it when the process dies.
void RunFolder::hold() {
  if (lock_) return;
  const int fd = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw FileError(path_, std::string("cannot be opened: ") + std::strerror(errno));
  const auto close_it = [fd](const void*) { ::close(fd); };
  const std::shared_ptr<const void> lock(this, close_it);  // any address but null; it is not used
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    throw InputError(path_, "a folder that no other run is writing to", "one that a running nadir holds");
  lock_ = lock;
}

bool RunFolder::has(const std::string& name) const {
  std::error_code error;
  return fs::is_regular_file(path_of(name), error);
}

void RunFolder::write_text(const std::string& name, const std::string& text) const {
  write_file_atomically(path_of(name), text);
}

std::string RunFolder::read_text(const std::string& name) const {
  return internal::read_all(*internal::source_of(internal::open_file(path_of(name))));
}

void RunFolder::write_npz(const std::string& name, const NamedArrays& arrays) const {
  nadir::write_npz(path_of(name), arrays);
}

void RunFolder::write_npz(const std::string& name, const std::map<std::string, Matrix>& matrices) const {
  nadir::write_npz(path_of(name), matrices);
}

std::map<std::string, Array> RunFolder::read_npz(const std::string& name) const {
  return nadir::read_npz(path_of(name));
}

void RunFolder::write_checkpoint(State state) const {
  std::error_code error;
  fs::create_directory(path_of("checkpoint"), error);
  if (error) throw FileError(path_of("checkpoint"), "cannot create the folder: " + error.message());
  NamedArrays arrays;
  for (auto& [name, values] : std::move(state).take_arrays()) {
    const auto size = static_cast<std::int64_t>(values.size());
    arrays.emplace_back(name, Array{{size}, std::move(values)});
  }
  write_npz(run_files::checkpoint, arrays);
}

State RunFolder::read_checkpoint() const {
  State state;
  for (auto& [name, array] : read_npz(run_files::checkpoint)) {
    if (array.shape.size() != 1)
      throw InputError(path_of(run_files::checkpoint) + ":" + name, "an array of one dimension",
                       "shape " + shape_text(array.shape));
    state.set(name, std::move(array.values));
  }
  return state;
}

void RunFolder::remove_checkpoint() const { remove_file(path_of(run_files::checkpoint)); }

void RunFolder::remove_leftovers() const {
  remove_leftovers_in(path_);
  remove_leftovers_in(path_of("checkpoint"));
}

}  // namespace nadir
