"""Slices on the page: what stands where, told by pointer, keys, colours and words."""

import json

import pytest

from cuts import XS, YS, axis, broken, cell, layered, line, plane, point_at, rows_of, slice_of, spike, words
from test_page import settle


@pytest.mark.parametrize("i,j", [(0, 0), (6, 0), (0, 3), (5, 1), (2, 2)])
def test_the_pointer_tells_the_value_that_belongs_to_the_place(with_files, i, j):
    page = with_files(slice=plane())

    told = rows_of(point_at(page, XS[i] + 0.1, YS[j] + 0.3))

    assert told == {"first": str(XS[i]).replace("-", "−"), "second": str(YS[j]).replace("-", "−"), "value": str(cell(i, j))}


@pytest.mark.parametrize("row,column", [(5, 1), (1, 2), (0, 0), (6, 3)])
def test_colours_and_contours_stand_where_the_values_do(with_files, row, column):
    page = with_files(slice=spike(row, column))

    brightest, contours = page.evaluate("""(async () => {
        const field = document.querySelector("#slice .plane .field"), picture = field.querySelector("image"), image = new Image();
        image.src = picture.getAttribute("href");
        await image.decode();
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [image.width, image.height];
        const context = canvas.getContext("2d");
        context.drawImage(image, 0, 0);
        const data = context.getImageData(0, 0, image.width, image.height).data;
        let best = 0;
        for (let k = 0; k < data.length; k += 4) if (data[k] + data[k + 1] > data[best] + data[best + 1]) best = k;
        const box = picture.getBBox();
        const inside = [...field.querySelectorAll(".contour")].map((c) => c.getBBox()).map((c) => [(c.x + c.width / 2 - box.x) / box.width, 1 - (c.y + c.height / 2 - box.y) / box.height]);
        return [[((best / 4) % image.width + 0.5) / image.width, 1 - (Math.floor(best / 4 / image.width) + 0.5) / image.height], inside];
    })()""")

    assert brightest == pytest.approx([row / 6, column / 3], abs=0.02)
    assert len(contours) > 3
    for place in contours:
        assert place == pytest.approx([row / 6, column / 3], abs=0.17)


def test_unevenly_spaced_places_stand_where_their_coordinates_are(with_files):
    uneven = slice_of([axis("first", [0, 1, 10]), axis("second", [0, 8, 10])], [[1, 1, 1], [1, 9.5, 1], [1, 1, 1]])
    page = with_files(slice=uneven)

    box = page.evaluate("""(() => {
        const field = document.querySelector("#slice .plane .field"), all = field.querySelector("image").getBBox();
        const top = [...field.querySelectorAll(".contour")].pop().getBBox();
        return [(top.x - all.x) / all.width, (top.x + top.width - all.x) / all.width, 1 - (top.y + top.height - all.y) / all.height, 1 - (top.y - all.y) / all.height];
    })()""")

    assert box[0] < 0.1 < box[1] and box[2] < 0.8 < box[3]


def test_the_peak_of_the_surface_stands_over_its_corner(with_files):
    page = with_files(slice=spike(6, 0))

    peak, front = page.evaluate("""(() => {
        const corners = (path) => path.getAttribute("d").slice(1, -1).split("L").map((p) => p.split(",").map(Number));
        const sheet = [...document.querySelectorAll("#slice .surface .sheet path")].flatMap(corners);
        const floor = corners(document.querySelector("#slice .surface g path"));
        return [sheet.reduce((a, b) => (b[1] < a[1] ? b : a)), floor.reduce((a, b) => (b[1] > a[1] ? b : a))];
    })()""")

    # Seen as it first is, the end of the first direction and the beginning of the second meet in front.
    assert peak[0] == pytest.approx(front[0], abs=1.0)
    assert peak[1] < front[1] - 50
    assert page.evaluate("document.querySelectorAll('#slice .surface .sheet path').length") == 6 * 3


def test_layers_switch_and_say_so(with_files):
    page = with_files(slice=layered())
    label = "document.querySelector('#slice .plane svg').getAttribute('aria-label')"
    image = "document.querySelector('#slice .plane image').getAttribute('href')"
    seen = []

    for k, (name, is_log, can_be_log) in enumerate([("value", False, True), ("norm of the gradient", True, True), ("curvature ratio", False, False)]):
        page.evaluate(f"document.querySelectorAll('#slice input[type=radio]')[{k}].click()")
        settle(page)
        box = page.evaluate("(() => { const b = document.querySelector('#slice input[type=checkbox]'); return [b.checked, !b.disabled]; })()")
        assert page.evaluate(label).startswith(f"Map. {name} over first and second")
        assert box == [is_log, can_be_log]
        seen.append(page.evaluate(image))

    assert len(set(seen)) == 3
    assert rows_of(point_at(page, 2, 5))["norm of the gradient"] == "1000"


