#include "nadir/linalg/internal/panels.hpp"

namespace nadir::internal {

void for_each_panel(Index panels, const std::function<void(Index)>& work) {
  const int threads = num_threads();
#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (Index p = 0; p < panels; ++p) work(p);
}

}  // namespace nadir::internal
