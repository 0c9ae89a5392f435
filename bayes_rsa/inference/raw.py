"""Draws as plain arrays, for work that samples thousands of posteriors.

Turning nutpie's trace into a ``DataTree`` takes longer than sampling a two-parameter model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bayes_rsa import defaults

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bayes_rsa.inference.compiled import CompiledModel

    Array = NDArray[Any]

_STATS: Final = ("diverging", "energy", "maxdepth_reached")


@dataclass(frozen=True, slots=True, eq=False)
class RawDraws:
    """Draws of each variable over (chain, draw, ...), and the sampler's statistics.

    Attributes
    ----------
    values
        Free and deterministic variables by name.
    stats
        ``diverging``, ``energy`` and ``maxdepth_reached`` over (chain, draw).
    """

    values: Mapping[str, Array]
    stats: Mapping[str, Array]


def sample_arrays(
    compiled: CompiledModel,
    data: Mapping[str, Any],
    *,
    seed: int,
    draws: int = defaults.DRAWS,
    tune: int = defaults.TUNE,
    chains: int = defaults.CHAINS,
    cores: int | None = None,
    target_accept: float = defaults.TARGET_ACCEPT,
) -> RawDraws:
    """Draw with NUTS (nutpie) from a compiled model, some of its data replaced.

    Parameters
    ----------
    compiled
        The model, compiled once.
    data
        Arrays by name of the data they replace, of the same rank.
    seed, draws, tune, chains, cores, target_accept
        As in :meth:`CompiledModel.sample`.

    Raises
    ------
    KeyboardInterrupt
        If nutpie was interrupted: it swallows the signal and gives back what it has so far.
    """
    import os

    import nutpie

    trace = nutpie.sample(
        compiled.with_data(compiled.model, dict(data))._compiled,
        draws=draws,
        tune=tune,
        chains=chains,
        cores=cores if cores is not None else min(chains, os.cpu_count() or 1),
        seed=seed,
        target_accept=target_accept,
        save_warmup=False,
        progress_bar=False,
        return_raw_trace=True,
    )
    posterior, stats = trace.get_arrow_trace()
    if len(posterior) < chains or min(batch.num_rows for batch in posterior) < draws:
        raise KeyboardInterrupt
    names = posterior[0].column_names
    return RawDraws(
        {name: np.stack([_array(batch, name)[-draws:] for batch in posterior]) for name in names},
        {name: np.stack([_array(batch, name)[-draws:] for batch in stats]) for name in _STATS},
    )


def _array(batch: Any, name: str) -> Array:
    """A column of an Arrow batch over (row, ...)."""
    import pyarrow as pa

    column = batch.column(name)
    text = (column.field.metadata or {}).get(b"shape", b"").decode()
    shape = tuple(int(size) for size in text.split(",") if size)
    values = pa.array(column)
    if shape:
        values = values.flatten()
    return np.asarray(values.to_numpy(zero_copy_only=False).reshape(-1, *shape))
