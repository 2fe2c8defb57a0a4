// The law of every certificate: what solve writes, verify accepts; with a single byte changed, a number changed
// and the digests mended, or other data in place, it refuses.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "nadir/driver/solve.hpp"
#include "nadir/verify/verify.hpp"
#include "tests/conformance/example.hpp"

namespace nadir {
namespace {

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

// A verdict of no is what a changed folder gets, be it by a refusal to read it.
bool is_verified(const std::string& folder) {
  try {
    return verify(folder).verified;
  } catch (const std::exception&) {
    return false;
  }
}

class EveryCertificate : public testing::TestWithParam<FamilyRow> {
 protected:
  ScratchFolder scratch{"certificate"};
  std::unique_ptr<Family> family = example_on_disk(GetParam(), 0, scratch);
  std::string folder = scratch.file("run");
  RunOutcome outcome = solve(*family, {.run = {.output = folder}});
};

TEST_P(EveryCertificate, of_a_solved_example_is_proved_and_verified) {
  EXPECT_EQ(name(outcome.judgement.verdict.headline), "global-minimum");
  EXPECT_EQ(name(outcome.judgement.verdict.rigor), "proved");
  const Verification v = verify(folder);
  EXPECT_TRUE(v.verified) << v.statement;
  for (const ClaimResult& claim : v.claims) EXPECT_TRUE(claim.verified) << claim.claim << ": " << claim.reason;
}

TEST_P(EveryCertificate, is_verified_by_ball_arithmetic_alone) {
  VerifyOptions balls;
  balls.arithmetic = Arithmetic::balls;
  EXPECT_TRUE(verify(folder, balls).verified);
}

TEST_P(EveryCertificate, is_refused_with_any_single_byte_changed) {
  for (const char* file : {"certificate.json", "witness.npz", "point.npz", "verdict.json"}) {
    const std::string path = folder + "/" + file, original = read(path);
    const std::size_t stride = 1 + original.size() / 400;  // every byte of small files
    for (std::size_t i = 0; i < original.size(); i += stride) {
      std::string changed = original;
      changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
      write(path, changed);
      EXPECT_FALSE(is_verified(folder)) << file << " byte " << i;
    }
    write(path, original);
  }
  EXPECT_TRUE(is_verified(folder));
}

TEST_P(EveryCertificate, is_refused_when_a_file_is_cut_or_missing) {
  for (const char* file : {"certificate.json", "witness.npz", "point.npz", "verdict.json"}) {
    const std::string path = folder + "/" + file, original = read(path);
    write(path, original.substr(0, original.size() / 2));
    EXPECT_FALSE(is_verified(folder)) << file;
    std::filesystem::remove(path);
    EXPECT_FALSE(is_verified(folder)) << file;
    write(path, original);
  }
}

TEST_P(EveryCertificate, is_refused_when_a_byte_of_the_data_changes) {
  for (const OptionRow& option : family->options()) {
    const DataFile* data = data_file(option);
    if (!data || data->path.empty()) continue;
    const std::string original = read(data->path);
    std::string changed = original;
    changed.back() = static_cast<char>(changed.back() ^ 1);
    write(data->path, changed);
    EXPECT_FALSE(is_verified(folder)) << option.name;
    write(data->path, original);
  }
  EXPECT_TRUE(is_verified(folder));
}

std::string certificate_name(const testing::TestParamInfo<FamilyRow>& info) {
  std::string name(info.param.name);
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Conformance, EveryCertificate, testing::ValuesIn(families()), certificate_name);

}  // namespace
}  // namespace nadir
