#include "nadir/problems/network/family.hpp"

#include <algorithm>

#include "nadir/base/random.hpp"
#include "nadir/problems/network/alignment.hpp"
#include "nadir/problems/network/distance.hpp"
#include "nadir/problems/network/judge.hpp"
#include "nadir/problems/network/polish.hpp"
#include "nadir/problems/network/starts.hpp"

namespace nadir {
namespace {

// How much of the allowed gap a solver may leave: the rest is for the bounds' own rounding.
constexpr double target_share = 0.5;

}  // namespace

std::string_view NetworkFamily::summary() const {
  return "feed-forward networks: any widths and activations, squared loss or cross-entropy, weight decay";
}

std::string_view NetworkFamily::help() const {
  return R"(Objective   1/(2n) sum_i |f(x_i) - y_i|^2, or the mean cross-entropy of softmax f(x_i), + B/2 sum of squared weights
            f(x) = W_L s(... s(W_1 x + b_1) ...) + b_L
Model       --model net.onnx (or .npz with W1, b1, ...): architecture, and the point to judge or to start from
Data        --x X (n x d_in), --y Y (n x d_out; cross-entropy: n x classes, or one column of labels 0, 1, ...)
Point       blocks W1, b1, W2, b2, ...; W_l is d_l x d_{l-1}, b_l is d_l x 1
Starts      model, random, zeros, or a .npz file
Theorems    the loss is never negative: a value of 0, to the tolerance, is a global minimum. No other lower bound is
            known for deep networks. Up to 400 parameters strict local minima are proved by the enclosed Hessian, up to
            symmetries; saddles by negative curvature; points on kinks that are no minima by one-sided derivatives
Solvers     trust-region, l-bfgs, gradient-descent; sgd and adam over batches for a start, then one of these
Example     nadir solve network --x X.npy --y Y.npy --hidden 64,64 --activation tanh
            nadir judge network --x X.npy --y labels.csv --loss cross-entropy --model trained.onnx)";
}

// Smooth activations, because the laws of derivatives hold for these: tanh that interpolates, gelu with labels, silu
// without biases and with weight decay.
void NetworkFamily::make_example(std::uint64_t seed) {
  Random random(seed, 0);
  const Index samples = 6;
  options_ = {};
  Matrix X(3, samples), Y(seed % 3 == 1 ? 1 : 2, samples);
  random.fill_normal(X.flat());
  random.fill_normal(Y.flat());
  options_.hidden = {8};
  options_.activation = "tanh";
  if (seed % 3 == 1) {
    options_.hidden = {5, 4};
    options_.activation = "gelu";
    options_.loss = "cross-entropy";
    for (Index i = 0; i < samples; ++i) Y(0, i) = static_cast<double>(i % 3);
  } else if (seed % 3 == 2) {
    options_.hidden = {4, 4};
    options_.activation = "silu";
    options_.bias = false;
    options_.weight_decay = 0.01;
  }
  options_.x.values = std::move(X);
  options_.y.values = std::move(Y);
}

void NetworkFamily::prepare() { problem_ = std::make_unique<Network>(read_network_data(options_)); }

std::vector<std::string> NetworkFamily::start_names() const {
  std::vector<std::string> names = network_starts();
  if (!options_.model.layers.empty()) names.insert(names.begin(), "model");
  return names;
}

std::optional<Point> NetworkFamily::given_point() const {
  if (options_.model.layers.empty()) return std::nullopt;
  Point point(problem_->layout());
  for (std::size_t l = 0; l < options_.model.layers.size(); ++l) {
    const DenseLayer& layer = options_.model.layers[l];
    std::copy_n(layer.W.data(), layer.W.size(), point.block(problem_->data().weight_block(l)).data);
    if (!layer.b.empty()) std::copy(layer.b.begin(), layer.b.end(), point.block(problem_->data().bias_block(l)).data);
  }
  return point;
}

Point NetworkFamily::start(const std::string& start_name, std::uint64_t seed, std::uint64_t index) const {
  if (start_name == "model")
    if (std::optional<Point> point = given_point()) return *std::move(point);
  return network_start(*problem_, start_name, seed, index);
}

Point NetworkFamily::normal_form(Point point) const {
  point.values = polished(*problem_, std::move(point.values));
  return point;
}

double NetworkFamily::target_value(double gap_tol) const { return target_share * gap_tol * problem_->gap_scale(0.0); }

double NetworkFamily::relative_distance(const Point& a, const Point& b) const { return relative_network_distance(problem_->data(), a, b); }

std::optional<AlignedPoint> NetworkFamily::aligned(const Point& point, const Point& reference) const {
  return aligned_network(problem_->data(), point, reference);
}

Judgement NetworkFamily::judge(const Point& point, const JudgeOptions& options) const { return judge_network(*problem_, point, options); }

}  // namespace nadir
