"""NumPy, loaded for one small calculation."""

from __future__ import annotations

import importlib
import os
from typing import Final

_THREADS: Final = "OPENBLAS_NUM_THREADS"


def load_numpy() -> None:
    """Load NumPy without the threads of its BLAS, unless the environment asks for some.

    One answer by quadrature multiplies small matrices alone: starting the threads, and their
    waiting, takes a tenth of all its processor time. OpenBLAS reads the variable when it is loaded,
    and never again, so that it is not left behind for the program's children.
    """
    if _THREADS in os.environ:
        return
    os.environ[_THREADS] = "1"
    try:
        importlib.import_module("numpy")
    finally:
        del os.environ[_THREADS]
