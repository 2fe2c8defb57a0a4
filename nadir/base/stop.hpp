// Ending a long computation before it is through.
//
// Whoever starts one opens a StopScope around it; whatever takes long calls stop_point() again and again, a few times a
// second at least, and that throws Stopped once the scope's question is answered with yes. So a judge or a check can be cut
// off deep inside a branch and bound or a product of matrices, and no function in between need know.
//
// The question belongs to the thread that opened the scope. On other threads, and outside of every scope, stop_point()
// does nothing. It must not be called in a parallel region, nor from a callback of a C library: no exception may leave these.
//
// Stopped says that nobody knows the answer, and nothing else. It never reaches a user: who opened the scope catches it and
// says what was found until then.
#pragma once

#include <exception>
#include <functional>

namespace nadir {

class Stopped : public std::exception {
 public:
  const char* what() const noexcept override { return "stopped before it was through"; }
};

class StopScope {
 public:
  // `should_stop` is asked often and must be quick; once it says yes it should go on to. An empty one leaves the scope
  // around this one in force.
  explicit StopScope(std::function<bool()> should_stop);
  ~StopScope();
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;

 private:
  std::function<bool()> should_stop_;
  const std::function<bool()>* outer_;
};

// A nanosecond outside of a scope; inside, what the question costs.
void stop_point();

}  // namespace nadir
