"""The result of a sweep: an ``xarray.Dataset`` with named, documented coordinates."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.estimands import ESTIMANDS
from bayes_rsa.sensitivity.columns import Column, Engine, Values, shared_columns
from bayes_rsa.sensitivity.grid import Axis
from bayes_rsa.sensitivity.plan import Plan

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

SCHEMA: Final = "bayes-rsa/sweep/1"
_QUANTITIES: Final[Mapping[str, tuple[str, ...]]] = {
    "statement": ("probability",),
    "estimand": ("median", "eti_lower", "eti_upper"),
}
_TYPES: Final = {"float": float, "int": np.int64, "bool": bool, "str": object}


def assemble(engine: Engine, results: Sequence[tuple[tuple[int, ...], Values]]) -> xr.Dataset:
    """Lay the results of all units out along the axes of the sweep.

    Parameters
    ----------
    engine
        What computed them.
    results
        Numbers of the cells of each unit, and their columns.
    """
    import xarray as xr

    plan = engine.plan
    columns = (*shared_columns(engine.error), *engine.columns)
    count = int(np.prod(plan.shape, dtype=int))
    sizes = {"statement": len(plan.statements), "estimand": len(plan.estimands), "": 0}
    arrays = {}
    for column in columns:
        if column.over and not sizes[column.over]:
            continue
        shape = (count, sizes[column.over]) if column.over else (count,)
        cells = np.empty(shape, dtype=_TYPES[column.kind])
        for numbers, values in results:
            cells[list(numbers)] = values[column.name]
        arrays[column.name] = _variable(plan, column, cells)
    return xr.Dataset(arrays, coords=_coordinates(plan), attrs=_attributes(engine))


def _variable(plan: Plan, column: Column, cells: Any) -> tuple[Any, ...]:
    dims = [axis.name for axis in plan.axes]
    shape = plan.shape
    if column.over:
        dims.append(column.over)
        shape = (*shape, cells.shape[1])
    attributes = {"long_name": column.long_name}
    if column.kind != "str":
        attributes["units"] = column.units
    if column.kind == "str":
        cells = cells.astype(str)
    return dims, cells.reshape(shape), attributes


def _coordinates(plan: Plan) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for block in plan.blocks:
        for axis in block.axes:
            found[axis.name] = (axis.name, np.array(axis.values), _words(axis))
        if len(block.axes) == 1:
            (axis,) = block.axes
            text = np.array([str(prior) for prior in block.priors.priors])
            words = {"long_name": f"prior on {block.words}, as text"}
            found[block.parameter] = (axis.name, text, words)
    if plan.statements:
        words = {"long_name": "statement about the effect"}
        found["statement"] = ("statement", np.array(plan.statements), words)
    if plan.estimands:
        found["estimand"] = ("estimand", np.array(plan.estimands), {"long_name": "estimand"})
        symbols = [ESTIMANDS[key].symbol for key in plan.estimands]
        found["symbol"] = ("estimand", np.array(symbols), {"long_name": "symbol of the estimand"})
    return found


def _words(axis: Axis) -> dict[str, str]:
    return {"long_name": axis.long_name} | ({"units": axis.units} if axis.units else {})


def _attributes(engine: Engine) -> dict[str, Any]:
    plan = engine.plan
    fixed = {b.parameter: b.priors.text for b in plan.blocks if not b.axes}
    swept = {b.parameter: b.priors.text for b in plan.blocks if b.axes}
    return {
        "schema": SCHEMA,
        "engine": engine.name,
        "model": plan.model,
        "better": plan.trial.better,
        "interval": plan.interval,
        "trial": plan.trial.title or plan.trial.name,
        "trial_sha256": plan.trial.fingerprint(),
        "priors_fixed": json.dumps(fixed),
        "priors_swept": json.dumps(swept),
        "engine_settings": json.dumps(engine.config(), sort_keys=True),
        "error": engine.error,
    }


def to_frame(sweep: xr.Dataset) -> pd.DataFrame:
    """A sweep as a tidy data frame: one row for each number.

    Parameters
    ----------
    sweep
        What :func:`bayes_rsa.sensitivity.sweep` returned.

    Returns
    -------
    pandas.DataFrame
        The cell's coordinates; ``quantity`` (``probability``, ``median``, ``eti_lower``,
        ``eti_upper``) and ``of`` (the statement or the estimand); ``value`` and ``error``; then
        what is said of the cell as a whole: ``passed``, ``reason`` and the engine's diagnostics.
    """
    import pandas as pd

    require_sweep(sweep)
    dims = [str(d) for d in sweep.dims if d not in _QUANTITIES]
    whole = sweep[[n for n, v in sweep.data_vars.items() if not set(v.dims) & set(_QUANTITIES)]]
    whole = whole.drop_vars([n for n in ("statement", "estimand", "symbol") if n in whole.coords])
    cells = whole.transpose(*dims).to_dataframe() if dims else _one_row(whole)
    cells = cells.reset_index(drop=not dims)
    names = [str(n) for n in whole.coords]
    frames = []
    for over, quantities in _QUANTITIES.items():
        for of in sweep[over].values if over in sweep.coords else ():
            part = sweep.sel({over: of}).transpose(*dims, ...)
            for quantity in quantities:
                error = "error" if quantity == "probability" else f"{quantity}_error"
                numbers = {"value": part[quantity].values, "error": part[error].values}
                frame = cells[names].assign(
                    quantity=quantity, of=str(of), **{k: v.ravel() for k, v in numbers.items()}
                )
                frames.append(frame.join(cells.drop(columns=names)))
    if not frames:
        return cells
    return pd.concat(frames, ignore_index=True)


def _one_row(whole: xr.Dataset) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {str(n): [v.item()] for n, v in {**whole.coords, **whole.data_vars}.items()}
    )


def require_sweep(sweep: Any) -> None:
    """Refuse what no sweep returned."""
    if getattr(sweep, "attrs", {}).get("schema") != SCHEMA:
        raise InputError(
            "sweep",
            type(sweep).__name__,
            "it must be the result of a sweep",
            "pass what bayes_rsa.sweep returned",
        )
