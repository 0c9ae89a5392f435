"""Sweeps on disk: netCDF, CSV or Parquet, by suffix, whole or not at all."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bayes_rsa.errors import InputError
from bayes_rsa.files import write_bytes
from bayes_rsa.sensitivity.dataset import require_sweep, to_frame

if TYPE_CHECKING:
    import xarray as xr

SUFFIXES: Final = (".nc", ".csv", ".parquet")
_FIELD: Final = "out"


def check_target(path: str | Path, *, overwrite: bool) -> Path:
    """The path, if a sweep can be written there; asked before the first prior is computed.

    Raises
    ------
    InputError
        If the suffix names no format, the folder does not exist or cannot be written to, or the
        file exists and may not be replaced.
    """
    target = Path(path)
    shown = str(path)
    if target.suffix not in SUFFIXES:
        raise InputError(
            _FIELD,
            shown,
            "its suffix names the format",
            "end it with .nc (netCDF), .csv or .parquet",
        )
    if target.is_dir():
        raise InputError(_FIELD, shown, "it is a folder", "name a file inside it")
    if not target.parent.is_dir():
        raise InputError(
            _FIELD, shown, "its folder does not exist", f"create the folder {str(target.parent)!r}"
        )
    if not os.access(target.parent, os.W_OK):
        raise InputError(
            _FIELD, shown, "its folder cannot be written to", "choose a folder you may write to"
        )
    if target.exists() and not overwrite:
        raise InputError(
            _FIELD, shown, "this file exists", "choose another name, or allow overwriting"
        )
    return target


def journal_of(target: Path) -> Path:
    """The journal of an unfinished sweep, beside its target."""
    return target.with_name(f"{target.name}.journal")


def write_sweep(sweep: xr.Dataset, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write a sweep as netCDF (``.nc``), or its tidy frame as CSV or Parquet.

    Parameters
    ----------
    sweep
        What :func:`bayes_rsa.sensitivity.sweep` returned.
    path
        The file; its suffix names the format.
    overwrite
        Whether a file of that name may be replaced.

    Raises
    ------
    InputError
        As :func:`check_target`; nothing is left behind.
    """
    require_sweep(sweep)
    target = check_target(path, overwrite=overwrite)
    content = {".nc": _netcdf, ".csv": _csv, ".parquet": _parquet}[target.suffix](sweep)
    return write_bytes(target, content, _FIELD, overwrite=overwrite)


def read_sweep(path: str | Path) -> xr.Dataset:
    """Read a sweep that was written as netCDF.

    Raises
    ------
    InputError
        If there is no such file, or it holds no sweep.
    """
    import xarray as xr

    if not Path(path).is_file():
        raise InputError("path", str(path), "there is no such file", "check the path")
    with xr.open_dataset(path, engine="h5netcdf") as stored:
        sweep = stored.load()
    require_sweep(sweep)
    return sweep


def _netcdf(sweep: xr.Dataset) -> bytes:
    # Through a file: HDF5 wants one, and the bytes then replace the target in one step.
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sweep.nc"
        sweep.to_netcdf(file, engine="h5netcdf")
        return file.read_bytes()


def _csv(sweep: xr.Dataset) -> bytes:
    return to_frame(sweep).to_csv(index=False).encode("utf-8")


def _parquet(sweep: xr.Dataset) -> bytes:
    buffer = io.BytesIO()
    to_frame(sweep).to_parquet(buffer, index=False)
    return buffer.getvalue()
