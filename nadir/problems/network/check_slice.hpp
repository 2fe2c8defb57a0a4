// Which coordinates of a network's weights may be held fixed where a minimum is one up to symmetries, for the checker.
// Included by the .cpp files of this folder's checks only.
#pragma once

#include <vector>

#include "nadir/problems/network/check_model.hpp"

namespace nadir::network_check {

// The position of entry (i, j) of [W b] of a layer in the flat point: blocks in order, columns first.
class Positions {
 public:
  explicit Positions(const NetworkData& data) : data_(data) {
    Index next = 0;
    for (std::size_t l = 0; l < data.num_layers(); ++l) {
      first_.push_back(next);
      next += rows(l) * cols(l);
    }
    first_.push_back(next);
  }

  Index rows(std::size_t l) const { return data_.widths[l + 1]; }
  Index cols(std::size_t l) const { return data_.widths[l] + (data_.has_bias ? 1 : 0); }
  bool is_bias(std::size_t l, Index j) const { return j == data_.widths[l]; }
  Index operator()(std::size_t l, Index i, Index j) const { return first_[l] + i + rows(l) * j; }
  Index count() const { return first_.back(); }

  struct Entry {
    std::size_t layer;
    Index row, col;
  };
  Entry entry(Index position) const {
    std::size_t l = 0;
    while (first_[l + 1] <= position) ++l;
    const Index rest = position - first_[l];
    return {l, rest % rows(l), rest / rows(l)};
  }

 private:
  const NetworkData& data_;
  std::vector<Index> first_;
};

// Can these entries be held fixed? See README.md, "Isolated minima". Of a hidden unit
//   that is linear on all samples: the bias; without weight decay also weights, the same columns for all such units of
//     the layer that have any, which form an invertible block;
//   that can be rescaled and has no more than one: an entry that is not 0;
//   otherwise, with weight decay: the bias, and the unit then counts as idle.
// Of the last layer with cross-entropy at most one entry a column, with weight decay a bias only.
class SliceTest {
 public:
  // is_positive: of hidden layer l and unit i, all pre-activations are positive.
  SliceTest(const NetworkData& data, const Parameters& p, const std::vector<std::vector<bool>>& is_positive, const std::vector<bool>& fixed)
      : data_(data), p_(p), at_(data), is_positive_(is_positive), fixed_(fixed), idle_(fixed.size(), false) {}

  bool passes();
  // Incoming and outgoing weights of idle units; after passes().
  const std::vector<bool>& weights_of_idle_units() const { return idle_; }

 private:
  bool is_fixed(std::size_t l, Index i, Index j) const { return fixed_[static_cast<std::size_t>(at_(l, i, j))]; }
  bool has_fixed_bias(std::size_t l, Index i) const { return data_.has_bias && is_fixed(l, i, data_.widths[l]); }
  std::vector<Index> fixed_weights(std::size_t l, Index i) const;
  bool is_linear(std::size_t l, Index i) const;
  bool hidden_passes(std::size_t l);
  void make_idle(std::size_t l, Index i);
  bool is_rescaled(std::size_t l, Index i, const std::vector<Index>& weights) const;
  bool is_block(std::size_t l, const std::vector<Index>& units, const std::vector<Index>& columns) const;
  bool last_passes(std::size_t l) const;

  const NetworkData& data_;
  const Parameters& p_;
  Positions at_;
  const std::vector<std::vector<bool>>& is_positive_;
  const std::vector<bool>& fixed_;
  std::vector<bool> idle_;
};

}  // namespace nadir::network_check
