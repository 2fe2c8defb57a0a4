// report.html: one self-contained page.
//
// The page is a template, bundled from web/ when nadir is built (web/README.md), with three slots: its title, the
// verdict in plain words as HTML, and everything else as one JSON object that the page's script draws. Nothing that
// comes from a run becomes markup: words are escaped here, and the script inserts text as text.
#pragma once

#include <string>
#include <string_view>

#include "nadir/report/words.hpp"

namespace nadir {

struct PageContent {
  std::string title;    // of the browser's tab
  std::string kicker;   // the line above the headline: what the run was about
  std::string verdict;  // "global-minimum", ...; empty where there is none
  std::string rigor;    // likewise
  PlainWords words;
  std::string json;     // text of a JSON object, docs/formats/run_folder.md
};

// Whether this build holds the page. A build without npm does not.
bool has_page();
// What is missing and what to do, as a sentence; for builds that have no page.
std::string missing_page_text();
// The whole page. Throws FileError where this build has none.
std::string html_page(const PageContent& content);

// Text as HTML shows it, in elements and in quoted attributes.
std::string html_escaped(std::string_view text);
// The same, with what stands between backquotes as <code>.
std::string html_with_code(std::string_view text);
// JSON as it may stand in a <script> element: no "<" in it, which JSON has in strings alone.
std::string json_for_script(std::string_view json);

}  // namespace nadir
