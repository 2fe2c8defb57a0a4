// Small networks trained from two starts on the outputs of a third: what claims on ways between minima look at.
//
// Teacher: relu, widths 10-8-2 without biases, Gaussian weights scaled by 1/sqrt(10); inputs Gaussian. Students: relu with
// biases, one wide hidden layer, weight decay; L-BFGS on the whole objective, so that the outcome is one for each seed.
#pragma once

#include <cstdint>

#include "nadir/problems/network/network.hpp"

namespace nadir {

class TrainedStudents {
 public:
  TrainedStudents(Index width, std::uint64_t seed);

  const Network& problem() const { return network_; }
  const Point& first() const { return first_; }
  const Point& second() const { return second_; }

 private:
  NetworkOptions options_;  // holds the data
  Network network_;
  Point first_, second_;
};

}  // namespace nadir
