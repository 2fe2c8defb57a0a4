"""`--figure`: files as other programs read them (Python's XML and zlib, poppler), drawn from runs and from stored results."""

import json
import re
import shutil
import struct
import subprocess
import xml.etree.ElementTree
import zlib

import numpy
import pytest

from conftest import write_data

HOSTILE = "<script>alert('1')</script> & \u05e9\u05dc\u05d5\u05dd \u202e end"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def run(nadir, tmp_path):
    """A finished run of a small network, in the folder `run`. Skips where this build draws no figures."""
    if "figures" not in nadir("version", "--json").json()["parts"]:
        pytest.skip("this build has no cairo and Pango")
    write_data(tmp_path, 3, 2, 30)
    solved = nadir("solve", "network", "--x", "x.npy", "--y", "y.npy", "--hidden", "3", "--activation", "tanh",
                   "--weight-decay", "0.01", "-o", "run")
    assert solved.code == 0, solved.err
    return tmp_path / "run"


def texts(path):
    """Every text of an SVG file; the parser refuses what is not well-formed."""
    root = xml.etree.ElementTree.parse(path).getroot()
    return ["".join(element.itertext()) for element in root.iter(SVG + "text")]


def png(path):
    """Width, height, pixels a metre and the raw rows of a PNG file, every chunk's check compared."""
    data, at, chunks = path.read_bytes(), 8, {}
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        chunks[kind] = chunks.get(kind, b"") + body
        at += 12 + length
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    return width, height, struct.unpack(">II", chunks[b"pHYs"][:8]), zlib.decompress(chunks[b"IDAT"])


def slice_json(label="random direction 1", value=1.0):
    """A slice as docs/formats/slice.md describes it."""
    axis = {"kind": "random", "label": label, "normalisation": "filter", "length": 2.0, "eigenvalue": None,
            "explained": None, "coordinates": [-1, 0, 1, 2]}
    values = [[float(value + i * j) for j in range(4)] for i in range(4)]
    values[3][3] = None
    return {"schema": "nadir.slice/1", "family": "network", "value": 1.0, "point_sha256": "", "complete": True,
            "axes": [axis, dict(axis, label="random direction 2")], "layers": [{"name": "value", "label": "value", "values": values}],
            "marks": [{"label": label, "coordinates": [0, 0], "value": 1.0, "distance": 0.3}],
            "trajectory": [{"iteration": k, "coordinates": [k / 4, k / 5], "value": 2.0, "distance": 1.0 / (k + 1)} for k in range(4)],
            "adaptive": None, "evaluations": 16, "seed": 0, "seconds": 0.1}


def test_every_tool_draws_what_it_found(nadir, run, tmp_path):
    other = nadir("solve", "network", "--x", "x.npy", "--y", "y.npy", "--hidden", "3", "--activation", "tanh",
                  "--weight-decay", "0.01", "--seed", "1", "-o", "other")
    assert other.code == 0, other.err

    for command, label in (
        (("report", "run"), "gradient norm"),
        (("landscape", "spectrum", "run"), "eigenvalue of the Hessian"),
        (("landscape", "spectrum", "run", "--log"), "eigenvalue of the Hessian"),
        (("landscape", "slice", "run", "--grid", "7x7"), "value"),
        (("landscape", "slice", "run", "--grid", "7x7", "--surface"), "value"),
        (("landscape", "slice", "run", "--grid", "15"), "value"),
        (("landscape", "slice", "run", "--grid", "5x5", "--layers", "value,gradient,curvature", "--figure-layer", "curvature"), None),
        (("landscape", "path", "run", "other", "--points", "9"), "position t along the path"),
        (("survey", "network", "--x", "x.npy", "--y", "y.npy", "--hidden", "2", "--activation", "tanh", "--weight-decay",
          "0.01", "--starts", "6", "-o", "survey"), "starts, of 6"),
    ):
        finished = nadir(*command, "--figure", "a.svg")
        assert finished.code == 0, (command, finished.err)
        found = texts(tmp_path / "a.svg")
        assert label is None or label in found, (command, found)
        (tmp_path / "a.svg").unlink()


def test_a_stored_result_is_drawn_again_to_the_same_bytes(nadir, run, tmp_path):
    assert nadir("landscape", "spectrum", "run", "--figure", "a.pdf", "--log").code == 0
    assert nadir("report", "run", "--picture", "spectrum", "--figure", "b.pdf", "--log").code == 0
    assert nadir("report", "run", "--picture", "spectrum", "--figure", "c.pdf").code == 0

    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes() != (tmp_path / "c.pdf").read_bytes()


def test_a_survey_is_drawn_by_default_where_there_is_one(nadir, run, tmp_path):
    assert nadir("survey", "double-well", "--starts", "5", "-o", "wells").code == 0
    assert nadir("report", "wells", "--figure", "a.svg").code == 0

    assert "starts, of 5" in texts(tmp_path / "a.svg")


@pytest.mark.parametrize("surface", [(), ("--surface",)])
def test_hostile_labels_are_text(nadir, run, tmp_path, surface):
    (run / "slice.json").write_text(json.dumps(slice_json(HOSTILE)))
    for name in ("a.svg", "a.png", "a.pdf"):
        assert nadir("report", "run", "--picture", "slice", "--figure", name, *surface).code == 0

    shown = HOSTILE.replace("\u202e", "")  # marks that turn the direction round are left out
    assert any(shown in text for text in texts(tmp_path / "a.svg"))
    assert {element.tag for element in xml.etree.ElementTree.parse(tmp_path / "a.svg").getroot().iter()} <= {
        SVG + tag for tag in ("svg", "title", "g", "rect", "path", "text", "tspan", "image", "clipPath")}


