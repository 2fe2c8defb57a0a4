// SHA-256 (FIPS 180-4): the fingerprint of input files, points and certificates in a run folder.
//
// Equal digests mean equal bytes for every practical purpose; they do not say that two files mean the same:
// the same numbers saved as .npy and as .csv have different digests.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace nadir {

// A digest of bytes that arrive in pieces; how they are cut does not matter.
class Sha256 {
 public:
  Sha256();

  void update(std::span<const std::byte> bytes);
  void update(std::string_view text);

  // 64 lower-case hexadecimal digits of all bytes since the start; begins anew afterwards.
  std::string finish();

 private:
  void start();

  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

std::string sha256_hex(std::string_view text);

// Throws FileError when the file cannot be read.
std::string sha256_of_file(const std::string& path);

}  // namespace nadir
