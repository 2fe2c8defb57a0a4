// Compiled once for every instruction set: foreach_target includes this file again and again.
#include "nadir/linalg/elementwise.hpp"

#include "nadir/linalg/internal/targets.inc"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nadir/linalg/elementwise.cpp"
#include <hwy/foreach_target.h>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nadir::internal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<double, 8>;
using Lane = hn::Vec<Tag>;
constexpr Tag tag;
constexpr Index N = static_cast<Index>(hn::MaxLanes(Tag()));

// The rest of the array goes through the same vector operation, beside zeros.
template <class Function>
HWY_INLINE void apply(Index count, double* x, const Function& function) {
  const auto keeping_nan = [&](Lane v) HWY_ATTR { return hn::IfThenElse(hn::IsNaN(v), v, function(v)); };
  Index i = 0;
  for (; i + N <= count; i += N) hn::StoreU(keeping_nan(hn::LoadU(tag, x + i)), tag, x + i);
  if (i == count) return;
  double rest[8] = {};
  for (Index j = i; j < count; ++j) rest[j - i] = x[j];
  hn::StoreU(keeping_nan(hn::LoadU(tag, rest)), tag, rest);
  for (Index j = i; j < count; ++j) x[j] = rest[j - i];
}

void tanh_all(Index count, double* x) {
  apply(count, x, [](Lane v) HWY_ATTR { return hn::Tanh(tag, v); });
}
void exp_all(Index count, double* x) {
  const Lane least = hn::Set(tag, -745.0);
  apply(count, x, [=](Lane v) HWY_ATTR { return hn::Exp(tag, hn::Max(hn::Min(v, hn::Zero(tag)), least)); });
}
void expm1_all(Index count, double* x) {
  const Lane least = hn::Set(tag, -700.0);
  apply(count, x, [=](Lane v) HWY_ATTR { return hn::Expm1(tag, hn::Max(hn::Min(v, hn::Zero(tag)), least)); });
}
void log1p_all(Index count, double* x) {
  const Lane one = hn::Set(tag, 1.0);
  apply(count, x, [=](Lane v) HWY_ATTR { return hn::Log1p(tag, hn::Min(hn::Max(v, hn::Zero(tag)), one)); });
}

}  // namespace nadir::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nadir {
namespace internal {

HWY_EXPORT(tanh_all);
HWY_EXPORT(exp_all);
HWY_EXPORT(expm1_all);
HWY_EXPORT(log1p_all);

}  // namespace internal

using namespace internal;

void tanh_in_place(Index count, double* x) { HWY_DYNAMIC_DISPATCH(tanh_all)(count, x); }
void exp_of_nonpositive_in_place(Index count, double* x) { HWY_DYNAMIC_DISPATCH(exp_all)(count, x); }
void expm1_of_nonpositive_in_place(Index count, double* x) { HWY_DYNAMIC_DISPATCH(expm1_all)(count, x); }
void log1p_of_unit_interval_in_place(Index count, double* x) { HWY_DYNAMIC_DISPATCH(log1p_all)(count, x); }

}  // namespace nadir
#endif
