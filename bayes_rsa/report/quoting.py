"""Quote results: every number with its id, its error and its digits, withheld where it must be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from bayes_rsa.analysis import Analysis
from bayes_rsa.estimands import ESTIMANDS
from bayes_rsa.report.blocks import Given, Inline, Interval, Text, text
from bayes_rsa.report.numbers import Number, Numbers
from bayes_rsa.report.results import Analysed, Answer, Results
from bayes_rsa.trial import Trial

Single = Literal["mean", "sd", "median"]
Pair = Literal["eti", "hdi"]

_NUMBER_IN_WORDS: Final = re.compile(r"(?<![\w.\-])(\d+(?:\.\d+)?)(?![\w]|\.\d)")


@dataclass(frozen=True, slots=True)
class Quoting:
    """What a section quotes from: the results, and the register of printed numbers.

    The ids of the headline engine's numbers start with the specification's slug; those of the
    other engine have the engine's name behind it: ``reference.odds_ratio.median`` and
    ``reference.exact.odds_ratio.median``.
    """

    results: Results
    numbers: Numbers

    @property
    def analysis(self) -> Analysis:
        """The analysis."""
        return self.results.analysis

    @property
    def trial(self) -> Trial:
        """The trial."""
        return self.results.analysis.trial

    def estimate(
        self, row: Analysed, key: str, what: Single = "median", engine: str | None = None
    ) -> Number:
        """Mean, SD or median of an estimand under a specification."""
        name, answer = self._place(row, engine)
        record = answer.records[key] if answer is not None else None
        value = None if record is None else getattr(record, what)
        error = None if record is None else getattr(record, f"mcse_{what}")
        return self._number(f"{name}.{key}.{what}", value, kind_of(key), error, answer, engine)

    def interval(
        self, row: Analysed, key: str, what: Pair = "eti", engine: str | None = None
    ) -> Interval:
        """Equal-tailed or highest-density interval of an estimand under a specification."""
        name, answer = self._place(row, engine)
        record = answer.records[key] if answer is not None else None
        ends = []
        for place, side in enumerate(("lower", "upper")):
            pair = None if record is None else getattr(record, what)
            errors = None if record is None else getattr(record, f"mcse_{what}")
            value = None if pair is None else pair[place]
            error = None if errors is None else errors[place]
            here = f"{name}.{key}.{what}.{side}"
            ends.append(self._number(here, value, kind_of(key), error, answer, engine))
        return Interval(ends[0], ends[1])

    def mcse(self, row: Analysed, key: str, what: Single = "median") -> Number:
        """Monte Carlo standard error of the headline engine's estimate."""
        name, answer = self._place(row, None)
        record = answer.records[key] if answer is not None else None
        value = None if record is None else getattr(record, f"mcse_{what}")
        return self._number(f"{name}.{key}.{what}.mcse", value, "error", None, answer, None)

    def probability(self, row: Analysed, statement: str, engine: str | None = None) -> Number:
        """Posterior probability of a statement under a specification."""
        name, answer = self._place(row, engine)
        found = answer.probabilities[statement] if answer is not None else None
        exact = answer is not None and answer.engine == "exact"
        return self._number(
            f"{name}.p.{statement_slug(statement)}",
            None if found is None else found.value,
            "exact probability" if exact else "probability",
            None if found is None else found.error,
            answer,
            engine,
        )

    def probability_mcse(self, row: Analysed, statement: str) -> Number:
        """Error of a probability by the headline engine."""
        name, answer = self._place(row, None)
        found = answer.probabilities[statement] if answer is not None else None
        here = f"{name}.p.{statement_slug(statement)}.error"
        value = None if found is None else found.error
        return self._number(here, value, "error", None, answer, None)

    def nnt(self, row: Analysed) -> Text:
        """Number needed to treat with its interval, by Altman's rule."""
        name, answer = self._place(row, None)
        found = answer.nnt if answer is not None else None
        if found is None or answer is None:
            return text("\u2013")
        record = answer.records["risk_difference"]
        harm = found.harm_at_median is not None
        middle = found.harm_at_median if harm else found.benefit_at_median
        errors = (record.mcse_median, *(record.mcse_eti or (None, None)))
        values = [middle, found.limits[0][1], found.limits[1][1]]
        # Where fewer events are better, the best limit is the lower one of the risk difference.
        ends = errors[1:] if self.trial.better == "lower" else errors[:0:-1]
        scaled = [reciprocal_error(v, e) for v, e in zip(values, (errors[0], *ends), strict=True)]
        shown = [
            self._number(f"{name}.nnt.{part}", value, "nnt", error, answer, None)
            for part, value, error in zip(("median", "best", "worst"), values, scaled, strict=True)
        ]
        kinds = [kind for kind, _ in found.limits]
        through = " to \u221e to " if kinds[0] != kinds[1] else " to "
        first = "NNTH " if harm else "NNTB "
        return text(
            first, shown[0], f" ({kinds[0]} ", shown[1], through, f"{kinds[1]} ", shown[2], ")"
        )

    def sentence(self, prefix: str, words: str, engine: str) -> Text:
        """A sentence that was made elsewhere, its numbers with the ids ``prefix.1`` and so on."""
        parts: list[Inline] = []
        count = 0
        for piece in _NUMBER_IN_WORDS.split(words):
            if _NUMBER_IN_WORDS.fullmatch(piece):
                count += 1
                kept = Number(f"{prefix}.{count}", float(piece), piece, None, engine)
                parts.append(self.numbers.keep(kept))
            elif piece:
                parts.append(Given(piece))
        return tuple(parts)

    def plain(
        self,
        name: str,
        value: float | None,
        kind: str,
        engine: str,
        error: float | None = None,
    ) -> Number:
        """Any other number."""
        return self.numbers.add(name, value, kind, error=error, engine=engine)

    def _place(self, row: Analysed, engine: str | None) -> tuple[str, Answer | None]:
        used = engine or self.results.engine
        name = row.slug if used == self.results.engine else f"{row.slug}.{used}"
        return name, row.answers.get(used)

    def _number(
        self,
        name: str,
        value: float | None,
        kind: str,
        error: float | None,
        answer: Answer | None,
        engine: str | None,
    ) -> Number:
        return self.numbers.add(
            name,
            value,
            kind,
            error=error,
            engine=engine or self.results.engine,
            withheld=answer is not None and not answer.passed,
        )


def kind_of(key: str) -> str:
    """How an estimand's numbers are rounded; a key of ``numbers.PLACES``."""
    kind = ESTIMANDS[key].kind
    return "mean" if key == "mean_difference" else kind


def statement_slug(statement: str) -> str:
    """A statement as part of an id: ``or_gt_1.25``."""
    words = statement.lower().replace("<", " lt ").replace(">", " gt ")
    tokens = re.findall(r"[a-z]+|[-+]?[0-9.]+(?:e[-+]?[0-9]+)?", words)
    return "_".join(_token(token) for token in tokens)


def _token(token: str) -> str:
    if token[0].isalpha():
        return token
    return f"{float(token):g}".replace("+", "").replace("-", "minus_")


def reciprocal_error(value: float | None, error: float | None) -> float | None:
    """Error of 1 / x, from that of x, to first order."""
    if value is None or error is None or value in (float("inf"), float("-inf")):
        return None
    return value * value * error