def test_logarithmic_colours_can_be_switched(with_files):
    page = with_files(slice=plane())
    image = "document.querySelector('#slice .plane image').getAttribute('href')"
    before = page.evaluate(image)

    page.evaluate("document.querySelector('#slice input[type=checkbox]').click()")

    assert page.evaluate(image) != before
    assert page.complaints() == []


def test_a_gradient_that_vanishes_in_one_place_leaves_colours_for_the_others(with_files):
    steep = layered()
    steep["layers"][1]["values"] = [[1e-16 if (i, j) == (3, 1) else 1.0 + i for j in range(4)] for i in range(7)]
    page = with_files(slice=steep)

    page.evaluate("document.querySelectorAll('#slice input[type=radio]')[1].click()")
    if not page.evaluate("document.querySelector('#slice input[type=checkbox]').checked"):
        page.evaluate("document.querySelector('#slice input[type=checkbox]').click()")

    least = page.evaluate("document.querySelector('#slice .bar svg').getAttribute('aria-label')")
    assert "from 0.01," in least and "to 7," in least


def test_nothing_is_drawn_below_what_an_adaptive_slice_evaluated(with_files):
    adaptive = {"tolerance": 0.01, "error": 0.006, "points": [[-3, -10, 120], [3, 10, 163]]}
    page = with_files(slice=plane(adaptive=adaptive))

    assert "from 120," in page.evaluate("document.querySelector('#slice .bar svg').getAttribute('aria-label')")
    assert "to 120 at (−3, −10), 11 lower" in words(page, "#slice")


def test_arrow_keys_walk_over_the_map_and_are_spoken(with_files):
    page = with_files(slice=plane())
    page.evaluate("document.querySelector('#slice .plane').focus()")
    spoken = "document.querySelector('#slice .plane [role=status]').textContent"

    page.key("ArrowRight")
    first = page.evaluate(spoken)
    page.key("ArrowRight")
    page.key("ArrowUp")
    last = page.evaluate(spoken)

    assert first == "first 0, second 0, value 131"
    assert last == "first 1, second 5, value 142"


def test_the_surface_turns_by_keys_and_by_dragging_and_not_by_itself(with_files):
    page = with_files(slice=plane())
    shape = "document.querySelector('#slice .surface .sheet path').getAttribute('d')"
    page.evaluate("scrollTo({top: document.querySelector('#slice .surface').getBoundingClientRect().top + scrollY - 100, behavior: 'instant'})")
    box = page.evaluate("(() => { const r = document.querySelector('#slice .surface svg').getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]; })()")
    still = page.evaluate(shape)
    settle(page)
    assert page.evaluate(shape) == still

    page.evaluate("document.querySelector('#slice .surface').focus()")
    page.key("ArrowRight")
    settle(page)
    turned = page.evaluate(shape)
    page.key("Home")
    settle(page)
    back = page.evaluate(shape)
    page.mouse("mousePressed", *box, button="left", clickCount=1)
    page.mouse("mouseMoved", box[0] + 60, box[1] + 20, button="left", buttons=1)
    page.mouse("mouseReleased", box[0] + 60, box[1] + 20, button="left", clickCount=1)
    settle(page)

    assert turned != still and back == still
    assert page.evaluate(shape) not in (still, turned)
    assert "degrees" in page.evaluate("document.querySelector('#slice .surface [role=status]').textContent")


def test_a_lower_value_is_said_in_words_and_its_absence_too(with_files):
    lower = plane()
    lower["layers"][0]["values"][5][1] = 99.25

    text = words(with_files(slice=plane()), "#slice")
    found = words(with_files(slice=lower), "#slice")

    # 100 at (-3, -10) already lies below the 131 of the point; a slice whose point is its lowest says so.
    assert "to 100 at (−3, −10), 31 lower" in text and "better point" in text
    assert "to 99.25 at (2, 0), 31.8 lower" in found
    none = words(with_files(slice=line()), "#slice")
    assert "No value in it lies below the 0.5 of the point" in none and "proves nothing" in none


def test_a_difference_of_a_rounding_is_no_lower_point(with_files):
    rounded = line(point_value=0.5 + 1e-15)

    assert "No value in it lies below" in words(with_files(slice=rounded), "#slice")


