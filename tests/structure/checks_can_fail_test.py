"""Every structure check, and the closing count of ./test, on a small tree that keeps the rules and on trees
that break one of them. The oracle is the rule itself: what the broken tree breaks is written beside it."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"

GOOD = {
    "docs/map.md": (
        "| folder | may include | never, and why |\n| --- | --- | --- |\n"
        "| `base` | none | |\n| `core` | `base` | |\n| `solvers` | `base`, `core` | |\n"
        "| `problems/F` | `base`, `core` | |\n"
        "| `problems/F/check*` | `base`, `problems/F/options`, `core/point` | |\n"
        "\n| third-party header | only in | why |\n| --- | --- | --- |\n"
        "| `zlib.h` | `base` | |\n| `gtest/*` | `tests` | |\n"),
    "docs/references.bib": "@article{Rump2010,\n  title = {x}\n}\n@book{Higham2002,\n}\n",
    "nadir/base/error.hpp": "#pragma once\n#include <string>\n#include <zlib.h>\n",
    "nadir/base/error_test.cpp": '#include "nadir/base/error.hpp"\n#include <gtest/gtest.h>\n',
    "nadir/core/point.hpp": "// As in [Rump2010, sec. 3; Higham2002].\n#pragma once\n#include \"nadir/base/error.hpp\"\n",
    "nadir/core/problem.hpp": "#pragma once\n",
    "nadir/solvers/descent.hpp": "#pragma once\n#include \"nadir/core/problem.hpp\"\n",
    "nadir/problems/well/options.hpp": "#pragma once\n#include \"nadir/core/problem.hpp\"\n",
    "nadir/problems/well/well.cpp": '#include "nadir/problems/well/options.hpp"\n',
    "nadir/problems/well/check.cpp": '#include "nadir/problems/well/options.hpp"\n#include "nadir/core/point.hpp"\n',
    "nadir/problems/bowl/options.hpp": "#pragma once\n",
}


UNKNOWN = "Nobody1999"  # a key that no bibliography has


def run(tool, files, *arguments):
    """Exit code and output of a check on a tree with these files."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        done = subprocess.run([sys.executable, TOOLS / tool, "--root", root, *arguments], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class Check(unittest.TestCase):
    def accepts(self, tool, files, *arguments):
        code, output = run(tool, files, *arguments)
        self.assertEqual(code, 0, output)

    def rejects(self, tool, name, text, expected):
        """The good tree with one file more fails, and the check names the file and the reason."""
        code, output = run(tool, {**GOOD, name: text})
        self.assertEqual(code, 1, output)
        self.assertIn(name, output)
        self.assertIn(expected, output)


class Includes(Check):
    def test_accepts_a_tree_that_keeps_the_table(self):
        self.accepts("check_includes", GOOD)

    def test_rejects_a_problem_that_includes_a_solver(self):
        self.rejects("check_includes", "nadir/problems/well/bad.cpp", '#include "nadir/solvers/descent.hpp"\n', "descent.hpp")

    def test_rejects_an_upward_include(self):
        self.rejects("check_includes", "nadir/base/bad.hpp", '#include "nadir/core/point.hpp"\n', "core/point.hpp")

    def test_rejects_another_family(self):
        self.rejects("check_includes", "nadir/problems/well/bad.cpp", '#include "nadir/problems/bowl/options.hpp"\n', "bowl")

    def test_rejects_a_check_that_shares_code_with_the_family(self):
        self.rejects("check_includes", "nadir/problems/well/check_two.cpp", '#include "nadir/problems/well/well.hpp"\n', "well.hpp")

    def test_rejects_a_file_that_a_check_may_include_only_by_name(self):
        self.rejects("check_includes", "nadir/problems/well/check_two.cpp", '#include "nadir/core/problem.hpp"\n', "problem.hpp")

    def test_rejects_another_folders_internals(self):
        self.rejects("check_includes", "nadir/core/bad.cpp", '#include "nadir/base/internal/x.hpp"\n', "internal")

    def test_accepts_a_folders_own_internals(self):
        self.accepts("check_includes", {**GOOD, "nadir/base/good.cpp": '#include "nadir/base/internal/x.hpp"\n'})

    def test_rejects_a_third_party_header_away_from_its_home(self):
        self.rejects("check_includes", "nadir/core/bad.cpp", "#include <zlib.h>\n", "zlib.h")

    def test_rejects_a_third_party_header_that_the_table_does_not_know(self):
        self.rejects("check_includes", "nadir/core/bad.cpp", "#include <Eigen/Dense>\n", "Eigen/Dense")

    def test_rejects_a_test_framework_in_the_library(self):
        self.rejects("check_includes", "nadir/core/bad.cpp", "#include <gtest/gtest.h>\n", "gtest")

    def test_rejects_an_include_relative_to_the_file(self):
        self.rejects("check_includes", "nadir/base/bad.cpp", '#include "error.hpp"\n', "error.hpp")

    def test_rejects_a_folder_without_a_row(self):
        self.rejects("check_includes", "nadir/utils/bad.cpp", "\n", "no row")


