// Compiled once for every instruction set: foreach_target includes this file again and again.
#include "nadir/linalg/perceptron.hpp"

#include <algorithm>
#include <cassert>

#include "nadir/linalg/internal/targets.inc"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nadir/linalg/perceptron.cpp"
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
constexpr Index most_inputs = Perceptron::most_inputs, most_hidden = Perceptron::most_hidden;
constexpr Index inputs_at_once = 4;  // whose sums stay in registers

struct Tanh {
  HWY_INLINE Lane value(Lane z) const { return hn::IfThenElse(hn::IsNaN(z), z, hn::Tanh(tag, z)); }
  HWY_INLINE Lane first(Lane h) const {
    const Lane one = hn::Set(tag, 1.0);
    return hn::Mul(hn::Sub(one, h), hn::Add(one, h));
  }
  static constexpr bool bends = true;
  HWY_INLINE Lane second(Lane h, Lane slope) const { return hn::Mul(hn::Mul(hn::Set(tag, -2.0), h), slope); }
};

struct TwoSlopes {
  Lane left;
  bool is_zero;
  explicit TwoSlopes(double slope) : left(hn::Set(tag, slope)), is_zero(slope == 0.0) {}
  HWY_INLINE Lane value(Lane z) const {
    const Lane zero = hn::Zero(tag);
    return hn::IfThenElse(hn::Lt(z, zero), is_zero ? zero : hn::Mul(left, z), z);
  }
  HWY_INLINE Lane first(Lane h) const { return hn::IfThenElse(hn::Gt(h, hn::Zero(tag)), hn::Set(tag, 1.0), left); }
  static constexpr bool bends = false;
  HWY_INLINE Lane second(Lane, Lane) const { return hn::Zero(tag); }
};

template <class Body>
HWY_INLINE void with_activation(const Perceptron& net, const Body& body) {
  if (net.is_tanh) body(Tanh());
  else body(TwoSlopes(net.slope));
}

// Parameters with every column filled up by zeros to whole vectors: units that are not there give nothing.
struct Padded {
  alignas(64) double columns[(most_inputs + 2) * most_hidden];
  Index stride, inputs;

  explicit Padded(const Perceptron& net) : stride(net.stride()), inputs(net.inputs()) {
    for (Index k = 0; k < inputs; ++k) fill(k, net.W.col(k), net.hidden());
    fill(inputs, net.b, net.hidden());
    fill(inputs + 1, net.v, net.hidden());
  }
  const double* w(Index k) const { return columns + k * stride; }
  const double* b() const { return w(inputs); }
  const double* v() const { return w(inputs + 1); }

 private:
  void fill(Index k, const double* from, Index count) {
    double* to = columns + k * stride;
    std::fill_n(to, stride, 0.0);
    if (from) std::copy_n(from, count, to);
  }
};

HWY_INLINE Lane affine(const Padded& p, const double* x, Index j) {
  Lane z = hn::Load(tag, p.b() + j);
  for (Index k = 0; k < p.inputs; ++k) z = hn::MulAdd(hn::Load(tag, p.w(k) + j), hn::Set(tag, x[k]), z);
  return z;
}

HWY_INLINE double sum_of(Lane v) { return hn::GetLane(hn::SumOfLanes(tag, v)); }

template <class S>
HWY_INLINE void outputs_of(const Perceptron& net, const S& s, double* p, double* activations) {
  const Padded own(net);
  for (Index i = 0; i < net.samples(); ++i) {
    Lane sum = hn::Zero(tag);
    for (Index j = 0; j < own.stride; j += N) {
      const Lane h = s.value(affine(own, net.X.col(i), j));
      if (activations) hn::StoreU(h, tag, activations + i * own.stride + j);
      sum = hn::MulAdd(hn::Load(tag, own.v() + j), h, sum);
    }
    p[i] = net.c + sum_of(sum);
  }
}

