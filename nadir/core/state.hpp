// What a solver must remember between two iterations, as named arrays of doubles.
//
// A state that is saved and loaded makes the run go on with the same bits: everything that influences a
// later iteration is in it, counters and random positions included. 64-bit integers are kept as two
// 32-bit halves, each exact in a double.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

class State {
 public:
  void set(const std::string& name, Vector values) { arrays_[name] = std::move(values); }
  void set_scalar(const std::string& name, double value) { arrays_[name] = {value}; }
  void set_integer(const std::string& name, std::uint64_t value);

  // Each throws InputError naming the entry when it is absent or has another length.
  const Vector& get(const std::string& name) const;
  double scalar(const std::string& name) const;
  std::uint64_t integer(const std::string& name) const;
  bool has(const std::string& name) const { return arrays_.contains(name); }

  const std::map<std::string, Vector>& arrays() const { return arrays_; }
  std::map<std::string, Vector> take_arrays() && { return std::move(arrays_); }
  friend bool operator==(const State&, const State&) = default;

 private:
  std::map<std::string, Vector> arrays_;
};

}  // namespace nadir
