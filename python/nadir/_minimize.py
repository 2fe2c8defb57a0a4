"""nadir.minimize: SciPy's calling convention for a user's function, with a verdict beside the result."""

from __future__ import annotations

import difflib
import inspect
import warnings
from typing import Any, Callable, Mapping, Optional, Sequence, Union

import numpy

from . import _nadir
from ._arrays import real_vector
from ._options import option_texts
from ._verdict import Verdict, trace_array, verdict_html

_NOT_MINIMA = ("strict-saddle", "degenerate-saddle", "not-critical")
_STATUS = {"iteration_limit": 1, "evaluation_limit": 1, "step_small": 2, "value_flat": 2, "radius_small": 2,
           "not_finite": 3, "time_limit": 4, "stopped_by_callback": 99}
_NOT_A_MINIMUM = 5


def _scipy_result() -> type:
    try:
        from scipy.optimize import OptimizeResult
    except ImportError:
        return dict
    return OptimizeResult


_result_class: Optional[type] = None


def _make_result(fields: Mapping[str, Any]) -> Any:
    """An OptimizeResult: SciPy's own class with a verdict shown first, or a dict that behaves like it."""
    global _result_class
    if _result_class is None:
        class OptimizeResult(_scipy_result()):  # type: ignore[misc]
            """SciPy's OptimizeResult with a verdict: x, fun, jac, success, status, message, nit, nfev, njev, nhev, and
            verdict, termination, escapes, judging (the calls that judging cost), trace, seconds."""

            def __getattr__(self, name: str) -> Any:
                try:
                    return self[name]
                except KeyError:
                    raise AttributeError(name) from None

            __setattr__ = dict.__setitem__
            __delattr__ = dict.__delitem__

            def __dir__(self) -> list[str]:
                return list(self)

            def require(self, level: str) -> None:
                """Raises nadir.RequirementError unless the verdict meets the level: global, global-proved, local,
                local-proved. A function of the user's own can meet `local` at most."""
                if self.verdict is None:
                    raise ValueError("there is no verdict: judge=False was asked for")
                self.verdict.require(level)

            def __repr__(self) -> str:
                lines = [f"{repr(self.verdict) if self.verdict is not None else 'not judged'}"]
                for name in ("fun", "x", "success", "status", "message", "nit", "nfev", "njev", "nhev", "escapes"):
                    lines.append(f"{name:>8}: {self[name]!r}".replace("\n", "\n" + " " * 10))
                return "\n".join(lines)

            def _repr_html_(self) -> str:
                if self.verdict is None:
                    return f"<pre>{self!r}</pre>"
                return verdict_html(self.verdict, self.trace)

        _result_class = OptimizeResult
    return _result_class(fields)


def _with_args(function: Optional[Callable[..., Any]], args: tuple) -> Optional[Callable[..., Any]]:
    if function is None or not args:
        return function
    return lambda *variables: function(*variables, *args)


def _product_of(hess: Callable[..., Any]) -> Callable[..., Any]:
    """Products with a dense, sparse or operator Hessian, which is evaluated once a point."""
    last: list[Any] = [None, None]

    def hessp(x: numpy.ndarray, v: numpy.ndarray) -> Any:
        if last[0] is None or not numpy.array_equal(last[0], x):
            last[1] = hess(x.copy())
            last[0] = x
        matrix = last[1]
        product = matrix.dot(v) if hasattr(matrix, "dot") else numpy.asarray(matrix) @ v
        return numpy.asarray(product).reshape(-1)

    return hessp


def make_function(fun: Callable[..., Any], dimension: int, args: tuple, jac: Any, hess: Any, hessp: Any,
                  layout: Optional[Sequence[Any]] = None) -> Any:
    """The C++ side's handle on the callables. `layout` names the blocks of the vector: [("W1", rows, columns), ...]."""
    if not callable(fun):
        raise TypeError(f"fun: expected a callable, found {type(fun).__name__}")
    points, is_paired, gradient = 3, False, None
    if callable(jac):
        gradient = _with_args(jac, args)
    elif isinstance(jac, str) and jac in ("2-point", "3-point"):
        points = int(jac[0])
    elif jac is True:
        is_paired = True
    elif jac is None or jac is False:
        raise ValueError("jac: expected a callable, True (fun returns value and gradient), '2-point' or '3-point'; "
                         "found nothing. Differences of values cost accuracy and one evaluation a variable, so they "
                         "are used only where they are asked for")
    else:
        raise ValueError(f"jac: expected a callable, True, '2-point' or '3-point', found {jac!r}")
    if hess is not None and hessp is not None:
        raise ValueError("hess: expected one of hess and hessp, found both")
    if hess is not None and not callable(hess):
        raise ValueError(f"hess: expected a callable; leave it out for differences of jac; found {hess!r}")
    if hessp is not None and not callable(hessp):
        raise ValueError(f"hessp: expected a callable; leave it out for differences of jac; found {hessp!r}")
    if hess is not None:
        hessp = _product_of(_with_args(hess, args))  # type: ignore[arg-type]
    else:
        hessp = _with_args(hessp, args)
    return _nadir.Function(_with_args(fun, args), gradient, hessp, layout or [("x", dimension, 1)],
                           is_paired, points)


