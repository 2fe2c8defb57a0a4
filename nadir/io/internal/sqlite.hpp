// SQLite's C interface with owners and errors of ours: statements bound and stepped, nothing more.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace nadir::internal {

class SqliteFile {
 public:
  // Opens or creates. Throws FileError, InputError (all below do): InputError where the file is not, or no longer, what
  // SQLite reads, FileError where the system refuses or another program holds a lock for half a minute.
  explicit SqliteFile(const std::string& path);

  void execute(const char* sql);
  [[noreturn]] void fail(int code) const;
  sqlite3* handle() const { return file_.get(); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> file_;
};

// One statement, prepared. Parameters count from 1 and columns from 0, as in SQLite; bind() takes them in turn.
class SqliteStatement {
 public:
  SqliteStatement(const SqliteFile& file, const std::string& sql);

  SqliteStatement& bind(std::int64_t value);
  SqliteStatement& bind(double value);  // NaN becomes NULL
  SqliteStatement& bind(const std::string& text);
  SqliteStatement& bind_bytes(std::span<const std::byte> bytes);
  SqliteStatement& bind_null();
  // True while there is a row.
  bool step();
  // Runs a statement without rows.
  void run();

  bool is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  double number(int column) const;  // NULL becomes NaN
  std::string text(int column) const;
  std::span<const std::byte> bytes(int column) const;  // until the next step

 private:
  void require(int code) const;

  const SqliteFile& file_;
  std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_;
  int next_ = 1;
};

// Rolls back unless committed.
class SqliteTransaction {
 public:
  explicit SqliteTransaction(SqliteFile& file);
  ~SqliteTransaction();
  void commit();

 private:
  SqliteFile& file_;
  bool is_open_ = true;
};

}  // namespace nadir::internal
