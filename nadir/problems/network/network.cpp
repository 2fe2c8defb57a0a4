#include "nadir/problems/network/network.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/passes_float.hpp"
#include "nadir/problems/network/restriction.hpp"
#include "nadir/problems/network/penalty.hpp"
#include "nadir/problems/network/perceptron_expansion.hpp"
#include "nadir/problems/network/workspace.hpp"

namespace nadir {
namespace {

constexpr Index batch_size = 1024;
constexpr Index most_stacked = 8;          // directions of a block that go through together

Index num_batches(const NetworkData& data) { return (data.num_samples() + batch_size - 1) / batch_size; }

double bytes_of_batches(const NetworkData& data) {
  double per_sample = 2.0 * static_cast<double>(data.widths.back());
  for (std::size_t l = 1; l + 1 < data.widths.size(); ++l) per_sample += 4.0 * static_cast<double>(data.widths[l]);
  return 8.0 * per_sample * static_cast<double>(data.num_samples());
}

void shape_batch_number(const NetworkData& data, Index number, bool with_derivatives, Batch& batch) {
  const Index first = number * batch_size;
  shape_batch(data, first, std::min(batch_size, data.num_samples() - first), with_derivatives, batch);
}

void pick_columns(ConstMatrixView from, std::span<const Index> columns, Matrix& to) {
  if (to.rows() != from.rows || to.cols() != static_cast<Index>(columns.size())) to = Matrix(from.rows, static_cast<Index>(columns.size()));
  for (Index j = 0; j < to.cols(); ++j) std::copy_n(from.col(columns[static_cast<std::size_t>(j)]), from.rows, to.col(j));
}

// The problem's data with these samples alone.
NetworkData picked(const NetworkData& data, std::span<const Index> rows, Matrix& x, Matrix& y) {
  NetworkData some;
  some.widths = data.widths;
  some.activations = data.activations;
  some.has_bias = data.has_bias;
  some.is_cross_entropy = data.is_cross_entropy;
  pick_columns(data.x, rows, x);
  some.x = x.view();
  for (const Index row : data.labels.empty() ? std::span<const Index>() : rows) some.labels.push_back(data.labels[static_cast<std::size_t>(row)]);
  if (!data.labels.empty()) return some;
  pick_columns(data.y, rows, y);
  some.y = y.view();
  return some;
}

// out += share of these samples in the gradient of the mean over `count` of them; returns the sum of their losses.
double add_samples(const NetworkView& network, std::span<const Index> rows, Index count, Workspace& workspace, std::span<double> out) {
  const NetworkData data = picked(network.data, rows, workspace.x, workspace.y);
  const NetworkView some{data, network.layout, network.x};
  workspace.batches.resize(1);
  Batch& batch = workspace.batches.front();
  shape_batch(data, 0, data.num_samples(), true, batch, false);
  const double sum = forward(some, true, batch);
  if (data.num_samples() != count) scale(static_cast<double>(data.num_samples()) / static_cast<double>(count), batch.deltas.back().flat());
  backward(some, batch);
  add_gradient(some, batch, out);
  return sum;
}

double mean(const NetworkData& data, double sum) { return sum / static_cast<double>(data.num_samples()); }

class NetworkExpansion final : public Expansion {
 public:
  NetworkExpansion(const NetworkData& data, const Layout& layout, std::span<const double> x, bool is_kept, std::shared_ptr<WorkspacePool> pool)
      : x_(x.begin(), x.end()), network_{data, layout, x_.data()}, is_kept_(is_kept), pool_(std::move(pool)), workspace_(pool_->take()) {
    batches_.resize(is_kept_ ? static_cast<std::size_t>(num_batches(data)) : 1);
    double sum = 0.0;
    for (Index b = 0; b < num_batches(data); ++b) {
      Batch& batch = batches_[is_kept_ ? static_cast<std::size_t>(b) : 0];
      shape_batch_number(data, b, is_kept_, batch);
      sum += forward(network_, is_kept_, batch);
    }
    value_ = mean(data, sum) + penalty(network_);
  }

  NetworkExpansion(const NetworkExpansion&) = delete;
  NetworkExpansion& operator=(const NetworkExpansion&) = delete;
  ~NetworkExpansion() override { pool_->give_back(std::move(workspace_)); }

  double value() const override { return value_; }

  void gradient(std::span<double> out) const override {
    std::fill(out.begin(), out.end(), 0.0);
    for (Index b = 0; b < num_batches(network_.data); ++b) add_gradient(network_, both_passes(b), out);
    add_penalty(network_, x_, out);
  }

  void apply_hessian(ConstMatrixView U, MatrixView out) const override {
    for (Index j = 0; j < out.cols; ++j) std::fill_n(out.col(j), out.rows, 0.0);
    for (Index j = 0; j < U.cols; j += most_stacked) {
      const Index count = std::min(most_stacked, U.cols - j);
      for (Index b = 0; b < num_batches(network_.data); ++b)
        add_hessian(network_, both_passes(b), U.columns(j, count), scratch_, out.columns(j, count));
      }
    const auto entries = static_cast<std::size_t>(U.rows);
    for (Index j = 0; j < U.cols; ++j) add_penalty(network_, {U.col(j), entries}, {out.col(j), entries});
  }

  bool has_rough_hessian() const override { return true; }

