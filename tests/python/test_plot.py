"""nadir.plot: what is drawn is what the files say, where they say it. The oracle is the data themselves, and formulas."""

import json
import subprocess
import sys

import numpy
import pytest

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

import matplotlib.pyplot  # noqa: E402

import nadir  # noqa: E402
import nadir.plot  # noqa: E402


@pytest.fixture(autouse=True)
def closed():
    yield
    matplotlib.pyplot.close("all")


def axis(label, coordinates, **more):
    return {"kind": "random", "label": label, "normalisation": "filter", "length": 2.0, "eigenvalue": None, "explained": None,
            "coordinates": coordinates, **more}


XS, YS = [-3, -1, 0, 1, 7], [-2, 0, 10]


def plane(value=lambda i, j: 10.0 * i + j + 1, name="value"):
    values = [[value(i, j) for j in range(3)] for i in range(5)]
    layers = [{"name": "value", "label": "value", "values": values}]
    if name != "value":
        layers.append({"name": name, "label": name, "values": values})
    return {"schema": "nadir.slice/1", "axes": [axis("first", XS), axis("second", YS)], "layers": layers,
            "marks": [{"label": "the point", "coordinates": [0, 0], "value": 22.0, "distance": 0},
                      {"label": "another", "coordinates": [1, 10], "value": 3.0, "distance": 0.5}],
            "trajectory": [{"iteration": 0, "coordinates": [1, 10], "value": 33.0, "distance": 0.1},
                           {"iteration": 5, "coordinates": [0, 0], "value": 22.0, "distance": 0}],
            "adaptive": None}


def line(values=(4.0, 2.0, 3.0)):
    return {"schema": "nadir.slice/1", "axes": [axis("onward", [-1, 0, 1])], "layers": [{"name": "value", "label": "value", "values": list(values)}],
            "marks": [{"label": "the point", "coordinates": [0], "value": 2.0, "distance": 0}], "trajectory": None, "adaptive": None}


def curve(name, kind, values, aligned, uncertainty=0.25):
    t = numpy.linspace(0, 1, len(values)).tolist()
    top = int(numpy.argmax(values))
    return {"name": name, "kind": kind, "is_aligned": aligned, "t": t, "values": values,
            "barrier": {"value": values[top], "t": t[top], "height": values[top] - max(values[0], values[-1]), "uncertainty": uncertainty}}


def path():
    return {"schema": "nadir.path/1", "alignment": {"label": "units reordered", "distance": 3.0},
            "curves": [curve("straight", "straight", [1.0, 4.0, 2.0], False), curve("straight", "straight", [1.0, 3.0, 2.0], True),
                       curve("elastic band", "elastic-band", [1.0, 1.5, 2.5, 2.25, 2.0], True)],
            "saddle": {"value": 2.5, "t": 0.5, "verdict": "strict-saddle", "rigor": "proved", "negative": 1}}


def spectrum():
    return {"schema": "nadir.spectrum/1", "extremes": {"least": [{"value": -0.5}, {"value": None}], "greatest": [{"value": 3.0}]},
            "density": {"points": [-1.0, 0.0, 1.0, 2.0], "values": [0.1, 2.0, 0.4, 1e-12], "half_widths": [0.01, 0.1, 0.02, 0.0]}}


def survey():
    return {"schema": "nadir.survey/1", "interval": {"confidence": 0.95},
            "classes": [{"class": 1, "verdict": "global-minimum", "value": 0.5, "share": 0.75, "interval": [0.5, 0.9]},
                        {"class": 2, "verdict": "spurious-minimum", "value": 1.5, "share": 0.25, "interval": [0.1, 0.5]}],
            "histogram": {"logarithmic": False, "edges": [0.0, 1.0, 2.0], "counts": [6, 2]},
            "saddles": [{"negative": 1, "count": 3, "least": 0.7, "median": 0.8, "largest": 1.2}]}


def run(folder):
    return nadir.solve(nadir.DoubleWell(), output=folder, solver="gradient-descent")


def line_named(ax, label):
    return next(drawn for drawn in ax.get_lines() if drawn.get_label() == label)


# --- slices ---

