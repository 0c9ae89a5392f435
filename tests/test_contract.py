"""Each clause of the contract, broken by a model and named in the error."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import numpy as np
import pymc as pm
import pytest
from model_fixtures import REPORTED, TACROLIMUS, UNIFORM, funnel, logits_model

from bayes_rsa import contract, models
from bayes_rsa.errors import ContractError
from bayes_rsa.priors import Prior

NORMAL = Prior.normal(0, 1)
OURS: tuple[Callable[[], pm.Model], ...] = (
    lambda: models.independent_arms(TACROLIMUS, treatment=UNIFORM, control=UNIFORM),
    lambda: models.log_odds_ratio(TACROLIMUS, effect=NORMAL),
    lambda: models.log_odds_ratio(TACROLIMUS, effect=Prior.flat(), baseline=NORMAL),
    lambda: models.log_risk_ratio(TACROLIMUS, effect=NORMAL),
    lambda: models.risk_difference(TACROLIMUS, effect=Prior.flat()),
    lambda: models.reported_effect(REPORTED, effect=NORMAL),
)


@pytest.mark.parametrize("build", OURS)
def test_our_models_follow_the_contract(build: Callable[[], pm.Model]) -> None:
    model = build()
    card = contract.check(model)
    assert set(card.priors) == {v.name for v in model.free_RVs}
    assert set(card.interest) | set(card.nuisance) <= set(model.named_vars)
    assert card.generative
    if card.arms:
        assert model["events"].dtype == model["n"].dtype == "int64"
        assert {"p_treatment", "p_control", "log_odds_ratio"} <= set(model.named_vars)


def test_a_user_s_own_model_follows_the_contract() -> None:
    model = logits_model(TACROLIMUS, treatment=NORMAL, control=NORMAL)
    assert contract.check(model).name == "logits_model"
    assert contract.check(funnel()).arms is False


def test_the_card_says_what_the_model_is_about() -> None:
    card = contract.card(models.log_odds_ratio(TACROLIMUS, effect=Prior.flat()))
    assert (card.name, card.measure, card.better) == ("log_odds_ratio", "OR", "higher")
    assert (card.trial, card.proper, card.nuisance) == (TACROLIMUS, False, ("midpoint",))
    assert card.priors == {"effect": Prior.flat(), "midpoint": Prior.normal(0, 1.5)}
    assert len(card.source_hash) == 64
    assert card.to_dict()["priors"]["midpoint"] == str(Prior.normal(0, 1.5))
    with pytest.raises(TypeError):
        card.priors["effect"] = NORMAL  # type: ignore[index]


def test_a_card_travels_to_another_process() -> None:
    card = contract.card(models.log_odds_ratio(TACROLIMUS, effect=NORMAL))
    assert pickle.loads(pickle.dumps(card)) == card


# ---- one broken clause each --------------------------------------------------------------------


def carded(model: pm.Model, **changes: object) -> pm.Model:
    """The same model under a card with these fields changed."""
    card = contract.card(model)
    fields = {name: getattr(card, name) for name in card.__slots__}
    return contract.attach(model, contract.Card(**(fields | changes)))


def good() -> pm.Model:
    return logits_model(TACROLIMUS, treatment=NORMAL, control=NORMAL)


def without_card() -> pm.Model:
    with pm.Model() as model:
        pm.Normal("effect")
    return model


def missing_variable() -> pm.Model:
    return carded(good(), interest=("p_treatment", "risk_difference"))


def vector_probability() -> pm.Model:
    model = pm.Model(coords={"arm": list(contract.ARMS)})
    with model:
        pm.Normal("p_treatment", shape=2)
        pm.Deterministic("p_control", pm.math.constant(0.5))
        pm.Deterministic("log_odds_ratio", pm.math.constant(0.0))
    card = contract.Card("vector", TACROLIMUS, {"p_treatment": NORMAL}, ("p_treatment",))
    return contract.attach(model, card)


def free_variable_without_prior() -> pm.Model:
    model = good()
    with model:
        pm.Normal("stowaway")
    return model


def prior_of_nothing() -> pm.Model:
    model = good()
    return carded(model, priors={**contract.card(model).priors, "ghost": NORMAL})


def without_data() -> pm.Model:
    model = pm.Model(coords={"arm": list(contract.ARMS)})
    with model:
        delta = pm.Normal("effect")
        p1 = pm.Deterministic("p_treatment", pm.math.sigmoid(delta))
        p0 = pm.Deterministic("p_control", pm.math.sigmoid(-delta))
        pm.Deterministic("log_odds_ratio", 2 * delta)
        pm.Binomial("outcome", n=[75, 74], p=pm.math.stack([p1, p0]), observed=[60, 47])
    return contract.attach(
        model, contract.Card("bare", TACROLIMUS, {"effect": NORMAL}, ("effect",))
    )


def arms_the_other_way_round() -> pm.Model:
    model = good()
    model._coords["arm"] = ("control", "treatment")
    return model


def counts_as_floats() -> pm.Model:
    model = pm.Model(coords={"arm": list(contract.ARMS)})
    with model:
        delta = pm.Normal("effect", pm.Data("effect__mean", np.zeros(1))[0])
        n = pm.Data("n", np.array([75.0, 74.0]), dims="arm")
        events = pm.Data("events", np.array([60.0, 47.0]), dims="arm")
        p1 = pm.Deterministic("p_treatment", pm.math.sigmoid(delta))
        p0 = pm.Deterministic("p_control", pm.math.sigmoid(-delta))
        pm.Deterministic("log_odds_ratio", 2 * delta)
        pm.Normal("outcome", n * pm.math.stack([p1, p0]), observed=events)
    return contract.attach(
        model, contract.Card("floats", TACROLIMUS, {"effect": NORMAL}, ("effect",))
    )


def number_in_the_graph() -> pm.Model:
    model = good()
    wider = {**contract.card(model).priors, "control_log_odds": Prior.student_t(3, 0, 1)}
    return carded(model, priors=wider)


def other_number_than_the_card_s() -> pm.Model:
    model = good()
    wider = {**contract.card(model).priors, "control_log_odds": Prior.normal(0, 2)}
    return carded(model, priors=wider)


def potential() -> pm.Model:
    model = good()
    with model:
        pm.Potential("nudge", -(model["log_odds_ratio"] ** 2))
    return model


def observed_without_card() -> pm.Model:
    model = good()
    with model:
        pm.Normal("extra", 0.0, 1.0, observed=0.3)
    return model


def observed_custom(**methods: object) -> pm.Model:
    model = good()
    with model:
        pm.CustomDist("extra", model["log_odds_ratio"], observed=0.3, **methods)
    return carded(model, observed=("outcome", "extra"))


def no_random() -> pm.Model:
    return observed_custom(logp=lambda value, mu: -((value - mu) ** 2))


def no_logp() -> pm.Model:
    return observed_custom(random=lambda mu, rng=None, size=None: rng.normal(mu, size=size))


def impossible_data() -> pm.Model:
    model = good()
    model["events"].set_value(np.array([76, 47], dtype=model["events"].dtype))
    return model


BROKEN = (
    (without_card, "card", "no card"),
    (missing_variable, "variables", "no variable 'risk_difference'"),
    (vector_probability, "variables", "must be a scalar"),
    (free_variable_without_prior, "priors", "stowaway"),
    (prior_of_nothing, "priors", "ghost"),
    (without_data, "data", "no pm.Data 'events'"),
    (arms_the_other_way_round, "data", "the dim 'arm' has coordinates"),
    (counts_as_floats, "data", "counts are int64"),
    (number_in_the_graph, "hyperparameters", "control_log_odds__df"),
    (other_number_than_the_card_s, "hyperparameters", "control_log_odds__sd"),
    (potential, "likelihood", "pm.Potential nudge"),
    (observed_without_card, "likelihood", "observed variables are"),
    (no_random, "likelihood", "'extra' has no random method"),
    (no_logp, "likelihood", "'extra' has no logp"),
    (impossible_data, "finite", "outcome is not finite"),
)


@pytest.mark.parametrize(("build", "clause", "says"), BROKEN)
def test_a_broken_clause_is_named(build: Callable[[], pm.Model], clause: str, says: str) -> None:
    with pytest.raises(ContractError) as caught:
        contract.check(build())
    assert caught.value.clause == clause
    assert says in caught.value.detail


def test_every_clause_has_a_model_that_breaks_it() -> None:
    assert {clause for _, clause, _ in BROKEN} == set(contract.CLAUSES)


def test_a_likelihood_that_generates_nothing_may_say_so() -> None:
    model = carded(no_random(), generative=False, why_not_generative="it is a discount")
    assert contract.check(model).generative is False


# ---- what a compiled model depends on ----------------------------------------------------------


def test_the_compile_key_holds_families_and_no_numbers() -> None:
    def key(effect: str, **level: Prior) -> tuple[object, ...]:
        model = models.log_odds_ratio(TACROLIMUS, effect=Prior.parse(effect), **level)
        return contract.compile_key(model)

    assert key("normal(0, 1)") == key("normal(3, 2)")
    assert key("normal(0, 1)") == key("0.5*normal(0, 1) + 0.5*normal(1, 3)")
    assert key("normal(0, 1)") != key("cauchy(0, 1)")
    assert key("normal(0, 1)") != key("0.5*normal(0, 1) + 0.5*cauchy(1, 3)")
    assert key("normal(0, 1)") != key("normal(0, 1)", baseline=Prior.normal(0, 1.5))


def test_hyperparameters_are_named_as_in_the_text_form() -> None:
    mixed = Prior.parse("0.25*normal(1, 2) + 0.75*logit_normal(3, 4)")
    assert contract.hyperparameters("effect", mixed) == {
        "effect__mean": (1.0, 3.0),
        "effect__sd": (2.0, 4.0),
        "effect__weight": (0.25, 0.75),
    }
    assert contract.hyperparameters("effect", Prior.flat()) == {}
