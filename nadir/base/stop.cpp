#include "nadir/base/stop.hpp"

#include <utility>

namespace nadir {
namespace {

thread_local const std::function<bool()>* current = nullptr;

}  // namespace

StopScope::StopScope(std::function<bool()> should_stop) : should_stop_(std::move(should_stop)), outer_(current) {
  if (should_stop_) current = &should_stop_;
}

StopScope::~StopScope() { current = outer_; }

void stop_point() {
  if (current && (*current)()) throw Stopped();
}

}  // namespace nadir