def value_at(mesh, x, y):
    """Of the cell whose corners stand around that place: asked of the mesh, not of our code."""
    corners = mesh.get_coordinates()
    j = int(numpy.searchsorted(corners[0, :, 0], x)) - 1
    i = int(numpy.searchsorted(corners[:, 0, 1], y)) - 1
    rows, columns = corners.shape[0] - 1, corners.shape[1] - 1
    return numpy.ma.getdata(mesh.get_array()).reshape(rows, columns)[i, j]


def test_each_value_stands_at_its_coordinates():
    ax = nadir.plot.slice(plane())

    mesh = ax.collections[0]

    for i, x in enumerate(XS):
        for j, y in enumerate(YS):
            assert value_at(mesh, x, y) == 10.0 * i + j + 1
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("first", "second")
    assert ax.get_xlim()[0] < -3 < 7 < ax.get_xlim()[1]


def test_marks_and_iterates_stand_where_they_are_and_what_is_off_the_plane_is_a_ring():
    ax = nadir.plot.slice(plane())

    iterates = line_named(ax, "iterates")
    marks = {tuple(numpy.ravel(drawn.get_xydata())): drawn.get_markerfacecolor() for drawn in ax.get_lines() if len(drawn.get_xdata()) == 1}

    assert iterates.get_xydata().tolist() == [[1, 10], [0, 0]]
    assert marks == {(0, 0): "white", (1, 10): "none"}
    assert {text.get_text() for text in ax.texts} == {"the point", "another"}


def test_contours_run_where_the_values_are():
    steep = plane(lambda i, j: float(XS[i]))
    ax = nadir.plot.slice(steep, contours=4)

    lines = [line.vertices for collection in ax.collections[1:] for line in collection.get_paths()]

    # The value is the first coordinate: contours at steps of a fifth of -3 to 7 are vertical lines there.
    assert sorted({round(float(x), 9) for line in lines for x in line[:, 0]}) == pytest.approx([-1, 1, 3, 5])


def test_a_logarithmic_scale_refuses_what_has_no_place_on_it():
    with pytest.raises(ValueError, match="no place for 2 of the numbers of value"):
        nadir.plot.slice(line([1.0, 0.0, -1.0]), scale="log")
    with pytest.raises(ValueError, match="not positive"):
        nadir.plot.slice(plane(lambda i, j: float(i)), scale="log")
    with pytest.raises(ValueError, match="expected 'log', 'linear' or None, found 'logit'"):
        nadir.plot.slice(line(), scale="logit")
    assert nadir.plot.slice(line(), scale="log").get_yscale() == "log"


def test_values_of_very_different_size_are_drawn_on_a_logarithmic_scale():
    assert nadir.plot.slice(line([1.0, 1e4, 1.0])).get_yscale() == "log"
    assert nadir.plot.slice(line([1.0, 2.0, 1.0])).get_yscale() == "linear"
    assert type(nadir.plot.slice(plane(lambda i, j: 10.0**i)).collections[0].norm).__name__ == "LogNorm"


def test_a_number_next_to_zero_leaves_colours_for_the_others():
    steep = plane(lambda i, j: 1e-16 if (i, j) == (2, 1) else 1.0 + 10 * i)

    norm = nadir.plot.slice(steep, scale="log").collections[0].norm

    assert (norm.vmin, norm.vmax) == (pytest.approx(0.01), 41.0)
    assert nadir.plot.slice(line([1.0, 1e-16, 1e3]), scale="log").get_ylim()[0] == pytest.approx(0.008)


def test_an_adaptive_slice_is_linear_and_ends_at_the_least_value_that_was_computed():
    adaptive = {**plane(lambda i, j: 0.001 if (i, j) == (2, 1) else 1.0 + 100 * i), "adaptive": {"points": [[-3, -2, 1.0], [7, 10, 401.0]]}}

    norm = nadir.plot.slice(adaptive).collections[0].norm

    assert type(norm).__name__ == "Normalize" and (norm.vmin, norm.vmax) == (1.0, 401.0)


