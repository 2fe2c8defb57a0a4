#include "nadir/io/survey_database.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/sqlite.hpp"

namespace nadir {
namespace {

using internal::SqliteFile;
using internal::SqliteStatement;
using internal::SqliteTransaction;

constexpr std::int64_t application_id = 0x4e445356;  // "NDSV"
constexpr std::int64_t schema_version = 1;

constexpr const char* make_tables = R"sql(
CREATE TABLE survey (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE ends (
  start INTEGER PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('finished', 'broken')),
  verdict TEXT, rigor TEXT,
  value REAL, lower_bound REAL, gap REAL, value_tolerance REAL, gradient_norm REAL,
  negative INTEGER, least_eigenvalue REAL,
  termination TEXT, iterations INTEGER, escapes INTEGER, seconds REAL,
  layout TEXT, point BLOB, message TEXT);
CREATE TABLE saddles (
  start INTEGER NOT NULL, number INTEGER NOT NULL,
  verdict TEXT NOT NULL, rigor TEXT NOT NULL,
  value REAL, gradient_norm REAL, negative INTEGER, least_eigenvalue REAL,
  PRIMARY KEY (start, number)) WITHOUT ROWID;
CREATE TABLE classes (
  start INTEGER PRIMARY KEY REFERENCES ends,
  class INTEGER, verdict TEXT, rigor TEXT, better_start INTEGER);
CREATE TABLE unfinished (start INTEGER PRIMARY KEY, state BLOB NOT NULL, trace TEXT NOT NULL);
CREATE VIEW results AS
  SELECT ends.start, class, coalesce(classes.verdict, ends.verdict) AS verdict, coalesce(classes.rigor, ends.rigor) AS rigor,
         value, lower_bound, gap, gradient_norm, negative, least_eigenvalue, termination, iterations, escapes, seconds
  FROM ends LEFT JOIN classes ON classes.start = ends.start;
)sql";

constexpr const char* end_columns =
    "start, state, verdict, rigor, value, lower_bound, gap, value_tolerance, gradient_norm, negative, least_eigenvalue, "
    "termination, iterations, escapes, seconds, layout, point, message";

std::int64_t number_of(const SqliteFile& file, const std::string& query) {
  SqliteStatement statement(file, query);
  return statement.step() ? statement.integer(0) : 0;
}

// "U 10x3, V 8x3"
std::string layout_text(const Layout& layout) {
  std::string text;
  for (const BlockShape& b : layout.blocks())
    text += (text.empty() ? "" : ", ") + b.name + " " + std::to_string(b.rows) + "x" + std::to_string(b.cols);
  return text;
}

// Of at most so many entries: what a file says may be anything.
Layout layout_from(const std::string& text, Index max_entries, const std::string& place) {
  Layout layout;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(", ", begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const std::size_t space = part.rfind(' '), cross = part.rfind('x');
    Index rows = 0, cols = 0;
    const char* data = part.data();
    if (space == std::string::npos || cross == std::string::npos || cross < space ||
        std::from_chars(data + space + 1, data + cross, rows).ptr != data + cross ||
        std::from_chars(data + cross + 1, data + part.size(), cols).ptr != data + part.size() || rows < 1 ||
        cols < 1 || cols > (max_entries - layout.dimension()) / rows)
      throw InputError(place, "blocks like 'U 10x3', " + std::to_string(max_entries) + " entries in all", "'" + text + "'");
    layout.add(part.substr(0, space), rows, cols);
    begin = end + 2;
  }
  return layout;
}

std::span<const std::byte> bytes_of(std::span<const double> values) { return std::as_bytes(values); }

Vector numbers_from(std::span<const std::byte> bytes) {
  Vector values(bytes.size() / sizeof(double));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(double));
  return values;
}

// Name by name: its length and the number of entries (64 bits each), the name, the entries.
std::string state_bytes(const State& state) {
  std::string bytes;
  const auto add = [&bytes](const void* data, std::size_t size) { bytes.append(static_cast<const char*>(data), size); };
  for (const auto& [name, values] : state.arrays()) {
    const std::uint64_t sizes[2] = {name.size(), values.size()};
    add(sizes, sizeof sizes);
    add(name.data(), name.size());
    if (!values.empty()) add(values.data(), values.size() * sizeof(double));
  }
  return bytes;
}

State state_from(std::span<const std::byte> bytes, const std::string& place) {
  State state;
  while (!bytes.empty()) {
    std::uint64_t sizes[2] = {0, 0};
    if (bytes.size() < sizeof sizes) throw InputError(place, "a whole state", "a part of one");
    std::memcpy(sizes, bytes.data(), sizeof sizes);
    bytes = bytes.subspan(sizeof sizes);
    if (sizes[0] > bytes.size() || sizes[1] > (bytes.size() - sizes[0]) / sizeof(double))
      throw InputError(place, "a whole state", "a part of one");
    const std::string name(reinterpret_cast<const char*>(bytes.data()), sizes[0]);
    state.set(name, numbers_from(bytes.subspan(sizes[0], sizes[1] * sizeof(double))));
    bytes = bytes.subspan(sizes[0] + sizes[1] * sizeof(double));
  }
  return state;
}

