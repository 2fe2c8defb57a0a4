// A .npy file as a tensor that is read slab by slab, as it is stored.
#pragma once

#include <memory>
#include <string>

#include "nadir/io/internal/byte_source.hpp"
#include "nadir/io/internal/element_type.hpp"
#include "nadir/linalg/slab_source.hpp"

namespace nadir::internal {

// An open file whose header was read and fits its length.
struct NpyFile {
  std::string path;
  std::shared_ptr<const Bytes> bytes;
  std::uint64_t offset = 0;  // of the first element
  ElementType type;
  TensorShape shape;         // of the memory in C order: modes reversed where the file is in Fortran order
  bool is_reversed = false;

  bool holds_floats() const { return type.kind == ElementKind::floating && type.num_bytes == 4; }
};

// Throws InputError, naming the file, for what is no array of 1 to 8 dimensions with entries, and for a file shorter or
// longer than its header says.
NpyFile open_npy(const std::string& path);

// Elements become Scalar without rounding: float for 32-bit floats only, double for all.
template <class Scalar>
class NpySlabs final : public SlabSource<Scalar> {
 public:
  explicit NpySlabs(NpyFile file) : SlabSource<Scalar>(file.shape), file_(std::move(file)) {}

  TensorView<Scalar> slab(Index first, Index count, std::vector<Scalar>& buffer) const override;

 private:
  NpyFile file_;
};

}  // namespace nadir::internal
