"""A fit on disk: netCDF, whole or not at all, back without loss."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bayes_rsa.errors import InputError
from bayes_rsa.files import write_bytes
from bayes_rsa.inference.provenance import Provenance

if TYPE_CHECKING:
    import xarray as xr


def save_fit(tree: xr.DataTree, path: str | Path) -> Path:
    """Write a fit as netCDF, atomically; :func:`load_fit` gives it back without loss.

    A file of that name is replaced.

    Raises
    ------
    InputError
        If the tree carries no provenance, or the file cannot be written.
    """
    Provenance.read(tree)
    with tempfile.TemporaryDirectory() as folder:
        temporary = Path(folder) / "fit.nc"
        tree.to_netcdf(temporary, engine="h5netcdf")
        return write_bytes(Path(path), temporary.read_bytes(), "path", overwrite=True)


def load_fit(path: str | Path) -> xr.DataTree:
    """Read a fit that :func:`save_fit` (or ``DataTree.to_netcdf``) wrote.

    Raises
    ------
    InputError
        If there is no such file, it is not netCDF, or it carries no provenance.
    """
    import xarray as xr

    if not Path(path).is_file():
        raise InputError("path", str(path), "there is no such file", "check the path")
    try:
        with xr.open_datatree(path, engine="h5netcdf") as stored:
            tree = stored.load()
    except OSError as error:
        raise InputError(
            "path", str(path), "it is not a netCDF file", "name a file that save_fit wrote"
        ) from error
    Provenance.read(tree)
    return tree
