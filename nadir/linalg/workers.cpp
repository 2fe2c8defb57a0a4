#include "nadir/linalg/workers.hpp"

#include <exception>
#include <mutex>

#include "nadir/linalg/dense.hpp"

namespace nadir {

void on_workers(int count, const std::function<void(int)>& work) {
  keep_blas_on_this_thread();
  std::exception_ptr first;
  std::mutex guard;
#pragma omp parallel for schedule(static, 1) num_threads(count)
  for (int i = 0; i < count; ++i) {
    try {
      work(i);
    } catch (...) {
      const std::lock_guard lock(guard);
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace nadir
