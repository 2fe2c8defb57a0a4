// Counter-based random numbers: Philox4x64-10 [Salmon2011].
//
// Draw number i of a stream is a fixed function of (seed, stream, i). Nothing else enters: not the number
// of threads, not which draws were made before, not their kinds. So work can be divided in any way (give
// each part its own stream, or a position of its own) and the bits stay the same.
//
// Bits, normals and retries of index() come from different planes of the counter, so that a normal is
// independent of a uniform drawn at the next position.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace nadir {

class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : key_{seed, stream} {}

  // Every draw advances the position by one, whatever its kind.
  std::uint64_t next_u64();  // 64 uniform bits
  double uniform();          // a multiple of 2^-53 in [0, 1)
  double normal();           // mean 0, variance 1, by Box and Muller; |normal()| < 8.6

  // Uniform on 0, 1, ..., n - 1 without bias (Lemire's multiplication with rejection [Lemire2019]).
  // Throws InputError when n < 1.
  std::int64_t index(std::int64_t n);

  // The same values as uniform() or normal() called once for each entry, faster.
  void fill_uniform(std::span<double> values);
  void fill_normal(std::span<double> values);

  // The whole state beyond the seed and the stream: how many draws were made. For checkpoints and for
  // jumping ahead; a stream repeats after 2^64 draws.
  std::uint64_t position() const { return position_; }
  void set_position(std::uint64_t position) { position_ = position; }
  std::uint64_t seed() const { return key_[0]; }
  std::uint64_t stream() const { return key_[1]; }

 private:
  using Block = std::array<std::uint64_t, 4>;

  const Block& block(std::uint64_t number, std::uint64_t plane);
  std::array<double, 2> normal_pair(std::uint64_t pair);

  std::array<std::uint64_t, 2> key_;
  std::uint64_t position_ = 0;
  // The block made last, because neighbours share one; never part of the state.
  Block block_{};
  std::uint64_t block_number_ = 0, block_plane_ = ~std::uint64_t{0};
};

namespace internal {

// One call of the bijection, visible for its known-answer test.
std::array<std::uint64_t, 4> philox_block(const std::array<std::uint64_t, 4>& counter,
                                          const std::array<std::uint64_t, 2>& key);

}  // namespace internal
}  // namespace nadir
