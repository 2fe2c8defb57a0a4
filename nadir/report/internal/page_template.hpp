// What the build made of web/: the template, or nothing and the reason why.
#pragma once

#include <string_view>

namespace nadir::internal {

std::string_view page_template();
std::string_view reason_without_page();  // empty where there is a template

}  // namespace nadir::internal
