"""nadir finds minima of non-convex problems and proves how good they are.

    nadir.minimize(fun, x0, jac=...)       SciPy's calling convention; leaves saddles; a verdict beside the result
    nadir.judge_function(fun, x, jac=...)  what a point of a function of your own is
    nadir.LinearNetwork(X, Y, hidden=[8])  a problem; one class a family (nadir.families())
    nadir.solve(problem)                   from a start to a judged point
    nadir.judge(problem, point)            what a point from anywhere is
    nadir.verify(folder)                   is what a run folder claims true?
    nadir.survey(problem, starts=100)      many starts: which minima there are, how often each is reached
    nadir.landscape.spectrum(x, ...)       the Hessian's eigenvalues at the point of a run, a problem, a function, a module
    nadir.torch, nadir.sklearn             PyTorch modules as problems; factor models as estimators
    nadir.plot                             spectra, slices, paths, traces and surveys on matplotlib

Verdicts are strings with what stands behind them as attributes: `result.verdict == "global-minimum"`,
`result.verdict.rigor`, `result.claims`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _nadir, landscape
from ._minimize import judge_function, minimize
from ._point import Point
from ._problem import Problem, family_classes
from ._runs import Result, Verification, judge, solve, solver_options, verify
from ._survey import SurveyClass, SurveyEnd, SurveyResult, survey, survey_function
from ._verdict import Claim, RequirementError, Verdict

NumericalError = _nadir.NumericalError
__version__: str = _nadir.__version__


def families() -> dict[str, str]:
    """The classes of problems, each with one line on it."""
    return {name: made.summary for name, made in family_classes().items()}


if TYPE_CHECKING:  # _families.pyi is made with the module, from the families' own options
    from . import plot, sklearn, torch
    from ._families import *  # noqa: F403
else:

    def __getattr__(name: str) -> Any:
        """The classes of families, and the parts that need other packages, when they are first asked for."""
        if name in ("torch", "sklearn", "plot"):
            import importlib

            return importlib.import_module("." + name, __name__)
        classes = family_classes()
        if name in classes:
            return classes[name]
        raise AttributeError(f"module 'nadir' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "torch", "sklearn", "plot"])


__all__ = ["Claim", "NumericalError", "Point", "Problem", "RequirementError", "Result", "SurveyClass", "SurveyEnd", "SurveyResult",
           "Verdict", "Verification", "families", "judge", "judge_function", "landscape", "minimize", "solve", "solver_options", "survey",
           "survey_function", "verify", *family_classes()]
