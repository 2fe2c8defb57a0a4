"""Minimise a function of your own, from a saddle where other programs stop.

f(x, y) = (x^2 - 1)^2 / 4 + x y + y^2. By hand: the origin is a saddle; the minima are +-(sqrt(3/2), -sqrt(3/2)/2) with
value -5/16 = -0.3125.
"""

import nadir


def value(p):
    x, y = p
    return (x**2 - 1) ** 2 / 4 + x * y + y**2


def gradient(p):
    x, y = p
    return [x * (x**2 - 1) + y, x + 2 * y]


start = [0.0, 0.0]  # the gradient vanishes here
print("the start:", nadir.judge_function(value, start, jac=gradient))

result = nadir.minimize(value, start, jac=gradient)  # SciPy's arguments, SciPy's fields
print("the end:  ", result.verdict)
print(f"value      {result.fun:.6f}")
print(f"point      +-({abs(result.x[0]):.6f}, {-abs(result.x[1]):.6f})")

result.require("local")  # would raise nadir.RequirementError at a saddle