class Citations(Check):
    def test_accepts_keys_that_resolve(self):
        self.accepts("check_citations", GOOD)

    def test_rejects_an_unknown_key(self):
        self.rejects("check_citations", "nadir/base/bad.hpp", f"// See [{UNKNOWN}, Thm 1].\n", UNKNOWN)

    def test_rejects_an_unknown_second_key(self):
        self.rejects("check_citations", "nadir/base/bad.hpp", f"// [Rump2010; {UNKNOWN}a]\n", UNKNOWN + "a")

    def test_rejects_a_citation_broken_over_two_lines(self):
        self.rejects("check_citations", "nadir/base/bad.hpp", f"// [{UNKNOWN},\n// Thm 1]\n", UNKNOWN)

    def test_rejects_a_key_defined_twice(self):
        self.rejects("check_citations", "docs/references.bib", GOOD["docs/references.bib"] * 2, "2 times")


class Sizes(Check):
    def test_accepts_small_files(self):
        self.accepts("check_sizes", GOOD)

    def test_rejects_a_file_over_600_lines(self):
        self.rejects("check_sizes", "nadir/base/bad.cpp", "int x;\n" * 601, "601 lines")

    def test_accepts_a_large_file_that_says_why(self):
        self.accepts("check_sizes", {**GOOD, "nadir/base/table.cpp": "// size: a table\n" + "int x;\n" * 601})

    def test_rejects_a_public_header_over_350_lines(self):
        self.rejects("check_sizes", "nadir/base/bad.hpp", "int x();\n" * 351, "public header")

    def test_accepts_a_longer_internal_header(self):
        self.accepts("check_sizes", {**GOOD, "nadir/base/internal/x.hpp": "int x();\n" * 351})

    def test_rejects_a_function_over_80_lines(self):
        body = "void f(int n,\n       int m) {\n" + "  n += m;\n" * 80 + "}\n"
        self.rejects("check_sizes", "nadir/base/bad.cpp", body, "a function of 82 lines")

    def test_rejects_a_constructor_over_80_lines(self):
        body = "A::A(int n)\n    : n_(n),\n      m_(n) {\n" + "  n += 1;\n" * 80 + "}\n"
        self.rejects("check_sizes", "nadir/base/bad.cpp", body, "a function of 82 lines")

    def test_accepts_many_short_functions(self):
        self.accepts("check_sizes", {**GOOD, "nadir/base/good.cpp": "void f() {\n  if (x) {\n    g();\n  }\n}\n" * 60})

    def test_accepts_a_long_class_of_short_functions(self):
        methods = "  int f() const {\n    return 1;\n  }\n" * 40
        self.accepts("check_sizes", {**GOOD, "nadir/base/good.cpp": "class A final : public B<int(int)> {\n" + methods + "};\n"})

    def test_rejects_a_function_like_macro_in_a_public_header(self):
        self.rejects("check_sizes", "nadir/base/bad.hpp", "#define SQUARE(x) ((x) * (x))\n", "macros")


