// Bundles the page: src/page.html with the style and the script inlined, as a C++ source file.
//
//   node build.mjs OUTPUT.cpp [OUTPUT.html]
//
// Only what main.js reaches is bundled. The page's content security policy allows this very script, by its hash, and no
// other: whatever a run's files hold, nothing of it is ever executed, and no request leaves the page.
import {build, transform} from "esbuild";
import {createHash} from "node:crypto";
import {existsSync, readFileSync, readdirSync, writeFileSync} from "node:fs";

const [cppFile, htmlFile] = process.argv.slice(2);

const bundled = await build({
  entryPoints: ["src/main.js"], bundle: true, minify: true, format: "iife", target: "es2020", charset: "utf8",
  write: false, metafile: true, legalComments: "none", logLevel: "error",
});
const script = bundled.outputFiles[0].text.trim().replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
const style = (await transform(readFileSync("src/style.css", "utf8"), {loader: "css", minify: true})).code.trim();

// The licences of what is bundled ask for their notices in every copy. Equal texts are given once.
function notices() {
  const packages = new Set();
  for (const path of Object.keys(bundled.metafile.inputs)) {
    const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
    if (found) packages.add(found[1]);
  }
  const owners = new Map();
  for (const name of [...packages].sort()) {
    const file = readdirSync(`node_modules/${name}`).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} has no licence file`);
    const text = readFileSync(`node_modules/${name}/${file}`, "utf8").replaceAll("--", "- -").trim();
    const notice = text.split("\n").filter((line) => /^copyright/i.test(line)).join("; ");
    const terms = text.split("\n").filter((line) => !/^copyright/i.test(line)).join("\n").trim().replace(/\s+/g, " ");
    owners.set(terms, [...(owners.get(terms) ?? []), `${name}: ${notice}`]);
  }
  return [...owners].map(([terms, names]) => `${names.join("\n")}\n\n${terms}`).join("\n\n");
}

const hash = createHash("sha256").update(script, "utf8").digest("base64");
const slots = {
  policy: `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`,
  notices: notices(), style, script,
};
const page = readFileSync("src/page.html", "utf8")
  .replace(/\{\{build:(\w+)\}\}/g, (_, name) => slots[name]);

// In pieces: compilers limit the length of one literal.
function source(text) {
  const bytes = Buffer.from(text, "utf8");
  const pieces = [];
  for (let begin = 0; begin < bytes.length;) {
    let end = Math.min(begin + 12000, bytes.length);
    while (end < bytes.length && (bytes[end] & 0xc0) === 0x80) --end;  // not inside a character
    pieces.push(`R"~nadir~(${bytes.subarray(begin, end).toString("utf8")})~nadir~"`);
    begin = end;
  }
  return `#include <string>

#include "nadir/report/internal/page_template.hpp"

namespace nadir::internal {
namespace {

constexpr std::string_view pieces[] = {
${pieces.join(",\n")}};

std::string joined() {
  std::string text;
  for (const std::string_view piece : pieces) text += piece;
  return text;
}

}  // namespace

std::string_view page_template() {
  static const std::string text = joined();
  return text;
}

std::string_view reason_without_page() { return ""; }

}  // namespace nadir::internal
`;
}

if (!existsSync("src/page.html") || !cppFile) throw new Error("usage: node build.mjs OUTPUT.cpp [OUTPUT.html], in web/");
writeFileSync(cppFile, source(page));
if (htmlFile) writeFileSync(htmlFile, page);
