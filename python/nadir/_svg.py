"""Small pictures for notebooks, as inline SVG, and tables. Whole figures are nadir.plot's."""

from __future__ import annotations

import html
import math
from typing import Any, List, Optional, Sequence, Tuple

import numpy

_LEFT, _BOTTOM, _TOP, _RIGHT = 56, 22, 8, 8
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#8c564b")


def table_html(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table of texts, escaped."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _begin(title: str, width: int, height: int) -> str:
    return (f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' role='img' "
            f"aria-label='{html.escape(title, quote=True)}' font-family='sans-serif' font-size='10'>")


def _ends_of(numbers: numpy.ndarray) -> Optional[Tuple[float, float]]:
    known = numbers[numpy.isfinite(numbers)]
    if known.size == 0:
        return None
    low, high = float(known.min()), float(known.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _frame(x_ends: Tuple[float, float], y_ends: Tuple[float, float], label: str, width: int, height: int) -> str:
    return "".join([
        f"<rect x='{_LEFT}' y='{_TOP}' width='{width - _LEFT - _RIGHT}' height='{height - _TOP - _BOTTOM}' fill='none' stroke='#ccc'/>",
        f"<text x='{_LEFT - 4}' y='{_TOP + 8}' text-anchor='end'>{y_ends[1]:.3g}</text>",
        f"<text x='{_LEFT - 4}' y='{height - _BOTTOM}' text-anchor='end'>{y_ends[0]:.3g}</text>",
        f"<text x='{_LEFT}' y='{height - 6}'>{x_ends[0]:.3g}</text>",
        f"<text x='{(_LEFT + width) / 2}' y='{height - 6}' text-anchor='middle'>{html.escape(label)}</text>",
        f"<text x='{width - _RIGHT}' y='{height - 6}' text-anchor='end'>{x_ends[1]:.3g}</text>"])


def curves_svg(curves: Sequence[Tuple[str, Any, Any]], title: str, label: str, width: int = 480, height: int = 180) -> str:
    """(name, x, y) as lines in one frame; what is not finite is left out. A name shows on hovering."""
    arrays = [(name, numpy.asarray(x, dtype=float), numpy.asarray(y, dtype=float)) for name, x, y in curves]
    if not arrays:
        return ""
    x_ends = _ends_of(numpy.concatenate([x for _, x, _ in arrays]))
    y_ends = _ends_of(numpy.concatenate([y for _, _, y in arrays]))
    if x_ends is None or y_ends is None:
        return ""
    parts = [_begin(title, width, height), _frame(x_ends, y_ends, label, width, height)]
    for k, (name, x, y) in enumerate(arrays):
        across = _LEFT + (width - _LEFT - _RIGHT) * (x - x_ends[0]) / (x_ends[1] - x_ends[0])
        up = _TOP + (height - _TOP - _BOTTOM) * (y_ends[1] - y) / (y_ends[1] - y_ends[0])
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(across, up) if math.isfinite(a) and math.isfinite(b))
        parts.append(f"<polyline points='{points}' fill='none' stroke='{COLOURS[k % len(COLOURS)]}'>"
                     f"<title>{html.escape(name)}</title></polyline>")
        if len(arrays) > 1:  # a legend, in the colours of the lines
            parts.append(f"<text x='{width - _RIGHT - 6}' y='{_TOP + 14 + 12 * k}' text-anchor='end' fill='{COLOURS[k % len(COLOURS)]}'>"
                         f"{html.escape(name)}</text>")
    return "".join(parts) + "</svg>"


def histogram_svg(edges: Any, counts: Any, title: str = "values of the ends", width: int = 480, height: int = 160) -> str:
    """Bars between edges."""
    edges, counts = numpy.asarray(edges, dtype=float), numpy.asarray(counts, dtype=float)
    ends = _ends_of(edges)
    if counts.size == 0 or ends is None or len(edges) != len(counts) + 1:
        return ""
    most = max(float(counts.max()), 1.0)
    step = (width - _LEFT - _RIGHT) / counts.size  # bins are as wide as one another, also of logarithms
    parts = [_begin(title, width, height), _frame((edges[0], edges[-1]), (0.0, most), title, width, height)]
    for k, count in enumerate(counts):
        bar = (height - _TOP - _BOTTOM) * count / most
        parts.append(f"<rect x='{_LEFT + k * step:.1f}' y='{height - _BOTTOM - bar:.1f}' width='{max(step - 1, 0.5):.1f}' height='{bar:.1f}' "
                     f"fill='{COLOURS[0]}'><title>{edges[k]:.6g} .. {edges[k + 1]:.6g}: {count:.0f}</title></rect>")
    return "".join(parts) + "</svg>"


def _shade(share: float) -> str:
    """From dark blue through green to yellow: readable in grey and to colour-blind eyes."""
    stops = ((0.267, 0.005, 0.329), (0.229, 0.322, 0.546), (0.127, 0.566, 0.551), (0.369, 0.789, 0.383), (0.993, 0.906, 0.144))
    at = min(max(share, 0.0), 1.0) * (len(stops) - 1)
    k = min(int(at), len(stops) - 2)
    mixed = [a + (b - a) * (at - k) for a, b in zip(stops[k], stops[k + 1])]
    return "#" + "".join(f"{round(255 * c):02x}" for c in mixed)


def map_svg(x: Any, y: Any, values: Any, title: str, marks: Sequence[Tuple[str, float, float]] = (), width: int = 420,
            height: int = 360) -> str:
    """values[i][j] at x[i], y[j] as a map of coloured cells, dark for low ones; what is not finite stays white."""
    x, y, values = (numpy.asarray(a, dtype=float) for a in (x, y, values))
    ends = _ends_of(values)
    if ends is None or values.shape != (x.size, y.size) or x.size < 2 or y.size < 2:
        return ""
    across = _LEFT + (width - _LEFT - _RIGHT) * (_cell_edges(x) - x[0]) / (x[-1] - x[0])
    down = _TOP + (height - _TOP - _BOTTOM) * (y[-1] - _cell_edges(y)) / (y[-1] - y[0])
    parts: List[str] = [_begin(title, width, height)]
    for i in range(x.size):
        for j in range(y.size):
            if math.isfinite(values[i, j]):
                parts.append(f"<rect x='{across[i]:.1f}' y='{down[j + 1]:.1f}' width='{across[i + 1] - across[i] + 0.3:.1f}' "
                             f"height='{down[j] - down[j + 1] + 0.3:.1f}' fill='{_shade((values[i, j] - ends[0]) / (ends[1] - ends[0]))}'>"
                             f"<title>{x[i]:.4g}, {y[j]:.4g}: {values[i, j]:.6g}</title></rect>")
    parts.append(_frame((x[0], x[-1]), (y[0], y[-1]), f"{ends[0]:.4g} (dark) to {ends[1]:.4g}", width, height))
    for name, a, b in marks:
        if x[0] <= a <= x[-1] and y[0] <= b <= y[-1]:
            cx = _LEFT + (width - _LEFT - _RIGHT) * (a - x[0]) / (x[-1] - x[0])
            cy = _TOP + (height - _TOP - _BOTTOM) * (y[-1] - b) / (y[-1] - y[0])
            parts.append(f"<circle cx='{cx:.1f}' cy='{cy:.1f}' r='3' fill='white' stroke='black'><title>{html.escape(name)}</title></circle>")
    return "".join(parts) + "</svg>"


def _cell_edges(x: numpy.ndarray) -> numpy.ndarray:
    """Midway between neighbours, the outer ones at the ends."""
    return numpy.concatenate([x[:1], (x[1:] + x[:-1]) / 2, x[-1:]])
