"""The calls that NUTS makes do what nutpie's own do, bit for bit."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import nutpie
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
import scipy.stats
from nutpie import compile_pymc

from bayes_rsa.inference.calling import compiled_for_nuts

GRID = np.linspace(-1, 1, 6).reshape(2, 3)


def _model() -> pm.Model:
    """Data of every rank and type; infinite where ``x`` is above 3, a nan slope at zero."""
    with pm.Model(coords={"row": range(2), "column": range(3)}) as model:
        scale = pm.Data("scale", 1.5)
        counts = pm.Data("counts", np.array([3, 0]), dims="row")
        grid = pm.Data("grid", GRID, dims=("row", "column"))
        x = pm.Normal("x", dims="column")
        pm.Potential("fit", -scale * pm.math.sum((counts - pm.math.sum(grid * x, axis=1)) ** 2))
        pm.Potential("below", pm.math.sum(pm.math.log(3.0 - x) + pm.math.sqrt(x**2)))
        pm.Deterministic("twice", 2 * grid + x, dims=("row", "column"))
    return model


@pytest.fixture(scope="module")
def theirs() -> Any:
    return nutpie.compile_pymc_model(_model())


@pytest.fixture(scope="module")
def ours() -> Any:
    return compiled_for_nuts(_model())


def _record(compiled: Any) -> ctypes.c_void_p:
    return ctypes.c_void_p(compiled.user_data.ctypes.data)


def _at(array: np.ndarray[Any, Any]) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


def _density(compiled: Any, x: Any, size: int = 3) -> tuple[int, float, Any]:
    value, gradient = np.zeros(1), np.zeros(3)
    point = np.array(x, dtype=float)
    call = compiled.compiled_logp_func.ctypes
    code = call(size, _at(point), _at(gradient), _at(value), _record(compiled))
    return code, value[0], gradient


def _expanded(compiled: Any, x: Any, size: int = 3, length: int = 0) -> tuple[int, Any]:
    values = np.zeros(compiled.n_expanded)
    call = compiled.compiled_expand_func.ctypes
    point = np.array(x, dtype=float)
    code = call(size, length or len(values), _at(point), _at(values), _record(compiled))
    return code, values


def _same(ours: Any, theirs: Any, x: Any) -> int:
    code, value, gradient = _density(ours, x)
    expected = _density(theirs, x)
    assert code == expected[0]
    if code == 0:
        assert value == expected[1]
        np.testing.assert_array_equal(gradient, expected[2])
    np.testing.assert_array_equal(_expanded(ours, x)[1], _expanded(theirs, x)[1])
    assert _expanded(ours, x)[0] == _expanded(theirs, x)[0] == 0
    return code


@pytest.mark.slow
def test_they_are_in_use(ours: Any, theirs: Any) -> None:
    assert ours.compiled_logp_func.__wrapped__.__name__ == "log_density"
    assert ours.compiled_expand_func.__wrapped__.__name__ == "expanded"
    # Nothing is left behind for others who use nutpie.
    assert compile_pymc._make_c_logp_func.__module__ == compile_pymc.__name__
    assert compile_pymc._make_c_expand_func.__module__ == compile_pymc.__name__
    assert theirs.compiled_logp_func.__wrapped__.__name__ == "logp_numba"


@pytest.mark.slow
def test_values_gradients_and_every_variable(ours: Any, theirs: Any) -> None:
    points = np.random.default_rng(1).normal(0, 0.8, (50, 3))
    assert [_same(ours, theirs, x) for x in points] == [0] * 50
    assert len(set(_expanded(ours, points[0])[1])) > 6


@pytest.mark.slow
@pytest.mark.parametrize(
    ("x", "code"),
    [((0, 1, 1), 3), ((3, 1, 1), 3), ((1, 1, np.nan), 3), ((1, 1, 5), 4), ((800, 1, 1), 4)],
)
def test_what_is_not_finite(ours: Any, theirs: Any, x: Any, code: int) -> None:
    assert _same(ours, theirs, x) == code


@pytest.mark.slow
def test_sizes_that_do_not_fit(ours: Any, theirs: Any) -> None:
    for compiled in (ours, theirs):
        assert _density(compiled, (1, 1, 1), size=2)[0] == -1
        assert _expanded(compiled, (1, 1, 1), size=2)[0] == -1
        assert _expanded(compiled, (1, 1, 1), length=5)[0] == -1


@pytest.mark.slow
def test_data_are_swapped(ours: Any, theirs: Any) -> None:
    data = {"scale": 0.4, "counts": np.array([7, 2]), "grid": -2 * GRID[::-1]}
    x = (0.3, -0.2, 1.1)
    before = _density(ours, x)
    one, other = ours.with_data(**data), theirs.with_data(**data)
    assert _same(one, other, x) == 0
    assert _density(one, x)[1] != before[1]
    # The shape is read from what is passed.
    longer = {"counts": np.array([7, 2, 1]), "grid": np.vstack([GRID, GRID[:1]])}
    assert _density(ours.with_data(**longer), x)[:2] == _density(theirs.with_data(**longer), x)[:2]
    # A graph that raises says so: two counts cannot have three means.
    unfit = {"grid": longer["grid"]}
    assert _density(ours.with_data(**unfit), x)[0] == _density(theirs.with_data(**unfit), x)[0] == 1


def test_another_nutpie_makes_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(compile_pymc, "_make_c_expand_func")
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(nutpie, "compile_pymc_model", lambda _model, **given: asked.append(given))
    compiled_for_nuts(pm.Model())
    assert asked == [{}]


# ---- what is kept on disk -----------------------------------------------------------------------


def _normal(mean: float, size: int = 1, **data: Any) -> pm.Model:
    with pm.Model() as model:
        centre = pm.Data("centre", data["centre"]) if data else mean
        pm.Normal("x", centre, 1.0, shape=size)
    return model


def test_the_same_graph_is_not_compiled_again() -> None:
    first, again = compiled_for_nuts(_normal(0.25)), compiled_for_nuts(_normal(0.25))
    assert again.compiled_logp_func.cache_hits == again.compiled_expand_func.cache_hits == 1
    assert _density(first, [0.7], 1)[:2] == _density(again, [0.7], 1)[:2]


def test_what_differs_is_not_mixed_up() -> None:
    """Another constant, another size, and data of another type or rank."""
    x = np.array([0.5, 0.25, -1.0])
    for mean in (0.0, 1.0):
        for size in (1, 3):
            code, value, gradient = _density(compiled_for_nuts(_normal(mean, size)), x, size)
            assert code == 0
            assert value == pytest.approx(scipy.stats.norm(mean, 1).logpdf(x[:size]).sum())
            assert gradient[:size] == pytest.approx(mean - x[:size])
    for centre in (2, 2.0, np.array([2.0, -1.0, 0.5]), np.array([2, -1, 3])):
        compiled = compiled_for_nuts(_normal(0, 3, centre=centre))
        assert _density(compiled, x)[1] == pytest.approx(
            scipy.stats.norm(centre, 1).logpdf(x).sum()
        )


def test_a_graph_that_pytensor_does_not_keep() -> None:
    """One with an operation that Numba leaves to Python."""

    @pytensor.wrap_py(itypes=[pt.dscalar], otypes=[pt.dscalar])
    def doubled(x: Any) -> Any:
        return np.asarray(2 * x)

    model = _normal(0, centre=0.25)
    with model:
        pm.Potential("half", doubled(model["centre"]))
    with pytest.warns(UserWarning, match="object mode"):
        compiled = compiled_for_nuts(model)
    assert compiled.compiled_logp_func.__wrapped__.__name__ == "log_density"
    value = _density(compiled, [0.7], 1)[1]
    assert value == pytest.approx(0.5 + scipy.stats.norm(0.25, 1).logpdf(0.7))


def test_nothing_is_kept_where_pytensor_keeps_nothing() -> None:
    with pytensor.config.change_flags(numba__cache=False):
        compiled = compiled_for_nuts(_normal(0.25))
    assert compiled.compiled_logp_func.cache_hits == 0
    assert _density(compiled, [0.7], 1)[1] == pytest.approx(scipy.stats.norm(0.25, 1).logpdf(0.7))
