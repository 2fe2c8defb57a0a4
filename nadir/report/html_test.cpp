// The page's text: nothing that comes from a run becomes markup.
#include "nadir/report/html.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

using testing::HasSubstr;
using testing::Not;

PageContent content() {
  PageContent page;
  page.title = "t";
  page.kicker = "k";
  page.words = {"headline", "lead", {{"heading", "text"}}};
  page.json = "{}";
  return page;
}

TEST(HtmlEscaped, leaves_no_character_that_markup_is_made_of) {
  EXPECT_EQ(html_escaped("<b a=\"1\" c='2'>&amp;"), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;");
  EXPECT_EQ(html_escaped(std::string("a\0b", 3)), "a\ufffd" "b");
}

TEST(HtmlWithCode, closes_what_it_opens) {
  EXPECT_EQ(html_with_code("run `a <b>` now"), "run <code dir=\"ltr\">a &lt;b&gt;</code> now");
  EXPECT_EQ(html_with_code("odd ` number"), "odd <code dir=\"ltr\"> number</code>");
}

TEST(JsonForScript, cannot_end_the_element_it_stands_in) {
  EXPECT_EQ(json_for_script(R"({"a":"</script><!--"})"), R"({"a":"\u003c/script>\u003c!--"})");
}

TEST(HtmlPage, holds_words_and_data_as_text) {
  if (!has_page()) GTEST_SKIP() << missing_page_text();
  PageContent page = content();
  page.kicker = "<img src=x onerror=alert(1)>";
  page.title = "</title><script>alert(1)</script>";
  page.words.lead = "{{nadir:data}}";
  page.json = R"({"name":"</script><script>alert(1)</script>{{nadir:title}}"})";

  const std::string html = html_page(page);

  EXPECT_THAT(html, Not(HasSubstr("<img src=x")));
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(html, HasSubstr("<p class=\"lead\">{{nadir:data}}</p>"));
  EXPECT_THAT(html, HasSubstr("{{nadir:title}}\"}"));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  EXPECT_LT(html.size(), 600000u);
}

TEST(HtmlPage, without_a_template_says_what_is_missing) {
  if (has_page()) GTEST_SKIP() << "this build has the page";

  EXPECT_THAT(missing_page_text(), HasSubstr("npm"));
  EXPECT_THROW(html_page(content()), FileError);
}

}  // namespace
}  // namespace nadir
