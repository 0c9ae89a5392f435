"""The text form of a prior, both ways."""

from __future__ import annotations

import re
from typing import NoReturn

from bayes_rsa.errors import InputError
from bayes_rsa.priors.component import Component
from bayes_rsa.priors.families import find_family
from bayes_rsa.priors.prior import Prior

_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_TOKEN = re.compile(rf"\s*(?:(?P<number>{_NUMBER})|(?P<name>[A-Za-z_]\w*)|(?P<mark>[(),*+=-]))")
_FORM = "write a family with its arguments, such as normal(0, 1), or the name of an archetype"


def format_number(value: float) -> str:
    """Shortest text that reads back as the same float, without a trailing ``.0``."""
    text = repr(float(value))
    return text.removesuffix(".0")


def _format_component(part: Component) -> str:
    return f"{part.family}({', '.join(map(format_number, part.arguments))})"


def format_prior(prior: Prior) -> str:
    """Text form of a prior, which ``parse_prior`` reads back exactly."""
    if len(prior.components) == 1 and prior.components[0].weight == 1:
        return _format_component(prior.components[0])
    return " + ".join(
        f"{format_number(part.weight)}*{_format_component(part)}" for part in prior.components
    )


def parse_prior(text: str) -> Prior:
    """Read the text form of a prior, or the name of an archetype that needs no argument.

    Raises
    ------
    InputError
        If the text is not a prior.
    """
    if not isinstance(text, str):
        raise InputError("prior", text, "the text form of a prior is text", _FORM)
    if not text.strip():
        raise InputError("prior", text, "the text is empty", _FORM)
    if "(" not in text:
        # Deferred: archetypes are themselves written in the text form.
        from bayes_rsa.priors.archetypes import find_archetype

        return find_archetype(text)
    return _Reader(text).prior()


class _Reader:
    """Recursive descent over ``[weight *] family(argument, ...) [+ ...]``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def _fail(self, rule: str, remedy: str = _FORM) -> NoReturn:
        raise InputError("prior", self.text, rule, remedy)

    def _peek(self) -> tuple[str, str]:
        if not self.text[self.place :].strip():
            return "end", ""
        match = _TOKEN.match(self.text, self.place)
        if match is None:
            rest = self.text[self.place :].strip()
            self._fail(f"{rest[:1]!r} at position {self._column()} is not part of a prior")
        kind = str(match.lastgroup)
        return kind, match[kind]

    def _take(self) -> tuple[str, str]:
        kind, token = self._peek()
        match = _TOKEN.match(self.text, self.place)
        self.place = match.end() if match else len(self.text)
        return kind, token

    def _column(self) -> int:
        rest = self.text[self.place :]
        return self.place + len(rest) - len(rest.lstrip()) + 1

    def _expect(self, mark: str) -> None:
        column = self._column()
        if self._take() != ("mark", mark):
            self._fail(f"{mark!r} is missing at position {column}")

    def prior(self) -> Prior:
        components = [self._term()]
        while self._peek() == ("mark", "+"):
            self._take()
            components.append(self._term())
        if self._peek()[0] != "end":
            rest = self.text[self.place :].strip()
            self._fail(f"{rest!r} follows the end of the prior", "remove it, or join with +")
        return Prior(tuple(components))

    def _number(self) -> float | None:
        """Signed number at this place; None, and nothing taken, where there is none."""
        start, sign = self.place, 1.0
        if self._peek() in (("mark", "-"), ("mark", "+")):
            sign = -1.0 if self._take()[1] == "-" else 1.0
        kind, token = self._peek()
        if kind == "number" or token.lower() in ("inf", "infinity", "nan"):
            return sign * float(self._take()[1])
        self.place = start
        return None

    def _term(self) -> Component:
        weight = self._number()
        if weight is None:
            weight = 1.0
        else:
            self._expect("*")
        column = self._column()
        kind, name = self._take()
        if kind != "name":
            self._fail(f"the name of a family is missing at position {column}")
        names = find_family(name).arguments
        self._expect("(")
        return Component(weight, name, tuple(self._arguments(name, names)))

    def _arguments(self, family: str, names: tuple[str, ...]) -> list[float]:
        values: list[float] = []
        if self._peek() == ("mark", ")"):
            self._take()
            return values
        while True:
            self._argument_name(family, names, len(values))
            column = self._column()
            value = self._number()
            if value is None:
                self._fail(
                    f"an argument of {family} at position {column} is not a number",
                    f"write {find_family(family).signature()} with numbers",
                )
            values.append(value)
            token = self._take()[1]
            if token == ")":
                return values
            if token != ",":
                self._fail("the parenthesis is not closed", "close it, and put commas between")

    def _argument_name(self, family: str, names: tuple[str, ...], index: int) -> None:
        kind, token = self._peek()
        if kind != "name" or token.lower() in ("inf", "infinity", "nan"):
            return
        if index >= len(names) or token != names[index]:
            self._fail(
                f"{token!r} is not argument {index + 1} of {family}",
                f"write {find_family(family).signature()} with numbers",
            )
        self._take()
        self._expect("=")
