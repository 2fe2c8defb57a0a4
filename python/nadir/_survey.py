"""survey: many starts, what they reach and how often, with every end in a database."""

from __future__ import annotations

import dataclasses
import html
import json
import os
import tempfile
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

import numpy

from . import _nadir
from ._minimize import make_function, minimise_options
from ._options import option_texts
from ._point import Point
from ._problem import Problem, describe, reject_unknown
from ._runs import Result, require_problem, solver_option_names, texts_of
from ._svg import histogram_svg, table_html
from ._verdict import Verdict


@dataclasses.dataclass(frozen=True)
class SurveyClass:
    """Ends that are one point up to symmetry: how often they were reached, and the interval for the share of all starts.
    `negative` (the index) and `least_eigenvalue` of the Hessian are None where nobody determined them."""

    number: int
    verdict: str
    rigor: str
    value: float
    spread: float
    count: int
    share: float
    interval: Tuple[float, float]
    best_start: int
    negative: Optional[int]
    least_eigenvalue: Optional[float]


@dataclasses.dataclass(frozen=True)
class SurveyEnd:
    """Where one start ended. `class_number` is None for a start that broke down (`message` says why) and for one beyond the
    sample of a survey that ended early."""

    start: int
    state: str
    class_number: Optional[int]
    verdict: str
    rigor: str
    value: float
    lower_bound: float
    gap: float
    gradient_norm: float
    negative: Optional[int]
    least_eigenvalue: float
    termination: str
    iterations: int
    escapes: int
    seconds: float
    message: Optional[str]
    point: Optional[Point] = dataclasses.field(repr=False)


_END_COLUMNS = ("results.start, state, class, results.verdict, results.rigor, results.value, results.lower_bound, results.gap, "
                "results.gradient_norm, results.negative, results.least_eigenvalue, results.termination, results.iterations, "
                "results.escapes, results.seconds, message, layout, point")
_NUMBERS = range(5, 9)  # of the columns, those where NULL stands for nan


def _end_of(row: Sequence[Any]) -> SurveyEnd:
    fields = [numpy.nan if value is None and k in (*_NUMBERS, 10, 14) else value for k, value in enumerate(row[:-2])]
    point = None
    if row[-1] is not None:
        layout = []
        for block in row[-2].split(", "):
            name, shape = block.rsplit(" ", 1)
            rows, columns = shape.split("x")
            layout.append((name, int(rows), int(columns)))
        point = Point(numpy.frombuffer(row[-1], dtype="<f8").astype(float), layout)
    return SurveyEnd(*fields, point)


