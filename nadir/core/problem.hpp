// What a problem is to solvers and judges: a value and, at a point, a second-order picture of itself.
//
// Expansion
//   Models: the problem at one point x, with whatever value, gradient and Hessian share computed once.
//   Invariants: `value` equals Problem::value at x; `apply_hessian` is linear and symmetric; all are const
//   and give the same bits however often they are called. NaN or infinity in the value is allowed and means
//   "outside the domain of double"; it is not thrown.
//   Cost: `value` is paid at construction; `gradient` and the first `apply_hessian` may pay once more;
//   a Hessian product with a block of k vectors costs less than k products.
//
// Problem (concept SmoothProblem)
//   Models: a function to minimise together with its data.
//   Valid expressions: p.layout() -> const Layout&; p.value(x) -> double;
//   p.expand(x) -> std::unique_ptr<Expansion>, for x a span of layout().dimension() doubles.
//   Invariants: value(x) == expand(x)->value(), bit for bit; calls do not change the problem.
//   Cost: expand is at most a few times value.
//
// Problem with block minimisers (concept AlternatingProblem)
//   Models: a problem of two blocks, each with an exact minimiser while the other is fixed: two factors of a
//   matrix. Beyond SmoothProblem:
//   p.has_block_minimisers() -> bool: a type whose instances differ says here whether this one has them;
//   p.minimise_block(x, b, out) -> BlockStep: out <- the minimiser over block b (0 or 1), the other as in x.
//   Invariants: for block 0 BlockStep::value is value(x), bit for bit, for block 1 up to rounding; the value with
//   `out` never exceeds it but for rounding.
//   Cost: a few gradients.
//
// Problem with sweeps (concept SweepingProblem)
//   Models: a problem of several blocks, or of blocks that overlap, with an exact minimiser over each while the rest is
//   fixed. Beyond SmoothProblem:
//   p.has_sweeps() -> bool: as above;
//   p.sweep(x, out) -> BlockStep: out <- x after minimising over every block once; BlockStep is that of the first
//   block, at x.
//   Invariants: BlockStep::value is value(x) up to rounding; the value of `out` never exceeds it but for rounding.
//   Cost: a few gradients.
//
// Problem with samples (concept SampledProblem)
//   Models: f(x) = 1/n sum_i f_i(x) + penalty(x), a mean over the n samples of the data. Beyond SmoothProblem:
//   p.num_samples() -> Index: n; 0 where an instance of the type has none;
//   p.sample_gradient(x, rows, out) -> double: the value of 1/|rows| sum_{i in rows} f_i(x) + penalty(x), and its
//   gradient in `out`; rows are from 0, ..., n - 1, in any order, at least one.
//   Invariants: over batches that part the samples, the means of values and gradients weighted by the batches' sizes
//   are value and gradient up to rounding, also where sizes differ; the same rows give the same bits.
//   Cost: that of a gradient in proportion to |rows|.
//
// Problem on a flat (concept RestrictableProblem)
//   Models: an objective whose values on a line, a plane or a curve in few dimensions share work. Beyond SmoothProblem:
//   p.restrict_to(origin, directions) -> std::unique_ptr<Restriction>: directions is dimension() x k, k small; both are
//   copied, or used up, before it returns; the problem must outlive the restriction. Null where sharing does not pay.
//   Invariants: Restriction::values gives, for each column c of coordinates (k x m), value(origin + directions c) up to
//   rounding, the same bits however the columns are split among calls.
//   Every problem has restrict_to in a ProblemRef: without the concept it evaluates point by point.
//
// Solvers take a ProblemRef, a non-owning handle to anything that models the concept: a user's type
// needs no base class, and solvers are compiled once.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>

#include "nadir/core/point.hpp"
#include "nadir/linalg/matrix.hpp"

namespace nadir {

struct ConstFloatView;  // linalg/float_matrix.hpp
struct FloatView;

class Expansion {
 public:
  virtual ~Expansion() = default;

  virtual double value() const = 0;
  // out <- gradient; out has dimension() entries.
  virtual void gradient(std::span<double> out) const = 0;
  // out <- Hessian * V, column by column; both dimension() x k. Must not overlap.
  virtual void apply_hessian(ConstMatrixView V, MatrixView out) const = 0;

  // out <- M^{-1} V for a symmetric positive definite M that resembles the Hessian; the default is V.
  // Solvers that can, work in the norm of M; it changes their path, never what is true.
  virtual void apply_preconditioner(ConstMatrixView V, MatrixView out) const;
  // The norm that the gradient would have without any cancellation: the scale of criticality tolerances.
  // The default is max(1, |value|).
  virtual double gradient_scale() const;

  // out <- Hessian * V in single precision, for spectra; never for a claim. Whoever uses it measures its error against
  // apply_hessian first. The default is the product in double, rounded. It pays only where has_rough_hessian().
  virtual bool has_rough_hessian() const { return false; }
  virtual void apply_hessian_roughly(ConstFloatView V, FloatView out) const;
};

// The objective on origin + span(directions).
class Restriction {
 public:
  virtual ~Restriction() = default;

