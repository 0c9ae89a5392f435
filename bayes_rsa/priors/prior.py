"""A prior: a finite mixture of distributions of known families, as a frozen value."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from bayes_rsa.errors import InputError
from bayes_rsa.priors.component import Component, finite_number
from bayes_rsa.priors.family import Family
from bayes_rsa.priors.mixture import Mixture

_WEIGHT_ERROR = 1e-9


@dataclass(frozen=True, repr=False)
class Prior(Mixture):
    """A prior distribution on one parameter, on the parameter's own scale.

    Make one with ``Prior.normal(0, 1)`` and its siblings, ``Prior.mixture`` or ``Prior.parse``.
    Two priors are equal when their components are: the words beside them do not count.

    Attributes
    ----------
    components
        One component, or the components of a mixture; the weights sum to 1.
    label
        Short name for tables; empty where none was given.
    rationale
        Why this prior, in a sentence.
    source
        Where it comes from.
    parameter
        The parameter it is meant for, such as ``log_odds_ratio``; empty where any will do.
    """

    components: tuple[Component, ...]
    label: str = field(default="", compare=False)
    rationale: str = field(default="", compare=False)
    source: str = field(default="", compare=False)
    parameter: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        components = tuple(self.components)
        if not components:
            raise InputError("prior", "", "a prior has at least one component", "give a family")
        total = math.fsum(part.weight for part in components)
        if abs(total - 1) > _WEIGHT_ERROR:
            raise InputError(
                "weights",
                tuple(part.weight for part in components),
                f"weights must sum to 1, and these sum to {total:.10g}",
                "give weights that sum to 1",
            )
        improper = [part for part in components if not part.distribution.is_proper]
        if improper and len(components) > 1:
            raise InputError(
                "prior",
                improper[0].family,
                "an improper prior cannot be part of a mixture",
                "use a wide proper component, such as normal(0, 10)",
            )
        if abs(total - 1) > 1e-15 * len(components):
            components = tuple(
                Component(part.weight / total, part.family, part.arguments) for part in components
            )
        object.__setattr__(self, "components", components)

    # Making priors ----------------------------------------------------------------------------

    @classmethod
    def of(cls, family: str, *arguments: float, **words: str) -> Self:
        """Prior of a family by name: ``Prior.of("normal", 0, 1)``."""
        return cls((Component(1.0, family, arguments),), **words)

    @classmethod
    def normal(cls, mean: float, sd: float, **words: str) -> Self:
        """Normal with a mean and a standard deviation (not a variance)."""
        return cls.of("normal", mean, sd, **words)

    @classmethod
    def student_t(cls, df: float, location: float, scale: float, **words: str) -> Self:
        """Student-t with degrees of freedom, location and scale."""
        return cls.of("student_t", df, location, scale, **words)

    @classmethod
    def cauchy(cls, location: float, scale: float, **words: str) -> Self:
        """Cauchy with location and scale."""
        return cls.of("cauchy", location, scale, **words)

    @classmethod
    def logistic(cls, location: float, scale: float, **words: str) -> Self:
        """Logistic with location and scale."""
        return cls.of("logistic", location, scale, **words)

    @classmethod
    def uniform(cls, lower: float, upper: float, **words: str) -> Self:
        """Uniform between two limits."""
        return cls.of("uniform", lower, upper, **words)

    @classmethod
    def beta(cls, a: float, b: float, **words: str) -> Self:
        """Beta on a probability; ``beta(0, 0)`` is Haldane's improper prior."""
        return cls.of("beta", a, b, **words)

    @classmethod
    def logit_normal(cls, mean: float, sd: float, **words: str) -> Self:
        """Probability whose log odds are normal with this mean and standard deviation."""
        return cls.of("logit_normal", mean, sd, **words)

    @classmethod
    def half_normal(cls, sd: float, **words: str) -> Self:
        """Size of a normal with mean 0 and this standard deviation."""
        return cls.of("half_normal", sd, **words)

    @classmethod
    def inverse_gamma(cls, shape: float, scale: float, **words: str) -> Self:
        """Inverse gamma with shape and scale."""
        return cls.of("inverse_gamma", shape, scale, **words)

    @classmethod
    def lognormal(cls, mu: float, sigma: float, **words: str) -> Self:
        """Quantity whose log is normal with mean mu and standard deviation sigma."""
        return cls.of("lognormal", mu, sigma, **words)

    @classmethod
    def flat(cls, **words: str) -> Self:
        """Constant on the whole line: improper."""
        return cls.of("flat", **words)

    @classmethod
    def point(cls, value: float, **words: str) -> Self:
        """All probability on one value."""
        return cls.of("point", value, **words)

    @classmethod
    def mixture(cls, parts: Iterable[tuple[float, Prior]], **words: str) -> Self:
        """Finite mixture of (weight, prior); mixtures within it are flattened.

        Raises
        ------
        InputError
            If the weights do not sum to 1, or a part is improper.
        """
        components: list[Component] = []
        for weight, prior in parts:
            if not isinstance(prior, Prior):
                raise InputError(
                    "mixture", prior, "each part is a (weight, prior) pair", "give a Prior"
                )
            share = finite_number("weight", weight)
            components.extend(
                Component(share * part.weight, part.family, part.arguments)
                for part in prior.components
            )
        return cls(tuple(components), **words)

    @classmethod
    def parse(cls, text: str) -> Prior:
        """Read the text form: ``0.8*normal(0, 0.355) + 0.2*normal(0, 2)``.

        The name of an archetype that needs no argument is read too: ``neutral moderate``.
        ``Prior.parse(str(p)) == p`` for every prior.

        Raises
        ------
        InputError
            If the text is not a prior; the message says where, and suggests the nearest name.
        """
        from bayes_rsa.priors.text import parse_prior

        return parse_prior(text)

    def __str__(self) -> str:
        from bayes_rsa.priors.text import format_prior

        return format_prior(self)

    def __repr__(self) -> str:
        return f"Prior.parse({str(self)!r})"

    def with_label(
        self,
        label: str,
        *,
        rationale: str | None = None,
        source: str | None = None,
        parameter: str | None = None,
    ) -> Self:
        """Same distribution under another label; the other words stay unless given."""
        return replace(
            self,
            label=label,
            rationale=self.rationale if rationale is None else rationale,
            source=self.source if source is None else source,
            parameter=self.parameter if parameter is None else parameter,
        )

    # Mirrors ----------------------------------------------------------------------------------

    def _each(self, change: Callable[[Family], Family]) -> Self:
        parts = []
        for part in self.components:
            family = change(part.distribution)
            values = tuple(getattr(family, argument) for argument in family.arguments)
            parts.append(Component(part.weight, family.name, values))
        return replace(self, components=tuple(parts))

    def negated(self) -> Self:
        """Prior of -X: the same belief with the arms exchanged, on a log ratio or a difference.

        Raises
        ------
        InputError
            If a family does not lie on the whole line.
        """
        return self._each(lambda family: family.negated())

    def complement(self) -> Self:
        """Prior of 1 - X: the same belief on the probability of the opposite event.

        Raises
        ------
        InputError
            If a family does not lie on probabilities.
        """
        return self._each(lambda family: family.complement())
