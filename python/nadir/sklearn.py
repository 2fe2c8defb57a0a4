"""scikit-learn's manner for factor models: parameters in the constructor, fit, predict, results with a trailing
underscore, and `verdict_` beside them.

    model = nadir.sklearn.MatrixCompletion(center="both").fit(pairs, ratings)
    model.predict(other_pairs);  model.verdict_.rigor
"""

from __future__ import annotations

from typing import Any, Optional

import numpy
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from . import _problem
from ._arrays import real_array, require_finite
from ._runs import id_texts, solve

_STRANGER = "\n"  # no id can be this


def _pairs(X: Any) -> numpy.ndarray:
    """Two columns of ids, rows first: integers or text."""
    if hasattr(X, "tocoo"):
        raise TypeError("X: expected an array with a row and a column id in each line, found a sparse matrix; a dense "
                        "data is required, or nadir.MatrixCompletion(X), which takes sparse matrices of ratings")
    pairs = numpy.asarray(X)
    if pairs.ndim != 2:
        raise ValueError(f"X: expected two columns of ids, found shape {pairs.shape}. Reshape your data: a line a rating")
    if pairs.shape[1] != 2:
        raise ValueError(f"X: expected two columns, a row id and a column id, found {pairs.shape[1]} feature(s) "
                         f"(shape={pairs.shape})")
    if pairs.shape[0] == 0:
        raise ValueError(f"X: expected at least one line, found 0 sample(s) (shape={pairs.shape})")
    if pairs.dtype.kind == "c":
        raise ValueError("X: expected ids. Complex data not supported")
    if pairs.dtype.kind == "f":
        require_finite(pairs, "X")
    return pairs


def _ids(column: numpy.ndarray) -> numpy.ndarray:
    """Numbers that are no integers are names like others."""
    if column.dtype.kind == "f" and not (column == numpy.floor(column)).all():
        return numpy.array([repr(x) for x in column.tolist()])
    return column


