"""Pictures for papers, on matplotlib: spectra, slices, paths, traces and surveys.

    nadir.plot.slice("run")                    # a run folder in which `nadir landscape slice` was run
    nadir.plot.path("run").figure.savefig("path.pdf")
    figure, (a, b) = matplotlib.pyplot.subplots(1, 2)
    nadir.plot.spectrum(spectrum, ax=a);  nadir.plot.trace(result, ax=b)

What is drawn may be a run folder, one of its files, a mapping with the keys of docs/formats, or a result of nadir. Every
function returns the Axes. Without `ax` a figure of a column's width is made, with small type and thin lines; axes of
your own keep their style. matplotlib's settings are never changed. Colours are told apart by people who see fewer of
them, and no colour says what shape or place does not say as well.
"""

from __future__ import annotations

import functools
from typing import Any, Callable, List, Mapping, Optional

import numpy

from ._plot_data import between_starts, data_of, least_evaluated, log_floor, number, numbers, trace_of

try:
    import matplotlib
    import matplotlib.colors
    import matplotlib.pyplot
except ImportError as error:  # pragma: no cover - told by a test in a Python without it
    raise ImportError("nadir.plot needs matplotlib: `apt install python3-matplotlib` or `pip install matplotlib`") from error

Axes = Any

BLUE, ORANGE, GREEN, PURPLE, YELLOW, SKY, GREY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6b6b6b"

_VERDICTS = {"global-minimum": GREEN, "local-minimum": BLUE, "spurious-minimum": ORANGE, "strict-saddle": PURPLE,
             "degenerate-saddle": PURPLE}

# Of figures that are made here. In points and inches, as journals count.
_STYLE = {"font.size": 8, "axes.labelsize": 8, "axes.titlesize": 8, "xtick.labelsize": 7, "ytick.labelsize": 7, "legend.fontsize": 7,
          "axes.linewidth": 0.6, "xtick.major.width": 0.6, "ytick.major.width": 0.6, "xtick.minor.width": 0.4, "ytick.minor.width": 0.4,
          "axes.spines.top": False, "axes.spines.right": False, "axes.prop_cycle": matplotlib.rcsetup.cycler("color", [BLUE, ORANGE, GREEN, PURPLE])}
_WIDTH, _HEIGHT, _LINE = 3.4, 2.4, 1.2
_LONGEST = 40  # letters of a label: more leave no room for the picture

_RATIO_FOR_LOG = 30  # of greatest to least value, beyond which a linear axis shows the great ones alone
_FLOOR = 1e-6  # of the highest density; what is lower is noise of the method


def _in_style(draw: Callable[..., Axes]) -> Callable[..., Axes]:
    """Without axes of the caller's own, everything is made in the style above, and nothing else gets it."""

    @functools.wraps(draw)
    def drawn(x: Any, ax: Optional[Axes] = None, **options: Any) -> Axes:
        if ax is not None:
            return draw(x, ax, **options)
        with matplotlib.rc_context(_STYLE):
            return draw(x, None, **options)

    return drawn


def _axes(ax: Optional[Axes], height: float = _HEIGHT) -> Axes:
    if ax is not None:
        return ax
    ax = matplotlib.pyplot.figure(figsize=(_WIDTH, height), layout="constrained", dpi=150).add_subplot()
    # Ticks that matplotlib makes later would take the settings of that time.
    ax.tick_params(which="major", width=0.6, length=3, labelsize=7)
    ax.tick_params(which="minor", width=0.4, length=2)
    return ax


def _text(label: Any) -> str:
    """A label that somebody else wrote: not too long, no mathematics between dollars, and no legend that skips it."""
    text = str(label)
    text = (text if len(text) <= _LONGEST else text[:_LONGEST - 1] + "…").replace("$", r"\$")
    return " " + text if text.startswith("_") else text


def _is_wide(values: numpy.ndarray) -> bool:
    """Are these positive numbers that a linear axis would not show?"""
    values = values[numpy.isfinite(values)]
    return values.size > 0 and values.min() > 0 and values.max() > _RATIO_FOR_LOG * values.min()


