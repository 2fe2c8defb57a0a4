"""Factor models in scikit-learn's manner. Oracles: the low-rank matrix behind the data, and scikit-learn's own checks."""

import pickle
import unittest
import warnings

import numpy
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone  # noqa: E402
from sklearn.exceptions import NotFittedError  # noqa: E402
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score  # noqa: E402
from sklearn.utils.estimator_checks import check_estimator  # noqa: E402

import nadir.sklearn  # noqa: E402


@pytest.fixture
def data():
    random = numpy.random.default_rng(0)
    full = random.standard_normal((30, 2)) @ random.standard_normal((2, 20)) + 3.0
    pairs = numpy.argwhere(random.random(full.shape) < 0.6)
    return full, pairs, full[pairs[:, 0], pairs[:, 1]]


def test_scikit_learns_own_checks_pass_or_are_about_other_data():
    ran = skipped = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = nadir.sklearn.MatrixCompletion()._more_tags()["_xfail_checks"]
        for estimator, check in check_estimator(nadir.sklearn.MatrixCompletion(penalty=0.1), generate_only=True):
            name = getattr(check, "func", check).__name__
            if name in expected:
                skipped += 1
                continue
            try:
                check(estimator)
                ran += 1
            except unittest.SkipTest:  # a check that wants another package
                skipped += 1

    assert ran >= 15


def test_what_nobody_rated_is_predicted(data):
    full, pairs, ratings = data

    model = nadir.sklearn.MatrixCompletion(penalty=1e-3, center="global").fit(pairs, ratings)

    others = numpy.argwhere(numpy.ones_like(full, dtype=bool))
    numpy.testing.assert_allclose(model.predict(others).reshape(full.shape), full, atol=0.05)
    assert model.verdict_ == "global-minimum" and model.verdict_.rigor == "proved"
    assert model.U_.shape[1] == model.V_.shape[1] and len(model.U_) == 30
    assert model.score(pairs, ratings) > 0.99


@pytest.mark.parametrize("center", ["none", "global", "rows", "columns", "both"])
def test_predictions_are_those_of_the_run(data, center):
    _, pairs, ratings = data
    model = nadir.sklearn.MatrixCompletion(penalty=0.5, center=center).fit(pairs, ratings)
    others = numpy.array([[0, 0], [3, 7], [99, 2], [4, 99], [99, 99]])

    numpy.testing.assert_allclose(model.predict(others), model.result_.predict(others[:, 0], others[:, 1], unknown="mean"),
                                  rtol=1e-10, atol=1e-12)


def test_a_pickled_model_and_a_clone_predict_the_same(data):
    _, pairs, ratings = data
    model = nadir.sklearn.MatrixCompletion(penalty=0.5).fit(pairs, ratings)

    again = pickle.loads(pickle.dumps(model))
    cloned = clone(model).fit(pairs, ratings)

    assert numpy.array_equal(again.predict(pairs), model.predict(pairs))
    assert numpy.array_equal(cloned.predict(pairs), model.predict(pairs))
    assert again.verdict_ == model.verdict_ and again.verdict_.gap == model.verdict_.gap


def test_predictions_do_not_depend_on_the_order_of_lines(data):
    _, pairs, ratings = data
    order = numpy.random.default_rng(1).permutation(len(pairs))

    model = nadir.sklearn.MatrixCompletion(penalty=0.5, gap=1e-9)
    first = model.fit(pairs, ratings).predict(pairs)
    second = model.fit(pairs[order], ratings[order]).predict(pairs)

    numpy.testing.assert_allclose(first, second, atol=1e-3)


def test_it_serves_cross_validation_and_grid_search(data):
    _, pairs, ratings = data
    model = nadir.sklearn.MatrixCompletion(center="global")
    folds = KFold(3, shuffle=True, random_state=0)

    search = GridSearchCV(model, {"penalty": [0.05, 50.0]}, cv=folds).fit(pairs, ratings)

    assert search.best_params_ == {"penalty": 0.05}
    assert cross_val_score(search.best_estimator_, pairs, ratings, cv=folds).mean() > 0.5


def test_ids_may_be_names_and_strangers_may_be_refused(data):
    _, pairs, ratings = data
    names = numpy.array([[f"user {i}", f"film {j}"] for i, j in pairs])
    by_name = nadir.sklearn.MatrixCompletion(penalty=0.5, unknown="refuse").fit(names, ratings)
    by_number = nadir.sklearn.MatrixCompletion(penalty=0.5).fit(pairs, ratings)

    numpy.testing.assert_allclose(by_name.predict(names), by_number.predict(pairs), atol=1e-4)
    with pytest.raises(ValueError, match="user 77"):
        by_name.predict([["user 77", "film 0"]])
    with pytest.raises(NotFittedError):
        nadir.sklearn.MatrixCompletion().predict(pairs)


@pytest.mark.parametrize("X, y, error", [
    (numpy.zeros((3, 3)), numpy.zeros(3), ValueError), (numpy.zeros((3, 2)), numpy.zeros(2), ValueError),
    (numpy.zeros(3), numpy.zeros(3), ValueError), (numpy.zeros((0, 2)), numpy.zeros(0), ValueError),
    ([[0, 0], [1, 1]], [1.0, numpy.nan], ValueError), ([[0, numpy.nan], [1, 1]], [1.0, 2.0], ValueError),
    ([[0, 0], [1, 1]], ["a", "b"], TypeError), ([[0, 0], [0, 0]], [1.0, 2.0], ValueError),
])
def test_misuse_is_told(X, y, error):
    with pytest.raises(error):
        nadir.sklearn.MatrixCompletion(penalty=0.1).fit(X, y)
