// certificate.json: form, digests, and what the digest must notice. The oracle for digests is sha256_hex
// over a text that the test edits itself.
#include "nadir/io/certificate_file.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "nadir/base/error.hpp"
#include "nadir/base/hash.hpp"

namespace nadir {
namespace {

CertificateFile small_file() {
  CertificateFile file;
  file.tool = "nadir 0.1.0";
  file.family = "linear-network";
  file.problem = R"({"hidden":[2],"residual":false})";
  file.data = {{"x", "x.npy", "/data/x.npy", std::string(64, 'a'), {{"", {3, 2}}}},
               {"weight-decay-entries", "d.npz", "/data/d.npz", std::string(64, 'b'), {{"W1", {2, 2}}, {"W2", {1, 2}}}}};
  file.files = {{"point.npz", std::string(64, '1')}, {"verdict.json", std::string(64, '2')}};
  file.certificate.headline = Headline::global_minimum;
  file.certificate.rigor = Rigor::proved;
  file.certificate.claims = {{"gap", "the value is within 1e-7", "[X]", Rigor::proved, {{"gap", 0.1}, {"gap_scale", 1.0}}},
                             {"value", "v", "", Rigor::numerical, {{"lower", std::numeric_limits<double>::quiet_NaN()}}}};
  return file;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(CertificateFile, reads_back_what_was_written) {
  const std::string text = certificate_to_json(small_file());

  const CertificateFile back = certificate_from_json(text, "certificate.json");

  EXPECT_EQ(certificate_to_json(back), text);
  EXPECT_EQ(back.problem, small_file().problem);
  EXPECT_EQ(back.data[1].shapes.at("W2"), (std::vector<Index>{1, 2}));
  EXPECT_EQ(back.certificate.claims[0].numbers, small_file().certificate.claims[0].numbers);
  EXPECT_TRUE(std::isnan(back.certificate.claims[1].numbers[0].second));
  EXPECT_EQ(back.certificate.headline, Headline::global_minimum);
}

TEST(CertificateFile, digest_is_the_hash_of_its_own_bytes_with_zeros_in_its_place) {
  const std::string text = certificate_to_json(small_file());
  const std::string digest = nlohmann::json::parse(text)["digest"];

  const std::string with_zeros = replaced(text, digest, std::string(64, '0'));

  EXPECT_EQ(digest, sha256_hex(with_zeros));
  EXPECT_TRUE(has_intact_digest(text));
}

TEST(CertificateFile, digest_notices_every_single_changed_byte) {
  const std::string text = certificate_to_json(small_file());

  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const int flip : {1, 32, 128}) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      ASSERT_FALSE(has_intact_digest(changed)) << "byte " << i << ", bits " << flip;
    }
  }
}

TEST(CertificateFile, digest_notices_truncation_and_additions) {
  const std::string text = certificate_to_json(small_file());

  for (std::size_t length = 0; length < text.size(); ++length) ASSERT_FALSE(has_intact_digest(text.substr(0, length)));
  EXPECT_FALSE(has_intact_digest(text + " "));
  EXPECT_FALSE(has_intact_digest(" " + text));
}

TEST(CertificateFile, refuses_every_malformed_object) {
  const std::string good = certificate_to_json(small_file());
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"nadir.certificate/1", "nadir.certificate/9"}, {"\"global-minimum\"", "\"best\""}, {"\"claims\"", "\"claim\""},
      {std::string(64, 'a'), std::string(64, 'A')},   {std::string(64, 'a'), "aa"},       {"\"kind\": \"gap\"", "\"kind\": 1"},
      {"\"gap\": 0.1", "\"gap\": \"0.1\""},           {"\"W1\": [", "\"W1\": [\"1\","},       {"\"data\": {", "\"data\": {\"z\": 1,"},
      {"\"problem\": {", "\"problem\": [], \"q\": {"}, {"\"rigor\": \"numerical\"", "\"rigor\": 3"}};

  for (const auto& [from, to] : changes)
    EXPECT_THROW(certificate_from_json(replaced(good, from, to), "c"), InputError) << from << " -> " << to;
  EXPECT_THROW(certificate_from_json(good.substr(0, 100), "c"), InputError);
}

class CertificateFolder : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) / ("nadir_certificate_file_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    for (const char* name : certified_files) std::ofstream(folder_ / name) << name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string written() const {
    std::ifstream in(folder_ / "certificate.json", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::filesystem::path folder_;
};

TEST_F(CertificateFolder, write_names_problem_data_and_fingerprints) {
  DataMatrix x{{"data/../x.npy", std::string(64, 'c')}, Matrix(2, 5)};
  DataMatrix s{{"s.npy", std::string(64, 'd')}, Matrix(2, 3)};
  DataBlocks blocks{{"b.npz:W1", std::string(64, 'e')}, {{"W1", Matrix(3, 1)}}};
  DataMatrix absent;
  double a = 0.5;
  const OptionList options = {option("x", x, ""), option("s", s, "").as_written(), option("blocks", blocks, ""),
                              option("absent", absent, ""), option("a", a, "")};

  write_certificate(folder_.string(), "double-well", options, small_file().certificate);
  const std::string text = written();

  EXPECT_TRUE(has_intact_digest(text));
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["family"], "double-well");
  EXPECT_EQ(json["problem"], nlohmann::json::parse(R"({"a": 0.5})"));
  EXPECT_EQ(json["data"].size(), 3u);
  EXPECT_EQ(json["data"]["x"]["path"], "data/../x.npy");
  EXPECT_EQ(json["data"]["x"]["absolute_path"], (std::filesystem::current_path() / "x.npy").string());
  EXPECT_EQ(json["data"]["x"]["shape"], nlohmann::json::parse("[5, 2]"));
  EXPECT_EQ(json["data"]["s"]["shape"], nlohmann::json::parse("[2, 3]"));
  EXPECT_EQ(json["data"]["blocks"]["shape"], nlohmann::json::parse(R"({"W1": [3, 1]})"));
  EXPECT_EQ(json["files"]["point.npz"], sha256_hex("point.npz"));
  EXPECT_EQ(json["files"].size(), 3u);
}

TEST_F(CertificateFolder, write_needs_the_files_it_vouches_for) {
  std::filesystem::remove(folder_ / "witness.npz");

  EXPECT_THROW(write_certificate(folder_.string(), "f", {}, {}), FileError);
}

TEST_F(CertificateFolder, write_refuses_a_path_that_json_cannot_hold) {
  DataMatrix x{{"caf\xe9.npy", std::string(64, 'c')}, Matrix(2, 5)};

  EXPECT_THROW(write_certificate(folder_.string(), "f", {option("x", x, "")}, {}), InputError);
}

}  // namespace
}  // namespace nadir