def _log_or_linear(scale: Optional[str], values: numpy.ndarray, what: str) -> bool:
    """Is the scale logarithmic: as asked for, else as the values need it. A number without a place on it is an error."""
    if scale not in (None, "log", "linear"):
        raise ValueError(f"scale: expected 'log', 'linear' or None, found {scale!r}")
    if scale != "log":
        return scale is None and _is_wide(values)
    misfits = int(numpy.count_nonzero(values[numpy.isfinite(values)] <= 0))
    if misfits:
        raise ValueError(f"scale: a logarithmic scale has no place for {misfits} of the numbers of {what}, which are not positive; "
                         "scale='linear' has")
    return True


def _axis_label(axis: Mapping[str, Any]) -> str:
    label = _text(axis["label"])
    if axis.get("eigenvalue") is not None:
        return f"{label} ($\\lambda$ = {axis['eigenvalue']:.3g})"
    if axis.get("explained") is not None:
        return f"{label} ({100 * axis['explained']:.3g} %)"
    return label


@_in_style
def spectrum(x: Any, ax: Optional[Axes] = None, *, scale: Optional[str] = "log", symlog: bool = False) -> Axes:
    """The density of the Hessian's eigenvalues with its error band, and the outermost eigenvalues as ticks below it.

    Parameters
    ----------
    x : folder, file, mapping or result
        Of schema nadir.spectrum/1.
    ax : matplotlib Axes, optional
    scale : "log" or "linear"
        Of the density. On a logarithmic scale, what is below a millionth of its height is left out.
    symlog : bool
        Draw eigenvalues on a scale that is linear around zero and logarithmic beyond.
    """
    data = data_of(x, "spectrum")
    density = data["density"]
    at, values, widths = (numbers(density[k]) for k in ("points", "values", "half_widths"))
    ax = _axes(ax)
    floor = _FLOOR * numpy.nanmax(values) if values.size and scale == "log" else 0.0
    if values.size:
        ax.fill_between(at, numpy.maximum(values - widths, floor), numpy.maximum(values + widths, floor), color=BLUE, alpha=0.25, linewidth=0)
        shown = numpy.where(values > floor, values, numpy.nan) if scale == "log" else values
        ax.plot(at, shown, color=BLUE, linewidth=_LINE, label="density")
    ends = numbers([e["value"] for side in ("least", "greatest") for e in data["extremes"][side]])
    ax.plot(ends, numpy.full(ends.shape, 0.03), "|", color=ORANGE, markersize=7, markeredgewidth=_LINE, label="eigenvalues",
            transform=ax.get_xaxis_transform())
    if scale == "log" and values.size:
        ax.set_yscale("log")
        ax.set_ylim(floor, 2 * numpy.nanmax(values + widths))
    if symlog:
        sizes = numpy.abs(numpy.concatenate([at, ends]))
        ax.set_xscale("symlog", linthresh=1e-4 * max(numpy.nanmax(sizes, initial=0.0), 1e-300))
    ax.set_xlabel("eigenvalue")
    ax.set_ylabel("density")
    return ax