class MatrixCompletion(RegressorMixin, BaseEstimator):
    """Ratings as a matrix of low rank, with a proof of how good the fit is.

    Minimises 1/2 sum of squared errors + penalty/2 (|U|^2 + |V|^2) over the observed entries; see
    nadir.MatrixCompletion, whose options these are under the same names (`penalty` is its `lambda_`, `random_state` the
    `seed` of the run: names that end in an underscore are results here).

    Parameters
    ----------
    rank : "auto" or int
        Columns of the factors; "auto" grows them until the global minimum is proved.
    penalty : "cv" or float
        "cv" chooses it by cross-validation.
    weighted_lambda : bool
        The penalty of a row or column counts its entries.
    center : "none", "global", "rows", "columns" or "both"
        Means taken off before fitting.
    center_damping : float
        Row and column means are taken as if over so many zeros more.
    duplicates : "refuse", "sum" or "average"
        What a pair that comes twice means.
    unknown : "mean" or "refuse"
        What predict says of an id that was not fitted: a mean, or ValueError.
    gap : float
        Relative gap that counts as global-minimum.
    max_iterations : int
    random_state : int

    Attributes
    ----------
    verdict_ : nadir.Verdict
        "global-minimum" and how far it may be trusted.
    result_ : nadir.Result
    U_, V_ : arrays
        The factors, a row an id.
    value_, gap_ : float
        The minimum that was reached, and a bound on its distance from the global one.
    n_iter_ : int
    n_features_in_ : int
        Always 2: a row id and a column id.
    """

    def __init__(self, rank: Any = "auto", penalty: Any = "cv", weighted_lambda: bool = False, center: str = "none",
                 center_damping: float = 0.0, duplicates: str = "refuse", unknown: str = "mean", gap: float = 1e-6,
                 max_iterations: int = 10000, random_state: Optional[int] = 0) -> None:
        self.rank = rank
        self.penalty = penalty
        self.weighted_lambda = weighted_lambda
        self.center = center
        self.center_damping = center_damping
        self.duplicates = duplicates
        self.unknown = unknown
        self.gap = gap
        self.max_iterations = max_iterations
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> MatrixCompletion:
        """Fits the ratings y to pairs X, an array with a row id and a column id in each line."""
        pairs = _pairs(X)
        if y is None:
            raise ValueError("y: expected the ratings (requires y to be passed, but the target y is None)")
        ratings = require_finite(real_array(y, "y"), "y")
        check_consistent_length(pairs, ratings)
        if ratings.ndim == 2 and ratings.shape[1] == 1:
            ratings = ratings.reshape(-1)
        made = _problem.family_classes()["MatrixCompletion"](
            (_ids(pairs[:, 0]), _ids(pairs[:, 1]), ratings), rank=self.rank, lambda_=self.penalty,
            weighted_lambda=self.weighted_lambda, center=self.center, center_damping=self.center_damping,
            duplicates=self.duplicates)
        result = solve(made, gap=self.gap, max_iterations=self.max_iterations, seed=self.random_state or 0)
        self.result_, self.verdict_ = result, result.verdict
        self.U_, self.V_ = result.point["U"], result.point["V"]  # type: ignore[index]
        self.value_, self.gap_ = result.value, result.gap
        self.n_iter_ = max(1, len(result.trace) - 1)
        self.n_features_in_ = 2
        self._keep_means(made._data["ratings"])
        return self

    def _keep_means(self, ratings: Any) -> None:
        """The names of rows and columns, and the means that were taken off: what the model says of a stranger."""
        rows, columns = ratings.ids()
        self._row_index = {name: k for k, name in enumerate(rows)}
        self._column_index = {name: k for k, name in enumerate(columns)}
        self._mean = float(self.result_.predict([_STRANGER], [_STRANGER], unknown="mean")[0])
        self._row_means = self.result_.predict(rows, [_STRANGER] * len(rows), unknown="mean") - self._mean
        self._column_means = self.result_.predict([_STRANGER] * len(columns), columns, unknown="mean") - self._mean

    def predict(self, X: Any) -> numpy.ndarray:
        """The ratings of pairs that nobody rated."""
        check_is_fitted(self)
        pairs = _pairs(X)
        i, is_row = self._positions(pairs[:, 0], self._row_index, "row")
        j, is_column = self._positions(pairs[:, 1], self._column_index, "column")
        predicted = self._mean + is_row * self._row_means[i] + is_column * self._column_means[j]
        return predicted + (is_row & is_column) * numpy.einsum("kr,kr->k", self.U_[i], self.V_[j])

    def _positions(self, column: numpy.ndarray, index: dict[str, int], what: str) -> tuple[numpy.ndarray, numpy.ndarray]:
        names = id_texts(_ids(column), what)
        found = numpy.array([index.get(name, -1) for name in names])
        if self.unknown not in ("mean", "refuse"):
            raise ValueError(f"unknown: expected 'mean' or 'refuse', found {self.unknown!r}")
        if self.unknown == "refuse" and (found < 0).any():
            stranger = names[int(numpy.argmax(found < 0))]
            raise ValueError(f"X: expected a {what} that was fitted (or unknown='mean'), found {stranger!r}")
        return numpy.maximum(found, 0), found >= 0

    def _more_tags(self) -> dict:
        pairs = "the checks' data are features, these are pairs of ids"
        return {"requires_y": True, "poor_score": True, "no_validation": False,
                "_xfail_checks": {name: pairs for name in _CHECKS_WITH_OTHER_DATA}}


_CHECKS_WITH_OTHER_DATA = (
    "check_estimators_dtypes", "check_fit_score_takes_y", "check_complex_data", "check_dtype_object",
    "check_estimators_empty_data_messages", "check_pipeline_consistency", "check_estimators_nan_inf",
    "check_estimators_pickle", "check_regressors_train", "check_regressor_data_not_an_array",
    "check_regressors_no_decision_function", "check_supervised_y_2d", "check_regressors_int",
    "check_methods_sample_order_invariance", "check_methods_subset_invariance", "check_fit2d_1sample",
    "check_dict_unchanged", "check_dont_overwrite_parameters", "check_fit2d_predict1d")
