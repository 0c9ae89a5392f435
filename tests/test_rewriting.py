"""What is rewritten is what it was, and nothing else is rewritten."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.graph.rewriting.utils import rewrite_graph
from pytensor.graph.traversal import ancestors

from bayes_rsa import Prior, contract, models
from bayes_rsa.inference.rewriting import simplify_single_terms, sum_short_products, whole_arrays
from bayes_rsa.trial import Trial

pytestmark = pytest.mark.usefixtures("interpreted")


@pytest.fixture(autouse=True)
def registered() -> None:
    simplify_single_terms()
    simplify_single_terms()


def _sums(graph: Any) -> int:
    return sum("LogSumExp" in str(v.owner.op) for v in ancestors([graph]) if v.owner)


def _compiled(inputs: list[Any], graph: Any) -> Any:
    return pytensor.function(inputs, graph, mode=contract.ONE_CALL)


@pytest.mark.parametrize("axis", [0, -1, (0, 1)])
def test_a_single_term_is_itself(axis: Any) -> None:
    x = pt.tensor("x", shape=(1, 3, 1) if axis != (0, 1) else (1, 1, 3), dtype="float64")
    graph = pt.logsumexp(x, axis=axis)
    function = _compiled([x], graph)
    assert _sums(graph) == 1
    assert _sums(function.maker.fgraph.outputs[0]) == 0
    values = np.array([-np.inf, 2.5, np.inf]).reshape(x.type.shape)
    np.testing.assert_array_equal(function(values), values.squeeze(axis))


@pytest.mark.parametrize("shape", [(2, 3), (None, 3)])
def test_several_terms_or_an_unknown_number_stay(shape: tuple[int | None, int]) -> None:
    x = pt.tensor("x", shape=shape, dtype="float64")
    function = _compiled([x], pt.logsumexp(x, axis=0))
    values = np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(function(values), np.log(np.exp(values).sum(axis=0)), rtol=1e-15)


def test_a_mixture_keeps_its_sum(counts: Trial) -> None:
    from pymc.model.transform.optimization import freeze_dims_and_data
    from pymc.pytensorf import rewrite_pregrad

    for prior, left in (
        (Prior.normal(0, 1), 0),
        (Prior.parse("0.5*normal(0, 1) + 0.5*normal(0, 0.1)"), 1),
    ):
        model = freeze_dims_and_data(models.log_odds_ratio(counts, effect=prior))
        assert _sums(rewrite_pregrad(model.logp())) == left


def test_a_softplus_of_whole_arrays_is_the_softplus() -> None:
    x = pt.vector("x")
    values = np.concatenate([[-np.inf, np.inf, 0.0], np.linspace(-800, 800, 40_001)])
    plain = pytensor.function([x], pt.softplus(x), mode=contract.ONE_CALL)
    ours = pytensor.function([x], pt.softplus(x), mode=whole_arrays())
    assert "oftplus" in str(plain.maker.fgraph)
    assert "oftplus" not in str(ours.maker.fgraph)
    np.testing.assert_allclose(ours(values), plain(values), rtol=4e-16)


@pytest.mark.parametrize(
    ("row", "column", "summed"),
    [
        ((1, 40), (40, 1), True),
        ((1, 400), (400, 1), False),
        ((2, 40), (40, 1), False),
        ((1, 40), (40, 3), False),
        ((1, None), (None, 1), False),
    ],
)
def test_a_short_row_times_a_column_is_a_sum(row: Any, column: Any, summed: bool) -> None:
    sum_short_products()
    sum_short_products()
    a, b = (pt.tensor(shape=shape, dtype="float64") for shape in (row, column))
    graph = rewrite_graph(pt.dot(a, b), include=["canonicalize", "specialize"])
    products = [v for v in ancestors([graph]) if v.owner and "dot" in str(v.owner.op).lower()]
    assert bool(products) is not summed
    function = _compiled([a, b], graph)
    draws = np.random.default_rng(2)
    x, y = (draws.normal(size=[n or 7 for n in shape]) for shape in (row, column))
    np.testing.assert_allclose(function(x, y), x @ y, rtol=1e-12)
