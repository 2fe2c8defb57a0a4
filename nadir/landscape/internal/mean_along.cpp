#include "nadir/landscape/internal/mean_along.hpp"

#include <algorithm>
#include <utility>

#include "nadir/base/error.hpp"
#include "nadir/landscape/internal/gauss.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/workers.hpp"

namespace nadir::internal {
namespace {

class MeanExpansion : public Expansion {
 public:
  MeanExpansion(double value, double scale, Vector gradient) : value_(value), scale_(scale), gradient_(std::move(gradient)) {}

  double value() const override { return value_; }
  void gradient(std::span<double> out) const override { std::copy(gradient_.begin(), gradient_.end(), out.begin()); }
  void apply_hessian(ConstMatrixView, MatrixView) const override { throw InputError("the mean along a curve", "a method without Hessians", "one that needs them"); }
  double gradient_scale() const override { return scale_; }

 private:
  double value_, scale_;
  Vector gradient_;
};

struct AtNode {
  double value = 0.0, scale = 0.0;
  Vector gradient;
};

}  // namespace

void on_threads(bool is_concurrent, Index count, const std::function<void(Index)>& work) {
  const Index threads = is_concurrent ? std::min<Index>(count, num_threads()) : 1;
  if (threads <= 1) {
    for (Index i = 0; i < count; ++i) work(i);
    return;
  }
  on_workers(static_cast<int>(threads), [&](int worker) {
    for (Index i = worker; i < count; i += threads) work(i);
  });
}

MeanAlong::MeanAlong(ProblemRef problem, const Curve& curve, Index nodes, bool is_concurrent)
    : problem_(problem), curve_(curve), is_concurrent_(is_concurrent) {
  layout_.add("bends", curve.dimension(), curve.num_bends());
  const GaussRule rule = gauss_rule(nodes);
  const Vector& knots = curve.knots();
  for (std::size_t piece = 0; piece + 1 < knots.size(); ++piece)
    for (std::size_t q = 0; q < rule.nodes.size(); ++q) {
      const double h = knots[piece + 1] - knots[piece];
      t_.push_back(knots[piece] + h * rule.nodes[q]);
      weights_.push_back(h * rule.weights[q]);
    }
}

Curve MeanAlong::with_bends(std::span<const double> bends) const {
  Curve curve = curve_;
  std::copy(bends.begin(), bends.end(), curve.bends().data);
  return curve;
}

Vector MeanAlong::values(const Curve& curve) const {
  Vector at_nodes(t_.size());
  on_threads(is_concurrent_, std::ssize(t_), [&](Index q) { at_nodes[static_cast<std::size_t>(q)] = problem_.value(curve.at(t_[static_cast<std::size_t>(q)])); });
  return at_nodes;
}

MeanAlong::Mean MeanAlong::mean(std::span<const double> bends) const {
  const Vector at_nodes = values(with_bends(bends));
  return {dot(weights_, at_nodes), *std::min_element(at_nodes.begin(), at_nodes.end())};
}

double MeanAlong::value(std::span<const double> bends) const { return dot(weights_, values(with_bends(bends))); }

// Gradients are kept node by node and summed in order, so that the bits do not depend on the threads; beyond that, one
// expansion a thread is alive at a time.
std::unique_ptr<Expansion> MeanAlong::expand(std::span<const double> bends) const {
  const Curve curve = with_bends(bends);
  std::vector<AtNode> nodes(t_.size());
  on_threads(is_concurrent_, std::ssize(t_), [&](Index q) {
    AtNode& node = nodes[static_cast<std::size_t>(q)];
    const std::unique_ptr<Expansion> expansion = problem_.expand(curve.at(t_[static_cast<std::size_t>(q)]));
    node.value = expansion->value();
    node.scale = expansion->gradient_scale();
    node.gradient.resize(static_cast<std::size_t>(curve.dimension()));
    expansion->gradient(node.gradient);
  });
  Vector gradient(static_cast<std::size_t>(layout_.dimension()), 0.0), values(t_.size()), scales(t_.size());
  Vector c(static_cast<std::size_t>(curve.num_bends() + 2));
  for (std::size_t q = 0; q < t_.size(); ++q) {
    curve.coefficients(t_[q], c);
    values[q] = nodes[q].value;
    scales[q] = nodes[q].scale;
    for (Index j = 0; j < curve.num_bends(); ++j)
      if (const double weight = weights_[q] * c[static_cast<std::size_t>(j + 1)]; weight != 0.0)
        axpy(weight, nodes[q].gradient, std::span(gradient).subspan(static_cast<std::size_t>(j * curve.dimension()), nodes[q].gradient.size()));
  }
  return std::make_unique<MeanExpansion>(dot(weights_, values), dot(weights_, scales), std::move(gradient));
}

}  // namespace nadir::internal
