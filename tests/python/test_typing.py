"""What static type checkers see. Oracles: inspect.signature of the classes that are there at run time, and mypy."""

import ast
import importlib.util
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import nadir
from nadir._problem import family_classes

STUB = Path(nadir.__file__).parent / "_families.pyi"
if not STUB.exists():
    STUB = Path(nadir.__path__[0]) / "_families.pyi"


def stub_signatures():
    """{class: [(parameter, is keyword only, default)]} as the stub has them; a default that is none is inspect's empty."""
    found = {}
    for node in ast.parse(STUB.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.ClassDef) or node.name == "SupportsToCoo":
            continue
        arguments = next(f for f in node.body if isinstance(f, ast.FunctionDef)).args
        plain = arguments.args[1:]
        defaults = [inspect.Parameter.empty] * (len(plain) - len(arguments.defaults)) + [ast.literal_eval(d) for d in arguments.defaults]
        keyword = [inspect.Parameter.empty if d is None else ast.literal_eval(d) for d in arguments.kw_defaults]
        found[node.name] = ([(a.arg, False, d) for a, d in zip(plain, defaults)]
                            + [(a.arg, True, d) for a, d in zip(arguments.kwonlyargs, keyword)])
    return found


def test_the_stub_has_the_signatures_of_run_time():
    expected = {name: [(p.name, p.kind is p.KEYWORD_ONLY, p.default) for p in inspect.signature(family).parameters.values()]
                for name, family in family_classes().items()}

    assert stub_signatures() == expected
    assert "LinearNetwork" in expected and all(name in nadir.__all__ for name in expected)


def test_every_option_of_the_stub_has_a_type():
    text = STUB.read_text(encoding="utf-8")

    assert "Literal['squared', 'bures-wasserstein']" in text
    assert ": Any" not in text and "Optional[Any]" not in text
    assert (STUB.parent / "py.typed").exists()


PROGRAM = """
import numpy
import nadir

X = numpy.zeros((3, 2))
problem = nadir.LinearNetwork(X, X, hidden=[2], loss="squared")
reveal_type(problem)
reveal_type(nadir.solve(problem).verdict.gap)
reveal_type(nadir.landscape.spectrum(problem, problem.start()).least)
reveal_type(nadir.survey(problem, starts=3).classes[0].share)
nadir.MatrixCompletion(X, rank=2, lambda_=0.1)
nadir.Tucker(X, ranks=[1, 1])
nadir.LinearNetwork(X, X, hiden=[3])
nadir.LinearNetwork(X, X, loss="cubic")
nadir.LinearNetwork(X, X, residual=3.5)
nadir.LinerNetwork(X)
nadir.survey(problem, starts="many")
"""


@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="this Python has no mypy")
def test_mypy_sees_families_and_results(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    others = [f"[mypy-{name}.*]\nfollow_imports = skip\nignore_missing_imports = True\n" for name in ("torch", "scipy", "sklearn", "matplotlib")]
    (tmp_path / "mypy.ini").write_text("[mypy]\n" + "".join(others))

    done = subprocess.run([sys.executable, "-m", "mypy", "--cache-dir", tmp_path / "cache", "--show-error-codes",
                           "--config-file", tmp_path / "mypy.ini", program],
                          env={"MYPYPATH": str(STUB.parent.parent), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)
    lines = [line.split("program.py:", 1)[1] for line in done.stdout.splitlines() if "program.py:" in line and ": note: See" not in line]

    assert [line.split(":")[0] for line in lines] == ["7", "8", "9", "10", "13", "14", "15", "16", "17"], done.stdout
    for line, words in zip(lines, ("_families.LinearNetwork", "float", "ndarray", "float", 'did you mean "hidden"', "cubic", "residual",
                                   "LinerNetwork", "starts")):
        assert words in line
