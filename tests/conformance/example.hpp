// A family's example problem, made ready: with data files in a folder of their own, as a user would have them.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <variant>

#include "nadir/core/family.hpp"
#include "nadir/driver/registry.hpp"
#include "nadir/io/npy.hpp"
#include "nadir/io/npz.hpp"

namespace nadir {

// A folder that is removed with its object.
class ScratchFolder {
 public:
  explicit ScratchFolder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / ("nadir-" + name + "-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// The example of that seed, in memory only.
inline std::unique_ptr<Family> prepared_example(const FamilyRow& row, std::uint64_t seed) {
  std::unique_ptr<Family> family = row.make();
  family->make_example(seed);
  family->prepare();
  return family;
}

// The same, unprepared, its data written to files that the options name: what driver::solve expects.
inline std::unique_ptr<Family> example_on_disk(const FamilyRow& row, std::uint64_t seed, const ScratchFolder& folder) {
  std::unique_ptr<Family> family = row.make();
  family->make_example(seed);
  for (const OptionRow& option : family->options()) {
    auto* const* data = std::get_if<DataMatrix*>(&option.target);
    if (!data || (*data)->values.size() == 0) continue;
    const Matrix& m = (*data)->values;  // samples are columns here and rows in the file: the same bytes
    (*data)->path = folder.file(option.name + ".npy");
    write_npy((*data)->path, Array{{m.cols(), m.rows()}, Vector(m.flat().begin(), m.flat().end())});
    (*data)->values = Matrix();  // to be loaded from there
  }
  return family;
}

}  // namespace nadir
