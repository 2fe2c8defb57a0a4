"""Test problems for bench/python_minimize_against_scipy.py: published formulas, published minima.

Moré, Garbow, Hillstrom, Testing Unconstrained Optimization Software, ACM TOMS 7 (1981) 17-41: sums of squares, numbers
and starts as there. NIST's Statistical Reference Datasets (nonlinear regression): model, data, both starts and certified
minimum are read from NIST's own files. Saddles: functions whose critical points are known by hand.

A sum of squares is given by its residuals, written so that they take complex numbers: the Jacobian comes from
complex steps, exact to rounding, and the gradient from it.
"""

import re
from pathlib import Path

import numpy


class LeastSquares:
    """f(x) = sum of r_i(x)^2 from `start`; `minimum` is the published least value, None where only `accepts` decides."""

    def __init__(self, name, residuals, start, minimum, local_minima=()):
        self.name, self.residuals = name, residuals
        self.start = numpy.array(start, dtype=float)
        self.minimum, self.local_minima = minimum, local_minima

    def fun(self, x):
        with numpy.errstate(all="ignore"):
            r = self.residuals(x)
            return float(r @ r)

    def jac(self, x):
        h = 1e-30
        with numpy.errstate(all="ignore"):
            r = self.residuals(x)
            columns = []
            for i in range(len(x)):
                z = x.astype(complex)
                z[i] += 1j * h
                columns.append(self.residuals(z).imag / h)
            return 2.0 * numpy.array(columns) @ r

    def hessp(self, x, v):
        fastest = numpy.max(numpy.abs(v) / numpy.maximum(1e-2, numpy.abs(x)))
        if not fastest > 0.0:
            return numpy.zeros_like(x)
        h = 6e-6 / fastest
        return (self.jac(x + h * v) - self.jac(x - h * v)) / (2 * h)

    def is_solved(self, value):
        """Within a millionth of the least value, or 1e-10 where that is zero."""
        return value <= self.minimum * (1 + 1e-6) + (1e-10 if self.minimum == 0.0 else 0.0)


def _bard(x):
    y = numpy.array([.14, .18, .22, .25, .29, .32, .35, .39, .37, .58, .73, .96, 1.34, 2.10, 4.39])
    u = numpy.arange(1.0, 16.0)
    v = 16 - u
    return y - (x[0] + u / (v * x[1] + numpy.minimum(u, v) * x[2]))


def _gaussian(x):
    half = [.0009, .0044, .0175, .0540, .1295, .2420, .3521]
    y = numpy.array(half + [.3989] + half[::-1])
    t = (8 - numpy.arange(1, 16)) / 2
    return x[0] * numpy.exp(-x[1] * (t - x[2]) ** 2 / 2) - y


def _kowalik_osborne(x):
    y = numpy.array([.1957, .1947, .1735, .1600, .0844, .0627, .0456, .0342, .0323, .0235, .0246])
    u = numpy.array([4.0, 2.0, 1.0, .5, .25, .167, .125, .1, .0833, .0714, .0625])
    return y - x[0] * (u**2 + u * x[1]) / (u**2 + u * x[2] + x[3])


def _helical_valley(x):
    theta = numpy.arctan(x[1] / x[0]) / (2 * numpy.pi) + (0.5 if x[0].real < 0 else 0.0)
    return numpy.array([10 * (x[2] - 10 * theta), 10 * (numpy.sqrt(x[0] ** 2 + x[1] ** 2) - 1), x[2]])


def _brown_dennis(x):
    t = numpy.arange(1, 21) / 5
    return (x[0] + t * x[1] - numpy.exp(t)) ** 2 + (x[2] + x[3] * numpy.sin(t) - numpy.cos(t)) ** 2


def _box(x):
    t = numpy.arange(1, 11) / 10
    return numpy.exp(-t * x[0]) - numpy.exp(-t * x[1]) - x[2] * (numpy.exp(-t) - numpy.exp(-10 * t))


def _watson(x):
    t = numpy.arange(1, 30) / 29
    n = len(x)
    slope = sum(j * x[j] * t ** (j - 1) for j in range(1, n))
    total = sum(x[j] * t**j for j in range(n))
    return numpy.concatenate([slope - total**2 - 1, [x[0], x[1] - x[0] ** 2 - 1]])