def _callback_of(callback: Optional[Callable[..., Any]]) -> Optional[Callable[..., bool]]:
    if callback is None:
        return None
    if not callable(callback):
        raise TypeError(f"callback: expected a callable, found {type(callback).__name__}")
    try:
        wants_result = list(inspect.signature(callback).parameters) == ["intermediate_result"]
    except (TypeError, ValueError):
        wants_result = False

    def on_iteration(x: numpy.ndarray, value: float, iteration: int) -> bool:
        if iteration == 0:
            return True
        try:
            if wants_result:
                callback(intermediate_result=_make_result({"x": x, "fun": value, "nit": iteration, "verdict": None,
                                                           "trace": None}))
            else:
                callback(x)
        except StopIteration:
            return False
        return True

    return on_iteration


def _refuse_constraints(bounds: Any, constraints: Any) -> None:
    if bounds is not None:
        raise NotImplementedError("bounds: expected None; nadir.minimize is for functions on all of R^n. "
                                  "scipy.optimize.minimize(method='L-BFGS-B') takes bounds")
    if constraints is not None and not (isinstance(constraints, (tuple, list)) and len(constraints) == 0):
        raise NotImplementedError("constraints: expected none; nadir.minimize is for functions on all of R^n")


def _checked_method(method: Optional[str]) -> str:
    if method is None:
        return "trust-region"
    if not isinstance(method, str):
        raise TypeError(f"method: expected the name of a solver, found {type(method).__name__}")
    names = _nadir.solver_names()
    if method not in names:
        near = difflib.get_close_matches(method.lower(), names, 1)
        hint = f"; nearest is {near[0]!r}" if near else ""
        raise ValueError(f"method: expected one of {', '.join(names)}, found {method!r}{hint}")
    return method


def minimize(
    fun: Callable[..., Any],
    x0: Any,
    args: Union[tuple, Any] = (),
    method: Optional[str] = "trust-region",
    jac: Union[None, bool, str, Callable[..., Any]] = None,
    hess: Optional[Callable[..., Any]] = None,
    hessp: Optional[Callable[..., Any]] = None,
    bounds: None = None,
    constraints: Sequence[Any] = (),
    tol: Optional[float] = None,
    callback: Optional[Callable[..., Any]] = None,
    options: Optional[Mapping[str, Any]] = None,
) -> Any:
    """Minimises a smooth function of your own, judges where the run ends, and leaves saddles.

    The arguments are those of scipy.optimize.minimize.

    Parameters
    ----------
    fun : callable
        fun(x, *args) -> float, or (float, gradient) with jac=True. x is an array that fun may keep.
    x0 : array
        The start, of finite numbers, one-dimensional. A saddle will do.
    method : str
        "trust-region" (default: Newton's method by conjugate gradients, follows negative curvature), "l-bfgs",
        "gradient-descent" or "perturbed-gradient-descent".
    jac : callable, True, "2-point" or "3-point"
        The gradient; needed. Differences of values must be asked for by name.
    hess, hessp : callable, optional
        hess(x, *args) -> matrix or hessp(x, v, *args) -> vector; else differences of the gradient. They decide how
        much the judge can tell: from differences, an eigenvalue below 1e-6 of the largest counts as zero (1e-5
        where the gradient is a difference as well).
    bounds, constraints
        Not supported; anything but none raises NotImplementedError.
    tol : float, optional
        The same as options={"gradient_tolerance": tol}.
    callback : callable, optional
        callback(x) or callback(intermediate_result=...) after each iteration; raising StopIteration ends the run.
    options : dict, optional
        gradient_tolerance (of |gradient| / max(1, |fun|); default 1e-8, 1e-6 with jac="3-point", 1e-5 with
        "2-point"; `gtol` is the same), max_iterations (default 10000; `maxiter` is the same), escape_rounds (how
        often the judge's way out of a saddle is taken; 0 leaves no saddle), time_limit (seconds), seed, judge
        (False: no verdict and no escapes), dense_limit (variables up to which the whole Hessian is looked at,
        default 200; above, Lanczos finds its ends), scaling_limit (variables up to which the trust region measures by the
        Hessian and so does not feel their scales, default 20, or 6 with differences for jac), and the options of the method
        (nadir.solver_options(method)).

    Returns
    -------
    OptimizeResult
        SciPy's fields, and `verdict` (nadir.Verdict): local-minimum, strict-saddle, not-critical or undecided, all
        in floating point (`numerical`). nfev, njev and nhev count the solver's calls; what judging cost stands in
        `judging`. `success` means: a tolerance was met, and the verdict does not speak against a minimum.
        status: 0 success, 1 limit on iterations, 2 precision used up, 3 not finite, 4 time limit, 5 the end is no
        minimum, 99 stopped by the callback.

    What it does not say: nothing is known of the global minimum of an unknown function, and `undecided` (a zero
    eigenvalue, as at the minimum of x**4) speaks neither for nor against a minimum.
    """
    _refuse_constraints(bounds, constraints)
    if not isinstance(args, tuple):
        args = (args,)
    start = real_vector(x0, "x0")
    function = make_function(fun, start.size, args, jac, hess, hessp)
    texts = minimise_options(options, jac, tol)
    texts["solver"] = _checked_method(method)
    found = _nadir.minimise(function, start, texts, _callback_of(callback))
    return _result_of(found, function)


