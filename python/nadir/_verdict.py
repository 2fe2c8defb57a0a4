"""What is true of a point: the verdict, its claims, and how they are shown."""

from __future__ import annotations

import dataclasses
import html
import json
import math
from typing import Any, Mapping, Optional

import numpy

from . import _nadir

class RequirementError(RuntimeError):
    """A verdict is worse than what `require` asks for."""


@dataclasses.dataclass(frozen=True)
class Claim:
    """One statement about the point: whether it holds, how far that may be trusted, and on which theorem it rests."""

    claim: str
    theorem: str
    standing: str
    rigor: str
    numbers: Mapping[str, float]

    def __repr__(self) -> str:
        return f"{self.standing} ({self.rigor}): {self.claim}"


class Verdict(str):
    """The headline as a string, with what stands behind it as attributes.

    `verdict == "global-minimum"` compares the headline: one of global-minimum, local-minimum, spurious-minimum,
    strict-saddle, degenerate-saddle, not-critical, undecided. `rigor` says how far it may be trusted: proved (every
    rounding error bounded), probable (except with a stated probability) or numerical (floating point and a
    tolerance). The numbers are those of docs/formats/verdict.md; what is not known is nan, or an infinite gap.
    """

    family: str
    rigor: str
    value: float
    lower_bound: float
    gap: float
    relative_gap: float
    tolerance: float
    gradient_norm: float
    gradient_scale: float
    criticality_tolerance: float
    curvature: Optional[Mapping[str, Any]]
    claims: list[Claim]
    details: Mapping[str, Any]
    seconds: Mapping[str, float]
    escape: Optional[Mapping[str, Any]]
    as_json: str

    def __new__(cls, text: str) -> Verdict:
        fields = json.loads(text)
        verdict = super().__new__(cls, fields["verdict"])
        unknown = {"lower_bound": -math.inf, "gap": math.inf, "relative_gap": math.inf}
        for name in ("value", "lower_bound", "gap", "relative_gap", "gap_scale", "tolerance", "gradient_norm",
                     "gradient_scale", "criticality_tolerance"):
            number = fields[name]
            setattr(verdict, name, unknown.get(name, math.nan) if number is None else float(number))
        for name in ("family", "rigor", "curvature", "details", "seconds"):
            setattr(verdict, name, fields[name])
        verdict.claims = [
            Claim(e["claim"], e["theorem"], e["standing"], e["rigor"],
                  {k: math.nan if x is None else float(x) for k, x in e["numbers"].items()})
            for e in fields["evidence"]
        ]
        verdict.escape = None
        verdict.as_json = text
        return verdict

    def __reduce__(self) -> Any:
        return (Verdict, (self.as_json,))

    def __repr__(self) -> str:
        return _nadir.verdict_summary(self.as_json)

    def meets(self, level: str) -> bool:
        """Whether the verdict is at least global, global-proved, local or local-proved."""
        return _nadir.verdict_meets(self.as_json, level)

    def require(self, level: str) -> None:
        """Raises RequirementError unless the verdict meets the level."""
        if not self.meets(level):
            raise RequirementError(f"{level} is not met: {self!r}")


_TRACE_FIELDS = [("iteration", "i8"), ("seconds", "f8"), ("value", "f8"), ("gradient_norm", "f8"), ("curvature", "f8"),
                 ("step", "f8"), ("event", "U24")]


def trace_array(columns: Mapping[str, Any]) -> numpy.ndarray:
    """The history of a run as one structured array, a row an iteration."""
    trace = numpy.empty(len(columns["event"]), dtype=_TRACE_FIELDS)
    for name, _ in _TRACE_FIELDS:
        trace[name] = columns[name]
    return trace


def claims_html(claims: list[Claim]) -> str:
    """The claims as a table."""
    rows = "".join(
        f"<tr><td style='text-align:left'>{html.escape(c.claim)}</td><td>{html.escape(c.standing)}</td>"
        f"<td>{html.escape(c.rigor)}</td><td style='text-align:left'>{html.escape(c.theorem)}</td></tr>"
        for c in claims)
    return ("<table><thead><tr><th>claim</th><th>standing</th><th>rigor</th><th>theorem</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>")


def trace_svg(trace: Optional[numpy.ndarray], width: int = 480, height: int = 160) -> str:
    """Value above the best one and gradient norm over iterations, on logarithmic axes, as inline SVG."""
    if trace is None or len(trace) < 2:
        return ""
    value = trace["value"] - numpy.nanmin(trace["value"])
    curves = [("value above the least", value, "#1f77b4"), ("gradient norm", trace["gradient_norm"], "#d62728")]
    logs = []
    for _, numbers, _ in curves:
        with numpy.errstate(divide="ignore", invalid="ignore"):
            log = numpy.log10(numbers)
        logs.append(numpy.where(numpy.isfinite(log), log, numpy.nan))
    known = numpy.concatenate(logs)
    known = known[numpy.isfinite(known)]
    if known.size == 0:
        return ""
    low, high = math.floor(known.min()), math.ceil(known.max())
    high = max(high, low + 1)
    left, bottom = 44, 18
    x = left + (width - left - 6) * numpy.arange(len(trace)) / (len(trace) - 1)
    parts = [f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' role='img' "
             "aria-label='value and gradient norm over iterations' font-family='sans-serif' font-size='10'>"]
    for power in (low, high):
        y = 8 + (height - bottom - 8) * (high - power) / (high - low)
        parts.append(f"<line x1='{left}' x2='{width - 6}' y1='{y:.1f}' y2='{y:.1f}' stroke='#ccc'/>"
                     f"<text x='{left - 4}' y='{y + 3:.1f}' text-anchor='end'>1e{power}</text>")
    for (name, _, colour), log in zip(curves, logs):
        y = 8 + (height - bottom - 8) * (high - log) / (high - low)
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y) if math.isfinite(b))
        parts.append(f"<polyline points='{points}' fill='none' stroke='{colour}'><title>{name}</title></polyline>")
    parts.append(f"<text x='{left}' y='{height - 4}' fill='#1f77b4'>value above the least</text>"
                 f"<text x='{left + 130}' y='{height - 4}' fill='#d62728'>gradient norm</text>"
                 f"<text x='{width - 6}' y='{height - 4}' text-anchor='end'>{len(trace) - 1} iterations</text></svg>")
    return "".join(parts)


def verdict_html(verdict: Verdict, trace: Optional[numpy.ndarray]) -> str:
    """The verdict, its claims as a table and the trace drawn, for a notebook."""
    return (f"<div><p><b>{html.escape(str(verdict))}</b>: {html.escape(verdict.rigor)}, value {verdict.value:.10g}"
            f"</p>{claims_html(verdict.claims)}{trace_svg(trace)}</div>")
