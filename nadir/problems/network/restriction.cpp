#include "nadir/problems/network/restriction.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/elementwise.hpp"
#include "nadir/linalg/workers.hpp"
#include "nadir/problems/network/activation.hpp"
#include "nadir/problems/network/passes.hpp"

namespace nadir {
namespace {

constexpr double products_in_cache = 196608;      // numbers: the products of a part of the samples, k + 1 of them
constexpr double weights_at_once = 2097152;       // numbers: later weights of the points of a group
constexpr Index most_points_at_once = 16;         // of a group
constexpr Index fewest_inputs_a_direction = 4;    // with fewer inputs, multiples cost as much as the products they save

Index samples_at_once(const NetworkData& data, Index directions) {
  const double fit = products_in_cache / static_cast<double>((directions + 1) * data.widths[1]);
  return std::clamp<Index>(static_cast<Index>(fit) / 32 * 32, 64, 512);
}

// Layers 2, 3, ... as a network of its own, whose inputs are the first layer's activations.
NetworkData later_layers(const NetworkData& data) {
  NetworkData tail;
  tail.widths.assign(data.widths.begin() + 1, data.widths.end());
  tail.activations.assign(data.activations.begin() + 1, data.activations.end());
  tail.has_bias = data.has_bias;
  tail.is_cross_entropy = data.is_cross_entropy;
  return tail;
}

// What a thread works with, a part of the samples at a time.
struct Bench {
  NetworkData tail;
  Matrix inputs;   // the first layer's activations
  Matrix partial;  // the first layer's products for all coordinates but the last, of the point before
  Matrix later;    // later weights of a group of points, a column each
  Batch batch;

  void take(const NetworkData& data, Index first, Index count) {
    if (inputs.cols() != count) inputs = partial = Matrix(data.widths[1], count);
    tail.x = inputs.view();
    if (data.labels.empty()) tail.y = data.y.columns(first, count);
    else tail.labels.assign(data.labels.begin() + first, data.labels.begin() + first + count);
    shape_batch(tail, 0, count, false, batch);
  }
};

class NetworkRestriction final : public Restriction {
 public:
  NetworkRestriction(const NetworkData& data, const Layout& layout, std::span<const double> origin, ConstMatrixView directions, double most_kept_bytes)
      : data_(data), tail_data_(later_layers(data)), tail_layout_(tail_data_.layout()), at_once_(samples_at_once(data, directions.cols)), directions_(directions.cols) {
    const Index head = layout[data.weight_block(1)].offset, tail = layout.dimension() - head;
    head_ = copied(origin, directions, 0, head);
    tail_ = copied(origin, directions, head, tail);
    set_penalty(layout, origin, directions);
    const double bytes = 8.0 * static_cast<double>(directions.cols + 1) * static_cast<double>(data.widths[1]) * static_cast<double>(data.num_samples());
    if (bytes > most_kept_bytes) return;
    for (Index first = 0; first < data_.num_samples(); first += at_once_) kept_.push_back(products(first));
    head_ = Matrix();
  }

  void values(ConstMatrixView coordinates, std::span<double> out) const override {
    const Index points = coordinates.cols, size = group_size(), groups = (points + size - 1) / size;
    // Without kept products a group makes them anew: then one after another, each on all threads.
    const int workers = kept_.empty() ? 1 : static_cast<int>(std::min<Index>(groups, num_threads()));
    std::vector<Bench> benches(static_cast<std::size_t>(workers), Bench{tail_data_, {}, {}, {}, {}});
    const auto work = [&](int worker) {
      for (Index g = worker; g < groups; g += workers) {
        const Index first = g * size, count = std::min(size, points - first);
        group_values(coordinates.columns(first, count), benches[static_cast<std::size_t>(worker)], out.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)));
      }
    };
    if (workers == 1) work(0);
    else on_workers(workers, work);
  }

 private:
  // Column 0: entries of the origin; the others: those of the directions.
  static Matrix copied(std::span<const double> origin, ConstMatrixView directions, Index first, Index count) {
    Matrix part(count, directions.cols + 1);
    std::copy_n(origin.begin() + first, count, part.col(0));
    for (Index k = 0; k < directions.cols; ++k) std::copy_n(directions.col(k) + first, count, part.col(k + 1));
    return part;
  }

  // B/2 |W + sum_k c_k D_k|^2 = B/2 (1, c)^T G (1, c), G the Gram matrix of the weights.
  void set_penalty(const Layout& layout, std::span<const double> origin, ConstMatrixView directions) {
    gram_ = Matrix(directions_ + 1, directions_ + 1);
    if (data_.weight_decay == 0.0) return;
    for (std::size_t l = 0; l < data_.num_layers(); ++l) {
      const BlockShape& block = layout[data_.weight_block(l)];
      const Matrix W = copied(origin, directions, block.offset, block.size());
      multiply(1.0, W, Op::transpose, W, Op::none, 1.0, gram_);
    }
  }

