#include "nadir/problems/network/check_slice.hpp"

#include "nadir/problems/network/check_pieces.hpp"

namespace nadir::network_check {
namespace {

using balls::Real;

bool is_invertible(const balls::Matrix& B) { return B.rows() == B.cols() && balls::proves_positive_definite(transpose(B) * B); }

}  // namespace

bool SliceTest::passes() {
  for (std::size_t l = 0; l + 1 < data_.num_layers(); ++l)
    if (!hidden_passes(l)) return false;
  return last_passes(data_.num_layers() - 1);
}

std::vector<Index> SliceTest::fixed_weights(std::size_t l, Index i) const {
  std::vector<Index> columns;
  for (Index j = 0; j < data_.widths[l]; ++j)
    if (is_fixed(l, i, j)) columns.push_back(j);
  return columns;
}

bool SliceTest::is_linear(std::size_t l, Index i) const {
  const ActivationKind kind = data_.activations[l].kind;
  if (kind == ActivationKind::identity) return true;
  const bool is_linear_above = kind == ActivationKind::relu || kind == ActivationKind::leaky_relu || kind == ActivationKind::elu;
  return is_linear_above && is_positive_[l][static_cast<std::size_t>(i)];
}

bool SliceTest::hidden_passes(std::size_t l) {
  std::vector<Index> block_units, block_columns;
  for (Index i = 0; i < at_.rows(l); ++i) {
    const std::vector<Index> weights = fixed_weights(l, i);
    if (data_.weight_decay != 0.0) {
      if (!weights.empty()) return false;
      if (has_fixed_bias(l, i) && !is_linear(l, i)) make_idle(l, i);
    } else if (is_linear(l, i)) {
      if (weights.empty()) continue;
      if (!block_units.empty() && weights != block_columns) return false;
      block_columns = weights;
      block_units.push_back(i);
    } else if (!is_rescaled(l, i, weights)) {
      return false;
    }
  }
  return block_units.empty() || is_block(l, block_units, block_columns);
}

void SliceTest::make_idle(std::size_t l, Index i) {
  for (Index j = 0; j < data_.widths[l]; ++j) idle_[static_cast<std::size_t>(at_(l, i, j))] = true;
  for (Index k = 0; k < at_.rows(l + 1); ++k) idle_[static_cast<std::size_t>(at_(l + 1, k, i))] = true;
}

// Nothing fixed, or one entry that is not 0 of a unit whose activation allows it.
bool SliceTest::is_rescaled(std::size_t l, Index i, const std::vector<Index>& weights) const {
  const bool bias = has_fixed_bias(l, i);
  if (weights.empty() && !bias) return true;
  if (!slopes_of(data_.activations[l]) || weights.size() + (bias ? 1 : 0) > 1) return false;
  const Real entry = extended_weights(data_, p_, l)(i, bias ? data_.widths[l] : weights.front());
  return is_positive(entry) || is_negative(entry);
}

bool SliceTest::is_block(std::size_t l, const std::vector<Index>& units, const std::vector<Index>& columns) const {
  if (units.size() != columns.size()) return false;
  const auto k = static_cast<Index>(units.size());
  const balls::Matrix& W = p_[data_.weight_block(l)];
  balls::Matrix B(W.precision(), k, k);
  for (Index i = 0; i < k; ++i)
    for (Index j = 0; j < k; ++j) B.set(i, j, W(units[static_cast<std::size_t>(i)], columns[static_cast<std::size_t>(j)]));
  return is_invertible(B);
}

bool SliceTest::last_passes(std::size_t l) const {
  for (Index j = 0; j < at_.cols(l); ++j) {
    Index count = 0;
    for (Index i = 0; i < at_.rows(l); ++i) count += is_fixed(l, i, j) ? 1 : 0;
    const bool can_shift = data_.is_cross_entropy && (data_.weight_decay == 0.0 || (data_.has_bias && at_.is_bias(l, j)));
    if (count > (can_shift ? 1 : 0)) return false;
  }
  return true;
}

}  // namespace nadir::network_check
