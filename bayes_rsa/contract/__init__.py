"""What every model exposes, and the card that says so.

A model is a plain ``pm.Model`` that follows this contract; then ``fit``, ``sweep`` and ``sbc`` take
it, whoever wrote it. The clauses:

``card``
    :func:`card` finds a :class:`Card`.
``variables``
    Two-arm models expose the scalars ``p_treatment``, ``p_control`` (probability) and
    ``log_odds_ratio`` (natural log, treatment minus control); a reported-effect model exposes
    ``effect``. Every variable that the card names exists and is a scalar, unless the card says
    otherwise.
``priors``
    The free variables are exactly those the card has a prior for.
``data``
    ``events`` and ``n`` are integer data over the dim ``arm`` = ``["treatment", "control"]``; a
    reported effect stands in ``estimate`` and ``standard_error``. A model of biomarkers has the dim
    ``marker``, with the card's ``markers`` as coordinates.
``hyperparameters``
    Each argument of a prior is data named ``<parameter>__<argument>``, a vector over
    ``<parameter>__component``, with ``<parameter>__weight``; ``flat()`` has none.
``likelihood``
    Each observed variable has ``logp`` and ``random``; there is no ``pm.Potential``, which
    log-prior, log-likelihood, prediction and calibration would not see.
``finite``
    The log density is finite at the initial point.
"""

from __future__ import annotations

from bayes_rsa.contract.cards import MARKER, MEDIATION, Card, attach, card, source_of
from bayes_rsa.contract.clauses import CLAUSES, check
from bayes_rsa.contract.data import (
    ARMS,
    ONE_CALL,
    compile_key,
    data_of,
    hyperparameters,
    hyperparameters_of,
    interpreted,
    python_draws,
)

__all__ = [
    "ARMS",
    "CLAUSES",
    "MARKER",
    "MEDIATION",
    "ONE_CALL",
    "Card",
    "attach",
    "card",
    "check",
    "compile_key",
    "data_of",
    "hyperparameters",
    "hyperparameters_of",
    "interpreted",
    "python_draws",
    "source_of",
]