void bind_count(SqliteStatement& statement, std::int64_t count) {
  if (count < 0) statement.bind_null();
  else statement.bind(count);
}

std::int64_t count_at(const SqliteStatement& statement, int column) { return statement.is_null(column) ? -1 : statement.integer(column); }

std::string row_place(const std::string& path, std::int64_t start) { return path + ": start " + std::to_string(start); }

SurveyEnd end_from(const SqliteStatement& row, const std::string& path) {
  SurveyEnd end;
  end.start = row.integer(0);
  end.is_broken = row.text(1) == "broken";
  end.iterations = row.integer(12);
  end.seconds = row.number(14);
  end.message = row.text(17);
  if (end.is_broken) return end;
  const std::string place = row_place(path, end.start);
  end.headline = headline_from_name(row.text(2));
  end.rigor = rigor_from_name(row.text(3));
  end.value = row.number(4);
  end.lower_bound = row.number(5);
  end.gap = row.number(6);
  end.value_tolerance = row.number(7);
  end.gradient_norm = row.number(8);
  end.negative = count_at(row, 9);
  end.min_eigenvalue = row.number(10);
  end.termination = termination_from_name(row.text(11));
  end.escapes = row.integer(13);
  end.point.layout = layout_from(row.text(15), static_cast<Index>(row.bytes(16).size() / sizeof(double)), place);
  end.point.values = numbers_from(row.bytes(16));
  if (static_cast<Index>(row.bytes(16).size()) != end.point.layout.dimension() * static_cast<Index>(sizeof(double)))
    throw InputError(place, std::to_string(end.point.layout.dimension()) + " coordinates", std::to_string(row.bytes(16).size()) + " bytes");
  return end;
}

void write_end(const SqliteFile& file, const SurveyEnd& end) {
  SqliteStatement row(file, std::string("INSERT OR REPLACE INTO ends (") + end_columns + ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  row.bind(end.start).bind(std::string(end.is_broken ? "broken" : "finished"));
  if (end.is_broken) {
    for (int column = 2; column < 17; ++column) {
      if (column == 12) row.bind(end.iterations);
      else if (column == 14) row.bind(end.seconds);
      else row.bind_null();
    }
    row.bind(end.message).run();
    return;
  }
  row.bind(std::string(name(end.headline))).bind(std::string(name(end.rigor)));
  row.bind(end.value).bind(end.lower_bound).bind(end.gap).bind(end.value_tolerance).bind(end.gradient_norm);
  bind_count(row, end.negative);
  row.bind(end.min_eigenvalue).bind(std::string(name(end.termination))).bind(end.iterations).bind(end.escapes).bind(end.seconds);
  row.bind(layout_text(end.point.layout)).bind_bytes(bytes_of(end.point.values)).bind_null().run();
}

void write_saddles(const SqliteFile& file, std::int64_t start, const std::vector<SurveySaddle>& saddles) {
  SqliteStatement(file, "DELETE FROM saddles WHERE start = ?").bind(start).run();
  for (const SurveySaddle& s : saddles) {
    SqliteStatement row(file, "INSERT INTO saddles VALUES (?,?,?,?,?,?,?,?)");
    row.bind(start).bind(s.number).bind(std::string(name(s.headline))).bind(std::string(name(s.rigor))).bind(s.value).bind(s.gradient_norm);
    bind_count(row, s.negative);
    row.bind(s.min_eigenvalue).run();
  }
}

std::vector<SurveySaddle> read_saddles(SqliteStatement& rows) {
  std::vector<SurveySaddle> saddles;
  while (rows.step())
    saddles.push_back({rows.integer(0), rows.integer(1), headline_from_name(rows.text(2)), rigor_from_name(rows.text(3)),
                       rows.number(4), rows.number(5), count_at(rows, 6), rows.number(7)});
  return saddles;
}

void make(SqliteFile& file, const SurveyDatabase::Identity& identity) {
  file.execute(make_tables);
  for (const auto& [key, value] : identity) SqliteStatement(file, "INSERT INTO survey VALUES (?, ?)").bind(key).bind(value).run();
  file.execute(("PRAGMA application_id = " + std::to_string(application_id)).c_str());
  file.execute(("PRAGMA user_version = " + std::to_string(schema_version)).c_str());
}

void require_same(const SqliteFile& file, const SurveyDatabase::Identity& identity) {
  for (const auto& [key, value] : identity) {
    SqliteStatement row(file, "SELECT value FROM survey WHERE key = ?");
    const std::string found = row.bind(key).step() ? row.text(0) : "nothing";
    if (found != value) throw InputError(file.path() + ": " + key, value, found);
  }
}

}  // namespace

struct SurveyDatabase::Connection {
  explicit Connection(const std::string& path) : file(path) {}
  mutable SqliteFile file;
};

