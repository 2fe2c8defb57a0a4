#include "nadir/io/internal/sqlite.hpp"

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"

namespace nadir::internal {
namespace {

constexpr int wait_milliseconds = 30000;

}  // namespace

SqliteFile::SqliteFile(const std::string& path) : path_(path), file_(nullptr, sqlite3_close_v2) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr);
  file_.reset(opened);
  if (code != SQLITE_OK) fail(code);
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_busy_timeout(opened, wait_milliseconds);
}

void SqliteFile::execute(const char* sql) {
  if (const int code = sqlite3_exec(file_.get(), sql, nullptr, nullptr, nullptr); code != SQLITE_OK) fail(code);
}

void SqliteFile::fail(int code) const {
  const std::string message = file_ ? sqlite3_errmsg(file_.get()) : "out of memory";
  switch (code & 0xff) {
    case SQLITE_NOTADB: throw InputError(path_, "a survey database", "a file of another kind");
    case SQLITE_CORRUPT: throw InputError(path_, "a survey database", "a damaged one (" + message + ")");
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH: throw InputError(path_, "a survey database with the tables and columns of its schema", "another one (" + message + ")");
    case SQLITE_BUSY:
    case SQLITE_LOCKED: throw FileError(path_, "another program keeps it locked");
    default: throw FileError(path_, message);
  }
}

SqliteStatement::SqliteStatement(const SqliteFile& file, const std::string& sql) : file_(file), statement_(nullptr, sqlite3_finalize) {
  sqlite3_stmt* prepared = nullptr;
  require(sqlite3_prepare_v2(file.handle(), sql.c_str(), -1, &prepared, nullptr));
  statement_.reset(prepared);
}

void SqliteStatement::require(int code) const {
  if (code != SQLITE_OK) file_.fail(code);
}

SqliteStatement& SqliteStatement::bind(std::int64_t value) {
  require(sqlite3_bind_int64(statement_.get(), next_++, value));
  return *this;
}

SqliteStatement& SqliteStatement::bind(double value) {
  require(sqlite3_bind_double(statement_.get(), next_++, value));
  return *this;
}

SqliteStatement& SqliteStatement::bind(const std::string& text) {
  require(sqlite3_bind_text64(statement_.get(), next_++, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

SqliteStatement& SqliteStatement::bind_bytes(std::span<const std::byte> bytes) {
  const void* data = bytes.empty() ? "" : static_cast<const void*>(bytes.data());  // null would be NULL
  require(sqlite3_bind_blob64(statement_.get(), next_++, data, bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

SqliteStatement& SqliteStatement::bind_null() {
  require(sqlite3_bind_null(statement_.get(), next_++));
  return *this;
}

bool SqliteStatement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) file_.fail(code);
  return code == SQLITE_ROW;
}

void SqliteStatement::run() {
  while (step()) {
  }
}

double SqliteStatement::number(int column) const {
  return is_null(column) ? std::numeric_limits<double>::quiet_NaN() : sqlite3_column_double(statement_.get(), column);
}

std::string SqliteStatement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return text ? std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))) : "";
}

std::span<const std::byte> SqliteStatement::bytes(int column) const {
  const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), column));
  return {data, data ? static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)) : 0};
}

SqliteTransaction::SqliteTransaction(SqliteFile& file) : file_(file) { file_.execute("BEGIN IMMEDIATE"); }

SqliteTransaction::~SqliteTransaction() {
  if (is_open_) sqlite3_exec(file_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void SqliteTransaction::commit() {
  file_.execute("COMMIT");
  is_open_ = false;
}

}  // namespace nadir::internal