class SurveyResult:
    """What a survey found: the best end first, then the classes of ends with their shares.

    best       nadir.Result of the best end, None where the survey was cut off or is one of a function (see `point`)
    point      of the best end: a nadir.Point, or a flat array of a function of the user's own
    classes    list of nadir.SurveyClass, lowest value first
    unseen     {"estimate", "upper"}: the share of starts that would end in a class that nobody has met
    minima     how many classes are minima
    saddles    by index: saddles that are ends, and points that were found to be saddles and left
    histogram  {"logarithmic", "edges", "counts"} of the values of all ends
    starts     {"asked", "counted", "broken", "not_critical", "cut_off"}
    stopped    "" for a survey that is finished, or "time_limit" or "interrupted"
    folder     where survey.sqlite and survey.json stand; it goes with this object where no `output` was named

    Iterating gives a nadir.SurveyEnd for every start at its end, read from the database one at a time; `end(start)` gives one.
    """

    def __init__(self, text: str, as_text: str, best: Optional[Result] = None, keeps: Any = None) -> None:
        self.as_json = text
        fields = json.loads(text)
        self._fields: Dict[str, Any] = fields
        self._text = as_text
        self._keeps = keeps  # a folder that lives as long as this does
        self.best = best
        self.family: str = fields["family"]
        self.seed: int = fields["seed"]
        self.starts: Mapping[str, int] = fields["starts"]
        self.until: Optional[Mapping[str, Any]] = fields["until"]
        self.stopped: str = fields["stopped"] or ""
        self.minima: int = fields["minima"]
        self.best_start: Optional[int] = fields["best_start"]
        self.classes: List[SurveyClass] = [
            SurveyClass(c["class"], c["verdict"], c["rigor"], c["value"], c["spread"], c["count"], c["share"],
                        (c["interval"][0], c["interval"][1]), c["best_start"], c["negative"], c["least_eigenvalue"])
            for c in fields["classes"]]
        self.unseen: Mapping[str, Any] = fields["unseen"]
        self.saddles: List[Mapping[str, Any]] = fields["saddles"]
        histogram = fields["histogram"]
        self.histogram: Mapping[str, Any] = {"logarithmic": histogram["logarithmic"],
                                             "edges": numpy.asarray(histogram["edges"], dtype=float),
                                             "counts": numpy.asarray(histogram["counts"], dtype=int)}
        self.folder: str = fields["folder"]
        self.seconds: Mapping[str, float] = fields["seconds"]

    @classmethod
    def open(cls, folder: Any) -> SurveyResult:
        """The survey that a folder holds: finished, cut off, or made on the command line. `best` is None then;
        nadir.verify(folder) checks its certificate."""
        path = os.path.join(os.fspath(folder), "survey.json")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        fields = json.loads(text)
        if not isinstance(fields, dict) or fields.get("schema") != "nadir.survey/1":
            raise ValueError(f"{path}: expected a survey, schema nadir.survey/1")
        fields["folder"] = os.fspath(folder)
        return cls(json.dumps(fields), "")

    def to_dict(self) -> Dict[str, Any]:
        """survey.json, docs/formats/survey.md."""
        return json.loads(self.as_json)

    @property
    def verdict(self) -> Union[Verdict, str]:
        """Of the best end; "undecided" where there is none."""
        if self.best is not None:
            return self.best.verdict
        found = [c.verdict for c in self.classes if c.best_start == self.best_start]
        return found[0] if found else "undecided"

    @property
    def rigor(self) -> str:
        if self.best is not None:
            return self.best.rigor
        found = [c.rigor for c in self.classes if c.best_start == self.best_start]
        return found[0] if found else "numerical"

    @property
    def value(self) -> float:
        """The least one."""
        return min((c.value for c in self.classes), default=numpy.nan)

    @property
    def point(self) -> Any:
        if self.best is not None:
            return self.best.point
        if self.best_start is None or self.best_start < 0:
            return None
        point = self.end(self.best_start).point
        return point.flat if self.family == "function" and point is not None else point

    @property
    def database(self) -> str:
        """The path of survey.sqlite; it may be queried at any time (docs/formats/survey.md has examples)."""
        return os.path.join(self.folder, "survey.sqlite")

    def _rows(self, condition: str, *values: Any) -> Iterator[SurveyEnd]:
        import contextlib
        import pathlib
        import sqlite3

        address = pathlib.Path(self.database).resolve().as_uri() + "?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            for row in connection.execute(
                    f"SELECT {_END_COLUMNS} FROM results JOIN ends ON ends.start = results.start {condition}", values):
                yield _end_of(row)

    def __iter__(self) -> Iterator[SurveyEnd]:
        return self._rows("ORDER BY results.start")

    def __len__(self) -> int:
        """How many starts are counted."""
        return self.starts["counted"]

    def end(self, start: int) -> SurveyEnd:
        """Where the start of that number ended; KeyError where it has not come to its end."""
        for found in self._rows("WHERE results.start = ?", int(start)):
            return found
        raise KeyError(start)

    def require(self, level: str) -> SurveyResult:
        """Raises nadir.RequirementError unless the best end is at least global, global-proved, local or local-proved."""
        from ._verdict import RequirementError

        if self.best is None:
            raise RequirementError(f"{level} is not met: {self._headline()}, and nothing more is known of its best end")
        self.best.require(level)
        return self

    def __getstate__(self) -> Dict[str, Any]:
        return {**self.__dict__, "_keeps": None}

    def _headline(self) -> str:
        return repr(self.best.verdict) if self.best is not None else f"{self.verdict}: {self.rigor}, value {self.value:.10g}"

    def __repr__(self) -> str:
        stopped = f"\nstopped by {self.stopped}: the starts that take longest are missing" if self.stopped else ""
        kept = f"\nfolder {self.folder}" if self._keeps is None else ""
        counts = f"{self.starts['counted']} starts, {len(self.classes)} classes, {self.minima} of them minima"
        text = self._text.split("\nrun folder ")[0].rstrip("\n") if self._text else f"survey of {self.family}: {counts}"
        return f"best: {self._headline()}{stopped}\n{text}{kept}"

    def _repr_html_(self) -> str:
        rows = [[c.number, c.verdict, c.rigor, f"{c.value:.10g}", c.count, f"{100 * c.share:.1f} %",
                 f"{100 * c.interval[0]:.1f} .. {100 * c.interval[1]:.1f} %", "?" if c.negative is None else c.negative]
                for c in self.classes[:40]]
        more = f"<p>and {len(self.classes) - 40} classes more</p>" if len(self.classes) > 40 else ""
        stopped = f"<p>stopped by {html.escape(self.stopped)}</p>" if self.stopped else ""
        return (f"<div><p><b>{html.escape(str(self.verdict))}</b>: {html.escape(self.rigor)}, value {self.value:.10g}, the best of "
                f"{self.starts['counted']} starts; {self.minima} distinct minima</p>{stopped}"
                + table_html(["class", "verdict", "rigor", "value", "count", "share", "95 % interval", "index"], rows) + more
                + f"<p>not met yet: about {100 * self.unseen['estimate']:.1f} % of starts, less than "
                  f"{100 * self.unseen['upper']:.1f} % with confidence 95 %</p>"
                + histogram_svg(self.histogram["edges"], self.histogram["counts"]) + "</div>")


