// Whole run folders, written with io and checked: true ones are verified; one changed byte, number, file or
// word is refused. Values are closed forms of the cases of check_test.cpp.
#include "nadir/verify/verify.hpp"

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "nadir/base/error.hpp"
#include "nadir/base/hash.hpp"
#include "nadir/io/certificate_file.hpp"
#include "nadir/io/npy.hpp"
#include "nadir/io/npz.hpp"
#include "nadir/io/verdict_json.hpp"
#include "nadir/problems/linear_network/options.hpp"
#include "nadir/verify/registry.hpp"

namespace nadir {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

double above(double x) { return std::nextafter(x, std::numeric_limits<double>::infinity()); }
double below(double x) { return std::nextafter(x, -std::numeric_limits<double>::infinity()); }
Matrix diag(double a, double b) { return Matrix::from_rows({{a, 0}, {0, b}}); }

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// What a run folder says, before it is written.
struct RunParts {
  std::string family = "linear-network";
  Matrix X = Matrix::identity(2), Y = diag(2, 1);
  std::vector<std::int64_t> hidden = {1};
  std::map<std::string, Matrix> point, witness;
  Verdict verdict;
  std::vector<Claim> claims;

  Claim& claim(const std::string& kind) {
    for (Claim& c : claims)
      if (c.kind == kind) return c;
    throw std::logic_error(kind);
  }
};

Claim proved(std::string kind, Numbers numbers) { return {kind, "a sentence on " + kind, "[X]", Rigor::proved, std::move(numbers)}; }

void set(Claim& claim, const std::string& name, double x) {
  for (auto& [key, value] : claim.numbers)
    if (key == name) value = x;
}

// The best network of rank one for Y = diag(2, 1): value 1/4 = the minimum (two samples).
RunParts global_run() {
  RunParts run;
  run.point = {{"W1", Matrix::from_rows({{2, 0}})}, {"W2", Matrix::from_rows({{1}, {0}})}};
  run.witness = {{"lower_bound/P0", diag(2, 1)}, {"lower_bound/kept", Matrix::from_rows({{0, 1}})}};
  run.claims = {proved("value", {{"lower", 0.25}, {"upper", 0.25}}), proved("lower-bound", {{"bound", 0.25}}),
                proved("gap", {{"gap", 0.0}, {"gap_scale", 0.25}, {"tolerance", 1e-6}}),
                proved("gradient-norm", {{"lower", 0.0}, {"upper", 0.0}, {"scale", 1.0}, {"tolerance", 1e-8}}),
                proved("critical", {})};
  Verdict& v = run.verdict;
  v.family = "linear-network";
  v.headline = Headline::global_minimum;
  v.rigor = Rigor::proved;
  v.value = v.lower_bound = v.gap_scale = 0.25;
  v.gap = v.gradient_norm = 0.0;
  return run;
}

// All weights zero with two hidden layers: a degenerate saddle of value 5/4.
RunParts degenerate_run() {
  RunParts run;
  run.hidden = {2, 2};
  for (const char* name : {"W1", "W2", "W3"}) {
    run.point[name] = Matrix(2, 2);
    run.point[std::string("escape/") + name] = diag(1, 1);  // P = I: value (1 + 0) / 4
  }
  run.claims = {proved("value", {{"lower", 1.25}, {"upper", 1.25}}), proved("critical", {}), proved("no-negative-curvature", {}),
                proved("descent", {{"decrease", 1.0}})};
  Verdict& v = run.verdict;
  v.family = "linear-network";
  v.headline = Headline::degenerate_saddle;
  v.rigor = Rigor::proved;
  v.value = 1.25;
  v.gradient_norm = 0.0;
  return run;
}

// All weights zero with one hidden layer: a strict saddle, curvature -1 along the witness.
RunParts strict_run() {
  RunParts run;
  run.hidden = {2};
  run.point = {{"W1", Matrix(2, 2)}, {"W2", Matrix(2, 2)}};
  Matrix u(8, 1);
  u(0, 0) = u(4, 0) = 1;
  run.witness["direction"] = u;
  run.claims = {proved("value", {{"lower", 1.25}, {"upper", 1.25}}), proved("critical", {}), proved("negative-curvature", {{"curvature", -1.0}})};
  Verdict& v = run.verdict;
  v.family = "linear-network";
  v.headline = Headline::strict_saddle;
  v.rigor = Rigor::proved;
  v.value = 1.25;
  v.gradient_norm = 0.0;
  return run;
}

class Verify : public testing::Test {
 protected:
  void SetUp() override {
    base_ = fs::path(testing::TempDir()) / ("nadir_verify_" + std::to_string(getpid()) + "_" +
                                            testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(base_ / "run");
  }
  void TearDown() override { fs::remove_all(base_); }

  fs::path file(const std::string& name) const { return base_ / "run" / name; }
  std::string folder() const { return (base_ / "run").string(); }

  void save(const RunParts& run) const {
    LinearNetworkOptions o;
    const fs::path x = base_ / "x.npy", y = base_ / "y.npz";
    write_npy(x.string(), samples_to_array(run.X));
    write_npz(y.string(), NamedArrays{{"other", to_array(Matrix(1, 1))}, {"y", samples_to_array(run.Y)}});
    o.x = {{x.string(), sha256_of_file(x.string())}, run.X};
    o.y = {{y.string() + ":y", sha256_of_file(y.string())}, run.Y};
    o.hidden = run.hidden;
    write_npz(file("point.npz").string(), run.point);
    write_npz(file("witness.npz").string(), run.witness);
    write(file("verdict.json"), verdict_to_json(run.verdict, {{"judge", 0.5}}));
    write_certificate(folder(), run.family, rows(o), {run.verdict.headline, run.verdict.rigor, run.claims, {}});
  }

  // Rewrites certificate.json with right digests after a change of its text: what somebody hostile can do.
  void forge(const std::function<void(CertificateFile&)>& change) const {
    CertificateFile certificate = certificate_from_json(read(file("certificate.json")), "certificate.json");
    for (const char* name : certified_files) certificate.files[name] = sha256_of_file(file(name).string());
    change(certificate);
    write(file("certificate.json"), certificate_to_json(certificate));
  }

  Verification verified(const RunParts& run) const {
    save(run);
    return verify(folder());
  }

  fs::path base_;
};

TEST_F(Verify, true_certificates_are_verified) {
  for (const RunParts& run : {global_run(), degenerate_run(), strict_run()}) {
    const Verification v = verified(run);
    EXPECT_TRUE(v.verified) << testing::PrintToString(v.objections);
    EXPECT_EQ(v.headline, run.verdict.headline);
    EXPECT_EQ(v.claims.size(), run.claims.size());
    for (const ClaimResult& c : v.claims) EXPECT_TRUE(c.verified) << c.kind << ": " << c.reason;
    EXPECT_THAT(v.statement, HasSubstr("is verified"));
  }
}

TEST_F(Verify, insisting_on_balls_gives_the_same_answer) {
  save(global_run());

  const Verification v = verify(folder(), {Arithmetic::balls});

  EXPECT_TRUE(v.verified);
  EXPECT_EQ(v.claims[0].how, "ball arithmetic");
}

TEST_F(Verify, gaps_follow_from_value_and_bound_whatever_their_order) {
  RunParts run = global_run();
  std::swap(run.claims[0], run.claims[2]);

  const Verification v = verified(run);

  EXPECT_TRUE(v.verified);
  EXPECT_EQ(v.claims.back().kind, "gap");
  EXPECT_EQ(v.claims.back().how, "comparison of verified claims");
}

TEST_F(Verify, sentences_are_made_from_numbers_not_from_the_files_prose) {
  RunParts run = global_run();
  run.claim("gap").text = "the value is zero";

  const Verification v = verified(run);

  EXPECT_EQ(v.claims[0].claim, "the value at the point is at least 0.25 and at most 0.25");
  EXPECT_EQ(v.claims.back().claim, "the value at the point is within 0 of the global minimum, and that is at most 1e-06 times 0.25");
  EXPECT_EQ(sentence(proved("oracle", {{"x", 0.5}})), "claim of kind oracle: x 0.5");
  EXPECT_EQ(sentence(proved("critical", {{"x", 0.5}})), "the gradient is exactly zero");
}

TEST_F(Verify, numbers_that_make_a_claim_false_by_one_bit_are_refused) {
  struct Nudge { std::string kind, number; double value; };
  const std::vector<Nudge> nudges = {{"value", "lower", above(0.25)}, {"value", "upper", below(0.25)}, {"lower-bound", "bound", above(0.25)},
                                     {"gap", "gap", -5e-324}, {"gap", "tolerance", -1e-6}, {"gradient-norm", "lower", 5e-324},
                                     {"gradient-norm", "upper", -5e-324}, {"value", "lower", std::numeric_limits<double>::quiet_NaN()},
                                     {"gap", "gap", std::numeric_limits<double>::infinity()}};
  for (const Nudge& n : nudges) {
    RunParts run = global_run();
    set(run.claim(n.kind), n.number, n.value);
    EXPECT_FALSE(verified(run).verified) << n.kind << " " << n.number;
  }
  RunParts strict = strict_run(), degenerate = degenerate_run();
  set(strict.claim("negative-curvature"), "curvature", below(-1.0));
  set(degenerate.claim("descent"), "decrease", above(1.0));
  EXPECT_FALSE(verified(strict).verified);
  EXPECT_FALSE(verified(degenerate).verified);
}

TEST_F(Verify, a_gap_beyond_its_tolerance_is_refused) {
  RunParts run = global_run();
  set(run.claim("gap"), "gap", 0.5e-6);
  run.verdict.gap = 0.5e-6;  // true, but 2e-6 of the scale

  const Verification v = verified(run);

  EXPECT_FALSE(v.verified);
  EXPECT_EQ(v.claims.back().reason, "the gap exceeds the tolerance");
}

// With a negative tolerance 0 > tolerance * scale: the exactly critical point would pass for not critical.
TEST_F(Verify, tolerances_and_scales_cannot_be_negative_or_inflated) {
  const auto gradient = [](double lower, double upper, double scale, double tolerance) {
    RunParts run = strict_run();
    run.claims.push_back(proved("gradient-norm", {{"lower", lower}, {"upper", upper}, {"scale", scale}, {"tolerance", tolerance}}));
    run.verdict.gradient_scale = scale;
    run.verdict.criticality_tolerance = tolerance;
    run.verdict.headline = Headline::not_critical;
    return run;
  };
  EXPECT_FALSE(verified(gradient(0.0, 0.0, 1.0, -1e-8)).verified);
  EXPECT_FALSE(verified(gradient(0.0, 0.0, -1.0, 1e-8)).verified);

  // A gradient of (13 - 12) (4, 3) that a scale of 1e30 calls critical.
  RunParts inflated = strict_run();
  inflated.X = Matrix::identity(1);
  inflated.Y = Matrix::from_rows({{13}});
  inflated.hidden = {1};
  inflated.point = {{"W1", Matrix::from_rows({{3}})}, {"W2", Matrix::from_rows({{3.9}})}};
  inflated.witness["direction"] = Matrix::from_rows({{1}, {-1}});
  inflated.claims = {proved("gradient-norm", {{"lower", 0}, {"upper", 10}, {"scale", 1e30}, {"tolerance", 1e-8}}),
                     proved("negative-curvature", {{"curvature", -0.1}})};
  inflated.verdict.gradient_norm = 6;
  inflated.verdict.gradient_scale = 1e30;
  const Verification v = verified(inflated);
  EXPECT_FALSE(v.verified);
  EXPECT_EQ(v.claims[0].reason, "the tolerance is relative to a scale larger than the problem's");

  RunParts gap = global_run();
  set(gap.claim("gap"), "gap_scale", gap.verdict.gap_scale = 0.2501);
  EXPECT_FALSE(verified(gap).verified);
  set(gap.claim("gap"), "gap_scale", gap.verdict.gap_scale = -0.25);
  set(gap.claim("gap"), "tolerance", gap.verdict.tolerance = -1);
  EXPECT_FALSE(verified(gap).verified);
}

TEST_F(Verify, every_headline_needs_its_claims) {
  for (const auto& [make, kinds] : std::vector<std::pair<RunParts (*)(), std::vector<std::string>>>{
           {global_run, {"value", "lower-bound", "gap"}},
           {strict_run, {"critical", "negative-curvature"}},
           {degenerate_run, {"critical", "no-negative-curvature", "descent"}}}) {
    for (const std::string& kind : kinds) {
      RunParts run = make();
      std::erase_if(run.claims, [&](const Claim& c) { return c.kind == kind; });
      const Verification v = verified(run);
      EXPECT_FALSE(v.verified) << kind;
      EXPECT_FALSE(v.objections.empty());
    }
  }
}

TEST_F(Verify, headlines_cannot_be_upgraded) {
  for (const Headline headline : {Headline::global_minimum, Headline::local_minimum, Headline::spurious_minimum, Headline::not_critical}) {
    RunParts run = degenerate_run();
    run.verdict.headline = headline;
    EXPECT_FALSE(verified(run).verified) << name(headline);
  }
}

// Weight decay admits spurious minima: critical, semidefinite and not global is no longer a saddle.
TEST_F(Verify, degenerate_saddles_need_a_theorem_that_covers_the_problem) {
  save(degenerate_run());
  forge([](CertificateFile& c) { c.problem = replaced(c.problem, "\"weight-decay\":[]", "\"weight-decay\":[1e-9]"); });

  const Verification v = verify(folder());

  EXPECT_FALSE(v.verified);
  EXPECT_THAT(v.objections, ElementsAre(HasSubstr("do not add up to degenerate-saddle")));
}

TEST_F(Verify, a_numerical_headline_is_not_certified_but_its_proved_claims_are) {
  RunParts run = strict_run();
  run.verdict.rigor = Rigor::numerical;
  run.verdict.headline = Headline::undecided;
  run.claims.push_back({"no-negative-curvature", "x", "", Rigor::numerical, {}});

  const Verification v = verified(run);

  EXPECT_TRUE(v.verified);
  EXPECT_THAT(v.statement, HasSubstr("not certified"));
  EXPECT_THAT(v.not_checked, ElementsAre("the Hessian is positive semidefinite"));

  set(run.claim("value"), "upper", 1.0);
  EXPECT_FALSE(verified(run).verified);
}

TEST_F(Verify, claims_that_are_not_proved_support_nothing) {
  RunParts run = strict_run();
  run.claim("negative-curvature").rigor = Rigor::probable;

  EXPECT_FALSE(verified(run).verified);
}

TEST_F(Verify, verdict_file_must_say_what_the_certificate_says) {
  const std::vector<std::pair<std::string, std::function<void(Verdict&)>>> changes = {
      {"family", [](Verdict& v) { v.family = "mps"; }},
      {"verdict", [](Verdict& v) { v.headline = Headline::local_minimum; }},
      {"rigor", [](Verdict& v) { v.rigor = Rigor::numerical; }},
      {"value", [](Verdict& v) { v.value = above(0.25); }},
      {"value", [](Verdict& v) { v.value = below(0.25); }},
      {"value", [](Verdict& v) { v.value = std::numeric_limits<double>::quiet_NaN(); }},
      {"lower_bound", [](Verdict& v) { v.lower_bound = above(0.25); }},
      {"gap", [](Verdict& v) { v.gap = -1; }},
      {"gap_scale", [](Verdict& v) { v.gap_scale = 1; }},
      {"tolerance", [](Verdict& v) { v.tolerance = 1e-9; }},
      {"gradient_norm", [](Verdict& v) { v.gradient_norm = 5e-324; }},
      {"gradient_norm", [](Verdict& v) { v.gradient_norm = -5e-324; }},
      {"gradient_scale", [](Verdict& v) { v.gradient_scale = 2; }},
      {"criticality_tolerance", [](Verdict& v) { v.criticality_tolerance = 1; }}};
  for (const auto& [key, change] : changes) {
    save(global_run());
    Verdict other = global_run().verdict;
    change(other);
    write(file("verdict.json"), verdict_to_json(other, {}));
    forge([](CertificateFile&) {});

    const Verification v = verify(folder());

    EXPECT_FALSE(v.verified) << key;
    EXPECT_THAT(v.objections, ElementsAre("verdict.json contradicts the certificate: " + key));
  }
}

TEST_F(Verify, every_changed_byte_of_every_file_is_refused) {
  save(global_run());
  for (const fs::path& path : {file("certificate.json"), file("point.npz"), file("witness.npz"), file("verdict.json"), base_ / "x.npy", base_ / "y.npz"}) {
    const std::string bytes = read(path);
    ASSERT_FALSE(bytes.empty());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
      write(path, changed);
      ASSERT_FALSE(verify(folder()).verified) << path << " byte " << i;
    }
    write(path, bytes);
  }
  EXPECT_TRUE(verify(folder()).verified);
}

TEST_F(Verify, truncated_empty_and_missing_files_are_refused) {
  save(global_run());
  for (const fs::path& path : {file("certificate.json"), file("point.npz"), file("witness.npz"), file("verdict.json"), base_ / "x.npy", base_ / "y.npz"}) {
    const std::string bytes = read(path);
    for (const std::size_t length : {bytes.size() - 1, bytes.size() / 2, std::size_t{0}}) {
      write(path, bytes.substr(0, length));
      EXPECT_FALSE(verify(folder()).verified) << path << " " << length;
    }
    if (path.filename() != "certificate.json") {
      fs::remove(path);
      const Verification v = verify(folder());
      EXPECT_FALSE(v.verified);
      EXPECT_EQ(v.claims.size(), 5u);
      EXPECT_FALSE(v.claims[0].verified);
    }
    write(path, bytes);
  }
}

TEST_F(Verify, swapped_data_are_refused_even_if_they_have_the_right_shape) {
  save(global_run());
  write_npy((base_ / "x.npy").string(), samples_to_array(diag(1, 2)));

  const Verification v = verify(folder());

  EXPECT_FALSE(v.verified);
  EXPECT_THAT(v.objections, ElementsAre(HasSubstr("x.npy (x) is missing or has changed")));
}

TEST_F(Verify, another_point_is_refused_even_with_right_fingerprints) {
  save(global_run());
  RunParts other = global_run();
  other.point["W1"](0, 0) = above(2.0);
  write_npz(file("point.npz").string(), other.point);
  forge([](CertificateFile&) {});

  EXPECT_FALSE(verify(folder()).verified);
}

TEST_F(Verify, data_are_found_below_the_run_folder_too) {
  save(global_run());
  fs::rename(base_ / "x.npy", file("x.npy"));
  forge([](CertificateFile& c) {
    for (DataReference& d : c.data)
      if (d.role == "x") d.path = "x.npy";
  });

  EXPECT_TRUE(verify(folder()).verified);
}

TEST_F(Verify, data_of_blocks_and_of_first_arrays_are_loaded) {
  save(global_run());
  const std::string decay = (base_ / "decay.npz").string(), y = (base_ / "only_y.npz").string();
  write_npz(decay, std::map<std::string, Matrix>{{"W1", Matrix(1, 2)}, {"W2", Matrix(2, 1)}});
  write_npz(y, NamedArrays{{"y", samples_to_array(diag(2, 1))}});
  const auto add = [&](CertificateFile& c) {
    c.data.push_back({"weight-decay-entries", decay, decay, sha256_of_file(decay), {{"W1", {1, 2}}, {"W2", {2, 1}}}});
    c.data.push_back({"y", y, y, sha256_of_file(y), {{"", {2, 2}}}});
  };
  forge(add);
  EXPECT_TRUE(verify(folder()).verified);

  forge([](CertificateFile& c) { c.data[2].shapes["W2"] = {1, 2}; });
  EXPECT_THROW(verify(folder()), InputError);
  forge([](CertificateFile& c) { c.data[2].shapes.erase("W2"); });
  EXPECT_THROW(verify(folder()), InputError);
}

TEST_F(Verify, malformed_but_intact_certificates_are_input_errors) {
  const std::vector<std::function<void(CertificateFile&)>> changes = {
      [](CertificateFile& c) { c.problem = R"({"hiden": [1]})"; },
      [](CertificateFile& c) { c.problem = R"({"x": "x.npy"})"; },
      [](CertificateFile& c) { c.problem = R"({"weight-decay-entries": "x.npz"})"; },
      [](CertificateFile& c) { c.problem = R"({"hidden": [3]})"; },
      [](CertificateFile& c) { c.problem = R"({"hidden": [4611686018427387904]})"; },
      [](CertificateFile& c) { c.data[0].role = "hidden"; },
      [](CertificateFile& c) { c.data[0].role = "z"; },
      [](CertificateFile& c) { c.data.pop_back(); },
      [](CertificateFile& c) { c.data[0].shapes[""] = {3, 2}; },
      [](CertificateFile& c) { c.files.erase("witness.npz"); },
      [](CertificateFile& c) { c.certificate.claims[0].numbers.clear(); }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    save(global_run());
    forge(changes[i]);
    EXPECT_THROW(verify(folder()), InputError) << i;
  }
}

TEST_F(Verify, archives_that_are_no_archives_are_input_errors) {
  save(global_run());
  write(file("point.npz"), "PK");
  forge([](CertificateFile&) {});

  EXPECT_THROW(verify(folder()), InputError);
}

TEST_F(Verify, a_folder_without_certificate_is_an_input_error) {
  EXPECT_THROW(verify(folder()), InputError);
  EXPECT_THROW(verify("/nonexistent/folder"), InputError);
}

TEST_F(Verify, families_without_a_check_are_not_verified) {
  RunParts run = global_run();
  run.family = run.verdict.family = "mps";

  const Verification v = verified(run);

  EXPECT_FALSE(v.verified);
  EXPECT_THAT(v.objections, ElementsAre("there is no check for the family mps"));
  EXPECT_EQ(make_check("mps"), nullptr);
}

TEST_F(Verify, json_has_every_key_of_the_contract) {
  const Verification good = verified(global_run());
  RunParts run = global_run();
  set(run.claim("value"), "lower", 0.3);
  const Verification bad = verified(run);

  const auto json = nlohmann::json::parse(verification_to_json(good));
  EXPECT_EQ(json["schema"], "nadir.verification/1");
  EXPECT_EQ(json["verified"], true);
  EXPECT_EQ(json["claims"][0]["claim"], good.claims[0].claim);
  EXPECT_EQ(json["claims"][0]["verified"], true);
  EXPECT_EQ(json["claims"][0]["rigor"], "proved");
  EXPECT_EQ(json["claims"][0]["how"], "ball arithmetic");
  EXPECT_GE(json["seconds"].get<double>(), 0.0);
  EXPECT_THAT(json["objections"], IsEmpty());
  const auto refused = nlohmann::json::parse(verification_to_json(bad));
  EXPECT_EQ(refused["verified"], false);
  EXPECT_THAT(refused["claims"][0]["reason"].get<std::string>(), HasSubstr("the value lies outside"));
  EXPECT_EQ(refused["statement"], "not verified");
}

}  // namespace
}  // namespace nadir
