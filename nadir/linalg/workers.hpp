// Whole tasks on several threads: what surveys do with their starts.
#pragma once

#include <functional>

namespace nadir {

// Calls work(0), ..., work(count - 1), each on a thread of its own as far as the machine grants them, and returns when
// all have. Everything that `work` calls in linalg and rigor stays on its thread, so that the machine is not asked for
// count * num_threads() of them. The first exception is thrown again when all have returned; the others are lost.
void on_workers(int count, const std::function<void(int)>& work);

}  // namespace nadir