def test_iterates_are_drawn_and_tell_how_far_off_the_plane_they_are(with_files):
    iterates = [{"iteration": 3, "coordinates": [2, 5], "value": 7.25, "distance": 0.125}, {"iteration": 9, "coordinates": [1, 5], "value": 6.5, "distance": 0}]
    page = with_files(slice=plane(trajectory=iterates))

    told = point_at(page, 2, 5)

    assert "iteration 3" in told and "7.25" in told and "off the plane by\n0.125" in told
    assert page.evaluate("document.querySelectorAll('#slice .trajectory circle').length") == 2


@pytest.mark.parametrize("made", [lambda: plane(trajectory=[]), lambda: line(trajectory=[])])
def test_an_empty_trajectory_is_none(with_files, made):
    page = with_files(slice=made())

    assert page.complaints() == []
    assert page.evaluate("document.querySelectorAll('#slice .trajectory path').length") == 0


def test_what_an_adaptive_slice_did_not_evaluate_is_said(with_files):
    adaptive = {"tolerance": 0.01, "error": 0.006, "points": [[0, 0, 131], [1, 5, 142], [2, 5, 152]]}
    page = with_files(slice=plane(adaptive=adaptive))

    text = words(page, "#slice")

    assert "28 evaluations, more of them where the function bends" in text and "0.6\u00a0%" in text and "asked for: 1\u00a0%" in text
    assert page.evaluate("document.querySelectorAll('#slice .evaluated').length") == 3


def test_places_without_a_number_are_blank_and_counted(with_files):
    holes = plane(complete=False)
    for i in range(7):
        holes["layers"][0]["values"][i][3] = None
    empty = plane()
    empty["layers"][0]["values"] = [[None] * 4 for _ in range(7)]

    page = with_files(slice=holes)
    told = rows_of(point_at(page, 0, 10))
    nothing = with_files(slice=empty)

    assert "7 places of 28" in words(page, "#slice") and "stopped early" in words(page, "#slice")
    assert told["value"] == "not known"
    assert broken(page, "#slice") == 0
    assert "nothing to draw" in words(nothing, "#slice")
    assert page.complaints() == [] and nothing.complaints() == []


@pytest.mark.parametrize("made", [
    lambda: slice_of([axis("a", [0]), axis("b", [0])], [[0.5]]),
    lambda: slice_of([axis("a", [0, 1]), axis("b", [0])], [[0.5], [1.0]]),
    lambda: slice_of([axis("a", [0])], [0.5]),
    lambda: slice_of([axis("a", [])], []),
    lambda: slice_of([axis("a", [0, 1]), axis("b", [0, 1])], [[0.5, 0.5], [0.5, 0.5]]),
    lambda: slice_of([axis("a", [0, 1]), axis("b", [0, 1])], [[0, 1e300], [-1e300, 1e-300]]),
    lambda: slice_of([axis("a", [0, 1], length=None), axis("b", [0, 1e-12])], [[0, 0], [0, 1]], point_value=None),
], ids=["one place", "one column", "a line of one", "nothing", "flat", "extreme", "no length"])
def test_small_flat_and_extreme_slices_are_no_trouble(with_files, made):
    page = with_files(slice=made())

    assert page.complaints() == []
    assert broken(page, "#slice") == 0


def test_a_large_plane_is_thinned_and_the_page_stays_small(with_files):
    n = 501
    large = slice_of([axis("a", [i / n for i in range(n)]), axis("b", [j / n for j in range(n)])], [[i * j / 7 for j in range(n)] for i in range(n)])
    page = with_files(slice=large)

    assert (page.folder / "report.html").stat().st_size < 2_000_000
    assert "of 501 × 501 places" in words(page, "#slice")
    assert json.loads((page.folder / "slice.json").read_text())["layers"] == large["layers"]


def test_a_line_is_drawn_with_its_point(with_files):
    marked = line()
    marked["marks"].append({"label": "another", "coordinates": [0.75], "value": 1.25, "distance": 0.5})
    page = with_files(slice=marked)
    page.evaluate("document.querySelector('#slice .panels').focus()")

    page.key("Home")
    first = page.evaluate("document.querySelector('#slice .panels [role=status]').textContent")

    said = []
    for _ in range(6):
        page.key("ArrowRight")
        said.append(page.evaluate("document.querySelector('#slice .panels [role=status]').textContent"))

    assert first == "onward −1, value 3"
    assert "onward 0.75, another 1.25,  another, 0.5 off the line" in said
    assert "another" in words(page, "#slice .panels .keys")
    assert "the point" in words(page, "#slice .panels")
