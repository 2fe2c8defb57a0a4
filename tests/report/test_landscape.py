"""Slices and paths together: every look, hostile labels, paper, an earlier point, damaged files."""

import base64
import json
import shutil

import pytest

from conftest import NETWORK
from cuts import broken, layered, line, path, plane, words
from test_hostile_names import HOSTILE, shown
from test_page import CONTRAST, STRUCTURE

KINDS = {"plane": plane, "layers": layered, "line": line}


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1200, 400, 320])
@pytest.mark.parametrize("kind", KINDS)
def test_pictures_are_drawn_in_every_look(with_files, kind, width, dark):
    page = with_files(slice=KINDS[kind](), path=path(), width=width, dark=dark)

    plots = page.evaluate("""[...document.querySelectorAll("#slice .canvas, #path .canvas")].map((canvas) => ({
        marks: canvas.querySelectorAll("svg path[d], svg circle, svg line").length,
        width: canvas.querySelector("svg").getBoundingClientRect().width,
        label: canvas.querySelector("[role=img]").getAttribute("aria-label")}))""")
    assert len(plots) == (2 if kind == "line" else 4)  # map, surface, colours; ways
    for plot in plots:
        assert plot["marks"] > 3 and plot["width"] > 200 and len(plot["label"]) > 10, plot
    assert broken(page, "#slice") == 0 and broken(page, "#path") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.complaints() == [] and page.requests() == []
    assert page.evaluate(CONTRAST) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_slices_and_paths_are_there_for_a_screen_reader(with_files, kind):
    found = with_files(slice=KINDS[kind](), path=path()).evaluate(STRUCTURE)

    assert found.pop("lang") == "en" and found.pop("title")
    assert (found.pop("titles"), found.pop("first")) == (1, 1)
    assert not any(found.values()), found


def test_a_damaged_part_costs_the_page_that_part_alone(with_files):
    cut = plane()
    del cut["marks"]

    page = with_files(slice=cut, path=path())

    assert "could not be drawn" in page.evaluate("document.body.innerText")
    assert page.evaluate("[...document.querySelectorAll('main > section')].map((s) => s.id).filter(Boolean)")[-5:] == ["path", "details", "files", "repeat", "words"]
    assert len(page.complaints()) == 1


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_labels_appear_as_text(with_files, kind):
    text = HOSTILE[kind]
    cut = layered()
    for entry in (cut["axes"][0], cut["marks"][0], cut["layers"][1], cut["layers"][2]):
        entry["label"] = text
    cut["axes"][1]["kind"] = cut["axes"][1]["normalisation"] = text
    way = path()
    way["alignment"]["label"] = way["curves"][2]["name"] = way["curves"][2]["kind"] = way["saddle"]["verdict"] = way["saddle"]["rigor"] = text

    for width in (1200, 400):
        page = with_files(slice=cut, path=way, width=width)
        page.evaluate("document.querySelectorAll('#slice details').forEach((d) => { d.open = true; })")

        assert page.evaluate("window.pwned") is None
        assert page.evaluate("document.querySelectorAll('img, iframe, object, embed').length") == 0
        assert page.evaluate("document.querySelectorAll('script').length") == 2
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert shown(text) in page.evaluate("document.querySelector('#slice details').textContent")
        assert page.complaints() == [] and page.requests() == []


def test_pictures_of_an_earlier_point_say_so(with_files):
    now, then = (with_files(slice=plane(), path=path(), is_current=current) for current in (True, False))

    assert now.evaluate("document.querySelectorAll('.state.stale').length") == 0
    assert "the run went on since" in words(then, "#slice .stale") and "the run went on since" in words(then, "#path .stale")


def test_slices_and_paths_print(with_files):
    page = with_files(slice=layered(), path=path(), dark=True)
    page.emulate_print()

    assert page.evaluate("document.querySelector('#slice .plane image').getBoundingClientRect().width") > 200
    assert page.evaluate("getComputedStyle(document.querySelector('#slice .tools')).display") == "none"
    assert len(base64.b64decode(page.call("Page.printToPDF", {"printBackground": False})["data"])) > 20000


@pytest.mark.parametrize("name", ["slice.json", "path.json"])
def test_a_damaged_file_is_named(nadir, work, runs, name):
    folder = work / f"damaged-{name}"
    shutil.copytree(runs["well"], folder)
    schema = {"slice.json": "nadir.slice/1", "path.json": "nadir.path/1"}[name]
    for text in ("{", json.dumps({"schema": schema})):
        (folder / name).write_text(text)

        told = nadir(work, "report", folder.name)

        assert told.returncode == 2 and name in told.stderr, told.stderr


def test_what_the_tools_write_is_drawn_at_once(nadir, work, look):
    options = ("solve", *NETWORK, "--weight-decay", "0.01", "--keep-points", "20")
    for seed in ("1", "2"):
        assert nadir(work, *options, "--seed", seed, "-o", f"tool-{seed}").returncode == 0
    for arguments in (("slice", "tool-1", "--directions", "trajectory", "--grid", "9x7", "--layers", "value,gradient"), ("path", "tool-1", "tool-2")):
        told = nadir(work, "landscape", *arguments)
        assert told.returncode == 0, told.stderr

    page = look(work / "tool-1")

    assert page.complaints() == [] and page.requests() == []
    assert "It took" in words(page, "#slice") and "principal component 1" in words(page, "#slice")
    assert page.evaluate("document.querySelectorAll('#slice .trajectory circle').length") > 2
    assert page.evaluate("document.querySelectorAll('#slice .sheet path').length") == 8 * 6
    assert "The straight line between the two points" in words(page, "#path .story")
    assert page.evaluate("document.querySelectorAll('#path [aria-label=line] path').length") >= 3
    assert page.evaluate("document.querySelectorAll('.state.stale').length") == 0
