"""What the files of a run hold is shown as text, whatever it is, and nothing of it ever runs."""

import json
import shutil

import pytest

HOSTILE = {
    "markup": "<img src=x onerror=\"window.pwned=1\">",
    "script": "</script><script>window.pwned=1</script>",
    "comment": "<!--<script>",
    "slot": "{{nadir:data}}",
    "link": "javascript:window.pwned=1",
    "quotes": "\"'`&amp;&lt;",
    "long": "x" * 3000,
    "right to left": "\u202etxt.exe \u05e9\u05dc\u05d5\u05dd",
}


def shown(text):
    """As the page writes it: characters that reorder their neighbours are shown by their code."""
    return "".join(f"\\u{ord(c):04x}" if 0x202A <= ord(c) <= 0x202E else c for c in text)


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_in_every_file_appears_as_text(nadir, work, runs, look, kind):
    text = HOSTILE[kind]
    folder = work / f"hostile-{kind.replace(' ', '-')}"
    shutil.copytree(runs["starts"], folder)
    verdict = json.loads((folder / "verdict.json").read_text())
    verdict["evidence"][0]["claim"] = text
    verdict["evidence"][0]["theorem"] = text
    verdict["evidence"][0]["numbers"] = {text: 1.0}
    verdict["details"][text] = text
    verdict["details"]["list"] = {text: [text]}
    (folder / "verdict.json").write_text(json.dumps(verdict))
    record = json.loads((folder / "run.json").read_text())
    record["inputs"][0]["path"] = text
    record["blas"] = text
    record["problem"]["x"] = text
    (folder / "run.json").write_text(json.dumps(record))
    trace = (folder / "trace.csv").read_text().replace(",start", "," + text.replace(",", ";"), 1)
    (folder / "trace.csv").write_text(trace)

    told = nadir(work, "report", folder.name)
    page = look(folder)

    assert told.returncode == 0, told.stderr
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("document.querySelectorAll('img, iframe, object, embed').length") == 0
    assert page.evaluate("document.querySelectorAll('script').length") == 2
    assert page.evaluate("[...document.querySelectorAll('a')].filter((a) => !/^(data|file|about):/.test(a.href)).length") == 0
    assert page.requests() == [] and page.complaints() == []
    assert page.evaluate(f"document.querySelector('.sentence').textContent === {json.dumps(shown(text))}")
    assert page.evaluate(f"document.querySelector('#files td').textContent === {json.dumps(shown(text))}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1200


@pytest.mark.parametrize("name", ["<b onclick=x>&.npy", "\u05e9\u05dc\u05d5\u05dd.npy", "a'b \"c\".npy", "n" * 200 + ".npy"])
def test_data_files_with_hostile_names_are_read_and_named(nadir, work, look, name):
    shutil.copy(work / "x.npy", work / name)
    folder = work / f"named-{abs(hash(name))}"

    made = nadir(work, "solve", "linear-network", "--x", name, "--y", "y.npy", "--hidden", "2", "-o", folder.name)
    page = look(folder, width=400)

    assert made.returncode == 0, made.stderr
    assert name in page.evaluate("document.querySelector('#files').textContent")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.complaints() == []


def test_a_folder_with_a_hostile_name_has_a_page(nadir, work, look):
    name = "<i>run & 'folder'"

    made = nadir(work, "solve", "double-well", "-o", name)
    page = look(work / name.replace("/", "_"))

    assert made.returncode == 0, made.stderr
    assert "nadir verify '<i>run & '\\''folder'\\'''" in page.evaluate("document.querySelector('#verdict').textContent")


def test_damaged_files_are_named(nadir, work, runs):
    for file in ("run.json", "verdict.json", "certificate.json", "trace.csv"):
        folder = work / f"damaged-{file}"
        shutil.copytree(runs["global"], folder)
        (folder / file).write_text("{")

        told = nadir(work, "report", folder.name)

        assert told.returncode == 2 and file in told.stderr, told.stderr