def test_colours_of_a_signed_layer_are_centred_at_zero():
    mesh = nadir.plot.slice(plane(lambda i, j: (i - 1) / 4, "curvature_ratio"), layer="curvature_ratio").collections[0]

    assert (mesh.norm.vmin, mesh.norm.vmax) == (-0.75, 0.75)


def test_a_line_and_its_point_are_drawn_with_their_numbers():
    ax = nadir.plot.slice(line())

    drawn = line_named(ax, "value")

    assert drawn.get_xydata().tolist() == [[-1, 4], [0, 2], [1, 3]]
    assert any(other.get_xydata().tolist() == [[0, 2]] for other in ax.get_lines())


def test_nulls_are_gaps():
    holes = plane()
    holes["layers"][0]["values"][2][1] = None
    mesh = nadir.plot.slice(holes).collections[0]

    assert int(numpy.ma.count_masked(mesh.get_array())) == 1
    assert numpy.isnan(nadir.plot.slice(line([1.0, None, 3.0])).get_lines()[0].get_ydata()[1])


def test_a_slice_without_a_finite_value_or_with_one_place_is_drawn():
    nothing = plane(lambda i, j: None)
    single = plane()
    single["axes"] = [axis("a", [0]), axis("b", [0])]
    single["layers"][0]["values"] = [[1.0]]

    for made in (nothing, single, line([None, None, None])):
        nadir.plot.slice(made).figure.canvas.draw()


def test_an_unknown_layer_is_named_with_those_there_are():
    with pytest.raises(ValueError, match="layer: expected one of 'value', found 'slope'"):
        nadir.plot.slice(plane(), layer="slope")


@pytest.mark.parametrize("label", ["$x$ and $", "_hidden", "<b>", "a\nb", "\u05e9\u05dc\u05d5\u05dd", "x" * 300, "$\\frac$"])
def test_labels_are_text_whatever_they_hold(label):
    hostile, way = plane(), path()
    hostile["axes"][0]["label"] = hostile["marks"][0]["label"] = hostile["layers"][0]["label"] = label
    way["curves"][2]["name"] = way["alignment"]["label"] = label

    nadir.plot.slice(hostile).figure.canvas.draw()
    ax = nadir.plot.path(way)
    ax.figure.canvas.draw()

    assert len(ax.get_legend().get_texts()) == 4


# --- paths ---

def test_curves_and_barriers_and_the_saddle_are_those_of_the_file():
    ax = nadir.plot.path(path())

    straight, aligned, band = (line_named(ax, name) for name in ("straight", "straight, aligned", "elastic band"))
    saddle = line_named(ax, "strict-saddle of index 1 (proved)")
    tops = sorted(tuple(numpy.ravel(c.get_xydata())) for c in ax.get_lines() if c.get_marker() == "^")
    bars = sorted(tuple(s[:, 1]) for collection in ax.collections for s in collection.get_segments())

    assert straight.get_xydata().tolist() == [[0, 1], [0.5, 4], [1, 2]]
    assert band.get_xydata().tolist() == [[0, 1], [0.25, 1.5], [0.5, 2.5], [0.75, 2.25], [1, 2]]
    assert straight.get_linestyle() != "-" and aligned.get_linestyle() != "-" and band.get_linestyle() == "-"
    assert tops == [(0.5, 2.5), (0.5, 3.0), (0.5, 4.0)]
    assert bars == [(2.5, 2.75), (3.0, 3.25), (4.0, 4.25)]
    assert saddle.get_xydata().tolist() == [[0.5, 2.5]]


def test_a_path_without_saddle_barrier_or_numbers_is_drawn():
    bare = path()
    bare["saddle"] = bare["alignment"] = None
    bare["curves"][0]["values"] = [1.0, None, 2.0]
    bare["curves"][0]["barrier"] = {"value": None, "t": None, "height": None, "uncertainty": None}

    nadir.plot.path(bare).figure.canvas.draw()
    nadir.plot.path({**bare, "curves": []}).figure.canvas.draw()


# --- spectra, surveys, traces ---