def test_a_png_has_the_size_asked_for(nadir, run, tmp_path):
    assert nadir("report", "run", "--figure", "a.png", "--figure-width", "50.8").code == 0

    width, height, resolution, rows = png(tmp_path / "a.png")
    assert width == 1200 and resolution == (23622, 23622)
    assert len(rows) == height * (1 + 3 * width)
    assert len(set(rows)) > 10


def test_a_pdf_has_its_size_its_text_and_its_fonts(nadir, run, tmp_path):
    if not shutil.which("pdfinfo") or not shutil.which("pdftotext") or not shutil.which("pdffonts"):
        pytest.skip("poppler's pdfinfo, pdftotext and pdffonts are not installed")
    (run / "slice.json").write_text(json.dumps(slice_json()))
    assert nadir("report", "run", "--picture", "slice", "--figure", "a.pdf", "--figure-width", "127").code == 0

    def tool(*command):
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout

    assert re.search(r"Page size: +360 x", tool("pdfinfo", "a.pdf")) and "1970" in tool("pdfinfo", "a.pdf")
    assert "random direction 1" in tool("pdftotext", "a.pdf", "-")
    fonts = tool("pdffonts", "a.pdf").splitlines()[2:]
    assert fonts and all(line.split()[-5] == "yes" for line in fonts)  # embedded


@pytest.mark.parametrize("name", ["a.jpg", "a", ".svg", "a.svg.gz", "pdf"])
def test_other_endings_are_refused_before_anything_is_computed(nadir, run, tmp_path, name):
    for command in (("landscape", "spectrum", "run"), ("report", "run"), ("survey", "double-well", "--starts", "3", "-o", "new")):
        refused = nadir(*command, "--figure", name)
        assert refused.code == 2 and ".svg, .pdf or .png" in refused.err and refused.out == ""
    assert not (run / "spectrum.json").exists() and not (tmp_path / "new").exists()


@pytest.mark.parametrize("options", [("--log",), ("--no-log",), ("--surface",), ("--picture", "trace")])
def test_options_of_a_figure_without_a_figure_are_refused(nadir, run, options):
    refused = nadir("report", "run", *options)

    assert refused.code == 2 and "--figure FILE" in refused.err and refused.out == ""


def test_a_line_has_no_surface(nadir, run):
    stored = slice_json()
    stored.update(axes=stored["axes"][:1], marks=[], trajectory=None,
                  layers=[{"name": "value", "label": "value", "values": [1, 2, 3, 4]}])
    (run / "slice.json").write_text(json.dumps(stored))

    assert nadir("report", "run", "--picture", "slice", "--figure", "a.svg").code == 0
    refused = nadir("report", "run", "--picture", "slice", "--figure", "a.svg", "--surface")
    assert refused.code == 2 and "--surface" in refused.err


def test_what_is_not_there_is_named_with_the_command_that_makes_it(nadir, run):
    for picture, command in (("slice", "nadir landscape slice"), ("path", "nadir landscape path"), ("survey", "nadir survey")):
        refused = nadir("report", "run", "--picture", picture, "--figure", "a.svg")
        assert refused.code == 2 and command in refused.err


def test_a_logarithmic_scale_of_negative_values_is_refused_and_why(nadir, run):
    (run / "slice.json").write_text(json.dumps(slice_json(value=-3.0)))
    refused = nadir("report", "run", "--picture", "slice", "--figure", "a.svg", "--log")

    assert refused.code == 2 and "above 0" in refused.err and "-3" in refused.err
    assert nadir("report", "run", "--picture", "slice", "--figure", "a.svg").code == 0


def without(key):
    return lambda o: o.pop(key)


@pytest.mark.parametrize("damage", [
    without("axes"), without("layers"), without("schema"), lambda o: o.update(schema="nadir.slice/9"), lambda o: o.update(axes=[]),
    lambda o: o["axes"].extend(o["axes"]), lambda o: o["axes"][0].update(coordinates=[0, 0, 1, 2]),
    lambda o: o["axes"][0].update(coordinates=["a"]), lambda o: o["axes"][0].update(coordinates=[0, None, 1, 2]),
    lambda o: o["layers"][0].update(values=[[1]]), lambda o: o["layers"][0].update(values=3), lambda o: o["marks"][0].update(coordinates=[1]),
    lambda o: o.update(marks=[3]), lambda o: o.update(layers=[]),
])
def test_damaged_files_are_refused_by_name(nadir, run, tmp_path, damage):
    stored = slice_json()
    damage(stored)
    (run / "slice.json").write_text(json.dumps(stored))
    refused = nadir("report", "run", "--picture", "slice", "--figure", "a.svg")

    assert refused.code == 2 and ("slice.json" in refused.err or "--figure-layer" in refused.err), refused.err
    assert not (tmp_path / "a.svg").exists()


def test_a_missing_folder_for_the_figure_is_told_by_the_system(nadir, run):
    refused = nadir("report", "run", "--figure", "missing/a.svg")

    assert refused.code == 2 and "missing/a.svg" in refused.err


def test_ten_thousand_rows_of_a_trace_make_a_small_figure(nadir, run, tmp_path):
    rows = ["iteration,seconds,value,gradient_norm,curvature,step,event"]
    random = numpy.random.default_rng(0)
    for k in range(100_000):
        rows.append(f"{k},{k * 1e-3},{1 + 1 / (k + 1)},{random.random()},,{0.1},{'escape' if k == 54321 else ''}")
    (run / "trace.csv").write_text("\n".join(rows) + "\n")
    assert nadir("report", "run", "--figure", "a.svg").code == 0

    assert "escape" in texts(tmp_path / "a.svg")
    assert (tmp_path / "a.svg").stat().st_size < 500_000