def _layer(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    for layer in data["layers"]:
        if layer["name"] == name:
            return layer
    raise ValueError(f"layer: expected one of {', '.join(repr(layer['name']) for layer in data['layers'])}, found {name!r}")


def _norm(values: numpy.ndarray, is_log: bool, is_signed: bool, floor: float) -> Any:
    finite = values[numpy.isfinite(values)]
    if not finite.size:
        return None
    least, greatest = max(floor, finite.min()), finite.max()
    if is_log:
        return matplotlib.colors.LogNorm(min(max(log_floor(finite), floor), greatest), greatest)
    if is_signed:
        most = float(numpy.abs(finite).max()) or 1.0
        return matplotlib.colors.Normalize(-most, most)
    return matplotlib.colors.Normalize(min(least, greatest), greatest)


def _levels(norm: Any, count: int) -> numpy.ndarray:
    """Contours at even steps of the colours."""
    return numpy.unique(norm.inverse(numpy.linspace(0, 1, count + 2)[1:-1]))


def _draw_marks(ax: Axes, data: Mapping[str, Any]) -> None:
    for mark in data["marks"]:
        x, y = numbers(mark["coordinates"]) if len(mark["coordinates"]) == 2 else (numpy.nan, numpy.nan)
        if not (numpy.isfinite(x) and numpy.isfinite(y)):
            continue
        is_off = number(mark["distance"]) > 0
        ax.plot([x], [y], "o", markersize=5, markerfacecolor="none" if is_off else "white", markeredgecolor="black", markeredgewidth=0.9)
        ax.annotate(_text(mark["label"]), (x, y), xytext=(5, 4), textcoords="offset points", fontsize=7, color="white",
                    path_effects=[_halo()])


def _halo() -> Any:
    import matplotlib.patheffects

    return matplotlib.patheffects.withStroke(linewidth=1.6, foreground="black")


def _plane(data: Mapping[str, Any], ax: Axes, layer: Mapping[str, Any], scale: Optional[str], contours: int, trajectory: bool, colorbar: bool) -> None:
    across, up = (numbers(axis["coordinates"]) for axis in data["axes"])
    values = numbers(layer["values"]).reshape(across.size, up.size)
    is_signed = layer["name"] == "curvature_ratio"
    # What is interpolated is good to a part of the spread, which a logarithm would magnify, and nothing is drawn below what was computed.
    scale = "linear" if scale is None and data["adaptive"] else scale
    floor = least_evaluated(data) if layer["name"] == "value" else -numpy.inf
    norm = _norm(values, _log_or_linear(scale, values, layer["name"]) and not is_signed, is_signed, floor)
    # values[i, j] belongs to across[i] and up[j]; matplotlib's rows go up.
    mesh = ax.pcolormesh(across, up, numpy.ma.masked_invalid(values.T), norm=norm, cmap="PuOr" if is_signed else "viridis", shading="nearest",
                         rasterized=True)
    if contours and norm is not None and norm.vmax > norm.vmin and min(values.shape) > 1:
        ax.contour(across, up, numpy.ma.masked_invalid(values.T), levels=_levels(norm, contours), colors="black" if is_signed else "white",
                   linewidths=0.5, alpha=0.6)
    if trajectory and data["trajectory"]:
        rows = numbers([row["coordinates"] for row in data["trajectory"]])
        ax.plot(rows[:, 0], rows[:, 1], color="white", linewidth=_LINE, marker="o", markersize=1.5, path_effects=[_halo()], label="iterates")
    _draw_marks(ax, data)
    if colorbar:
        is_cut = norm is not None and norm.vmin > numpy.nanmin(values)
        ax.figure.colorbar(mesh, ax=ax, label=_text(layer["label"]), extend="min" if is_cut else "neither").outline.set_linewidth(0.6)
    ax.set_ylabel(_axis_label(data["axes"][1]))


def _line(data: Mapping[str, Any], ax: Axes, layer: Mapping[str, Any], scale: Optional[str]) -> None:
    at, values = numbers(data["axes"][0]["coordinates"]), numbers(layer["values"])
    is_log = _log_or_linear(scale, values, layer["name"])
    ax.plot(at, values, color=BLUE, linewidth=_LINE, label=_text(layer["label"]))
    if is_log:
        ax.set_yscale("log")
        ax.set_ylim(log_floor(values) / 1.25, None)
    for mark in data["marks"] if layer["name"] == "value" else []:
        ax.plot(numbers(mark["coordinates"]), [number(mark["value"])], "o", color=ORANGE, markersize=4)
        ax.annotate(_text(mark["label"]), (number(mark["coordinates"][0]), number(mark["value"])), xytext=(4, 5), textcoords="offset points", fontsize=7)
    ax.set_ylabel(_text(layer["label"]))


@_in_style
def slice(x: Any, ax: Optional[Axes] = None, *, layer: str = "value", scale: Optional[str] = None, contours: int = 12,
          trajectory: bool = True, colorbar: bool = True) -> Axes:
    """Values on a line as a curve, or on a plane as a map with contours; the point, the marks and the run's iterates on it.

    Parameters
    ----------
    x : folder, file, mapping or result
        Of schema nadir.slice/1.
    ax : matplotlib Axes, optional
    layer : "value", "gradient_norm" or "curvature_ratio"
        Of those that the slice has.
    scale : "log", "linear" or None
        Of the values or colours; None takes the logarithm of positive values of very different size.
    contours : int
        How many, at even steps of the colours; 0 for none.
    trajectory, colorbar : bool
        Draw them, on a plane. A mark that lies off the plane is a ring.
    """
    data = data_of(x, "slice")
    shown = _layer(data, layer)
    is_plane = len(data["axes"]) == 2
    ax = _axes(ax, 2.7 if is_plane else _HEIGHT)
    if is_plane:
        _plane(data, ax, shown, scale, contours, trajectory, colorbar)
    else:
        _line(data, ax, shown, scale)
    ax.set_xlabel(_axis_label(data["axes"][0]))
    return ax


_CURVES = {"straight": dict(color=GREY, linestyle=(0, (1, 1.5))), "bezier": dict(color=GREEN), "polygon": dict(color=PURPLE),
           "elastic-band": dict(color=BLUE)}


@_in_style
def path(x: Any, ax: Optional[Axes] = None, *, scale: Optional[str] = None, legend: bool = True) -> Axes:
    """Values along the ways between two points: a triangle on each barrier, whose error bar is its uncertainty; a diamond
    for the saddle. Straight lines are broken, ways that were found are solid.

    Parameters
    ----------
    x : folder, file, mapping or result
        Of schema nadir.path/1.
    ax : matplotlib Axes, optional
    scale : "log", "linear" or None
        Of the values, as of nadir.plot.slice.
    legend : bool
    """
    data = data_of(x, "path")
    every = numpy.concatenate([numbers(curve["values"]) for curve in data["curves"]] or [numpy.empty(0)])
    is_log = _log_or_linear(scale, every, "the values")
    ax = _axes(ax, _HEIGHT + 0.13 * len(data["curves"]))
    if is_log:
        ax.set_yscale("log")
    for curve in data["curves"]:
        is_aligned_line = curve["kind"] == "straight" and curve["is_aligned"]
        look = dict(color=ORANGE, linestyle="--") if is_aligned_line else _CURVES.get(curve["kind"], dict(color=YELLOW))
        name = "straight, aligned" if is_aligned_line else curve["name"]
        ax.plot(numbers(curve["t"]), numbers(curve["values"]), linewidth=_LINE, label=_text(name), **look)
        top = curve["barrier"]
        if number(top["height"]) > 0:
            error = numpy.nan_to_num(number(top["uncertainty"]))
            ax.errorbar([number(top["t"])], [number(top["value"])], [[0.0], [error]], fmt="^", color=look["color"], markersize=4, elinewidth=0.8)
    saddle = data["saddle"]
    if saddle:
        index = "" if saddle["negative"] is None else f" of index {saddle['negative']}"
        ax.plot([number(saddle["t"])], [number(saddle["value"])], "d", color="black", markersize=5, linestyle="none",
                label=_text(f"{saddle['verdict']}{index} ({saddle['rigor']})"))
    ax.set_xlabel("from the point (0) to the other (1)")
    ax.set_ylabel("value")
    if legend and ax.get_legend_handles_labels()[0]:
        # Above the picture: within it, some way would run through it.
        ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0, labelspacing=0.25)
    return ax


