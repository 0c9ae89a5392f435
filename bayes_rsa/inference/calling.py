"""How the sampler calls a compiled graph.

nutpie puts a function around each graph that finds the data, calls the graph, and hands back what
it returns. It copies with NumPy's assignment to a slice, whose rules (and whose message for two
shapes that do not fit) Numba compiles anew each time: most of the time of compiling a small model.
The functions here do the same number by number, and PyTensor's folder of compiled code keeps them,
so that no graph is compiled twice on a machine. No draw changes by it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from textwrap import indent
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

if TYPE_CHECKING:
    import pymc as pm

_WORD: Final = 8
"""Bytes of each number in the record that says where the data are."""

_LOG_DENSITY: Final = """
def log_density(dim, x_at, gradient_at, value_at, record_at):
    if dim != {size}:
        return -1
    try:
        x = carray(x_at, ({size},))
{data}
        value, gradient = graph(x{names})
    except Exception:  # Numba knows no other; whatever the graph raises is nutpie's code
        return 1
    if gradient.size != {size}:
        return 1
    value_at[0] = value[()]
    for k in range({size}):
        gradient_at[k] = gradient[k]
    for k in range({size}):
        if not isfinite(gradient[k]):
            return 3
    if not isfinite(value_at[0]):
        return 4
    return 0
"""

_EXPANDED: Final = """
def expanded(dim, length, x_at, values_at, record_at):
    if dim != {size} or length != {length}:
        return -1
    try:
        x = carray(x_at, ({size},))
{data}
        (values,) = graph(x{names})
    except Exception:  # as above
        return -2
    if values.size != {length}:
        return -2
    for k in range({length}):
        values_at[k] = values[k]
    return 0
"""

_lock = threading.RLock()


class _NoNameError(Exception):
    """PyTensor has no name under which to keep what it compiled."""


def compiled_for_nuts(model: pm.Model) -> Any:
    """``nutpie.compile_pymc_model``, with the calls of this module in place of its own."""
    import nutpie
    from nutpie import compile_pymc
    from pytensor import config

    if not all(hasattr(compile_pymc, name) for name in Calls.INSTEAD_OF):
        return nutpie.compile_pymc_model(model)
    try:
        with _replaced(Calls(kept=config.numba__cache)):
            return nutpie.compile_pymc_model(model, cache=config.numba__cache)
    except _NoNameError:
        with _replaced(Calls(kept=False)):
            return nutpie.compile_pymc_model(model)


@contextmanager
def _replaced(calls: Calls) -> Iterator[None]:
    """Have nutpie make these calls, one compile at a time."""
    from nutpie import compile_pymc

    with _lock:
        theirs = {name: getattr(compile_pymc, name) for name in calls.INSTEAD_OF}
        try:
            for name, ours in calls.INSTEAD_OF.items():
                setattr(compile_pymc, name, getattr(calls, ours))
            yield
        finally:
            for name, function in theirs.items():
                setattr(compile_pymc, name, function)


@dataclass(frozen=True, slots=True)
class Calls:
    """Makes the functions that nutpie calls, and their C signatures.

    Parameters
    ----------
    kept
        Whether they are to be kept on disk, under the name that PyTensor gives to the graph.
    """

    kept: bool

    INSTEAD_OF: ClassVar = {"_make_c_logp_func": "log_density", "_make_c_expand_func": "expanded"}
    """nutpie's makers, and those of this class."""

    def log_density(
        self,
        size: int,
        graph: Any,
        record: Any,
        keys: Sequence[str],
        data: Mapping[str, Any],
    ) -> tuple[Any, Any]:
        """The log density and its gradient at a point.

        Parameters
        ----------
        size
            Number of unconstrained parameters.
        graph
            Compiled function of the point and the data: the value and its gradient.
        record
            What nutpie passes to say where the data are.
        keys
            Name in the record of each array of data, as the graph takes them.
        data
            Arrays with the dtype and rank of what will be passed, by that name.

        Notes
        -----
        The function returns 0; -1 for a point of another size, 1 where the graph raises, 3 where
        the gradient and 4 where the value alone is not finite. These are nutpie's codes.
        """
        from numba import types

        number = types.CPointer(types.double)
        signature = types.int64(types.uint64, number, number, number, types.voidptr)
        source = _LOG_DENSITY.format(size=size, **_lines(record.dtype, keys, data))
        return self._made("log_density", source, graph, [data[key] for key in keys]), signature

    def expanded(
        self,
        size: int,
        length: int,
        graph: Any,
        record: Any,
        keys: Sequence[str],
        data: Mapping[str, Any],
    ) -> tuple[Any, Any]:
        """Every variable at a point, in one vector of this length; else as `log_density`.

        Notes
        -----
        The function returns 0; -1 for a point or a vector of another size, -2 where the graph
        raises.
        """
        from numba import types

        number = types.CPointer(types.double)
        signature = types.int64(types.uint64, types.uint64, number, number, types.voidptr)
        source = _EXPANDED.format(size=size, length=length, **_lines(record.dtype, keys, data))
        return self._made("expanded", source, graph, [data[key] for key in keys]), signature

    def _made(self, name: str, source: str, graph: Any, data: Sequence[Any]) -> Any:
        import numba
        import pytensor
        from nutpie.compile_pymc import address_as_void_pointer
        from pytensor.link.numba.cache import CACHED_SRC_FUNCTIONS, compile_numba_function_src

        key = None
        whole = CACHED_SRC_FUNCTIONS.get(graph.py_func)
        if self.kept:
            if whole is None:
                raise _NoNameError
            types = [(array.dtype.str, array.ndim) for array in data]
            parts = (whole, source, types, pytensor.__version__, np.__version__)
            key = sha256(repr(parts).encode()).hexdigest()
            # A graph that PyTensor keeps stands in another function, which need not be compiled.
            graph = graph.py_func.__globals__.get("jitable_func", graph)
        known = {
            "__name__": __name__,
            "graph": graph,
            "carray": numba.carray,
            "at": address_as_void_pointer,
            "word": np.uint64,
            "isfinite": np.isfinite,
            **{f"type_{k}": array.dtype for k, array in enumerate(data)},
        }
        return compile_numba_function_src(source, name, global_env=known, cache_key=key)


def _lines(record: np.dtype[Any], keys: Sequence[str], data: Mapping[str, Any]) -> dict[str, str]:
    """Lines that find each array by the record, and the arrays as further arguments."""
    lines = [f"record = carray(record_at, ({record.itemsize // _WORD},), word)"] if keys else []
    for k, key in enumerate(keys):
        first = _place(record, "shape", key) if np.ndim(data[key]) else 0
        shape = "".join(f"int(record[{first + axis}])," for axis in range(np.ndim(data[key])))
        where = f"at(record[{_place(record, 'data', key)}])"
        lines.append(f"data_{k} = carray({where}, ({shape}), type_{k})")
    return {
        "data": indent("\n".join(lines), " " * 8),
        "names": "".join(f", data_{k}" for k in range(len(keys))),
    }


def _place(record: Any, part: str, key: str) -> int:
    """Where in the record a number stands that belongs to an array, counted in words."""
    shared, start = record.fields["shared"][:2]
    parts, within = shared.fields[part][:2]
    return int(start + within + parts.fields[key][1]) // _WORD
