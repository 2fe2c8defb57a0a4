#include "nadir/base/hash.hpp"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <vector>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

// OpenSSL refuses only without memory, or where a policy took SHA-256 away.
void require_success(int openssl_result) {
  if (openssl_result != 1) throw std::runtime_error("SHA-256 is not available in this build of OpenSSL");
}

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  if (!context_) throw std::bad_alloc();
  start();
}

void Sha256::start() { require_success(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr)); }

void Sha256::update(std::span<const std::byte> bytes) {
  require_success(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

void Sha256::update(std::string_view text) { update(std::as_bytes(std::span(text.data(), text.size()))); }

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  require_success(EVP_DigestFinal_ex(context_.get(), digest.data(), &size));
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15];
  }
  start();
  return hex;
}

std::string sha256_hex(std::string_view text) {
  Sha256 hash;
  hash.update(text);
  return hash.finish();
}

std::string sha256_of_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) throw FileError(path, std::strerror(errno));
  Sha256 hash;
  std::vector<std::byte> chunk(std::size_t{1} << 20);
  while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), file.get()))
    hash.update(std::span(chunk).first(got));
  if (std::ferror(file.get())) throw FileError(path, std::strerror(errno));
  return hash.finish();
}

}  // namespace nadir