@_in_style
def trace(x: Any, ax: Optional[Axes] = None, *, column: str = "value", along: str = "iteration", scale: Optional[str] = None,
          above: Optional[float] = None, events: bool = True) -> Axes:
    """The history of a run.

    Parameters
    ----------
    x : folder, trace.csv, result or its trace
    ax : matplotlib Axes, optional
    column : str
        "value", "gradient_norm", "curvature", "step".
    along : "iteration" or "seconds"
    scale : "log", "linear" or None
        As of nadir.plot.slice.
    above : float, optional
        Subtracted from the numbers: with result.verdict.lower_bound, the gap is drawn.
    events : bool
        Mark where the run left a saddle.
    """
    columns = trace_of(x)
    for name, option in ((column, "column"), (along, "along")):
        if name not in columns or name == "event":
            raise ValueError(f"{option}: expected one of {', '.join(repr(c) for c in columns if c != 'event')}, found {name!r}")
    at, values = columns[along], columns[column] - (0.0 if above is None else above)
    is_log = _log_or_linear(scale, values, column)
    ax = _axes(ax)
    if is_log:
        ax.set_yscale("log")
    for begin, end in between_starts(columns):
        # A solver does not note every number in every row.
        seen = numpy.flatnonzero(numpy.isfinite(values[begin:end])) + begin
        ax.plot(at[seen], values[seen], color=BLUE, linewidth=_LINE)
    left: List[int] = [i for i, event in enumerate(columns.get("event", [])) if event == "escape"]
    if events and left:
        ax.plot(at[left], values[left], "o", markerfacecolor="none", markeredgecolor=ORANGE, markersize=5, label="a saddle is left")
        ax.legend(frameon=False)
    ax.set_xlabel(along)
    name = column.replace("_", " ")
    ax.set_ylabel(name if above is None else f"{name} above {above:.6g}")
    return ax