def _place(output: Any) -> Tuple[str, Any]:
    """The folder of a survey, and what has to be kept alive for it: without `output`, a temporary one."""
    if output is not None:
        return os.fspath(output), None
    keeps = tempfile.TemporaryDirectory(prefix="nadir-survey-")
    return os.path.join(keeps.name, "survey"), keeps


def _on_end(callback: Optional[Callable[[Mapping[str, Any]], Any]]) -> Optional[Callable[..., None]]:
    if callback is None:
        return None
    if not callable(callback):
        raise TypeError(f"callback: expected a callable, found {type(callback).__name__}")

    def on_end(finished: int, starts: int, best_value: float, seconds: float) -> None:
        callback({"finished": finished, "starts": starts, "best_value": best_value, "seconds": seconds})

    return on_end


def _refuse_unkept(output: Any, options: Mapping[str, Any]) -> None:
    if output is None and options.get("resume"):
        raise ValueError("resume: expected the folder of the survey as output, found none")


def survey(problem: Problem, output: Any = None, *, starts: int = 100, until: Optional[str] = None,
           callback: Optional[Callable[[Mapping[str, Any]], Any]] = None, **options: Any) -> SurveyResult:
    """SURVEY_DOC"""
    require_problem(problem)
    reject_unknown(options, [row["name"].replace("-", "_") for row in _survey_rows()] + solver_option_names(), "survey()")
    _refuse_unkept(output, options)
    folder, keeps = _place(output)
    texts = texts_of({"starts": starts, "until": until, **options}, folder)
    family = problem._make(with_data=True, for_folder=True)
    found = _nadir.survey(family, texts, problem._save_data, _on_end(callback))
    best = Result(problem, family, found["best"]) if found["best"]["is_judged"] else None
    if best is not None and keeps is not None:
        best.folder = ""  # it may outlive the temporary folder
    return SurveyResult(found["json"], found["text"], best, keeps)