  double penalty(const double* c) const {
    if (data_.weight_decay == 0.0) return 0.0;
    const auto at = [c](Index k) { return k == 0 ? 1.0 : c[k - 1]; };
    double sum = 0.0;
    for (Index i = 0; i <= directions_; ++i)
      for (Index j = 0; j <= directions_; ++j) sum += at(i) * gram_(i, j) * at(j);
    return 0.5 * data_.weight_decay * std::fmax(sum, 0.0);
  }

  Index group_size() const {
    const double fit = weights_at_once / static_cast<double>(std::max<Index>(1, tail_.rows()));
    return std::clamp<Index>(static_cast<Index>(fit), 1, most_points_at_once);
  }

  // Columns: W_1 X + b_1 of these samples, then D_k X + e_k.
  Matrix products(Index first) const {
    const Index count = std::min(at_once_, data_.num_samples() - first), width = data_.widths[1], inputs = data_.widths[0];
    Matrix all(width * count, directions_ + 1);
    for (Index k = 0; k <= directions_; ++k) {
      const MatrixView Z(all.col(k), width, count);
      multiply(1.0, ConstMatrixView(head_.col(k), width, inputs), Op::none, data_.x.columns(first, count), Op::none, 0.0, Z);
      if (!data_.has_bias) continue;
      const double* b = head_.col(k) + width * inputs;
      for (Index j = 0; j < count; ++j)
        for (Index i = 0; i < width; ++i) Z(i, j) += b[i];
    }
    return all;
  }

  void group_values(ConstMatrixView coordinates, Bench& bench, std::span<double> out) const {
    if (bench.later.cols() < coordinates.cols) bench.later = Matrix(tail_.rows(), coordinates.cols);
    for (Index p = 0; p < coordinates.cols; ++p) add_multiples(tail_.rows(), tail_.data(), parts_of(tail_, 1, directions_), coordinates.col(p), bench.later.col(p));
    std::fill(out.begin(), out.end(), 0.0);
    for (Index first = 0; first < data_.num_samples(); first += at_once_) {
      const Matrix made = kept_.empty() ? products(first) : Matrix();
      const Matrix& Z = kept_.empty() ? made : kept_[static_cast<std::size_t>(first / at_once_)];
      bench.take(data_, first, std::min(at_once_, data_.num_samples() - first));
      for (Index p = 0; p < coordinates.cols; ++p) {
        combine(Z, coordinates, p, bench);
        if (data_.activations[0].kind != ActivationKind::identity) apply_activation(data_.activations[0], bench.inputs.size(), bench.inputs.data(), nullptr, nullptr);
        out[static_cast<std::size_t>(p)] += forward(NetworkView{bench.tail, tail_layout_, bench.later.col(p)}, false, bench.batch);
      }
    }
    for (Index p = 0; p < coordinates.cols; ++p) {
      double& value = out[static_cast<std::size_t>(p)];
      value = value / static_cast<double>(data_.num_samples()) + penalty(coordinates.col(p));
    }
  }

  static ConstMatrixView parts_of(const Matrix& columns, Index first, Index count) { return columns.view().columns(first, count); }

  // The first layer's pre-activations of point p. Points of a row of a grid follow one another and differ in their last
  // coordinate alone: the multiples of the others are added once for all.
  void combine(const Matrix& Z, ConstMatrixView coordinates, Index p, Bench& bench) const {
    const double* c = coordinates.col(p);
    const Index others = directions_ - 1;
    const double* base = Z.data();
    if (others > 0) {
      if (p == 0 || !std::equal(c, c + others, coordinates.col(p - 1))) add_multiples(Z.rows(), Z.data(), parts_of(Z, 1, others), c, bench.partial.data());
      base = bench.partial.data();
    }
    add_multiples(Z.rows(), base, parts_of(Z, directions_, 1), c + others, bench.inputs.data());
  }

  const NetworkData& data_;
  NetworkData tail_data_;
  Layout tail_layout_;
  Index at_once_ = 0, directions_ = 0;
  Matrix head_, tail_, gram_;
  std::vector<Matrix> kept_;  // products of every part of the samples
};

}  // namespace

std::unique_ptr<Restriction> restrict_network(const NetworkData& data, const Layout& layout, std::span<const double> origin, ConstMatrixView directions,
                                              double most_kept_bytes) {
  if (data.num_layers() < 2 || data.widths[0] < fewest_inputs_a_direction * (directions.cols + 1)) return nullptr;
  return std::make_unique<NetworkRestriction>(data, layout, origin, directions, most_kept_bytes);
}

}  // namespace nadir