@_in_style
def survey(x: Any, ax: Optional[Axes] = None, *, kind: str = "shares") -> Axes:
    """What a survey's starts reached.

    Parameters
    ----------
    x : folder, file, mapping or result
        Of schema nadir.survey/1.
    ax : matplotlib Axes, optional
    kind : "shares", "values" or "saddles"
        The share of each class of ends with its confidence interval, over the class's value; the histogram of all values;
        or the saddles by index, from their least value over the median to the greatest.
    """
    if kind not in ("shares", "values", "saddles"):
        raise ValueError(f"kind: expected 'shares', 'values' or 'saddles', found {kind!r}")
    data = data_of(x, "survey")
    ax = _axes(ax)
    {"shares": _shares, "values": _histogram, "saddles": _saddles}[kind](data, ax)
    return ax


def _shares(data: Mapping[str, Any], ax: Axes) -> None:
    for verdict in dict.fromkeys(c["verdict"] for c in data["classes"]):
        rows = [c for c in data["classes"] if c["verdict"] == verdict and c["share"] is not None and c["value"] is not None]
        share, low, high = (numpy.array([pick(c) for c in rows]) for pick in (
            lambda c: c["share"], lambda c: c["interval"][0], lambda c: c["interval"][1]))
        ax.errorbar([c["value"] for c in rows], share, [share - low, high - share] if rows else None, fmt="o", markersize=3.5, elinewidth=0.8,
                    color=_VERDICTS.get(verdict, GREY), label=_text(verdict))
    ax.set_xlabel("value")
    ax.set_ylabel(f"share of starts, {100 * data['interval']['confidence']:.3g} % interval")
    ax.set_ylim(0, None)
    if data["classes"]:
        ax.legend(frameon=False)


def _histogram(data: Mapping[str, Any], ax: Axes) -> None:
    counts, edges = numbers(data["histogram"]["counts"]), numbers(data["histogram"]["edges"])
    if counts.size:
        ax.stairs(counts, edges, fill=True, color=BLUE)
    if data["histogram"]["logarithmic"] and counts.size:
        ax.set_xscale("log")
    ax.set_xlabel("value at the end")
    ax.set_ylabel("starts")


def _saddles(data: Mapping[str, Any], ax: Axes) -> None:
    rows = [s for s in data["saddles"] if s["negative"] >= 0 and s["median"] is not None]
    least, median, largest = (numpy.array([number(s[k]) for s in rows]) for k in ("least", "median", "largest"))
    if rows:
        ax.errorbar([s["negative"] for s in rows], median, [median - least, largest - median], fmt="o", markersize=3.5, elinewidth=0.8, color=PURPLE)
    ax.set_xlabel("index (directions that bend downwards)")
    ax.set_ylabel("value")
    ax.xaxis.get_major_locator().set_params(integer=True)


__all__ = ["path", "slice", "spectrum", "survey", "trace"]
