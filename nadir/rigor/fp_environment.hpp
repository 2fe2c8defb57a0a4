// The floating-point environment that every bound in rigor/ presumes: rounding to nearest, subnormals kept.
//
// A host process may run with another rounding mode, with flush-to-zero or with denormals-are-zero (a Python
// extension built with -ffast-math sets the last two when it is loaded). The a-priori error bounds of rigor/
// hold for none of these. Every public function of rigor/ therefore runs under a guard, and each of its
// worker threads under its own, because a thread keeps the register it was born with.
#pragma once

#include <cstdint>

namespace nadir {

// Sets rounding to nearest, subnormals on and all exceptions masked for the calling thread; the destructor
// puts back what was there. Costs a few nanoseconds where nothing has to be changed. Nests.
class FloatingPointGuard {
 public:
  FloatingPointGuard() noexcept;
  ~FloatingPointGuard();
  FloatingPointGuard(const FloatingPointGuard&) = delete;
  FloatingPointGuard& operator=(const FloatingPointGuard&) = delete;

 private:
  std::uint64_t saved_;
};

namespace internal {

// Out of line and opaque, so that no floating-point operation of `body` is moved across the guard: compilers
// take the control register for a constant.
template <class Body>
[[gnu::noinline]] auto run_opaque(Body& body) {
  asm volatile("" ::: "memory");
  return body();
}

// body() under a guard.
template <class Body>
auto guarded(Body&& body) {
  const FloatingPointGuard guard;
  return run_opaque(body);
}

}  // namespace internal
}  // namespace nadir
