"""nadir.landscape.spectrum: the Hessian's eigenvalues at a point."""

from __future__ import annotations

import dataclasses
import html
import json
from typing import Any, Dict, List, Optional, Tuple

import numpy

from . import _nadir
from ._objective import common_rows, number, numbers, objective_of, texts_for
from ._problem import describe
from ._svg import curves_svg, table_html


@dataclasses.dataclass(frozen=True)
class BlockSpectrum:
    """Of the diagonal block of the Hessian that belongs to one parameter block; each pair is a value and what it may be off by."""

    name: str
    dimension: int
    trace: Tuple[float, float]
    least: Tuple[float, float]
    greatest: Tuple[float, float]


class Spectrum:
    """The Hessian's eigenvalues: both ends with bounds, density, trace, diagonal blocks. docs/formats/spectrum.md.

    least, greatest        the outermost eigenvalues at each end, outermost first; an eigenvalue lies within
    least_errors, greatest_errors    these of them
    is_converged           whether every one of them is known to a thousandth
    none_below, none_above no eigenvalue lies beyond, except with `failure_probability`
    trace, trace_half_width
    density                {"points", "values", "half_widths"}: arrays; mass 1, smoothed with a Gaussian of width `sigma`
    peaks                  eigenvalues found one by one, all of them where `is_whole`
    nodes, weights         what stands for the rest, weights relative to one
    blocks                 list of nadir.landscape.BlockSpectrum
    value                  of the objective at the point
    is_complete            False where a time limit ended it; what is there is true
    """

    def __init__(self, text: str, as_text: str) -> None:
        self.as_json = text
        self._text = as_text
        fields = json.loads(text)
        ends, density, measure = fields["extremes"], fields["density"], fields["measure"]
        self.family: str = fields["family"]
        self.value: float = number(fields["value"])
        self.dimension: int = fields["dimension"]
        self.is_complete: bool = fields["complete"]
        self.is_whole: bool = fields["whole"]
        self.confidence: float = fields["confidence"]
        self.least = numbers([e["value"] for e in ends["least"]])
        self.least_errors = numbers([e["residual"] for e in ends["least"]])
        self.greatest = numbers([e["value"] for e in ends["greatest"]])
        self.greatest_errors = numbers([e["residual"] for e in ends["greatest"]])
        self.is_converged: bool = all(e["converged"] for e in [*ends["least"], *ends["greatest"]])
        self.none_below: float = number(ends["none_below"], -numpy.inf)
        self.none_above: float = number(ends["none_above"], numpy.inf)
        self.failure_probability: float = ends["failure_probability"]
        self.trace: float = number(fields["trace"]["value"])
        self.trace_half_width: float = number(fields["trace"]["half_width"], numpy.inf)
        self.sigma: float = number(density["sigma"])
        self.quadrature_error: float = number(density["quadrature_error"], numpy.inf)
        self.density = {name: numbers(density[name]) for name in ("points", "values", "half_widths")}
        self.peaks, self.nodes, self.weights = (numbers(measure[name]) for name in ("peaks", "nodes", "weights"))
        self.blocks: List[BlockSpectrum] = [
            BlockSpectrum(b["name"], b["dimension"], (number(b["trace"]["value"]), number(b["trace"]["half_width"], numpy.inf)),
                          *((number(b[end]["value"]), number(b[end]["residual"], numpy.inf)) for end in ("least", "greatest")))
            for b in fields["blocks"]]
        self.num_products: int = fields["products"]
        self.seconds: float = number(fields["seconds"])

    def to_dict(self) -> Dict[str, Any]:
        """spectrum.json, docs/formats/spectrum.md. `point_sha256` is empty where the point was in hand."""
        return json.loads(self.as_json)

    def _headline(self) -> str:
        seen = "all of them" if self.is_whole else "both ends" if self.is_converged else "both ends, not converged"
        return (f"{self.dimension} eigenvalue{'s' if self.dimension != 1 else ''} from {self.least[0]:.6g} to {self.greatest[0]:.6g} (numerical, {seen})"
                + ("" if self.is_complete else ", stopped early"))

    def __reduce__(self) -> Any:
        return (Spectrum, (self.as_json, self._text))

    def __repr__(self) -> str:
        return f"spectrum of {self.family}: {self._headline()}\n{self._text}".rstrip("\n")

    def _repr_html_(self) -> str:
        rows = [[f"{a:.8g}", f"{e:.2g}"] for a, e in zip(self.greatest, self.greatest_errors)]
        rows += [["...", ""]] + [[f"{a:.8g}", f"{e:.2g}"] for a, e in zip(self.least[::-1], self.least_errors[::-1])]
        blocks = [[b.name, b.dimension, f"{b.trace[0]:.6g} ± {b.trace[1]:.2g}", f"{b.least[0]:.6g}", f"{b.greatest[0]:.6g}"]
                  for b in self.blocks]
        points, values = self.density["points"], self.density["values"]
        return (f"<div><p><b>{html.escape(self._headline())}</b>; trace {self.trace:.6g} ± {self.trace_half_width:.2g}, value "
                f"{self.value:.10g}</p>" + table_html(["eigenvalue", "off by at most"], rows)
                + curves_svg([("density", points, values)], "density of eigenvalues", "eigenvalue")
                + (table_html(["block", "parameters", "trace", "least", "greatest"], blocks) if blocks else "") + "</div>")


def spectrum(x: Any, point: Any = None, *, args: Any = (), jac: Any = None, hess: Any = None, hessp: Any = None,
             top: Optional[int] = None, probes: Optional[int] = None, steps: Optional[int] = None, exact: Optional[bool] = None,
             seed: Optional[int] = None, threads: Optional[int] = None, time_limit: Optional[float] = None) -> Spectrum:
    """SPECTRUM_DOC"""
    where = objective_of(x, point, args, jac, hess, hessp, "spectrum")
    texts = texts_for({"top": top, "probes": probes, "steps": steps, "exact": exact, "seed": seed, "threads": threads,
                       "time_limit": time_limit}, _rows(), "spectrum")
    found = where.call("spectrum", texts)
    return Spectrum(found["json"], found["text"])


def _rows() -> Any:
    return [*_nadir.spectrum_options(), *common_rows()]


WHERE_DOC = """x : path, Result, Problem, callable, or nadir.torch.problem(...)
    A run folder or the result of a run (what is found is then written into the run's folder, if it has one, and shown by its
    report); or a problem, a function, a module's problem, with `point`.
point : dict of arrays, Result, or array
    Where to look. Of a module's problem, by default the parameters that the module had.
args, jac, hess, hessp
    Of a function, as of nadir.minimize. Missing Hessian-vector products are central differences of the gradient."""

spectrum.__doc__ = "\n".join(["""The eigenvalues of the Hessian at a point: both ends with error bounds, density, trace, diagonal blocks.

Parameters
----------""", WHERE_DOC, *(describe(row) for row in _rows()), """
Returns
-------
Spectrum
    spectrum.least[0], spectrum.greatest[0], spectrum.trace, spectrum.density["values"], spectrum.blocks.

Ctrl-C ends it at the next product with KeyboardInterrupt; a time limit ends it with is_complete == False. What each number
promises: docs/formats/spectrum.md; bounds hold for the matrix behind the products, and where these are differences that is not
quite the Hessian. It claims nothing of the point: nadir.judge and nadir.judge_function do."""])
