// A tensor that need not fit into memory: read slab by slab along mode 0, the slowest.
//
// Sources: a tensor in memory (here) and files (io/tensor_file.hpp). What runs over slabs adds their contributions
// in the order of the slabs, so that its bits depend on shape and slab size only.
#pragma once

#include <memory>
#include <vector>

#include "nadir/linalg/tensor.hpp"

namespace nadir {

template <class Scalar>
class SlabSource {
 public:
  virtual ~SlabSource() = default;

  const TensorShape& shape() const { return shape_; }
  // The whole tensor where it lies in memory; data is null for sources that read.
  virtual TensorView<Scalar> whole() const { return {}; }
  // Entries first, ..., first + count - 1 of mode 0. The view holds until `buffer` changes or the source ends. Throws
  // FileError or InputError when a file changed under us. Safe to call from several threads, each with a buffer of its own.
  virtual TensorView<Scalar> slab(Index first, Index count, std::vector<Scalar>& buffer) const = 0;

  // How many entries of mode 0 a slab of about `bytes` has: at least 1, at most all.
  Index slab_extent(Index bytes = default_slab_bytes) const;
  static constexpr Index default_slab_bytes = Index{8} << 20;

 protected:
  explicit SlabSource(const TensorShape& shape) : shape_(shape) {}

 private:
  TensorShape shape_;
};

// Views memory that outlives it or that `owner` keeps as it is, or owns the tensor.
template <class Scalar>
class MemorySlabs final : public SlabSource<Scalar> {
 public:
  explicit MemorySlabs(TensorView<Scalar> view, std::shared_ptr<const void> owner = nullptr)
      : SlabSource<Scalar>(view.shape), owner_(std::move(owner)), view_(view) {}
  explicit MemorySlabs(Tensor<Scalar>&& owned)
      : SlabSource<Scalar>(owned.shape()), owned_(std::move(owned)), view_(owned_.view()) {}

  TensorView<Scalar> whole() const override { return view_; }
  TensorView<Scalar> slab(Index first, Index count, std::vector<Scalar>&) const override {
    return view_.slab(first, count);
  }

 private:
  Tensor<Scalar> owned_;
  std::shared_ptr<const void> owner_;
  TensorView<Scalar> view_;
};

// f(slab, first) for every slab in order.
template <class Scalar, class F>
void for_each_slab(const SlabSource<Scalar>& source, F&& f) {
  std::vector<Scalar> buffer;
  const Index extent = source.shape()[0], step = source.slab_extent();
  for (Index first = 0; first < extent; first += step)
    f(source.slab(first, std::min(step, extent - first), buffer), first);
}

}  // namespace nadir
