"""The README's Python runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_python_of_the_readme_runs() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    # The reference prior, and the abstract's counts: the benefit is likely, not certain.
    assert 0.5 < names["rsa"].probability(names["post"], "benefit") < 1  # type: ignore[attr-defined]


def test_the_headline_is_what_the_engine_gives() -> None:
    import bayes_rsa as rsa
    from bayes_rsa import exact

    analysis = rsa.Analysis.default(rsa.load_trial("tacrolimus-rsa-2023"))
    benefit = {}
    for row in analysis.specifications:
        posterior = getattr(exact, row.model)(analysis.trial, **row.priors)
        benefit[row.name] = rsa.probability(posterior, "benefit")
    text = " ".join(README.split())
    least, most = min(benefit, key=benefit.__getitem__), max(benefit, key=benefit.__getitem__)
    assert f"Over the {len(benefit)} sets of priors" in text
    assert f"{benefit[least]:.2f} ({least.lower()})" in text
    assert f"{benefit[most]:.3f} ({most.lower()})" in text
    assert f"it is {benefit[analysis.reference.name]:.3f}" in text
    reference = exact.log_odds_ratio(analysis.trial, **analysis.reference.priors)
    ratio = rsa.summarize(reference).loc["odds_ratio"]
    interval = f"{ratio['eti_lower']:.2f} to {ratio['eti_upper']:.2f}"
    assert f"{ratio['median']:.2f} (95% credible interval {interval})" in text
    assert f"has probability {rsa.probability(reference, 'RD > 0.1'):.2f}" in text
    assert rsa.audit(analysis.trial).verdict in text