def test_a_spectrum_has_its_density_its_band_and_its_eigenvalues():
    ax = nadir.plot.spectrum(spectrum(), scale="linear")

    band = ax.collections[0].get_paths()[0].vertices
    ticks = line_named(ax, "eigenvalues").get_xdata()

    assert line_named(ax, "density").get_xydata().tolist() == [[-1, 0.1], [0, 2], [1, 0.4], [2, 1e-12]]
    assert sorted(band[band[:, 0] == 0.0][:, 1].round(9).tolist())[0] == 1.9 and band[band[:, 0] == 0.0][:, 1].max() == pytest.approx(2.1)
    assert ticks[~numpy.isnan(ticks)].tolist() == [-0.5, 3.0]


def test_a_logarithmic_density_leaves_out_what_is_noise():
    ax = nadir.plot.spectrum(spectrum())

    assert ax.get_yscale() == "log"
    assert numpy.isnan(line_named(ax, "density").get_ydata()[3]) and ax.get_ylim()[0] == pytest.approx(2e-6)


def test_a_survey_shows_shares_with_intervals_a_histogram_and_saddles():
    shares, values, saddles = (nadir.plot.survey(survey(), kind=kind) for kind in ("shares", "values", "saddles"))

    bars = sorted(tuple(s[:, 1].tolist()) for collection in shares.collections for s in collection.get_segments())
    assert bars == [pytest.approx((0.1, 0.5)), pytest.approx((0.5, 0.9))]
    assert sorted(tuple(numpy.ravel(c.get_xydata())) for c in shares.get_lines() if c.get_marker() == "o") == [(0.5, 0.75), (1.5, 0.25)]
    assert values.patches[0].get_data().values.tolist() == [6, 2] and values.patches[0].get_data().edges.tolist() == [0, 1, 2]
    assert saddles.collections[0].get_segments()[0].tolist() == [[1, pytest.approx(0.7)], [1, pytest.approx(1.2)]]
    with pytest.raises(ValueError, match="kind: expected 'shares', 'values' or 'saddles', found 'bars'"):
        nadir.plot.survey(survey(), kind="bars")


def test_an_empty_survey_is_drawn():
    empty = {**survey(), "classes": [], "saddles": [], "histogram": {"logarithmic": False, "edges": [], "counts": []}}

    for kind in ("shares", "values", "saddles"):
        nadir.plot.survey(empty, kind=kind).figure.canvas.draw()


def test_the_trace_of_a_result_and_of_its_folder_are_the_same_numbers(tmp_path):
    result = run(tmp_path / "run")

    drawn = [nadir.plot.trace(x).get_lines()[0].get_xydata() for x in (result, result.trace, tmp_path / "run", tmp_path / "run" / "trace.csv")]

    assert drawn[0].tolist() == [[row["iteration"], row["value"]] for row in result.trace]
    for other in drawn[1:]:
        assert other.tolist() == drawn[0].tolist()


def test_lines_of_a_trace_end_where_another_start_begins():
    columns = {"iteration": [0, 1, 2, 3], "seconds": [0, 1, 2, 3], "value": [5.0, None, 4.0, 3.0], "event": ["", "", "start", "escape"]}

    ax = nadir.plot.trace(columns, above=1.0)

    assert [c.get_xydata().tolist() for c in ax.get_lines()] == [[[0, 4]], [[2, 3], [3, 2]], [[3, 2]]]
    assert ax.get_ylabel() == "value above 1"
    with pytest.raises(ValueError, match="not positive"):
        nadir.plot.trace(columns, above=3.0, scale="log")
    with pytest.raises(ValueError, match="column: expected one of 'iteration', 'seconds', 'value', found 'slope'"):
        nadir.plot.trace(columns, column="slope")


# --- what may be drawn ---

class WithData:
    def __init__(self, data):
        self.data = data


class WithDict:
    def __init__(self, data):
        self._data = data

    def to_dict(self):
        return self._data


class WithFolder:
    def __init__(self, folder):
        self.folder = folder


def test_folders_files_mappings_and_results_are_drawn_alike(tmp_path):
    (tmp_path / "slice.json").write_text(json.dumps(plane()))

    for x in (plane(), str(tmp_path), tmp_path, tmp_path / "slice.json", WithData(plane()), WithDict(plane()), WithFolder(str(tmp_path))):
        assert value_at(nadir.plot.slice(x).collections[0], 7, -2) == 41.0


