// The mean of an objective along a curve as a function of the curve's bends: a problem of its own.
#pragma once

#include <memory>
#include <span>

#include "nadir/core/problem.hpp"
#include "nadir/landscape/curve.hpp"

namespace nadir::internal {

// Calls work(0), ..., work(count - 1), on as many threads as linalg may use where it is concurrent.
void on_threads(bool is_concurrent, Index count, const std::function<void(Index)>& work);

class MeanAlong {
 public:
  // `nodes` nodes of Gauss on every smooth piece. Copies the curve; only its bends are variable.
  MeanAlong(ProblemRef problem, const Curve& curve, Index nodes, bool is_concurrent);

  const Layout& layout() const { return layout_; }
  double value(std::span<const double> bends) const;
  // The expansion has value and gradient; its Hessian is not there.
  std::unique_ptr<Expansion> expand(std::span<const double> bends) const;

  // The curve with these bends.
  Curve with_bends(std::span<const double> bends) const;
  // The mean, and the least value at a node.
  struct Mean {
    double value, least;
  };
  Mean mean(std::span<const double> bends) const;

 private:
  Vector values(const Curve& curve) const;

  ProblemRef problem_;
  Curve curve_;
  Layout layout_;
  Vector t_, weights_;
  bool is_concurrent_;
};

}  // namespace nadir::internal
