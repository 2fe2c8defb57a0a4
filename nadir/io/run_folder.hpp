// A run folder: the files of one run, each written under a temporary name, flushed and renamed.
//
//     run.json  point.npz  verdict.json  certificate.json  witness.npz  trace.csv  checkpoint/state.npz
//     report.html  trajectory.npz  spectrum.json  slice.json  path.json  path.npz
//
// This class knows where the files stand and how they are replaced, not what they mean. A killed run leaves
// each file as it last was, whole; beside them it may leave temporary files, which nobody reads.
//
// One run at a time writes: create, replace and hold take a lock that ends with the last copy of the object or with
// the process, however that ends. Reading takes no lock. File systems without locks have none.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "nadir/core/state.hpp"
#include "nadir/io/array.hpp"

namespace nadir {

namespace run_files {
inline constexpr const char* run = "run.json";
inline constexpr const char* point = "point.npz";
inline constexpr const char* verdict = "verdict.json";
inline constexpr const char* certificate = "certificate.json";
inline constexpr const char* witness = "witness.npz";
inline constexpr const char* trace = "trace.csv";
inline constexpr const char* trajectory = "trajectory.npz";
inline constexpr const char* report = "report.html";
inline constexpr const char* spectrum = "spectrum.json";
inline constexpr const char* slice = "slice.json";
inline constexpr const char* path = "path.json";
inline constexpr const char* path_points = "path.npz";
inline constexpr const char* checkpoint = "checkpoint/state.npz";
}  // namespace run_files

class RunFolder {
 public:
  // A folder for a new run, made with its parents where needed, and held. Throws InputError when the path is a file,
  // holds a run already (its certificate would stand beside another point) or is held by another run. FileError when the system refuses.
  static RunFolder create(const std::string& path);

  // The same, but first removes the files of a run that is there; other files stay.
  static RunFolder replace(const std::string& path);

  // A folder with a run.json or a certificate.json. Changes nothing in it. Throws InputError otherwise.
  static RunFolder open(const std::string& path);
  // For a run that goes on in a folder that was opened. Throws InputError where another run is writing to it.
  void hold();

  const std::string& path() const { return path_; }
  std::string path_of(const std::string& name) const { return path_ + "/" + name; }
  bool has(const std::string& name) const;

  // `name` is one of run_files, or another name in the folder. Writers throw FileError, readers InputError
  // when the file is missing or is not what it should be.
  void write_text(const std::string& name, const std::string& text) const;
  std::string read_text(const std::string& name) const;
  void write_npz(const std::string& name, const NamedArrays& arrays) const;
  void write_npz(const std::string& name, const std::map<std::string, Matrix>& matrices) const;
  std::map<std::string, Array> read_npz(const std::string& name) const;

  // The solver's state, replaced as a whole.
  void write_checkpoint(State state) const;
  State read_checkpoint() const;
  bool has_checkpoint() const { return has(run_files::checkpoint); }
  void remove_checkpoint() const;

  // Removes what killed runs left under temporary names. For a run that is about to write here, and only
  // before it writes: a temporary file of another living process stays.
  void remove_leftovers() const;

 private:
  explicit RunFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::shared_ptr<const void> lock_;
};

}  // namespace nadir