def minimise_options(options: Optional[Mapping[str, Any]], jac: Any, tol: Optional[float]) -> dict[str, str]:
    """Options as the texts that the C++ side parses; SciPy's names stand for ours."""
    given = {} if options is None else dict(options)
    if given.pop("disp", False):
        warnings.warn("disp is ignored: print the result", stacklevel=3)
    for theirs, ours in (("gtol", "gradient_tolerance"), ("maxiter", "max_iterations")):
        if theirs in given:
            given.setdefault(ours, given.pop(theirs))
    if tol is not None:
        given.setdefault("gradient_tolerance", tol)
    if isinstance(jac, str):
        given.setdefault("gradient_tolerance", 1e-5 if jac == "2-point" else 1e-6)
    return option_texts(given)


def _result_of(found: Mapping[str, Any], function: Any) -> Any:
    verdict = verdict_of(found) if "json" in found else None
    met = found["met_a_tolerance"]
    is_refuted = verdict is not None and str(verdict) in _NOT_MINIMA
    status = 0 if met and not is_refuted else _NOT_A_MINIMUM if met else _STATUS.get(found["termination"], _NOT_A_MINIMUM)
    message = found["message"] if verdict is None else f"{found['message']}; {verdict!r}"
    calls = found["solving"]
    return _make_result({
        "verdict": verdict, "x": found["x"], "fun": found["value"], "jac": None, "success": status == 0,
        "status": status, "message": message, "nit": found["iterations"], "nfev": calls["fun"], "njev": calls["jac"],
        "nhev": calls["hessp"], "termination": found["termination"], "escapes": found["escapes"],
        "gradient_norm": found["gradient_norm"],
        "judging": {"nfev": found["judging"]["fun"], "njev": found["judging"]["jac"], "nhev": found["judging"]["hessp"]},
        "trace": trace_array(found["trace"]), "seconds": found["seconds"],
    })


def judge_function(
    fun: Callable[..., Any],
    x: Any,
    args: Union[tuple, Any] = (),
    jac: Union[None, bool, str, Callable[..., Any]] = None,
    hess: Optional[Callable[..., Any]] = None,
    hessp: Optional[Callable[..., Any]] = None,
    better: Sequence[Any] = (),
    options: Optional[Mapping[str, Any]] = None,
) -> Verdict:
    """Judges a point of a function of your own: what gradient and curvature say of it, in floating point.

    The arguments are those of nadir.minimize; `better` holds other points, and one of them with a lower value makes a
    local minimum a spurious one. The verdict's `escape`, where there is one, is a dict with a `displacement` that
    leads to a value lower by `decrease`.
    """
    if not isinstance(args, tuple):
        args = (args,)
    point = real_vector(x, "x")
    function = make_function(fun, point.size, args, jac, hess, hessp)
    others = [real_vector(other, "better") for other in better]
    for other in others:
        if other.size != point.size:
            raise ValueError(f"better: expected points of {point.size} numbers, found {other.size}")
    return verdict_of(_nadir.judge_function(function, point, minimise_options(options, jac, None), others))


def verdict_of(found: Mapping[str, Any]) -> Verdict:
    """The verdict with its escape."""
    verdict = Verdict(found["json"])
    verdict.escape = found["escape"]
    return verdict
