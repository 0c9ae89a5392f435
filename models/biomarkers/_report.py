"""Reports about t statistics as one observed variable over the markers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from bayes_rsa.contract import MARKER
from bayes_rsa.models.biomarkers._noncentral_t import grid_for, log_density, log_probability
from bayes_rsa.trial import TReport, critical_t

Tensor = Any

_ATTEMPTS: Final = 100_000
_NEARLY_NONE: Final = -1e-12


def observe_reports(
    effect: Tensor,
    reports: Sequence[TReport],
    *,
    selection_level: float | None,
    factor: tuple[Tensor, Tensor] | None,
) -> None:
    """Add ``marker_report`` (marker) to the model on the stack, given standardised differences.

    Its values are those of :class:`bayes_rsa.trial.TReport`; what defines each report is data. Data
    that no report needs are left out, and the parts of the likelihood that they belong to with
    them: models with the same data have the same graph.

    Parameters
    ----------
    effect
        Standardised differences over the markers.
    reports
        One for each.
    selection_level
        Two-sided level at which markers were selected, if they were.
    factor
        What is added to every Z, and the SD of the rest of Z; None for independent markers.
    """
    columns: dict[str, list[float]] = {
        "critical": [r.critical for r in reports],
        "df": [r.df for r in reports],
        "signed": [r.signed for r in reports],
    }
    if any(r.exact for r in reports):
        columns["exact"] = [r.exact for r in reports]
    if any(r.unsigned for r in reports):
        columns["unsigned"] = [r.unsigned for r in reports]
    if selection_level is not None:
        columns["selection"] = [critical_t(selection_level, r.df) for r in reports]
    data = {
        name: pm.Data(f"report_{name}", np.array(values, dtype=float), dims=MARKER)
        for name, values in columns.items()
    }
    per_d = pm.Data("report_per_d", np.array([r.per_d for r in reports]), dims=MARKER)
    # As data, since the fewest nodes that will do depend on the reports.
    grid = pm.Data("report_grid", grid_for(min(r.df for r in reports)))
    shift, rest = (pt.constant(0.0), pt.constant(1.0)) if factor is None else factor
    law = _Law(tuple(data))
    pm.CustomDist(
        "marker_report",
        per_d * effect + shift,
        rest,
        *data.values(),
        grid,
        logp=law.logp,
        random=law.random,
        signature=",".join(["()"] * (len(data) + 2)) + ",(g)->()",
        class_name="MarkerReport",
        observed=pm.Data("report", np.array([r.value for r in reports], dtype=float), dims=MARKER),
        dims=MARKER,
    )


class _Law:
    """Log-likelihood and draws of reports; their methods take the data in the order of ``names``.

    ``mean`` and ``rest`` are mean and SD of Z; the rule's grid comes last.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def logp(self, value: Tensor, mean: Tensor, rest: Tensor, *data_and_grid: Tensor) -> Tensor:
        *columns, grid = data_and_grid
        named = dict(zip(self.names, columns, strict=True))
        # PyMC adds dims for the markers.
        grid = grid[(0,) * (grid.ndim - 1)]
        # One shape for all: values may be many draws over the markers.
        zero = pt.zeros_like(value + mean + rest + named["df"])
        value, mean = value + zero, mean + zero
        named = {name: x + zero for name, x in named.items()}
        # With SD r of Z, T > t means that Z/r + mean/r > (t/r) U.
        delta, df = mean / rest, named["df"]
        found = self._one_sided(value, delta, rest, named, grid)
        if "unsigned" in named:
            other = self._one_sided(value, -delta, rest, named, grid)
            both = pt.neq(named["unsigned"], 0) & pt.neq(value, 0)
            found = pt.switch(both, pt.logaddexp(found, other), found)
        if "selection" in named:
            shown = _log_either(named["selection"] / rest, df, delta, grid)
            # Beyond the selection's critical value, and not beyond the report's own.
            share = _log_either(named["critical"] / rest, df, delta, grid) - shown
            stricter = named["critical"] > named["selection"]
            between = pt.log1mexp(pt.minimum(pt.switch(stricter, share, -1.0), _NEARLY_NONE))
            rest_of = pt.switch(stricter, between, -np.inf)
            nothing = pt.eq(value, 0)
            if "exact" in named:
                nothing = nothing & pt.eq(named["exact"], 0)
            found = pt.switch(nothing, rest_of, found - shown)
        return found

    @staticmethod
    def _one_sided(
        value: Tensor, delta: Tensor, rest: Tensor, named: dict[str, Tensor], grid: Tensor
    ) -> Tensor:
        df = named["df"]
        if "exact" not in named:
            return log_probability(value, named["critical"] / rest, df, delta, grid)
        exact = pt.neq(named["exact"], 0)
        # Each branch is given a place where it is finite when the other one counts.
        code = pt.switch(exact, 2.0, value)
        critical = pt.switch(exact, 1.0, named["critical"])
        statistic = pt.switch(exact, value, 0.0)
        density = log_density(statistic / rest, df, delta, grid) - pt.log(rest)
        return pt.switch(exact, density, log_probability(code, critical / rest, df, delta, grid))

    def random(
        self, mean: Any, rest: Any, *data_and_grid: Any, rng: np.random.Generator, size: Any = None
    ) -> Any:
        *data, _grid = data_and_grid
        arrays = [np.asarray(x, dtype=float) for x in (mean, rest, *data)]
        shape = np.broadcast_shapes(*(a.shape for a in arrays), () if size is None else tuple(size))
        mean, rest, *columns = (np.broadcast_to(a, shape) for a in arrays)
        named = dict(zip(self.names, columns, strict=True))
        t = np.full(shape, np.nan)
        least = named.get("selection", np.zeros(shape))
        for _ in range(_ATTEMPTS):
            wanting = np.isnan(t)
            if not wanting.any():
                break
            z = mean[wanting] + rest[wanting] * rng.standard_normal(int(wanting.sum()))
            df = named["df"][wanting]
            drawn = z / np.sqrt(rng.chisquare(df) / df)
            t[wanting] = np.where(np.abs(drawn) > least[wanting], drawn, np.nan)
        beyond = np.abs(t) > named["critical"]
        code = np.where(beyond, 2 * np.sign(t), np.where(named["signed"] > 0, np.sign(t), 0.0))
        value = np.where(named.get("exact", np.zeros(shape)) > 0, t, code)
        return np.where(named.get("unsigned", np.zeros(shape)) > 0, np.abs(value), value)


def _log_either(critical: Tensor, df: Tensor, delta: Tensor, grid: Tensor) -> Tensor:
    """Log P(|T| > critical)."""
    two = 2.0 * pt.ones_like(delta)
    return pt.logaddexp(
        log_probability(two, critical, df, delta, grid),
        log_probability(-two, critical, df, delta, grid),
    )