template <class S>
HWY_INLINE void slopes_of(const Perceptron& net, const Perceptron& direction, const S& s, const double* activations, double* dp) {
  const Padded own(net), along(direction);
  for (Index i = 0; i < net.samples(); ++i) {
    Lane sum = hn::Zero(tag);
    for (Index j = 0; j < own.stride; j += N) {
      const Lane h = hn::LoadU(tag, activations + i * own.stride + j);
      const Lane dh = hn::Mul(s.first(h), affine(along, net.X.col(i), j));
      sum = hn::MulAdd(hn::Load(tag, own.v() + j), dh, hn::MulAdd(hn::Load(tag, along.v() + j), h, sum));
    }
    dp[i] = direction.c + sum_of(sum);
  }
}

// Sums of one vector of units over all samples: of d x_k for K inputs, of d, e and d^2.
template <int K>
struct Sums {
  Lane w[K], b, v, squares;

  HWY_INLINE Sums() : b(hn::Zero(tag)), v(hn::Zero(tag)), squares(hn::Zero(tag)) {
    for (int k = 0; k < K; ++k) w[k] = hn::Zero(tag);
  }
  HWY_INLINE void add(Lane d, Lane e, const double* x) {
    for (int k = 0; k < K; ++k) w[k] = hn::MulAdd(d, hn::Set(tag, x[k]), w[k]);
    b = hn::Add(b, d);
    v = hn::Add(v, e);
    squares = hn::MulAdd(d, d, squares);
  }
};

HWY_INLINE void add_units(Lane sum, Index j, Index hidden, double* to) {
  double lanes[8];
  hn::StoreU(sum, tag, lanes);
  for (Index l = 0; l < std::min(N, hidden - j); ++l) to[j + l] += lanes[l];
}

// Runs over samples for inputs first, ..., first + K - 1, and for b and v with the first of them. each(j)(i, d, e) gives d and
// e of units j, ..., j + N - 1 and sample i. Returns the sum of all d^2.
template <int K, class Each>
HWY_INLINE double add_sums(const Perceptron& net, Index first, const PerceptronGradient& out, const Each& each) {
  Lane squares = hn::Zero(tag);
  for (Index j = 0; j < net.hidden(); j += N) {
    const auto of_units = each(j);
    Sums<K> sums;
    for (Index i = 0; i < net.samples(); ++i) {
      Lane d, e;
      of_units(i, d, e);
      sums.add(d, e, net.X.col(i) + first);
    }
    for (int k = 0; k < K; ++k) add_units(sums.w[k], j, net.hidden(), out.W.col(first + k));
    squares = hn::Add(squares, sums.squares);
    if (first > 0) continue;
    if (out.b) add_units(sums.b, j, net.hidden(), out.b);
    add_units(sums.v, j, net.hidden(), out.v);
  }
  return sum_of(squares);
}

template <class Each>
HWY_INLINE double add_all_sums(const Perceptron& net, const PerceptronGradient& out, const Each& each) {
  double squares = 0.0;
  for (Index first = 0; first < net.inputs(); first += inputs_at_once) switch (std::min(inputs_at_once, net.inputs() - first)) {
      case 1: squares = add_sums<1>(net, first, out, each); break;
      case 2: squares = add_sums<2>(net, first, out, each); break;
      case 3: squares = add_sums<3>(net, first, out, each); break;
      default: squares = add_sums<4>(net, first, out, each); break;
    }
  return squares;
}

template <class S>
HWY_INLINE void gradient_of(const Perceptron& net, const S& s, const double* activations, const double* r, const PerceptronGradient& out, double* squares) {
  const Padded own(net);
  *squares = add_all_sums(net, out, [&](Index j) HWY_ATTR {
    const Lane v = hn::Load(tag, own.v() + j);
    return [&, v, j](Index i, Lane& d, Lane& e) HWY_ATTR {
      const Lane h = hn::LoadU(tag, activations + i * own.stride + j), weight = hn::Set(tag, r[i]);
      d = hn::Mul(hn::Mul(weight, v), s.first(h));
      e = hn::Mul(weight, h);
    };
  });
}

