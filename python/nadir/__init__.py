"""nadir finds minima of non-convex problems and proves how good they are.

    nadir.minimize(fun, x0, jac=...)       SciPy's calling convention; leaves saddles; a verdict beside the result
    nadir.judge_function(fun, x, jac=...)  what a point of a function of your own is
    nadir.LinearNetwork(X, Y, hidden=[8])  a problem; one class a family (nadir.families())
    nadir.solve(problem)                   from a start to a judged point
    nadir.judge(problem, point)            what a point from anywhere is
    nadir.verify(folder)                   is what a run folder claims true?
    nadir.torch, nadir.sklearn             PyTorch modules as problems; factor models as estimators

Verdicts are strings with what stands behind them as attributes: `result.verdict == "global-minimum"`,
`result.verdict.rigor`, `result.claims`.
"""

from . import _nadir
from ._minimize import judge_function, minimize
from ._verdict import Claim, RequirementError, Verdict

NumericalError = _nadir.NumericalError
__version__ = _nadir.__version__
