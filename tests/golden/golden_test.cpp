// The judge of every family on the points of its golden file, and the checker on what the judge proves. Every family
// has one, and every entry states the origin of what it expects.
#include <gtest/gtest.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>

#include "nadir/driver/judge.hpp"
#include "nadir/driver/option_values.hpp"
#include "nadir/driver/registry.hpp"
#include "nadir/io/npz.hpp"
#include "nadir/io/point_file.hpp"
#include "nadir/verify/verify.hpp"
#include "tests/conformance/example.hpp"

namespace nadir {
namespace {

struct GoldenCase {
  std::string family;
  toml::table entry;
};

void PrintTo(const GoldenCase& golden, std::ostream* out) { *out << golden.family; }

std::vector<GoldenCase> golden_cases() {
  std::vector<GoldenCase> cases;
  for (const FamilyRow& row : families()) {
    const std::string file = std::string(NADIR_GOLDEN_FOLDER) + "/" + std::string(row.name) + ".toml";
    const toml::table table = toml::parse_file(file);
    for (const toml::node& node : *table["case"].as_array()) cases.push_back({std::string(row.name), *node.as_table()});
  }
  return cases;
}

// Rows as they stand in the file.
Matrix rows_of(const toml::array& rows) {
  std::vector<std::vector<double>> values;
  for (const toml::node& row : rows) {
    values.emplace_back();
    for (const toml::node& value : *row.as_array()) values.back().push_back(*value.value<double>());
  }
  return Matrix::from_rows(values);
}

// Samples are rows in the file and columns in memory.
Matrix samples_of(const toml::array& rows) {
  const Matrix as_written = rows_of(rows);
  Matrix samples(as_written.cols(), as_written.rows());
  for (Index i = 0; i < samples.rows(); ++i)
    for (Index j = 0; j < samples.cols(); ++j) samples(i, j) = as_written(j, i);
  return samples;
}

// An array of any number of dimensions, nested as in Python.
void append(const toml::array& nested, std::size_t depth, Array& data) {
  if (depth == data.shape.size()) data.shape.push_back(static_cast<std::int64_t>(nested.size()));
  for (const toml::node& node : nested) {
    if (const toml::array* inner = node.as_array()) append(*inner, depth + 1, data);
    else data.values.push_back(*node.value<double>());
  }
}

// [row, column, value], counted from 0.
void fill_entries(DataEntries& data, const toml::array& entries) {
  EntryList list;
  for (const toml::node& node : entries) {
    const toml::array& entry = *node.as_array();
    list.add(static_cast<Index>(*entry[0].value<std::int64_t>()), static_cast<Index>(*entry[1].value<std::int64_t>()), *entry[2].value<double>());
    data.rows = std::max(data.rows, list.row_index.back() + 1);
    data.cols = std::max(data.cols, list.col_index.back() + 1);
  }
  data.set_entries(std::move(list));
}

Array array_of(const toml::array& nested) {
  Array array;
  append(nested, 0, array);
  return array;
}

void fill_array(DataArray& data, const toml::array& nested) {
  Array array = array_of(nested);
  data.shape = std::move(array.shape);
  data.values = std::move(array.values);
}

void fill_tensor(DataTensor& data, const toml::array& nested) {
  Array array = array_of(nested);
  data.shape = array.shape;
  const std::vector<Index> extents(array.shape.begin(), array.shape.end());
  data.doubles = std::make_shared<MemorySlabs<double>>(Tensor<double>(TensorShape(std::span<const Index>(extents)), std::move(array.values)));
}

void fill_data(const OptionRow& row, const toml::array& nested) {
  if (auto* const* entries = std::get_if<DataEntries*>(&row.target)) fill_entries(**entries, nested);
  else if (auto* const* tensor = std::get_if<DataTensor*>(&row.target)) fill_tensor(**tensor, nested);
  else if (auto* const* matrix = std::get_if<DataMatrix*>(&row.target)) (*matrix)->values = samples_of(nested);
  else fill_array(*std::get<DataArray*>(row.target), nested);
}

OptionRow& option_named(OptionList& options, std::string_view name) {
  return *std::find_if(options.begin(), options.end(), [&](const OptionRow& o) { return o.name == name; });
}

void fill_options(Family& family, const toml::table& entry) {
  OptionList options = family.options();
  if (const toml::table* given = entry["options"].as_table())
    for (const auto& [key, value] : *given) assign(option_named(options, key.str()), *value.value<std::string>(), "golden");
  if (const toml::table* data = entry["data"].as_table())
    for (const auto& [key, rows] : *data) fill_data(option_named(options, key.str()), *rows.as_array());
}

Point point_of(const Layout& layout, const toml::table& blocks) {
  Point point(layout);
  for (std::size_t i = 0; i < layout.num_blocks(); ++i) {
    const Matrix block = rows_of(*blocks[layout[i].name].as_array());
    EXPECT_EQ(block.rows(), layout[i].rows);
    EXPECT_EQ(block.cols(), layout[i].cols);
    std::copy_n(block.data(), block.size(), point.block(i).data);
  }
  return point;
}

class Golden : public testing::TestWithParam<GoldenCase> {};

TEST_P(Golden, point_is_judged_as_its_origin_says) {
  const toml::table& entry = GetParam().entry;
  SCOPED_TRACE(entry["name"].value_or(std::string()));
  ASSERT_FALSE(entry["origin"].value_or(std::string()).empty()) << "an entry needs the origin of what it expects";
  const std::unique_ptr<Family> family = make_family(GetParam().family);
  fill_options(*family, entry);
  family->prepare();

  const Verdict v = family->judge(point_of(family->problem().layout(), *entry["point"].as_table()), {}).verdict;

  EXPECT_EQ(name(v.headline), *entry["verdict"].value<std::string>());
  EXPECT_EQ(name(v.rigor), *entry["rigor"].value<std::string>());
  EXPECT_NEAR(v.value, *entry["value"].value<double>(), *entry["tolerance"].value<double>());
  if (!entry.contains("negative")) return;
  ASSERT_TRUE(v.curvature);
  EXPECT_EQ(v.curvature->negative, *entry["negative"].value<std::int64_t>());
  EXPECT_EQ(v.curvature->zero, *entry["zero"].value<std::int64_t>());
  EXPECT_EQ(v.curvature->positive, *entry["positive"].value<std::int64_t>());
}

TEST_P(Golden, what_is_proved_is_verified) {
  const toml::table& entry = GetParam().entry;
  SCOPED_TRACE(entry["name"].value_or(std::string()));
  const ScratchFolder scratch("golden");
  const std::unique_ptr<Family> in_memory = make_family(GetParam().family), family = make_family(GetParam().family);
  fill_options(*in_memory, entry);
  in_memory->prepare();
  const Point point = point_of(in_memory->problem().layout(), *entry["point"].as_table());
  write_npz(scratch.file("point.npz"), point_arrays(point));
  fill_options(*family, entry);
  for (const OptionRow& option : family->options()) write_to_disk(option, scratch);

  JudgeRequest request;
  request.point = scratch.file("point.npz");
  request.run.output = scratch.file("run");
  const RunOutcome outcome = judge(*family, request);
  const Verification v = verify(request.run.output);

  EXPECT_EQ(name(outcome.judgement.verdict.headline), *entry["verdict"].value<std::string>());
  EXPECT_TRUE(v.verified) << v.statement << (v.objections.empty() ? "" : v.objections.front());
  for (const ClaimResult& claim : v.claims) EXPECT_TRUE(claim.verified) << claim.claim << ": " << claim.reason;
}

std::string case_name(const testing::TestParamInfo<GoldenCase>& info) {
  std::string result = info.param.family + "_" + info.param.entry["name"].value_or(std::string());
  std::replace_if(result.begin(), result.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return result;
}

INSTANTIATE_TEST_SUITE_P(Families, Golden, testing::ValuesIn(golden_cases()), case_name);

}  // namespace
}  // namespace nadir
