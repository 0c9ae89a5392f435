"""Each model's formula, with the role of each parameter."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Formula,
    Given,
    Paragraph,
    Strong,
    Text,
    text,
)
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results import Analysed

_LIKELIHOOD: Final = "y_k ~ Binomial(n_k, p_k),   k = 1 (treatment), 0 (control)"


_FORMULAS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = MappingProxyType(
    {
        ("log_odds_ratio", "midpoint"): (
            _LIKELIHOOD,
            "logit p_1 = β + δ/2,   logit p_0 = β − δ/2",
            "δ ~ effect,   β ~ midpoint",
        ),
        ("log_odds_ratio", "baseline"): (
            _LIKELIHOOD,
            "logit p_1 = α + δ,   logit p_0 = α",
            "δ ~ effect,   α ~ baseline",
        ),
        ("log_risk_ratio", "baseline"): (
            _LIKELIHOOD,
            "logit p_0 = α,   log p_1 = log p_0 + δ",
            "α ~ baseline,   δ ~ effect, cut to δ < −log p_0",
        ),
        ("risk_difference", "baseline"): (
            _LIKELIHOOD,
            "logit p_0 = α,   p_1 = p_0 + δ",
            "α ~ baseline,   δ ~ effect, cut to −p_0 < δ < 1 − p_0",
        ),
        ("independent_arms", ""): (
            _LIKELIHOOD,
            "p_1 ~ treatment,   p_0 ~ control,   independent",
        ),
        ("reported_effect", ""): ("θ̂ ~ Normal(θ, se²)", "θ ~ effect"),
    }
)


_LEVELS: Final[Mapping[str, str]] = MappingProxyType(
    {"log_odds_ratio": "midpoint", "log_risk_ratio": "baseline", "risk_difference": "baseline"}
)


def _level(analysed: Analysed) -> str:
    """Which nuisance parameter a specification has a prior on."""
    given = [p for p in ("midpoint", "baseline") if p in analysed.specification.priors]
    return given[0] if given else _LEVELS.get(analysed.specification.model, "")


def models(quote: Quoting) -> list[Block]:
    """Formula, users and roles of each model of the analysis."""
    blocks: list[Block] = []
    seen: dict[tuple[str, str], list[str]] = {}
    for analysed in quote.results.rows:
        key = (analysed.specification.model, _level(analysed))
        seen.setdefault(key, []).append(analysed.name)
    for (model, level), names in seen.items():
        placed = f" with a prior on the {words.PARAMETERS[level]}" if level else ""
        shared = f"{len(names)} rows" if len(names) > 3 else words.joined(names)
        blocks.append(
            Paragraph(
                text(
                    Strong(f"Model: {words.MODELS[model]}"),
                    f"{placed}. Used by ",
                    Given(shared),
                    ".",
                )
            )
        )
        blocks.append(Formula(_FORMULAS[model, level]))
        blocks.append(Paragraph(_roles(model, level)))
    return blocks


def _roles(model: str, level: str) -> Text:
    if model == "independent_arms":
        return text(
            "Both probabilities are of interest, through their contrasts. The model holds that "
            "knowledge of one arm says nothing about the other; it is a convention to compare "
            "with, not a belief about a trial."
        )
    if model == "reported_effect":
        return text(
            "The effect θ (natural log for a ratio) is of interest. The printed estimate is taken "
            "as normal with the standard error that its interval implies: an approximation, used "
            "since there are no counts."
        )
    nuisance = (
        "β, the mean of the two log odds," if level == "midpoint" else "α, the log odds on control,"
    )
    form = (
        "This symmetric form treats the arms alike, so that the prior on the level hardly leaks "
        "into the effect."
        if level == "midpoint"
        else "In this form a tight prior on the control arm, away from the data, moves the effect."
    )
    return text(f"The effect δ is of interest; {nuisance} is a nuisance parameter. {form}")