def _trigonometric(x):
    n = len(x)
    return n - numpy.cos(x).sum() + numpy.arange(1, n + 1) * (1 - numpy.cos(x)) - numpy.sin(x)


def _variably_dimensioned(x):
    weighted = numpy.arange(1, len(x) + 1) @ (x - 1)
    return numpy.concatenate([x - 1, [weighted, weighted**2]])


def more_garbow_hillstrom():
    """Seventeen of the problems, with the numbers that they have there."""
    a = numpy.array
    return [
        LeastSquares("1 Rosenbrock", lambda x: a([10 * (x[1] - x[0] ** 2), 1 - x[0]]), [-1.2, 1], 0.0),
        LeastSquares("2 Freudenstein-Roth", lambda x: a([-13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1],
                                                         -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1]]), [.5, -2], 0.0, (48.98425,)),
        LeastSquares("3 Powell badly scaled", lambda x: a([1e4 * x[0] * x[1] - 1, numpy.exp(-x[0]) + numpy.exp(-x[1]) - 1.0001]), [0, 1], 0.0),
        LeastSquares("4 Brown badly scaled", lambda x: a([x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2]), [1, 1], 0.0),
        LeastSquares("5 Beale", lambda x: a([y - x[0] * (1 - x[1] ** k) for k, y in ((1, 1.5), (2, 2.25), (3, 2.625))]), [1, 1], 0.0),
        LeastSquares("7 helical valley", _helical_valley, [-1, 0, 0], 0.0),
        LeastSquares("8 Bard", _bard, [1, 1, 1], 8.21487731e-3, (17.4286,)),
        LeastSquares("9 Gaussian", _gaussian, [.4, 1, 0], 1.12793277e-8),
        LeastSquares("12 Box", _box, [0, 10, 20], 0.0),
        LeastSquares("13 Powell singular", lambda x: a([x[0] + 10 * x[1], 5**.5 * (x[2] - x[3]), (x[1] - 2 * x[2]) ** 2,
                                                        10**.5 * (x[0] - x[3]) ** 2]), [3, -1, 0, 1], 0.0),
        LeastSquares("14 Wood", lambda x: a([10 * (x[1] - x[0] ** 2), 1 - x[0], 90**.5 * (x[3] - x[2] ** 2), 1 - x[2],
                                             10**.5 * (x[1] + x[3] - 2), 10**-.5 * (x[1] - x[3])]), [-3, -1, -3, -1], 0.0),
        LeastSquares("15 Kowalik-Osborne", _kowalik_osborne, [.25, .39, .415, .39], 3.07505604e-4),
        LeastSquares("16 Brown-Dennis", _brown_dennis, [25, 5, -5, -1], 85822.2016),
        LeastSquares("20 Watson, n = 6", _watson, numpy.zeros(6), 2.28767005e-3),
        LeastSquares("25 variably dimensioned, n = 10", _variably_dimensioned, 1 - numpy.arange(1, 11) / 10, 0.0),
        LeastSquares("26 trigonometric, n = 10", _trigonometric, numpy.full(10, .1), 0.0, (2.79506e-5,)),
        LeastSquares("28 Brown almost-linear, n = 10", lambda x: numpy.concatenate([x[:-1] + x.sum() - 11, [numpy.prod(x) - 1]]),
                     numpy.full(10, .5), 0.0, (1.0,)),
    ]


_FUNCTIONS = {"exp": numpy.exp, "cos": numpy.cos, "sin": numpy.sin, "arctan": numpy.arctan, "pi": numpy.pi}