def test_what_the_module_computes_is_drawn(tmp_path):
    spectrum_found = nadir.landscape.spectrum(run(tmp_path / "run"))
    survey_found = nadir.survey(nadir.DoubleWell(), starts=6, seed=1)
    well = lambda x: (x[0] ** 2 - 1) ** 2 + 3 * x[1] ** 2  # noqa: E731
    slope = lambda x: numpy.array([4 * x[0] * (x[0] ** 2 - 1), 6 * x[1]])  # noqa: E731
    slice_found = nadir.landscape.slice(well, [1.0, 0.0], jac=slope, grid=(7, 5), normalise="none", seed=3)
    path_found = nadir.landscape.path(well, [-1.0, 0.0], [1.0, 0.0], jac=slope)

    density = line_named(nadir.plot.spectrum(spectrum_found, scale="linear"), "density")
    histogram = nadir.plot.survey(survey_found, kind="values").patches[0]

    assert density.get_xdata().tolist() == spectrum_found.density["points"].tolist()
    assert density.get_ydata().tolist() == spectrum_found.density["values"].tolist()
    assert histogram.get_data().values.sum() == 6
    data = slice_found.to_dict()
    mesh = nadir.plot.slice(slice_found).collections[0]
    for i, j in ((0, 0), (6, 0), (0, 4), (5, 3)):
        at = [axis["coordinates"][k] for axis, k in zip(data["axes"], (i, j))]
        assert value_at(mesh, *at) == data["layers"][0]["values"][i][j]
    ways = nadir.plot.path(path_found)
    assert max(line_named(ways, "straight").get_ydata()) == pytest.approx(1.0)  # (0^2 - 1)^2
    assert nadir.plot.spectrum(tmp_path / "run", scale="linear").get_lines()[0].get_ydata().tolist() == density.get_ydata().tolist()


def test_what_cannot_be_drawn_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="`nadir landscape slice .*` makes it"):
        nadir.plot.slice(tmp_path)
    with pytest.raises(ValueError, match="expected an object of schema nadir.slice/1, found nadir.path/1"):
        nadir.plot.slice(path())
    with pytest.raises(TypeError, match="slice: expected a run folder.* found int"):
        nadir.plot.slice(3)
    with pytest.raises(ValueError, match="no run folder was written"):
        nadir.plot.spectrum(WithFolder(""))
    with pytest.raises(TypeError, match="trace: expected"):
        nadir.plot.trace([1, 2])


DRAWN = {"slice": plane, "path": path, "spectrum": spectrum, "survey": survey}


@pytest.mark.parametrize("name", DRAWN)
def test_axes_of_ones_own_are_drawn_on_and_given_back_with_their_style(name):
    figure, (mine, other) = matplotlib.pyplot.subplots(1, 2)
    spines = [spine.get_visible() for spine in mine.spines.values()]

    given = getattr(nadir.plot, name)(DRAWN[name](), ax=mine)

    assert given is mine
    assert [spine.get_visible() for spine in mine.spines.values()] == spines
    assert not other.lines and not other.collections and len(matplotlib.pyplot.get_fignums()) == 1


@pytest.mark.parametrize("name", DRAWN)
def test_settings_of_matplotlib_stay_as_they_are(name):
    before = dict(matplotlib.rcParams)

    getattr(nadir.plot, name)(DRAWN[name]()).figure.canvas.draw()

    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("form", ["pdf", "svg", "png"])
@pytest.mark.parametrize("name", DRAWN)
def test_figures_can_be_saved(tmp_path, name, form):
    getattr(nadir.plot, name)(DRAWN[name]()).figure.savefig(tmp_path / f"figure.{form}")

    assert (tmp_path / f"figure.{form}").stat().st_size > 1000


def test_without_matplotlib_the_error_says_what_to_install():
    told = subprocess.run([sys.executable, "-c", "import sys; sys.modules['matplotlib'] = None\nimport nadir\nnadir.plot"],
                          capture_output=True, text=True, check=False)

    assert told.returncode != 0
    assert "nadir.plot needs matplotlib" in told.stderr.splitlines()[-1] and "python3-matplotlib" in told.stderr
