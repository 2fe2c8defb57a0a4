// Text of a figure: labels that a run or a user gave, and numbers as papers print them.
//
// A label may be anything (markup, control characters, bytes that are no UTF-8, a megabyte, right-to-left): it is made
// plain on the way in and is text ever after. Only exponents are raised; no markup is parsed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nadir::figures {

struct TextRun {
  std::string text;        // UTF-8 without control characters
  bool is_raised = false;  // an exponent
  friend bool operator==(const TextRun&, const TextRun&) = default;
};

class RichText {
 public:
  RichText() = default;
  RichText(std::string_view text) { add_run(text, false); }  // implicit: most texts are plain
  RichText(const std::string& text) { add_run(text, false); }
  RichText(const char* text) { add_run(text, false); }

  // A label that words of ours follow: where it is written from right to left, it is kept from turning them round.
  static RichText isolated(std::string_view label);
  static RichText of_runs(std::vector<TextRun> runs);

  RichText& add_raised(std::string_view text);
  RichText& add(const RichText& other);

  const std::vector<TextRun>& runs() const { return runs_; }
  bool is_empty() const { return runs_.empty(); }
  std::string plain() const;  // all runs in a row
  // The text before it was shortened, for who wants to read on; empty where it was not.
  const std::string& whole() const { return whole_; }
  RichText& shortened_from(const std::string& whole);
  friend bool operator==(const RichText& a, const RichText& b) { return a.runs_ == b.runs_; }

 private:
  void add_run(std::string_view text, bool is_raised);

  std::vector<TextRun> runs_;
  std::string whole_;
};

// Valid UTF-8 in which control characters, line breaks and what XML forbids are replaced: breaks by blanks, the rest by
// U+FFFD. Marks that override the direction of text are left out: letters have theirs without them.
std::string plain_text(std::string_view text);

// The text cut to so many characters, its last one then an ellipsis. Counts code points.
std::string shortened(std::string_view text, std::size_t most);

// "3.2", "-0.05" with a true minus, "1.5 x 10^-7" with a raised exponent where that is shorter. At most so many
// significant digits, without zeros at the end.
RichText number_text(double x, int digits = 4);
// 10^k.
RichText power_of_ten(int exponent);
// A whole number over 10^decimals, written out: (-25, 1) is "-2.5".
std::string decimal_text(long long units, int decimals);

}  // namespace nadir::figures
