#include "nadir/linalg/slab_source.hpp"

#include <algorithm>

namespace nadir {

template <class Scalar>
Index SlabSource<Scalar>::slab_extent(Index bytes) const {
  const Index entry_bytes = shape_.right(0) * static_cast<Index>(sizeof(Scalar));
  return std::clamp<Index>(bytes / entry_bytes, 1, shape_[0]);
}

template class SlabSource<double>;
template class SlabSource<float>;

}  // namespace nadir
