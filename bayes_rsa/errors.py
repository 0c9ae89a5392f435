"""What can go wrong, as types.

::

    BayesRsaError
    ├── InputError         bad input: one clear message (field, value, rule, remedy); exit code 2
    ├── ContractError      a model that does not follow the contract; names the clause
    ├── ConvergenceError   a fit whose diagnostics gate failed; carries the verdict; exit code 3
    └── AccuracyError      the exact engine cannot meet its promised error here
    BayesRsaWarning
    ├── DoubtfulConversionWarning
    ├── PriorDataConflictWarning
    └── VaguePriorWarning

Every error the package raises on purpose is a ``BayesRsaError``; anything else is a defect.
"""

from __future__ import annotations

__all__ = [
    "AccuracyError",
    "BayesRsaError",
    "BayesRsaWarning",
    "ContractError",
    "ConvergenceError",
    "DoubtfulConversionWarning",
    "InputError",
    "PriorDataConflictWarning",
    "VaguePriorWarning",
]


class BayesRsaError(Exception):
    """Base of every error that the package raises on purpose."""


class InputError(BayesRsaError, ValueError):
    """Bad input: which field, its value, the rule it breaks, and the remedy.

    Parameters
    ----------
    field
        Where the value stands, as the user wrote it: ``treatment.events``, ``--ci``.
    value
        The offending value; text is shown in quotes, anything else by ``repr``.
    rule
        What must hold, as a clause: ``events cannot exceed n``.
    remedy
        What to do about it, as a clause: ``check the denominator``.
    """

    def __init__(self, field: str, value: object, rule: str, remedy: str) -> None:
        self.field = field
        self.value = value
        self.rule = rule
        self.remedy = remedy
        end = "" if remedy.endswith("?") else "."
        super().__init__(f"{field} is {value!r}: {rule}; {remedy}{end}")

    def __reduce__(self) -> tuple[type[InputError], tuple[str, object, str, str]]:
        return (InputError, (self.field, self.value, self.rule, self.remedy))


class ContractError(BayesRsaError):
    """A model that does not follow the contract of ``bayes_rsa.contract``.

    Parameters
    ----------
    model
        The model's name.
    clause
        The clause that is broken, one of ``bayes_rsa.contract.CLAUSES``.
    detail
        What was found, and what was expected.
    """

    def __init__(self, model: str, clause: str, detail: str) -> None:
        self.model = model
        self.clause = clause
        self.detail = detail
        super().__init__(f"model {model!r} breaks the clause {clause!r}: {detail}.")

    def __reduce__(self) -> tuple[type[ContractError], tuple[str, str, str]]:
        return (ContractError, (self.model, self.clause, self.detail))


class ConvergenceError(BayesRsaError):
    """A fit whose diagnostics gate failed, so that its headline is withheld.

    Parameters
    ----------
    message
        Which checks failed.
    verdict
        The ``bayes_rsa.diagnostics.Verdict`` of the fit.
    """

    def __init__(self, message: str, verdict: object) -> None:
        self.verdict = verdict
        super().__init__(message)


class AccuracyError(BayesRsaError):
    """The exact engine cannot meet its promised error for this input.

    Parameters
    ----------
    quantity
        What was computed.
    error
        The engine's own error estimate (absolute).
    target
        The error that is promised (absolute).
    remedy
        What to do about it.
    """

    def __init__(self, quantity: str, error: float, target: float, remedy: str) -> None:
        self.quantity = quantity
        self.error = error
        self.target = target
        self.remedy = remedy
        super().__init__(
            f"{quantity}: the estimated error {error:.2g} is above the target {target:.2g}; "
            f"{remedy}."
        )

    def __reduce__(self) -> tuple[type[AccuracyError], tuple[str, float, float, str]]:
        return (AccuracyError, (self.quantity, self.error, self.target, self.remedy))


class BayesRsaWarning(UserWarning):
    """Base of every warning that the package gives."""


class DoubtfulConversionWarning(BayesRsaWarning):
    """A summary is turned into another one that it hardly supports."""


class PriorDataConflictWarning(BayesRsaWarning):
    """The data are surprising under the prior (Box 1980)."""


class VaguePriorWarning(BayesRsaWarning):
    """A prior that is vague on one scale says something strong on another."""
