// Stretches of an unfolding, copied into a buffer that fits the cache: what products over all columns of T_(k) run on.
#pragma once

#include <algorithm>
#include <memory>
#include <new>

#include "nadir/linalg/tensor.hpp"

namespace nadir::internal {

// Numbers on cache-line boundaries: a vector that crosses one costs two loads.
template <class Scalar>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(Index size) : data_(new (alignment) Scalar[static_cast<std::size_t>(size)]) {}
  Scalar* data() const { return data_.get(); }

 private:
  static constexpr std::align_val_t alignment{64};
  struct Free {
    void operator()(Scalar* p) const { ::operator delete[](p, alignment); }
  };
  std::unique_ptr<Scalar[], Free> data_;
};

// Columns first, ..., first + count - 1 of T_(mode), transposed: column-major count x n_mode with the given stride, so
// that row i of the unfolding is contiguous.
template <class Scalar, class Out>
void copy_columns(TensorView<Scalar> T, int mode, Index first, Index count, Out* out, Index stride) {
  const Index n = T.shape[mode], right = T.shape.right(mode);
  if (right == 1) {  // a transposition; tiles fit the first-level cache both ways
    constexpr Index tile = 16;
    for (Index i0 = 0; i0 < n; i0 += tile)
      for (Index c = 0; c < count; ++c) {
        const Scalar* source = T.data + (first + c) * n;
        for (Index i = i0; i < std::min(i0 + tile, n); ++i) out[c + i * stride] = static_cast<Out>(source[i]);
      }
    return;
  }
  for (Index done = 0; done < count;) {
    const Index slab = (first + done) / right, start = (first + done) % right;
    const Index piece = std::min(count - done, right - start);
    // The machine foresees no jump from row to row; two rows ahead are fetched by hand.
    constexpr Index line = 64 / static_cast<Index>(sizeof(Scalar));
    for (Index i = 0; i < n; ++i) {
      const Scalar* source = T.data + (slab * n + i) * right + start;
      if (i + 2 < n)
        for (Index c = 0; c < piece; c += line) __builtin_prefetch(source + 2 * right + c);
      std::copy_n(source, piece, out + done + i * stride);
    }
    done += piece;
  }
}

// The columns of an unfolding in groups of chunks. A group's sum is made by one thread, chunk by chunk; sums of groups
// are added in order. The cut depends on the shape only.
struct ChunkPlan {
  Index columns = 0, chunk = 0, chunks = 0, groups = 0;

  Index first_chunk(Index group) const { return chunks * group / groups; }
  Index first_column(Index c) const { return c * chunk; }
  Index chunk_columns(Index c) const { return std::min(chunk, columns - c * chunk); }
};

// For sums of `entries` numbers each over the columns of T_(mode), n of whose rows a chunk holds.
inline ChunkPlan plan_chunks(Index columns, Index n, Index entries) {
  constexpr Index max_groups = 16;
  ChunkPlan plan;
  plan.columns = columns;
  // 80 columns of 480 doubles, what the kernel takes at a time, twice fill half a second-level cache. A multiple of
  // every vector's length, and no multiple of 512: that far apart, columns would share the sets of the cache.
  plan.chunk = 480;
  plan.chunks = (columns + plan.chunk - 1) / plan.chunk;
  // Sums of groups together stay below a quarter of the tensor, in memory and in additions.
  plan.groups = std::clamp<Index>(columns * n / (4 * entries), 1, std::min(max_groups, plan.chunks));
  return plan;
}

}  // namespace nadir::internal