  // out[j] <- the value at origin + directions * coordinates.col(j).
  virtual void values(ConstMatrixView coordinates, std::span<double> out) const = 0;
};

template <class P>
concept SmoothProblem = requires(const P& p, std::span<const double> x) {
  { p.layout() } -> std::convertible_to<const Layout&>;
  { p.value(x) } -> std::convertible_to<double>;
  { p.expand(x) } -> std::convertible_to<std::unique_ptr<Expansion>>;
};

// What minimising over one block tells of the point where it began.
struct BlockStep {
  double value = 0.0;
  double gradient_norm = 0.0;  // of the gradient by that block
};

template <class P>
concept AlternatingProblem = SmoothProblem<P> && requires(const P& p, std::span<const double> x, std::span<double> out) {
  { p.has_block_minimisers() } -> std::same_as<bool>;
  { p.minimise_block(x, std::size_t{0}, out) } -> std::convertible_to<BlockStep>;
};

template <class P>
concept SweepingProblem = SmoothProblem<P> && requires(const P& p, std::span<const double> x, std::span<double> out) {
  { p.has_sweeps() } -> std::same_as<bool>;
  { p.sweep(x, out) } -> std::convertible_to<BlockStep>;
};

template <class P>
concept SampledProblem = SmoothProblem<P> && requires(const P& p, std::span<const double> x, std::span<const Index> rows,
                                                      std::span<double> out) {
  { p.num_samples() } -> std::convertible_to<Index>;
  { p.sample_gradient(x, rows, out) } -> std::convertible_to<double>;
};

template <class P>
concept RestrictableProblem = SmoothProblem<P> && requires(const P& p, std::span<const double> x, ConstMatrixView directions) {
  { p.restrict_to(x, directions) } -> std::convertible_to<std::unique_ptr<Restriction>>;
};

class ProblemRef {
 public:
  template <class P>
    requires(!std::same_as<P, ProblemRef> && SmoothProblem<P>)
  ProblemRef(const P& problem)  // implicit: a problem is its own handle. The problem must outlive it.
      : object_(&problem),
        layout_([](const void* o) -> const Layout& { return static_cast<const P*>(o)->layout(); }),
        value_([](const void* o, std::span<const double> x) -> double { return static_cast<const P*>(o)->value(x); }),
        expand_([](const void* o, std::span<const double> x) -> std::unique_ptr<Expansion> {
          return static_cast<const P*>(o)->expand(x);
        }) {
    if constexpr (AlternatingProblem<P>)
      if (problem.has_block_minimisers())
        minimise_block_ = [](const void* o, std::span<const double> x, std::size_t block, std::span<double> out) -> BlockStep {
          return static_cast<const P*>(o)->minimise_block(x, block, out);
        };
    if constexpr (SweepingProblem<P>)
      if (problem.has_sweeps())
        sweep_ = [](const void* o, std::span<const double> x, std::span<double> out) -> BlockStep {
          return static_cast<const P*>(o)->sweep(x, out);
        };
    if constexpr (SampledProblem<P>) {
      num_samples_ = problem.num_samples();
      sample_gradient_ = [](const void* o, std::span<const double> x, std::span<const Index> rows, std::span<double> out) -> double {
        return static_cast<const P*>(o)->sample_gradient(x, rows, out);
      };
    }
    if constexpr (RestrictableProblem<P>)
      restrict_to_ = [](const void* o, std::span<const double> x, ConstMatrixView directions) -> std::unique_ptr<Restriction> {
        return static_cast<const P*>(o)->restrict_to(x, directions);
      };
  }

  const Layout& layout() const { return layout_(object_); }
  Index dimension() const { return layout().dimension(); }
  double value(std::span<const double> x) const { return value_(object_, x); }
  std::unique_ptr<Expansion> expand(std::span<const double> x) const { return expand_(object_, x); }
  bool has_block_minimisers() const { return minimise_block_ != nullptr; }
  // Only where has_block_minimisers().
  BlockStep minimise_block(std::span<const double> x, std::size_t block, std::span<double> out) const {
    return minimise_block_(object_, x, block, out);
  }
  bool has_sweeps() const { return sweep_ != nullptr; }
  // Only where has_sweeps().
  BlockStep sweep(std::span<const double> x, std::span<double> out) const { return sweep_(object_, x, out); }
  bool has_samples() const { return num_samples_ > 0; }
  Index num_samples() const { return num_samples_; }
  // Only where has_samples().
  double sample_gradient(std::span<const double> x, std::span<const Index> rows, std::span<double> out) const {
    return sample_gradient_(object_, x, rows, out);
  }
  // Never null; plain evaluation where the problem shares no work. A copy of this handle stays in it.
  std::unique_ptr<Restriction> restrict_to(std::span<const double> origin, ConstMatrixView directions) const;

 private:
  const void* object_;
  const Layout& (*layout_)(const void*);
  double (*value_)(const void*, std::span<const double>);
  std::unique_ptr<Expansion> (*expand_)(const void*, std::span<const double>);
  BlockStep (*minimise_block_)(const void*, std::span<const double>, std::size_t, std::span<double>) = nullptr;
  BlockStep (*sweep_)(const void*, std::span<const double>, std::span<double>) = nullptr;
  Index num_samples_ = 0;
  double (*sample_gradient_)(const void*, std::span<const double>, std::span<const Index>, std::span<double>) = nullptr;
  std::unique_ptr<Restriction> (*restrict_to_)(const void*, std::span<const double>, ConstMatrixView) = nullptr;
};

}  // namespace nadir