class Words(Check):
    def test_accepts_finished_files(self):
        self.accepts("check_words", GOOD)

    def test_accepts_prose_and_indented_examples_in_comments(self):
        prose = "// Returns the root; the other one is its negative.\n//   double x = root(2);\n// for (all i) {x_i} is summed\n"
        self.accepts("check_words", {**GOOD, "nadir/base/good.hpp": prose})

    def test_leaves_build_folders_alone(self):
        self.accepts("check_words", {**GOOD, "build/release/CMakeCache.txt": "X=/ho" "me/somebody/x\n"})

    def test_rejects_notes_to_self(self):
        for word in ("TO" "DO", "FIX" "ME", "XX" "X", "HA" "CK"):
            self.rejects("check_words", "nadir/base/bad.cpp", f"// {word}: later\n", "unfinished")

    def test_rejects_a_path_of_one_machine(self):
        for folder in ("home", "root", "tmp", "Users"):
            self.rejects("check_words", "docs/bad.md", f"run it in /{folder}/somebody/x\n", "a path of one machine")

    def test_rejects_commented_out_code(self):
        for line in ("// x.resize(4);", "// double y = 2.0 * x;", "// return x;", "// for (int i = 0; i < 4; ++i) {"):
            self.rejects("check_words", "nadir/base/bad.cpp", line + "\n", "commented-out code")

    def test_rejects_fast_math_in_a_build_file(self):
        self.rejects("check_words", "cmake/bad.cmake", "target_compile_options(x PRIVATE -ffast" "-math)\n", "fast math")

    def test_rejects_a_disabled_test(self):
        self.rejects("check_words", "nadir/base/bad_test.cpp", "TEST(A, DISABLED" "_holds) {}\n", "a disabled test")


class Links(Check):
    def test_accepts_links_that_lead_somewhere(self):
        page = "[the map](docs/map.md), [a place in it](docs/map.md#x), [the web](https://example.org/y), [here](#z)\n"
        self.accepts("check_links", {**GOOD, "README.md": page})

    def test_rejects_a_link_to_a_missing_file(self):
        self.rejects("check_links", "docs/bad.md", "see [it](missing.md)\n", "missing.md")


class Headers(Check):
    def test_accepts_a_header_that_includes_what_it_uses(self):
        self.accepts("check_headers", {"nadir/base/good.hpp": "#pragma once\n#include <string>\nstd::string f();\n"})

    def test_rejects_a_header_that_leans_on_others(self):
        code, output = run("check_headers", {"nadir/base/bad.hpp": "#pragma once\nstd::string f();\n"})

        self.assertEqual(code, 1, output)
        self.assertIn("nadir/base/bad.hpp", output)

    def test_rejects_a_header_whose_source_includes_it_second(self):
        code, output = run("check_headers", {"nadir/base/bad.hpp": "#pragma once\nstd::string f();\n",
                                             "nadir/base/bad.cpp": '#include <string>\n#include "nadir/base/bad.hpp"\n'})

        self.assertEqual(code, 1, output)

    def test_leaves_a_header_to_the_build_whose_source_includes_it_first(self):
        self.accepts("check_headers", {"nadir/base/good.hpp": "#pragma once\nint f();\n",
                                       "nadir/base/good.cpp": '#include "nadir/base/good.hpp"\n#include <string>\n'})

    def test_rejects_a_tree_without_headers(self):
        self.assertEqual(run("check_headers", {"README.md": "x\n"})[0], 1)


class Summary(unittest.TestCase):
    def summary(self, cases):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "results.xml"
            path.write_text(f"<testsuite>{cases}</testsuite>")
            done = subprocess.run([sys.executable, TOOLS / "test_summary", path], capture_output=True, text=True)
            return done.returncode, done.stdout

    def test_passes_when_nothing_failed(self):
        code, output = self.summary('<testcase name="a" status="run"/>')

        self.assertEqual(code, 0)
        self.assertIn("1 passed, 0 failed, 0 skipped", output)

    def test_names_each_failure_and_fails(self):
        code, output = self.summary('<testcase name="a" status="run"/><testcase name="b" status="fail"><failure/></testcase>')

        self.assertEqual(code, 1)
        self.assertIn("FAILED  b", output)

    def test_counts_a_program_that_could_not_start_as_failed(self):
        code, _ = self.summary('<testcase name="a" status="run"/><testcase name="b" status="notrun"><failure/></testcase>')

        self.assertEqual(code, 1)

    def test_gives_the_reason_of_each_skip(self):
        code, output = self.summary(
            '<testcase name="a" status="run"/>'
            '<testcase name="b" status="notrun"><skipped/><system-out>x_test.cpp:3: Skipped\nno such folder\n</system-out></testcase>'
            '<testcase name="c" status="notrun"><skipped/><system-out>skipped: no GPU\n</system-out></testcase>')

        self.assertEqual(code, 0)
        self.assertIn("no such folder", output)
        self.assertIn("no GPU", output)

    def test_fails_when_no_test_ran(self):
        self.assertEqual(self.summary("")[0], 1)


if __name__ == "__main__":
    unittest.main()