SurveyDatabase::SurveyDatabase(const std::string& path, const Identity& identity)
    : path_(path), connection_(std::make_unique<Connection>(path)) {
  SqliteFile& file = connection_->file;
  const std::int64_t application = number_of(file, "PRAGMA application_id"), version = number_of(file, "PRAGMA user_version");
  const bool is_empty = number_of(file, "SELECT count(*) FROM sqlite_master") == 0;
  if (application != application_id && !(is_empty && application == 0 && version == 0))
    throw InputError(path, "a survey database", "a database of another program");
  if (!is_empty && version != schema_version)
    throw InputError(path, "a survey database of schema " + std::to_string(schema_version), "one of schema " + std::to_string(version));
  // The log makes readers and the writer independent; killing the process loses nothing that was committed.
  file.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF");
  SqliteTransaction transaction(file);
  if (number_of(file, "SELECT count(*) FROM sqlite_master") == 0) make(file, identity);
  else require_same(file, identity);
  transaction.commit();
}

SurveyDatabase::~SurveyDatabase() = default;

void SurveyDatabase::add(const SurveyEnd& end, const std::vector<SurveySaddle>& saddles) {
  SqliteTransaction transaction(connection_->file);
  write_end(connection_->file, end);
  write_saddles(connection_->file, end.start, saddles);
  SqliteStatement(connection_->file, "DELETE FROM unfinished WHERE start = ?").bind(end.start).run();
  transaction.commit();
}

void SurveyDatabase::save(std::int64_t start, const UnfinishedStart& unfinished, const std::vector<SurveySaddle>& saddles) {
  const std::string state = state_bytes(unfinished.state);
  SqliteTransaction transaction(connection_->file);
  SqliteStatement row(connection_->file, "INSERT OR REPLACE INTO unfinished VALUES (?, ?, ?)");
  row.bind(start).bind_bytes(std::as_bytes(std::span(state))).bind(unfinished.trace).run();
  write_saddles(connection_->file, start, saddles);
  transaction.commit();
}

std::optional<UnfinishedStart> SurveyDatabase::unfinished(std::int64_t start) const {
  SqliteStatement row(connection_->file, "SELECT state, trace FROM unfinished WHERE start = ?");
  if (!row.bind(start).step()) return std::nullopt;
  return UnfinishedStart{state_from(row.bytes(0), row_place(path_, start)), row.text(1)};
}

std::int64_t SurveyDatabase::num_unfinished(std::int64_t limit) const {
  SqliteStatement row(connection_->file, "SELECT count(*) FROM unfinished WHERE start < ?");
  return row.bind(limit).step() ? row.integer(0) : 0;
}

std::vector<std::int64_t> SurveyDatabase::finished() const {
  SqliteStatement rows(connection_->file, "SELECT start FROM ends ORDER BY start");
  std::vector<std::int64_t> starts;
  while (rows.step()) starts.push_back(rows.integer(0));
  return starts;
}

SurveyEnd SurveyDatabase::end(std::int64_t start) const {
  SqliteStatement row(connection_->file, std::string("SELECT ") + end_columns + " FROM ends WHERE start = ?");
  if (!row.bind(start).step()) throw InputError(path_, "the end of start " + std::to_string(start), "none");
  return end_from(row, path_);
}

void SurveyDatabase::for_each_end(const std::function<void(const SurveyEnd&)>& visit) const {
  SqliteStatement rows(connection_->file, std::string("SELECT ") + end_columns + " FROM ends ORDER BY start");
  while (rows.step()) visit(end_from(rows, path_));
}

std::vector<SurveySaddle> SurveyDatabase::saddles() const {
  SqliteStatement rows(connection_->file, "SELECT * FROM saddles WHERE start IN (SELECT start FROM ends) ORDER BY start, number");
  return read_saddles(rows);
}

std::vector<SurveySaddle> SurveyDatabase::saddles_of(std::int64_t start) const {
  SqliteStatement rows(connection_->file, "SELECT * FROM saddles WHERE start = ? ORDER BY number");
  rows.bind(start);
  return read_saddles(rows);
}

void SurveyDatabase::classify(const std::vector<SurveyClassRow>& rows) {
  SqliteTransaction transaction(connection_->file);
  connection_->file.execute("DELETE FROM classes");
  for (const SurveyClassRow& r : rows) {
    SqliteStatement row(connection_->file, "INSERT INTO classes VALUES (?,?,?,?,?)");
    row.bind(r.start);
    if (r.class_number > 0) row.bind(r.class_number).bind(std::string(name(r.headline))).bind(std::string(name(r.rigor)));
    else row.bind_null().bind_null().bind_null();
    bind_count(row, r.better_start);
    row.run();
  }
  transaction.commit();
}

std::vector<SurveyClassRow> SurveyDatabase::classes() const {
  SqliteStatement rows(connection_->file, "SELECT start, class, verdict, rigor, better_start FROM classes ORDER BY start");
  std::vector<SurveyClassRow> result;
  while (rows.step()) {
    SurveyClassRow row{rows.integer(0), 0, Headline::undecided, Rigor::numerical, count_at(rows, 4)};
    if (!rows.is_null(1)) {
      row.class_number = rows.integer(1);
      row.headline = headline_from_name(rows.text(2));
      row.rigor = rigor_from_name(rows.text(3));
    }
    result.push_back(row);
  }
  return result;
}

}  // namespace nadir
