// Signatures, sizes and field access that the zip reader and writer share. Every field is little-endian.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nadir::internal::zip {

constexpr std::uint32_t local_signature = 0x04034b50, central_signature = 0x02014b50,
                        end_signature = 0x06054b50, zip64_end_signature = 0x06064b50,
                        zip64_locator_signature = 0x07064b50;
constexpr std::size_t local_size = 30, central_size = 46, end_size = 22, zip64_end_size = 56,
                      zip64_locator_size = 20;
constexpr std::uint16_t zip64_extra = 1, stored = 0, deflated = 8;
constexpr std::uint32_t in_zip64 = 0xffffffff;
constexpr std::uint16_t in_zip64_short = 0xffff;

// `size` bytes at `at`; the caller has checked that they exist.
inline std::uint64_t field(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

inline std::uint16_t field16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(field(bytes, at, 2));
}
inline std::uint32_t field32(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(field(bytes, at, 4));
}
inline std::uint64_t field64(std::string_view bytes, std::size_t at) { return field(bytes, at, 8); }

inline void put(std::string& bytes, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 255);
}
inline void put16(std::string& bytes, std::uint64_t value) { put(bytes, value, 2); }
inline void put32(std::string& bytes, std::uint64_t value) { put(bytes, value, 4); }
inline void put64(std::string& bytes, std::uint64_t value) { put(bytes, value, 8); }

}  // namespace nadir::internal::zip
