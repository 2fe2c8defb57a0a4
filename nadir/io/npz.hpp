// NumPy's .npz: a zip archive whose entries NAME.npy are arrays.
//
// Read: stored and deflated entries, zip64, checksums compared; what the arrays may hold is in npy.hpp.
// Entries without the ending .npy are not arrays and are passed over. Written: stored entries with fixed
// times, so that equal arrays give equal bytes. Names may contain slashes ("escape/W1").
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nadir/io/array.hpp"

namespace nadir {

namespace internal {
class ZipReader;
}

// An open archive, for arrays that are wanted one by one; only those are read.
//
// Every function throws InputError, with the place "file.npz" or "file.npz:name", when the archive or the
// array is missing, damaged, encrypted, or of a kind that is not read.
class NpzFile {
 public:
  explicit NpzFile(const std::string& path);
  // From memory that outlives this object; `place` stands for the file in messages.
  NpzFile(std::span<const std::byte> bytes, const std::string& place);
  ~NpzFile();

  // Without the ending .npy, in the order of the file.
  const std::vector<std::string>& names() const { return names_; }
  bool contains(const std::string& name) const;
  Array read(const std::string& name) const;
  Array read_first() const;
  // A member that is one short ASCII text: SciPy says so in "format" which kind of sparse matrix it saved.
  std::string read_text(const std::string& name) const;

 private:
  struct Member;
  Member open(const std::string& name) const;
  void list_names();

  std::string place_;
  std::unique_ptr<internal::ZipReader> zip_;
  std::vector<std::string> names_;
};

// All arrays, by name or in the order of the file.
std::map<std::string, Array> read_npz(const std::string& path);
NamedArrays read_npz_in_order(const std::string& path);

// Replaces the file atomically; entries stand in the order given. Throws FileError when the system refuses,
// InputError when a name comes twice or is empty.
void write_npz(const std::string& path, const NamedArrays& arrays);
void write_npz(const std::string& path, const std::map<std::string, Array>& arrays);

// Matrices as C-order (rows, cols) arrays and back.
void write_npz(const std::string& path, const std::map<std::string, Matrix>& matrices);
std::map<std::string, Matrix> read_npz_matrices(const std::string& path);

}  // namespace nadir
