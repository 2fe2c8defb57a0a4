"""Complete a matrix in five lines: ratings in, predictions out, and a proof that no better fit exists.

Builds on nothing. The ratings are those of examples/05_matrix_completion; ids may be names or numbers.
"""

from pathlib import Path

import nadir

ratings = Path(__file__).parents[1] / "05_matrix_completion" / "ratings.csv"

problem = nadir.MatrixCompletion(ratings, lambda_=1, center="both")
result = nadir.solve(problem)
print(result.verdict, result.rigor)
print("Eve and Glass:    %.2f" % result.predict(["Eve"], ["Glass"])[0])
print("Eve and Harbours: %.2f" % result.predict(["Eve"], ["Harbours"])[0])
