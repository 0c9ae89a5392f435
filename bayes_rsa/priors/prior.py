"""A prior: a finite mixture of distributions of known families, as a frozen value."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self, overload

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.priors import _mixture
from bayes_rsa.priors._numeric import FloatArray
from bayes_rsa.priors.families import find_family
from bayes_rsa.priors.family import Family
from bayes_rsa.priors.line import Point

_WEIGHT_ERROR = 1e-9


def _number(where: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise InputError(where, value, "an argument of a prior is a number", "give a number")
    result = float(value) + 0.0
    if not math.isfinite(result):
        raise InputError(where, result, "an argument of a prior is finite", "give a finite number")
    return result


@dataclass(frozen=True)
class Component:
    """One distribution of a mixture.

    Attributes
    ----------
    weight
        Its weight, from 0 to 1.
    family
        Name of its family, a key of ``FAMILIES``.
    arguments
        The family's arguments, in the order of ``FAMILIES[family].arguments``.
    distribution
        The family with these arguments.
    """

    weight: float
    family: str
    arguments: tuple[float, ...]
    distribution: Family = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        family = find_family(self.family)
        values = tuple(self.arguments)
        if len(values) != len(family.arguments):
            raise InputError(
                "prior",
                f"{self.family}({', '.join(map(str, values))})",
                f"{self.family} takes {len(family.arguments)} argument"
                f"{'' if len(family.arguments) == 1 else 's'}, not {len(values)}",
                f"write {family.signature()}",
            )
        checked = tuple(
            _number(f"{self.family}.{argument}", value)
            for argument, value in zip(family.arguments, values, strict=True)
        )
        weight = _number("weight", self.weight)
        if not 0 <= weight <= 1:
            raise InputError(
                "weight", weight, "a weight lies between 0 and 1", "give weights that sum to 1"
            )
        object.__setattr__(self, "weight", weight)
        object.__setattr__(self, "arguments", checked)
        object.__setattr__(self, "distribution", family(*checked))


@dataclass(frozen=True, repr=False)
class Prior:
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
            share = _number("weight", weight)
            components.extend(
                Component(share * part.weight, part.family, part.arguments)
                for part in prior.components
            )
        return cls(tuple(components), **words)

    @classmethod
    def parse(cls, text: str) -> Prior:
        """Read the text form: ``0.8*normal(0, 0.355) + 0.2*normal(0, 2)``.

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

    # What it is -------------------------------------------------------------------------------

    @property
    def families(self) -> tuple[str, ...]:
        """Family of each component."""
        return tuple(part.family for part in self.components)

    @property
    def weights(self) -> tuple[float, ...]:
        """Weight of each component."""
        return tuple(part.weight for part in self.components)

    @property
    def is_mixture(self) -> bool:
        """Whether there is more than one component."""
        return len(self.components) > 1

    @property
    def is_proper(self) -> bool:
        """Whether the density integrates to 1."""
        return all(part.distribution.is_proper for part in self.components)

    @property
    def atoms(self) -> tuple[tuple[float, float], ...]:
        """(weight, value) of each point mass."""
        return tuple(
            (part.weight, part.distribution.value)
            for part in self.components
            if isinstance(part.distribution, Point)
        )

    @property
    def support(self) -> tuple[float, float]:
        """Smallest closed interval that holds all probability."""
        limits = [part.distribution.support for part in self.components if part.weight > 0]
        return min(low for low, _ in limits), max(high for _, high in limits)

    @property
    def mean(self) -> float:
        """Mean; nan where there is none."""
        return _mixture.moments(self.components)[0]

    @property
    def sd(self) -> float:
        """Standard deviation; nan where there is none."""
        return _mixture.moments(self.components)[1]

    # Functions of a value ---------------------------------------------------------------------

    @overload
    def logpdf(self, x: float) -> float: ...
    @overload
    def logpdf(self, x: FloatArray | Sequence[float]) -> FloatArray: ...
    def logpdf(self, x: Any) -> Any:
        """Log density at x: -inf outside the support, 0 everywhere for ``flat()``.

        ``beta(0, 0)`` is not normalised. Point masses have no density and add nothing here: see
        ``atoms``.
        """
        return _mixture.apply(self.components, Family.logpdf, x)

    @overload
    def logit_logpdf(self, x: float) -> float: ...
    @overload
    def logit_logpdf(self, x: FloatArray | Sequence[float]) -> FloatArray: ...
    def logit_logpdf(self, x: Any) -> Any:
        """Log density of logit(X) at x, for a prior on a probability.

        Accurate where the probability itself would round to 0 or 1.

        Raises
        ------
        InputError
            If a component does not lie on probabilities.
        """
        return _mixture.apply(self.components, Family.logit_logpdf, x)

    @overload
    def logcdf(self, x: float) -> float: ...
    @overload
    def logcdf(self, x: FloatArray | Sequence[float]) -> FloatArray: ...
    def logcdf(self, x: Any) -> Any:
        """Log of P(X <= x)."""
        return _mixture.apply(self.components, Family.logcdf, x)

    @overload
    def logsf(self, x: float) -> float: ...
    @overload
    def logsf(self, x: FloatArray | Sequence[float]) -> FloatArray: ...
    def logsf(self, x: Any) -> Any:
        """Log of P(X > x)."""
        return _mixture.apply(self.components, Family.logsf, x)

    @overload
    def cdf(self, x: float) -> float: ...
    @overload
    def cdf(self, x: FloatArray | Sequence[float]) -> FloatArray: ...
    def cdf(self, x: Any) -> Any:
        """P(X <= x), with full relative accuracy in the lower tail."""
        return _mixture.average(self.components, Family.cdf, x)

    @overload
    def sf(self, x: float) -> float: ...
    @overload
    def sf(self, x: FloatArray | Sequence[float]) -> FloatArray: ...
    def sf(self, x: Any) -> Any:
        """P(X > x), with full relative accuracy in the upper tail."""
        return _mixture.average(self.components, Family.sf, x)

    def log_mass(self, lower: Any, upper: Any) -> Any:
        """Log of P(lower < X < upper): the constant of a truncated prior.

        Accurate in both tails and for narrow intervals; -inf where the interval is empty.
        """
        return _mixture.log_mass(self.components, lower, upper)

    @overload
    def ppf(self, q: float) -> float: ...
    @overload
    def ppf(self, q: FloatArray | Sequence[float]) -> FloatArray: ...
    def ppf(self, q: Any) -> Any:
        """Smallest x with P(X <= x) >= q.

        Raises
        ------
        InputError
            If q is outside [0, 1], or the prior is improper.
        """
        return _mixture.quantile(self.components, q, upper=False)

    @overload
    def isf(self, q: float) -> float: ...
    @overload
    def isf(self, q: FloatArray | Sequence[float]) -> FloatArray: ...
    def isf(self, q: Any) -> Any:
        """Smallest x with P(X > x) <= q: ``ppf(1 - q)`` without loss for a small q."""
        return _mixture.quantile(self.components, q, upper=True)

    def interval(self, probability: float) -> tuple[float, float]:
        """Equal-tailed interval of this probability."""
        tail = 0.5 * (1 - probability)
        return self.ppf(tail), self.isf(tail)

    def sample(self, size: int, rng: np.random.Generator) -> FloatArray:
        """``size`` independent draws."""
        return _mixture.sample(self.components, size, rng)

    # Mirrors ----------------------------------------------------------------------------------

    def _each(self, change: Any) -> Self:
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
