// For tests: runs a test once with every instruction set that this machine has, and makes instances.
#pragma once

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <string>
#include <vector>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/observed.hpp"

namespace nadir {

// The kernels use the instruction set of the parameter while the test runs; 0 is the portable fallback.
class EveryInstructionSet : public testing::TestWithParam<std::int64_t> {
 protected:
  void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam() == 0 ? HWY_SCALAR | HWY_EMU128 : GetParam()); }
  void TearDown() override {
    hwy::SetSupportedTargetsForTest(0);
    set_num_threads(0);
  }
};

inline std::vector<std::int64_t> instruction_sets() {
  std::vector<std::int64_t> sets{0};
  const std::int64_t compiled = HWY_TARGETS & ~(HWY_SCALAR | HWY_EMU128 | HWY_SSSE3);  // as in targets.inc
  for (std::int64_t left = hwy::SupportedTargets() & compiled; left != 0; left &= left - 1) sets.push_back(left & -left);
  return sets;
}

inline std::string instruction_set_name(const testing::TestParamInfo<std::int64_t>& set) {
  return set.param == 0 ? "fallback" : hwy::TargetName(set.param);
}

#define NADIR_ON_EVERY_INSTRUCTION_SET(Suite) \
  INSTANTIATE_TEST_SUITE_P(Machine, Suite, testing::ValuesIn(instruction_sets()), instruction_set_name)

struct Instance {
  Observed observed;
  Matrix Ut, Vt;
};

// Row i has num_entries[i] entries at columns drawn without replacement. Numbers come from draw().
template <class Draw>
Instance make_instance(const std::vector<Index>& num_entries, Index cols, Index rank, bool has_weights, const Draw& draw) {
  Random random(7);
  std::vector<Index> row_index, col_index;
  Vector values, weights;
  for (std::size_t i = 0; i < num_entries.size(); ++i) {
    std::vector<Index> all(static_cast<std::size_t>(cols));
    for (Index j = 0; j < cols; ++j) all[static_cast<std::size_t>(j)] = j;
    for (Index k = 0; k < num_entries[i]; ++k) {
      std::swap(all[static_cast<std::size_t>(k)], all[static_cast<std::size_t>(k + random.index(cols - k))]);
      row_index.push_back(static_cast<Index>(i));
      col_index.push_back(all[static_cast<std::size_t>(k)]);
      values.push_back(draw(random));
      if (has_weights) weights.push_back(std::abs(draw(random)));
    }
  }
  const Index rows = static_cast<Index>(num_entries.size());
  Instance instance{make_observed(rows, cols, row_index, col_index, values, weights), Matrix(rank, rows), Matrix(rank, cols)};
  for (double& u : instance.Ut.flat()) u = draw(random);
  for (double& v : instance.Vt.flat()) v = draw(random);
  return instance;
}

// Small integers: with them every product and sum below is exact in double, in whatever order.
inline double small_integer(Random& random) { return static_cast<double>(random.index(9)) - 4.0; }
inline double gaussian(Random& random) { return random.normal(); }

// Lengths around the width of vectors and around chunks, the empty row, and one row of all columns.
inline const std::vector<Index> row_lengths{0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 0, 31, 33, 63, 64, 65, 127, 128, 129, 130, 257, 1000};

inline std::vector<Index> ranks() {
  std::vector<Index> ranks;
  for (Index r = 1; r <= 40; ++r) ranks.push_back(r);
  ranks.insert(ranks.end(), {63, 64, 65, 100, 130});
  return ranks;
}

}  // namespace nadir
