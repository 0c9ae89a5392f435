"""Hypothesis strategies for every value of a trial."""

from __future__ import annotations

import dataclasses

from hypothesis import strategies as st

from bayes_rsa.trial import (
    Arm,
    Biomarker,
    DirectionOnly,
    ExactTest,
    MeanSD,
    MedianQuartiles,
    Moments,
    Outcome,
    PatientLevel,
    PlannedEffect,
    Printed,
    Quartiles,
    ReportedEffect,
    Threshold,
    Trial,
)

plain = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t")
texts = st.text(plain, max_size=20)
named = texts.filter(str.strip)
numbers = st.floats(-1e9, 1e9)
positive = st.floats(1e-6, 1e6)


def decimals(low: int, high: int) -> st.SearchStrategy[Printed]:
    """Printed numbers of two places, from hundredths."""
    return st.integers(low, high).map(lambda k: Printed(f"{k / 100:.2f}"))


@st.composite
def arms(draw: st.DrawFn, name: str = "") -> Arm:
    n = draw(st.integers(0, 10**6))
    return Arm(name or draw(named), draw(st.integers(0, n)), n, draw(texts))


@st.composite
def reported_effects(draw: st.DrawFn, *, counts: bool) -> ReportedEffect:
    measure = draw(st.sampled_from(("OR", "RR", "HR", "RD") + (() if counts else ("MD",))))
    low, high = (1, 99) if measure == "RD" else (1, 5000)
    ends = sorted(draw(st.lists(st.integers(low, high), min_size=3, max_size=3, unique=True)))
    lower, middle, upper = (Printed(f"{end / 100:.2f}") for end in ends)
    p_value = draw(st.none() | decimals(0, 100) | st.just(Printed("<0.001")))
    rest = {
        "ci_level": draw(st.floats(0.5, 0.999)),
        "adjustment": draw(texts),
        "source": draw(texts),
    }
    if draw(st.booleans()):
        return ReportedEffect(measure, middle, (lower, upper), p_value=p_value, **rest)
    effect = draw(st.floats(-1, 1))
    return ReportedEffect(
        measure, p_value=p_value, log_effect=effect, standard_error=draw(positive), **rest
    )


@st.composite
def findings(draw: st.DrawFn) -> object:
    direction = draw(st.sampled_from(("lower", "higher", "not stated")))
    bound = draw(st.sampled_from((Printed("<0.05"), Printed(">0.05"), Printed("<0.001"))))
    cuts = sorted(draw(st.lists(numbers, min_size=3, max_size=3, unique=True)))
    sizes = st.integers(4, 1000)
    t = abs(draw(numbers)) * {"lower": -1, "higher": 1, "not stated": 1}[direction]
    moments = st.builds(Moments, numbers, positive, sizes)
    quartiles = sizes.map(lambda n: Quartiles(*cuts, n))
    return draw(
        st.one_of(
            st.just(DirectionOnly(direction, bound)),
            st.just(ExactTest(direction, None, t)),
            decimals(1, 100).map(lambda p: ExactTest(direction, p)),
            st.builds(MeanSD, moments, moments),
            st.builds(MedianQuartiles, quartiles, quartiles),
            named.map(PatientLevel),
        )
    )


@st.composite
def trials(draw: st.DrawFn) -> Trial:
    counts = draw(st.booleans())
    pair = (draw(arms("a")), draw(arms("b"))) if counts else (None, None)
    effects = reported_effects(counts=counts)
    percentage = st.none() | decimals(0, 10_000)
    statements = draw(st.lists(st.sampled_from(("RD > 0.1", "OR > 1.25", "RR < 1")), unique=True))
    markers = draw(st.lists(named, max_size=3, unique=True))
    descriptions = {
        field.name: draw(texts)
        for field in dataclasses.fields(Trial)
        if field.type == "str" and field.name not in ("name", "doi")
    }
    return Trial(
        name=draw(named.map(lambda text: " ".join(text.split())).filter(bool)),
        treatment=pair[0],
        control=pair[1],
        outcome=draw(st.builds(Outcome, named, st.sampled_from(("higher", "lower")), texts)),
        reported=draw(st.none() | effects if counts else effects),
        percentages=draw(st.tuples(percentage, percentage)) if counts else (None, None),
        planned=draw(
            st.none()
            | st.builds(
                PlannedEffect, positive.filter(lambda x: x != 1), st.booleans(), named, texts
            )
        ),
        thresholds=tuple(
            Threshold(text, draw(named), draw(texts), default=index == 1)
            for index, text in enumerate(statements)
        ),
        biomarkers=tuple(Biomarker(m, draw(findings()), draw(texts), draw(texts)) for m in markers),
        doi=draw(st.sampled_from(("", "10.1007/s00228-023-03473-9"))),
        field_priors=tuple(draw(st.lists(named, max_size=3, unique=True))),
        baseline_risks=tuple(draw(st.lists(st.floats(0.001, 0.999), min_size=1, max_size=4))),
        **descriptions,
    )
