// Memory of passes, lent to one expansion after another: a solver makes an expansion an iteration, and fresh pages cost
// as much as a product with them.
#pragma once

#include <mutex>
#include <vector>

#include "nadir/problems/network/passes.hpp"

namespace nadir {

struct Workspace {
  std::vector<Batch> batches;
  HessianScratch scratch;
  Matrix x, y;  // of samples that were picked out of the data
};

// Safe to use from several threads.
class WorkspacePool {
 public:
  // One that was given back, its shapes as they were left, or an empty one.
  Workspace take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return {};
    Workspace workspace = std::move(free_.back());
    free_.pop_back();
    return workspace;
  }
  void give_back(Workspace&& workspace) {
    const std::lock_guard lock(mutex_);
    if (free_.size() < most_kept) free_.push_back(std::move(workspace));
  }

 private:
  static constexpr std::size_t most_kept = 2;  // a solver holds the present point and a trial

  std::mutex mutex_;
  std::vector<Workspace> free_;
};

}  // namespace nadir