def survey_function(
    fun: Callable[..., Any],
    x0: Any,
    args: Union[tuple, Any] = (),
    method: Optional[str] = "trust-region",
    jac: Union[None, bool, str, Callable[..., Any]] = None,
    hess: Optional[Callable[..., Any]] = None,
    hessp: Optional[Callable[..., Any]] = None,
    *,
    output: Any = None,
    starts: Optional[int] = None,
    until: Optional[str] = None,
    resume: bool = False,
    callback: Optional[Callable[[Mapping[str, Any]], Any]] = None,
    options: Optional[Mapping[str, Any]] = None,
) -> SurveyResult:
    """The survey of a function of your own: minimised from many starts, each end judged, in floating point.

    Parameters
    ----------
    fun, args, method, jac, hess, hessp
        As of nadir.minimize.
    x0 : array of shape (k, n), or callable
        The starts, one a row; or x0(random) -> start, with a numpy.random.Generator that is another one for every start and
        the same when the survey is repeated.
    output : path, optional
        The folder for survey.sqlite and survey.json. Without it they go with the result.
    starts : int
        How many; default all rows of x0, or 100.
    until : str, optional
        "minima=5": enough when the first so many starts reach 5 distinct minima.
    resume : bool
        Go on in the folder `output`, after Ctrl-C, a kill, or for more starts. That the function is the same as before
        nobody checks but for its dimension and first start.
    callback : callable, optional
        Called with a dict (finished, starts, best_value, seconds) after each start.
    options : dict, optional
        seed, time_limit, point_tolerance (ends closer than this, relative, are one point: default 0.01), gradient_tolerance,
        max_iterations, escape_rounds, dense_limit as of nadir.minimize, and the options of the method.

    Starts are solved one after another on the calling thread. No symmetry of an unknown function is known: minima that are
    one up to a symmetry (units of a network that changed places) count as several. There is no certificate; all verdicts
    are `numerical`, and "the best" means the best of these starts.
    """
    if not isinstance(args, tuple):
        args = (args,)
    if output is None and resume:
        raise ValueError("resume: expected the folder of the survey as output, found none")
    given = dict(options or {})
    start, count = _starts_of(x0, given.get("seed", 0))
    if starts is not None and count is not None and starts > count:
        raise ValueError(f"starts: expected at most {count}, the rows of x0, found {starts}")
    dense_limit = int(given.pop("dense_limit", 200))
    first = start(int(given.get("seed", 0)), 0)
    function = make_function(fun, first.size, args, jac, hess, hessp)
    folder, keeps = _place(output)
    texts = {name.replace("_", "-"): text for name, text in minimise_options(given, jac, None).items()}
    texts["starts"] = str(starts if starts is not None else count if count is not None else 100)
    texts["output"] = folder
    if method is not None:
        texts["solver"] = method
    if until is not None:
        texts["until"] = until
    if resume:
        texts["resume"] = "true"
    found = _nadir.survey_function(function, start, texts, dense_limit, _on_end(callback))
    return SurveyResult(found["json"], found["text"], None, keeps)


def _starts_of(x0: Any, seed: Any) -> Tuple[Callable[[int, int], numpy.ndarray], Optional[int]]:
    from ._arrays import real_array, real_vector, require_finite

    if callable(x0):
        return (lambda seed, index: real_vector(x0(numpy.random.default_rng([seed, index])), "x0")), None
    array = require_finite(real_array(x0, "x0"), "x0")
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"x0: expected a start a row, or a callable, found shape {array.shape}")
    return (lambda _, index: array[index]), len(array)


def _survey_rows() -> List[Mapping[str, Any]]:
    return list(_nadir.survey_options()) + [row for row in _nadir.run_options() if row["name"] != "output"]


def _survey_doc() -> str:
    parts = ["""Solves and judges many starts of a problem: which minima there are, and how often each is reached.

Parameters
----------
problem : Problem
    Such as nadir.LinearNetwork(X, Y, hidden=[32, 16]).
output : path, optional
    The run folder for survey.sqlite (every end), survey.json, and the best end with its certificate. Without it they go with
    the result, and nothing can be resumed.
callback : callable, optional
    Called with a dict (finished, starts, best_value, seconds) after each start."""]
    parts += [describe(row) for row in _survey_rows()]
    parts.append("""
and the options of the solvers, as of nadir.solve.

Returns
-------
SurveyResult
    The best end first: survey.verdict, survey.best.point; survey.classes with shares and intervals, survey.unseen;
    `for end in survey` gives every end from the database.

Every start runs on one thread, as many at a time as `threads` says; the result does not depend on it. Ctrl-C ends a survey with
KeyboardInterrupt and keeps every end in `output`; the same call with resume=True goes on, also after a kill.
nadir.SurveyResult.open(output) reads what is there. What the numbers mean: docs/formats/survey.md.""")
    return "\n".join(parts)


survey.__doc__ = _survey_doc()
