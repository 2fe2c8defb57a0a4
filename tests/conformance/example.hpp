// A family's example problem, made ready: with data files in a folder of their own, as a user would have them.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <string>
#include <variant>

#include "nadir/core/family.hpp"
#include "nadir/driver/registry.hpp"
#include "nadir/io/npy.hpp"
#include "nadir/io/npz.hpp"
#include "nadir/linalg/slab_source.hpp"

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

inline void PrintTo(const FamilyRow& row, std::ostream* out) { *out << row.name; }

// The example of that seed, in memory only.
inline std::unique_ptr<Family> prepared_example(const FamilyRow& row, std::uint64_t seed) {
  std::unique_ptr<Family> family = row.make();
  family->make_example(seed);
  family->prepare();
  return family;
}

// Writes what the option holds to a file and leaves the file's name in its place.
inline void write_to_disk(const OptionRow& option, const ScratchFolder& folder) {
  if (auto* const* matrix = std::get_if<DataMatrix*>(&option.target); matrix && (*matrix)->values.size() > 0) {
    const SharedMatrix& m = (*matrix)->values;
    const std::string path = folder.file(option.name + ".npy");
    write_npy(path, option.is_as_written ? to_array(m) : samples_to_array(m));
    **matrix = {{path, ""}, {}};
  } else if (auto* const* array = std::get_if<DataArray*>(&option.target); array && !(*array)->values.empty()) {
    const std::string path = folder.file(option.name + ".npy");
    write_npy(path, Array{(*array)->shape, {(*array)->values.begin(), (*array)->values.end()}});
    **array = {{path, ""}, {}, {}};
  } else if (auto* const* tensor = std::get_if<DataTensor*>(&option.target); tensor && (*tensor)->doubles) {
    const TensorView<double> values = (*tensor)->doubles->whole();
    const std::string path = folder.file(option.name + ".npy");
    write_npy(path, Array{(*tensor)->shape, {values.data, values.data + values.size()}});
    DataTensor unread;
    unread.path = path;
    **tensor = std::move(unread);
  } else if (auto* const* entries = std::get_if<DataEntries*>(&option.target); entries && (*entries)->num_entries() > 0) {
    const DataEntries& e = **entries;
    const std::string path = folder.file(option.name + ".mtx");
    std::ofstream file(path);
    file.precision(17);
    file << "%%MatrixMarket matrix coordinate real general\n" << e.rows << ' ' << e.cols << ' ' << e.num_entries() << '\n';
    for (std::size_t k = 0; k < e.values.size(); ++k)
      file << e.row_index[k] + 1 << ' ' << e.col_index[k] + 1 << ' ' << e.values[k] << '\n';
    file.close();
    DataEntries unread;
    unread.path = path;
    **entries = std::move(unread);
  }
}

// The same, unprepared, its data written to files that the options name: what driver::solve expects.
inline std::unique_ptr<Family> example_on_disk(const FamilyRow& row, std::uint64_t seed, const ScratchFolder& folder) {
  std::unique_ptr<Family> family = row.make();
  family->make_example(seed);
  for (const OptionRow& option : family->options()) write_to_disk(option, folder);
  return family;
}

}  // namespace nadir
