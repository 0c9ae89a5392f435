"""Named priors: the reference numbers, the numbers' sources, and the order of beliefs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as hs
from reference_values import entries, value
from scipy import special

from bayes_rsa.errors import InputError
from bayes_rsa.priors import Prior, archetypes, enthusiastic, handicap, sceptical, zampieri


def _near(found: float, name: str) -> None:
    entry = value(name)
    assert entry.tolerance is not None
    assert found == pytest.approx(entry.value, abs=entry.tolerance, rel=0)


def test_every_reference_number_about_priors() -> None:
    moderate, strong = Prior.parse("neutral moderate"), Prior.parse("neutral strong")
    z = float(special.ndtri(0.975))
    found = {
        "zampieri.neutral_moderate_sd_exact": math.log(2) / z,
        "zampieri.P_OR_gt_2_sd0.355": moderate.sf(math.log(2)),
        "zampieri.P_0.5_OR_2_sd0.355": math.exp(moderate.log_mass(-math.log(2), math.log(2))),
        "zampieri.neutral_strong_sd_exact": math.log(1.5) / z,
        "zampieri.P_within_1.5_sd0.205": math.exp(strong.log_mass(-math.log(1.5), math.log(1.5))),
        "zampieri.sd0.40_implied_OR": math.exp(
            0.4
            * zampieri(2.0)["optimistic moderate"].mean
            / zampieri(2.0)["optimistic moderate"].sd
        ),
    }
    for strength in ("weak", "moderate", "strong"):
        prior = zampieri(2.0)[f"optimistic {strength}"]
        found[f"zampieri.z_{strength}"] = prior.mean / prior.sd
        for ratio in ("1.5", "2", "2.3"):
            name = f"zampieri.optimistic_{strength}_sd.OR{ratio}"
            found[name] = zampieri(float(ratio))[f"optimistic {strength}"].sd
    for ratio in ("1.5", "2", "2.3"):
        found[f"sfp.sceptical_sd.OR{ratio}"] = sceptical(float(ratio)).sd
    names = {f"prior.{name}" for name in found}
    assert names == set(entries("prior."))
    for name, number in found.items():
        _near(number, f"prior.{name}")


def test_the_nine_at_planned_odds_ratio_two() -> None:
    nine = zampieri(planned_odds_ratio=2.0)
    assert list(nine) == [
        f"{belief} {strength}"
        for belief in ("neutral", "optimistic", "pessimistic")
        for strength in ("weak", "moderate", "strong")
    ]
    for name, prior in nine.items():
        key = name.replace(" ", "_")
        _near(prior.mean, f"zampieri_OR2.{key}.prior_mean")
        _near(prior.sd, f"zampieri_OR2.{key}.prior_sd")
        assert prior.label
        assert prior.rationale
        assert "10.1164/rccm.202006-2381CP" in prior.source
    assert str(nine["neutral moderate"]) == "normal(0, 0.355)"
    assert str(nine["neutral strong"]) == "normal(0, 0.205)"


@given(hs.floats(1.01, 20))
def test_better_lower_mirrors_and_tails_hold(odds_ratio: float) -> None:
    high, low = zampieri(odds_ratio), zampieri(1 / odds_ratio, better="lower")
    for name in high:
        assert low[name].mean == pytest.approx(-high[name].mean, rel=1e-9)
        assert low[name].sd == pytest.approx(high[name].sd, rel=1e-9)
    for strength, tail in (("weak", 0.30), ("moderate", 0.15), ("strong", 0.05)):
        assert high[f"optimistic {strength}"].cdf(0.0) == pytest.approx(tail, rel=1e-9)
        assert high[f"pessimistic {strength}"].sf(0.0) == pytest.approx(tail, rel=1e-9)
    assert sceptical(odds_ratio).sf(math.log(odds_ratio)) == pytest.approx(0.05, rel=1e-9)
    assert enthusiastic(odds_ratio).cdf(0.0) == pytest.approx(0.05, rel=1e-9)
    assert enthusiastic(odds_ratio).sd == high["optimistic strong"].sd


@given(
    hs.floats(-2, 2), hs.floats(0.05, 2), hs.floats(0.05, 5), hs.sampled_from(["higher", "lower"])
)
def test_handicap_makes_the_data_just_fail(
    estimate: float, standard_error: float, sd: float, better: str
) -> None:
    prior = handicap(estimate, standard_error, sd, alpha=0.025, better=better)
    precision = 1 / sd**2 + 1 / standard_error**2
    mean = (prior.mean / sd**2 + estimate / standard_error**2) / precision
    z = mean * math.sqrt(precision) * (1 if better == "higher" else -1)
    assert z == pytest.approx(1.959963984540054, abs=1e-8)


def test_equivalent_events_stand_in_the_rationale() -> None:
    assert "22.5 events" in sceptical(2.0).rationale


@pytest.mark.parametrize("ratio", [0, -1, 1, math.nan, math.inf, 0.5, "2", True])
def test_refuses_planned_odds_ratios(ratio: float) -> None:
    for make in (zampieri, sceptical, enthusiastic):
        with pytest.raises(InputError, match="planned_odds_ratio"):
            make(ratio)


def test_refuses_other_arguments() -> None:
    with pytest.raises(InputError, match="better"):
        zampieri(2.0, better="up")
    with pytest.raises(InputError, match="below 1"):
        zampieri(2.0, better="lower")
    with pytest.raises(InputError, match="no archetype is meant for it"):
        archetypes("odds")
    for arguments in ((math.nan, 1, 1), (0, -1, 1), (0, 1, 0)):
        with pytest.raises(InputError):
            handicap(*arguments)
    with pytest.raises(InputError, match="alpha"):
        handicap(0, 1, 1, alpha=1.5)


def test_every_archetype_has_words_and_a_parameter_and_is_read_by_name() -> None:
    fixed = archetypes()
    assert len(fixed) == 56
    for name, prior in fixed.items():
        assert prior.label, name
        assert prior.rationale, name
        assert prior.source, name
        assert prior.parameter, name
        assert Prior.parse(name) == prior
        assert Prior.parse(name).label == prior.label
        assert Prior.parse(str(prior)) == prior
    with_planned = archetypes(planned_odds_ratio=2.0)
    assert len(with_planned) == 56 + 6 + 2
    assert list(with_planned)[:9] == list(zampieri(2.0))
    assert set(archetypes("probability")) == {
        "uniform",
        "jeffreys",
        "kerman",
        "haldane",
        "beta 2 2",
    }
    assert archetypes("probability")["kerman"] == Prior.beta(1 / 3, 1 / 3)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("reference", "normal(0, 10)"),
        ("reference analysis", "normal(0, 1)"),
        ("default midpoint", "normal(0, 1.5)"),
        ("gunhan", "normal(0, 2.82)"),
        ("base rate", "normal(0.4, 0.6)"),
        ("base rate per pregnancy", "normal(0.39, 0.67)"),
        ("gynaecology and fertility log OR", "student_t(2, 0, 0.4)"),
        ("cochrane log OR", "student_t(4, 0, 0.58)"),
        ("fertility regulation log OR", "student_t(5, 0, 0.46)"),
        ("cochrane log RR", "student_t(3, 0, 0.32)"),
        ("cochrane RD", "student_t(1, 0, 0.034)"),
        ("cochrane SMD", "student_t(5, 0, 0.43)"),
        ("pregnancy and childbirth log OR tau", "inverse_gamma(1.73, 0.47)"),
        ("pregnancy and childbirth RD tau", "half_normal(0.082)"),
        ("fertility regulation log RR tau", "inverse_gamma(1.59, 0.31)"),
    ],
)
def test_numbers_of_the_literature(name: str, text: str) -> None:
    assert str(archetypes()[name]) == text


@pytest.mark.parametrize(
    ("name", "quantiles"),
    [
        ("pregnancy and childbirth log OR tau", (0.092, 0.333, 2.86)),
        ("gynaecology and fertility log OR tau", (0.067, 0.302, 4.86)),
        ("cochrane log OR tau", (0.106, 0.379, 3.15)),
    ],
)
def test_quantiles_of_the_heterogeneity_priors(
    name: str, quantiles: tuple[float, float, float]
) -> None:
    found = archetypes()[name].ppf([0.025, 0.5, 0.975])
    for number, printed in zip(found, quantiles, strict=True):
        assert number == pytest.approx(printed, abs=0.5 * 10 ** (-2 if printed > 1 else -3))
