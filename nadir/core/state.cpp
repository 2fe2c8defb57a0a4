#include "nadir/core/state.hpp"

#include "nadir/base/error.hpp"

namespace nadir {

void State::set_integer(const std::string& name, std::uint64_t value) {
  arrays_[name] = {static_cast<double>(value >> 32), static_cast<double>(value & 0xffffffffu)};
}

const Vector& State::get(const std::string& name) const {
  const auto it = arrays_.find(name);
  if (it == arrays_.end()) throw InputError("checkpoint", "an entry '" + name + "'", "none");
  return it->second;
}

double State::scalar(const std::string& name) const {
  const Vector& v = get(name);
  if (v.size() != 1) throw InputError("checkpoint entry " + name, "one number", std::to_string(v.size()));
  return v[0];
}

std::uint64_t State::integer(const std::string& name) const {
  const Vector& v = get(name);
  const auto is_half = [](double x) { return x >= 0.0 && x <= 4294967295.0 && x == static_cast<double>(static_cast<std::uint64_t>(x)); };
  if (v.size() != 2 || !is_half(v[0]) || !is_half(v[1]))
    throw InputError("checkpoint entry " + name, "two 32-bit halves of an integer", std::to_string(v.size()) + " numbers");
  return (static_cast<std::uint64_t>(v[0]) << 32) | static_cast<std::uint64_t>(v[1]);
}

}  // namespace nadir