def _nist_problem(path, start_number):
    text = path.read_text()
    lines = text.splitlines()
    begin = next(k for k, line in enumerate(lines) if re.match(r"\s+y\s*=", line))
    words = []
    for line in lines[begin:]:
        words.append(line)
        if re.search(r"\+\s*e\s*$", line):
            break
    formula = re.sub(r"\+\s*e\s*$", "", " ".join(words).split("=", 1)[1].strip()).strip()
    code = compile(formula.replace("[", "(").replace("]", ")"), path.name, "eval")
    rows = re.findall(r"^\s*b\d+\s*=\s*(\S+)\s+(\S+)\s+(\S+)\s+\S+\s*$", text, re.MULTILINE)
    starts = numpy.array(rows, dtype=float)
    minimum = float(re.search(r"Residual Sum of Squares:\s+(\S+)", text).group(1))
    first = max(k for k, line in enumerate(lines) if line.startswith("Data:")) + 1
    data = numpy.array([line.split() for line in lines[first:] if line.strip()], dtype=float)
    y, x = data[:, 0], data[:, 1]

    def residuals(b):
        names = {f"b{k + 1}": value for k, value in enumerate(b)}
        return y - eval(code, {"__builtins__": {}}, {**_FUNCTIONS, **names, "x": x})  # NIST's formula, no names but these

    return LeastSquares(f"{path.stem}, start {start_number}", residuals, starts[:, start_number - 1], minimum)


def nist(folder):
    """Both starts of every problem in the folder."""
    return [_nist_problem(path, start) for path in sorted(Path(folder).glob("*.dat")) for start in (1, 2)]


class Saddle:
    """A function with a critical point that is no minimum, where it starts; `minimum` is its least value."""

    def __init__(self, name, fun, jac, hessp, start, minimum):
        self.name, self.fun, self.jac, self.hessp = name, fun, jac, hessp
        self.start, self.minimum = numpy.array(start, dtype=float), minimum

    def is_solved(self, value):
        return value <= self.minimum + 1e-6 * max(1.0, abs(self.minimum))


def _factorisation(name, start_of):
    """1/4 |u u^T - M|^2 for M with eigenvalues 3, 2, 1, 1, 1: least value (4 + 3) / 4; at sqrt(2) q_2 a saddle."""
    q = numpy.linalg.qr(numpy.random.default_rng(0).standard_normal((5, 5)))[0]
    m = q @ numpy.diag([3.0, 2.0, 1.0, 1.0, 1.0]) @ q.T
    return Saddle(name, lambda u: 0.25 * numpy.sum((numpy.outer(u, u) - m) ** 2), lambda u: (u @ u) * u - m @ u,
                  lambda u, v: (u @ u) * v + 2 * (u @ v) * u - m @ v, start_of(q), 7 / 4)


def _wells(n, start):
    """Chain of double wells: sum (x_i^2 - 1)^2 / 4 + sum (x_i - x_{i+1})^2 / 8; least value 0 at +-(1, ..., 1)."""
    def coupling(x):
        pulled = numpy.zeros_like(x)
        pulled[:-1] += x[:-1] - x[1:]
        pulled[1:] += x[1:] - x[:-1]
        return pulled / 4

    return Saddle(f"chain of {n} wells", lambda x: numpy.sum((x**2 - 1) ** 2) / 4 + numpy.sum((x[:-1] - x[1:]) ** 2) / 8,
                  lambda x: x * (x**2 - 1) + coupling(x), lambda x, v: (3 * x**2 - 1) * v + coupling(v), start, 0.0)


def saddles():
    """Starts at saddles: the gradient vanishes there, exactly or up to rounding."""
    tilted = Saddle("tilted wells", lambda x: (x[0] ** 2 - 1) ** 2 / 4 + x[0] * x[1] + x[1] ** 2,
                    lambda x: numpy.array([x[0] * (x[0] ** 2 - 1) + x[1], x[0] + 2 * x[1]]),
                    lambda x, v: numpy.array([(3 * x[0] ** 2 - 1) * v[0] + v[1], v[0] + 2 * v[1]]), [0, 0], -5 / 16)
    ravine = Saddle("saddle in a ravine", lambda x: 1e3 * x[0] ** 2 + (x[1] ** 2 - 1) ** 2,
                    lambda x: numpy.array([2e3 * x[0], 4 * x[1] * (x[1] ** 2 - 1)]),
                    lambda x, v: numpy.array([2e3 * v[0], (12 * x[1] ** 2 - 4) * v[1]]), [1.0, 0.0], 0.0)
    return [
        tilted, ravine, _wells(10, numpy.zeros(10)), _wells(100, numpy.zeros(100)),
        _factorisation("factor of a matrix, from 0", lambda q: numpy.zeros(5)),
        _factorisation("factor of a matrix, from the second eigenvector", lambda q: 2**.5 * q[:, 1]),
    ]
