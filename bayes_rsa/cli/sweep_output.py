"""A sweep as a table, as JSON and as CSV."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa.cli.streams import rendered
from bayes_rsa.cli.tables import as_json, booktabs, fact, percent
from bayes_rsa.estimands import ESTIMANDS
from bayes_rsa.report.numbers import written

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray
    from rich.table import Table

__all__ = ["WRITERS"]

SHOWN: Final = 40
"""Most priors that are printed one by one; of more only the range is."""
_UNNAMED: Final = "trial"
_QUESTIONS: Final = ("statement", "estimand")


def to_json(sweep: xr.Dataset) -> str:
    """The object ``bayes-rsa/sweep/1``; null for what is withheld."""
    dims = _dims(sweep)
    return as_json(
        {
            "schema": sweep.attrs["schema"],
            "engine": sweep.attrs["engine"],
            "model": sweep.attrs["model"],
            "interval": sweep.attrs["interval"],
            "priors": json.loads(sweep.attrs["priors_fixed"]),
            "dimensions": [
                {
                    "name": name,
                    "meaning": sweep[name].attrs["long_name"],
                    "units": sweep[name].attrs.get("units"),
                    "values": sweep[name].values.tolist(),
                }
                for name in dims
            ],
            "cells": [_cell(cell, dims) for cell in _cells(sweep)],
        }
    )


def _cell(cell: xr.Dataset, dims: list[str]) -> dict[str, Any]:
    whole = {
        str(name): _plain(value.item())
        for name, value in cell.data_vars.items()
        if not set(value.dims) & set(_QUESTIONS)
    }
    record: dict[str, Any] = {"at": {name: cell[name].item() for name in dims}, **whole}
    if "statement" in cell.coords:
        pairs = zip(cell["probability"].values, cell["error"].values, strict=True)
        record["probabilities"] = {
            str(text): {"value": _plain(float(p)), "error": _plain(float(e))}
            for text, (p, e) in zip(cell["statement"].values, pairs, strict=True)
        }
    if "estimand" in cell.coords:
        record["estimands"] = {
            str(key): {
                "median": _plain(float(part["median"])),
                "eti": [_plain(float(part["eti_lower"])), _plain(float(part["eti_upper"]))],
            }
            for key, part in ((k, cell.sel(estimand=k)) for k in cell["estimand"].values)
        }
    return record


def to_csv(sweep: xr.Dataset) -> str:
    """One row for each number: see ``bayes_rsa.sensitivity.to_frame``."""
    from bayes_rsa.sensitivity import to_frame

    text: str = to_frame(sweep).to_csv(index=False, lineterminator="\n")
    return text


def to_table(sweep: xr.Dataset) -> str:
    """The result for people, 80 columns wide: every prior, or the range over many."""
    from rich.text import Text

    count = math.prod(sweep.sizes[name] for name in _dims(sweep))
    title = sweep.attrs["trial"]
    lines: list[Any] = [Text(title, style="bold"), ""] if title != _UNNAMED else []
    lines.append(fact("Model", sweep.attrs["model"].replace("_", " ")))
    for name, prior in json.loads(sweep.attrs["priors_fixed"]).items():
        lines.append(fact("Prior", f"{name} ~ {prior}"))
    for name, words in json.loads(sweep.attrs["priors_swept"]).items():
        lines.append(fact("Swept", f"{name}: {words}"))
    worst = float(sweep["error"].max()) if "error" in sweep else math.nan
    error = f"; {sweep.attrs['error']} of a probability at most {worst:.1g}"
    lines += [fact("Engine", sweep.attrs["engine"] + ("" if math.isnan(worst) else error)), ""]
    if count <= SHOWN and "statement" in sweep.dims:
        lines += [Text("Posterior probability of each statement under each prior", style="dim"), ""]
    lines.append(_every_prior(sweep) if count <= SHOWN else _range(sweep, count))
    return rendered(*lines)


def _every_prior(sweep: xr.Dataset) -> Table:
    dims = _dims(sweep)
    statements = [str(s) for s in sweep["statement"].values] if "statement" in sweep.dims else []
    keys = [str(k) for k in sweep["estimand"].values] if "estimand" in sweep.dims else []
    interval = percent(sweep.attrs["interval"])
    symbols = [f"{ESTIMANDS[key].symbol} ({interval} CrI)" for key in keys]
    titles = [_short(name) for name in dims]
    numbers = all(sweep[name].dtype.kind == "f" for name in dims)
    whole = len(dims) if numbers else 0
    table = booktabs(*titles, *statements, *symbols, left=len(dims), whole=whole)
    for cell in _cells(sweep):
        row = [_value(cell[name].item()) for name in dims]
        for text in statements:
            part = cell.sel(statement=text)
            row.append(_number(float(part["probability"]), "probability", float(part["error"])))
        row += [_summary(cell.sel(estimand=key), ESTIMANDS[key].kind) for key in keys]
        table.add_row(*row)
    return table


def _summary(part: xr.Dataset, kind: str) -> str:
    middle, low, high = (
        _number(float(part[name]), kind, float(part[f"{name}_error"]))
        for name in ("median", "eti_lower", "eti_upper")
    )
    return middle if middle == "–" else f"{middle} ({low} to {high})"


def _range(sweep: xr.Dataset, count: int) -> Table:
    dims = _dims(sweep)
    table = booktabs(f"Over {count:,} priors", "smallest", "at", "largest", "at")
    flat = sweep.stack(cell=dims) if len(dims) > 1 else sweep.rename({dims[0]: "cell"})
    for text in sweep["statement"].values if "statement" in sweep.dims else ():
        part = flat.sel(statement=text).dropna("cell", subset=["probability"])
        row = [f"P({text})"]
        for place in _extremes(part["probability"].values):
            one = part.isel(cell=place)
            at = one["cell"].item()
            values = zip(dims, at if isinstance(at, tuple) else (at,), strict=True)
            row.append(_number(float(one["probability"]), "probability", float(one["error"])))
            row.append(", ".join(f"{_short(name)} {_value(value)}" for name, value in values))
        table.add_row(*row)
    return table


def _extremes(values: NDArray[np.float64]) -> tuple[int, ...]:
    return (int(values.argmin()), int(values.argmax())) if values.size else ()


def _cells(sweep: xr.Dataset) -> list[xr.Dataset]:
    dims = _dims(sweep)
    if not dims:
        return [sweep]
    if len(dims) == 1:
        return [sweep.isel({dims[0]: k}) for k in range(sweep.sizes[dims[0]])]
    first = dims[0]
    return [cell for k in range(sweep.sizes[first]) for cell in _cells(sweep.isel({first: k}))]


def _dims(sweep: xr.Dataset) -> list[str]:
    return [str(d) for d in sweep["passed"].dims]


def _short(name: str) -> str:
    parameter, _, word = name.rpartition("_")
    shown = word.upper() if word == "sd" else word
    return f"{parameter} {shown}" if parameter not in ("", "effect", "arms") else shown


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def _number(value: float, kind: str, error: float) -> str:
    return "–" if math.isnan(value) else written(value, kind, error)


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


WRITERS: Final[Mapping[str, Callable[[xr.Dataset], str]]] = MappingProxyType(
    {"table": to_table, "json": to_json, "csv": to_csv}
)