template <class S>
HWY_INLINE void hessian_of(const Perceptron& net, const Perceptron& direction, const S& s, const double* activations, const double* r, const double* q,
                           const PerceptronGradient& out) {
  const Padded own(net), along(direction);
  add_all_sums(net, out, [&](Index j) HWY_ATTR {
    const Lane v = hn::Load(tag, own.v() + j), dv = hn::Load(tag, along.v() + j);
    return [&, v, dv, j](Index i, Lane& d, Lane& e) HWY_ATTR {
      const Lane h = hn::LoadU(tag, activations + i * own.stride + j), slope = s.first(h), R = hn::Set(tag, r[i]), Q = hn::Set(tag, q[i]);
      const Lane dz = affine(along, net.X.col(i), j);
      d = hn::Mul(slope, hn::MulAdd(v, Q, hn::Mul(dv, R)));
      if (S::bends) d = hn::MulAdd(hn::Mul(hn::Mul(v, R), s.second(h, slope)), dz, d);
      e = hn::MulAdd(Q, h, hn::Mul(R, hn::Mul(slope, dz)));
    };
  });
}

void outputs(const Perceptron& net, double* p, double* activations) {
  with_activation(net, [&](const auto& s) HWY_ATTR { outputs_of(net, s, p, activations); });
}
void gradient(const Perceptron& net, const double* activations, const double* r, const PerceptronGradient& out, double* squares) {
  with_activation(net, [&](const auto& s) HWY_ATTR { gradient_of(net, s, activations, r, out, squares); });
}
void slopes(const Perceptron& net, const Perceptron& direction, const double* activations, double* dp) {
  with_activation(net, [&](const auto& s) HWY_ATTR { slopes_of(net, direction, s, activations, dp); });
}
void hessian(const Perceptron& net, const Perceptron& direction, const double* activations, const double* r, const double* q, const PerceptronGradient& out) {
  with_activation(net, [&](const auto& s) HWY_ATTR { hessian_of(net, direction, s, activations, r, q, out); });
}

}  // namespace nadir::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nadir {
namespace internal {

HWY_EXPORT(outputs);
HWY_EXPORT(gradient);
HWY_EXPORT(slopes);
HWY_EXPORT(hessian);

// Sums over samples in their order.
void add_sum(const double* r, Index count, double* to) {
  double sum = 0.0;
  for (Index i = 0; i < count; ++i) sum += r[i];
  *to += sum;
}

}  // namespace internal

using namespace internal;

void perceptron_outputs(const Perceptron& net, double* p, double* activations) {
  assert(net.inputs() <= Perceptron::most_inputs && net.hidden() <= Perceptron::most_hidden && net.W.stride == net.W.rows);
  HWY_DYNAMIC_DISPATCH(outputs)(net, p, activations);
}

double add_perceptron_gradient(const Perceptron& net, const double* activations, const double* r, const PerceptronGradient& out) {
  double squares = 0.0;
  HWY_DYNAMIC_DISPATCH(gradient)(net, activations, r, out, &squares);
  if (out.b) add_sum(r, net.samples(), out.c);
  return squares;
}

void perceptron_slopes(const Perceptron& net, const Perceptron& direction, const double* activations, double* dp) {
  HWY_DYNAMIC_DISPATCH(slopes)(net, direction, activations, dp);
}

void add_perceptron_hessian(const Perceptron& net, const Perceptron& direction, const double* activations, const double* r, const double* q,
                            const PerceptronGradient& out) {
  HWY_DYNAMIC_DISPATCH(hessian)(net, direction, activations, r, q, out);
  if (out.b) add_sum(q, net.samples(), out.c);
}

}  // namespace nadir
#endif