  void apply_hessian_roughly(ConstFloatView U, FloatView out) const override {
    if (!rough_weights_) rough_weights_ = std::make_unique<FloatWeights>(network_);
    for (Index j = 0; j < out.cols; ++j) std::fill_n(out.col(j), out.rows, 0.0f);
    for (Index b = 0; b < num_batches(network_.data); ++b) {
      const FloatBatch& batch = rough_batch(b);
      const Index stacked = directions_at_once(network_.data, batch.count);
      for (Index j = 0; j < U.cols; j += stacked) {
        const Index count = std::min(stacked, U.cols - j);
        add_hessian_roughly(network_, *rough_weights_, batch, U.columns(j, count), rough_scratch_, out.columns(j, count));
      }
    }
    add_penalty_roughly(network_, U, out);
  }

  double gradient_scale() const override {
    const NetworkData& data = network_.data;
    LayerSquares squares(data.num_layers());
    for (Index b = 0; b < num_batches(data); ++b) {
      const Batch& batch = both_passes(b);
      squares.outputs += batch.output_squares;
      for (std::size_t l = 0; l < data.num_layers(); ++l) {
        squares.deltas[l] += std::pow(frobenius_norm(batch.deltas[l]), 2);
        squares.inputs[l] += std::pow(frobenius_norm(batch.inputs(data, l)), 2);
      }
    }
    return gradient_without_cancellation(network_, squares);
  }

 private:
  // The batch after both passes. The backward pass runs once where batches are kept.
  const Batch& both_passes(Index number) const {
    Batch& batch = batches_[is_kept_ ? static_cast<std::size_t>(number) : 0];
    if (!is_kept_) {
      shape_batch_number(network_.data, number, true, batch);
      forward(network_, true, batch);
    }
    if (!is_kept_ || number >= num_reversed_) backward(network_, batch);
    if (is_kept_) num_reversed_ = std::max(num_reversed_, number + 1);
    return batch;
  }

  const FloatBatch& rough_batch(Index number) const {
    rough_batches_.resize(batches_.size());
    FloatBatch& batch = rough_batches_[is_kept_ ? static_cast<std::size_t>(number) : 0];
    if (!is_kept_ || batch.count == 0) round_batch(network_.data, both_passes(number), batch);
    return batch;
  }

  Vector x_;
  NetworkView network_;
  bool is_kept_;
  double value_ = 0.0;
  std::shared_ptr<WorkspacePool> pool_;
  mutable Workspace workspace_;
  std::vector<Batch>& batches_ = workspace_.batches;
  mutable Index num_reversed_ = 0;  // batches that had their backward pass: the first so many
  HessianScratch& scratch_ = workspace_.scratch;
  mutable std::unique_ptr<FloatWeights> rough_weights_;  // made by the first rough product
  mutable std::vector<FloatBatch> rough_batches_;
  mutable FloatScratch rough_scratch_;
};

}  // namespace

Network::Network(NetworkData data, double most_kept_bytes)
    : data_(std::move(data)),
      layout_(data_.layout()),
      most_kept_bytes_(most_kept_bytes),
      expansion_pool_(std::make_shared<WorkspacePool>()),
      value_pool_(std::make_shared<WorkspacePool>()),
      sample_pool_(std::make_shared<WorkspacePool>()) {
  is_perceptron_ = is_small_perceptron(data_);
  keeps_batches_ = bytes_of_batches(data_) <= most_kept_bytes;
  const double n = static_cast<double>(data_.num_samples());
  value_of_zero_ = data_.is_cross_entropy ? std::log(static_cast<double>(data_.widths.back()))
                                          : 0.5 * std::pow(frobenius_norm(data_.y), 2) / n;
}

double Network::value(std::span<const double> x) const {
  const NetworkView network{data_, layout_, x.data()};
  if (is_perceptron_) return perceptron_value(network);
  Workspace workspace = value_pool_->take();
  workspace.batches.resize(1);
  Batch& batch = workspace.batches.front();
  double sum = 0.0;
  for (Index b = 0; b < num_batches(data_); ++b) {
    shape_batch_number(data_, b, false, batch);
    sum += forward(network, false, batch);
  }
  value_pool_->give_back(std::move(workspace));
  return mean(data_, sum) + penalty(network);
}

double Network::sample_gradient(std::span<const double> x, std::span<const Index> rows, std::span<double> out) const {
  const NetworkView network{data_, layout_, x.data()};
  std::fill(out.begin(), out.end(), 0.0);
  Workspace workspace = sample_pool_->take();
  const Index count = static_cast<Index>(rows.size());
  double sum = 0.0;
  for (Index first = 0; first < count; first += batch_size) {
    const Index some = std::min(batch_size, count - first);
    sum += add_samples(network, rows.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(some)), count, workspace, out);
  }
  sample_pool_->give_back(std::move(workspace));
  add_penalty(network, x, out);
  return sum / static_cast<double>(count) + penalty(network);
}

std::unique_ptr<Expansion> Network::expand(std::span<const double> x) const {
  if (is_perceptron_) return expand_perceptron(data_, layout_, x);
  return std::make_unique<NetworkExpansion>(data_, layout_, x, keeps_batches_, expansion_pool_);
}

std::unique_ptr<Restriction> Network::restrict_to(std::span<const double> origin, ConstMatrixView directions) const {
  if (is_perceptron_) return nullptr;
  return restrict_network(data_, layout_, origin, directions, most_kept_bytes_);
}

double Network::gap_scale(double value) const {
  const double scale = std::fmax(std::fabs(value), 1e-6 * value_of_zero_);
  return scale > 0.0 ? scale : 1.0;
}

}  // namespace nadir
