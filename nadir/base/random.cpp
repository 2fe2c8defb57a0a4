#include "nadir/base/random.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>
#include <string>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

__extension__ typedef unsigned __int128 Wide;

// The second word of the counter. Retry number r of index() uses first_retry_plane + r.
constexpr std::uint64_t bits_plane = 0, normal_plane = 1, first_retry_plane = 2;

double to_unit_interval(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

}  // namespace

namespace internal {

std::array<std::uint64_t, 4> philox_block(const std::array<std::uint64_t, 4>& counter,
                                          const std::array<std::uint64_t, 2>& key) {
  const r123::Philox4x64 bijection;  // 10 rounds
  const auto out = bijection({{counter[0], counter[1], counter[2], counter[3]}}, {{key[0], key[1]}});
  return {out[0], out[1], out[2], out[3]};
}

}  // namespace internal

const Random::Block& Random::block(std::uint64_t number, std::uint64_t plane) {
  if (number != block_number_ || plane != block_plane_) {
    block_ = internal::philox_block({number, plane, 0, 0}, key_);
    block_number_ = number;
    block_plane_ = plane;
  }
  return block_;
}

// Normals 2 pair and 2 pair + 1 of the stream.
std::array<double, 2> Random::normal_pair(std::uint64_t pair) {
  const Block& bits = block(pair / 2, normal_plane);
  const std::size_t first = 2 * (pair % 2);
  const double not_zero = static_cast<double>((bits[first] >> 11) + 1) * 0x1p-53;  // in (0, 1]
  const double radius = std::sqrt(-2.0 * std::log(not_zero));
  const double angle = 2.0 * std::numbers::pi * to_unit_interval(bits[first + 1]);
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

std::uint64_t Random::next_u64() {
  const std::uint64_t i = position_++;
  return block(i / 4, bits_plane)[i % 4];
}

double Random::uniform() { return to_unit_interval(next_u64()); }

double Random::normal() {
  const std::uint64_t i = position_++;
  return normal_pair(i / 2)[i % 2];
}

std::int64_t Random::index(std::int64_t n) {
  if (n < 1) throw InputError("Random::index", "n >= 1", std::to_string(n));
  const auto range = static_cast<std::uint64_t>(n);
  const std::uint64_t biased = (0 - range) % range;  // 2^64 mod n: so many low halves occur once too often
  const std::uint64_t i = position_;
  Wide product = Wide{next_u64()} * range;
  for (std::uint64_t retry = 0; static_cast<std::uint64_t>(product) < biased; ++retry)
    product = Wide{block(i / 4, first_retry_plane + retry)[i % 4]} * range;
  return static_cast<std::int64_t>(product >> 64);
}

void Random::fill_uniform(std::span<double> values) {
  for (double& value : values) value = uniform();
}

void Random::fill_normal(std::span<double> values) {
  std::size_t done = 0;
  if (position_ % 2 == 1 && !values.empty()) values[done++] = normal();
  for (; done + 2 <= values.size(); done += 2, position_ += 2) {
    const auto pair = normal_pair(position_ / 2);
    values[done] = pair[0];
    values[done + 1] = pair[1];
  }
  if (done < values.size()) values[done] = normal();
}

}  // namespace nadir
