// survey.sqlite: the end of every start of a survey, in one SQLite file. Tables, columns, example queries and the
// schema's version are described in docs/formats/survey.md.
//
// Every call is one transaction: a process that is killed leaves what was added before, whole. Others may query the
// file while it is written to (write-ahead log); until it is closed the newest rows stand in survey.sqlite-wal beside it.
// That a start is done is said by its row, never by a value: a value of 0 is a value. NaN is NULL.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nadir/core/point.hpp"
#include "nadir/core/result.hpp"
#include "nadir/core/state.hpp"
#include "nadir/core/verdict.hpp"

namespace nadir {

// Where one start ended, as it was first judged.
struct SurveyEnd {
  std::int64_t start = 0;
  bool is_broken = false;  // by a numerical breakdown, told in `message`; what follows means nothing then
  std::string message;
  Headline headline = Headline::undecided;
  Rigor rigor = Rigor::numerical;
  double value = 0.0, lower_bound = 0.0, gap = 0.0;
  double value_tolerance = 0.0;  // absolute: values that differ by less count as equal
  double gradient_norm = 0.0;
  std::int64_t negative = -1;  // eigenvalues of the Hessian: the index. -1: not determined
  double min_eigenvalue = 0.0;
  Termination termination = Termination::not_run;
  std::int64_t iterations = 0, escapes = 0;
  double seconds = 0.0;  // the only column that is another one when a survey is repeated
  Point point;
};

// A judged point that is no minimum and was left on the way.
struct SurveySaddle {
  std::int64_t start = 0, number = 1;  // the how-manieth of its start
  Headline headline = Headline::undecided;
  Rigor rigor = Rigor::numerical;
  double value = 0.0, gradient_norm = 0.0;
  std::int64_t negative = -1;
  double min_eigenvalue = 0.0;
};

// What an end is beside all others.
struct SurveyClassRow {
  std::int64_t start = 0;
  std::int64_t class_number = 0;  // from 1, lowest value first; 0: none, it is broken
  Headline headline = Headline::undecided;
  Rigor rigor = Rigor::numerical;
  std::int64_t better_start = -1;  // whose end it was judged beside; -1: none
  friend bool operator==(const SurveyClassRow&, const SurveyClassRow&) = default;
};

// A start that was cut off.
struct UnfinishedStart {
  State state;
  std::string trace;
};

class SurveyDatabase {
 public:
  // What a survey is of, key by key; the same when it is resumed.
  using Identity = std::vector<std::pair<std::string, std::string>>;

  // Opens the file, or makes it where there is none or an empty one. Throws InputError for a file that is no survey
  // database, has another schema version, is of another survey (naming the key), or is damaged; FileError when the
  // system refuses. So do all that follow.
  SurveyDatabase(const std::string& path, const Identity& identity);
  ~SurveyDatabase();
  SurveyDatabase(const SurveyDatabase&) = delete;
  SurveyDatabase& operator=(const SurveyDatabase&) = delete;

  // Adds an end with the saddles on its way, and removes what was saved of the start. Replaces an end of that start.
  void add(const SurveyEnd& end, const std::vector<SurveySaddle>& saddles);
  // Keeps a start that is not at its end yet, with the saddles so far.
  void save(std::int64_t start, const UnfinishedStart& unfinished, const std::vector<SurveySaddle>& saddles);
  std::optional<UnfinishedStart> unfinished(std::int64_t start) const;
  std::int64_t num_unfinished(std::int64_t limit) const;  // of the starts below `limit`

  std::vector<std::int64_t> finished() const;  // starts, ascending
  SurveyEnd end(std::int64_t start) const;     // throws InputError where there is none
  // In ascending order of starts, one at a time in memory.
  void for_each_end(const std::function<void(const SurveyEnd&)>& visit) const;
  // By start and number, of ended starts only.
  std::vector<SurveySaddle> saddles() const;
  std::vector<SurveySaddle> saddles_of(std::int64_t start) const;

  // Replaces the classes of all ends.
  void classify(const std::vector<SurveyClassRow>& rows);
  std::vector<SurveyClassRow> classes() const;

 private:
  struct Connection;

  std::string path_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace nadir
