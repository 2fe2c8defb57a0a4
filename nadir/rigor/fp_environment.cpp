#include "nadir/rigor/fp_environment.hpp"

#if defined(__x86_64__)
#include <xmmintrin.h>
#elif defined(__aarch64__)
#else
#error "rigor/ knows how to set the floating-point environment on x86-64 and AArch64 only"
#endif

namespace nadir {
namespace {

#if defined(__x86_64__)
// MXCSR: bits 0-5 sticky flags, 6 denormals-are-zero, 7-12 exception masks, 13-14 rounding, 15 flush-to-zero.
constexpr std::uint64_t sticky_flags = 0x3F, wanted = 0x1F80;
std::uint64_t read_control() { return _mm_getcsr(); }
void write_control(std::uint64_t value) { _mm_setcsr(static_cast<unsigned>(value)); }
#else
// FPCR: rounding, flush-to-zero and trap bits are all zero in the wanted state; flags live in FPSR.
constexpr std::uint64_t sticky_flags = 0, wanted = 0;
std::uint64_t read_control() {
  std::uint64_t value;
  asm volatile("mrs %0, fpcr" : "=r"(value));
  return value;
}
void write_control(std::uint64_t value) { asm volatile("msr fpcr, %0" ::"r"(value)); }
#endif

}  // namespace

FloatingPointGuard::FloatingPointGuard() noexcept : saved_(read_control()) {
  if ((saved_ & ~sticky_flags) != wanted) write_control(wanted);
}

FloatingPointGuard::~FloatingPointGuard() {
  if ((saved_ & ~sticky_flags) != wanted) write_control(saved_);
}

}  // namespace nadir
