"""What cannot be computed has a reason, which is printed in its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bayes_rsa.errors import AccuracyError, InputError


def or_reason(make: Callable[[], Any]) -> Any:
    """What is made, or in words why it cannot be."""
    try:
        return make()
    except InputError as error:
        return error.rule
    except AccuracyError as error:
        return str(error)
