#include "nadir/report/html.hpp"

#include <array>
#include <utility>

#include "nadir/base/error.hpp"
#include "nadir/report/internal/page_template.hpp"

namespace nadir {
namespace {

std::string words_html(const PageContent& content) {
  std::string html = "<p class=\"kicker\">" + html_escaped(content.kicker) + "</p>\n<h1>" + html_escaped(content.words.title) +
                     "</h1>\n";
  if (!content.verdict.empty())
    html += "<p class=\"badges\"><span class=\"badge verdict\">" + html_escaped(content.verdict) + "</span> <span class=\"badge rigor\">" +
            html_escaped(content.rigor) + "</span></p>\n";
  html += "<p class=\"lead\">" + html_with_code(content.words.lead) + "</p>\n<dl class=\"words\">\n";
  for (const auto& [heading, text] : content.words.paragraphs)
    html += "<div><dt>" + html_escaped(heading) + "</dt><dd>" + html_with_code(text) + "</dd></div>\n";
  return html + "</dl>\n";
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\'': result += "&#39;"; break;
      case '\0': result += "\ufffd"; break;
      default: result += c;
    }
  }
  return result;
}

std::string html_with_code(std::string_view text) {
  std::string result;
  bool is_code = false;
  while (!text.empty()) {
    const std::size_t end = text.find('`');
    result += html_escaped(text.substr(0, end));
    if (end == std::string_view::npos) break;
    is_code = !is_code;
    result += is_code ? "<code dir=\"ltr\">" : "</code>";
    text.remove_prefix(end + 1);
  }
  return is_code ? result + "</code>" : result;
}

std::string json_for_script(std::string_view json) {
  std::string result;
  result.reserve(json.size() + json.size() / 64);
  for (const char c : json)
    if (c == '<') result += "\\u003c";
    else result += c;
  return result;
}

bool has_page() { return internal::reason_without_page().empty(); }

std::string missing_page_text() {
  return "this build of nadir has no page for reports (" + std::string(internal::reason_without_page()) +
         "); with node and npm installed (tools/setup report) configure and build it again";
}

std::string html_page(const PageContent& content) {
  if (!has_page()) throw FileError("report.html", missing_page_text());
  const std::array<std::pair<std::string_view, std::string>, 4> slots{{
      {"{{nadir:title}}", html_escaped(content.title)},
      {"{{nadir:verdict}}", html_escaped(content.verdict)},
      {"{{nadir:words}}", words_html(content)},
      {"{{nadir:data}}", json_for_script(content.json)},
  }};
  std::string_view rest = internal::page_template();
  std::string page;
  page.reserve(rest.size() + content.json.size() + 4096);
  for (const auto& [slot, text] : slots) {  // in the order of the template: what is inserted is never searched
    const std::size_t at = rest.find(slot);
    if (at == std::string_view::npos) throw FileError("report.html", "the template has no slot " + std::string(slot));
    page += rest.substr(0, at);
    page += text;
    rest.remove_prefix(at + slot.size());
  }
  page += rest;
  return page;
}

}  // namespace nadir
