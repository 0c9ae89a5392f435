"""From a model to a fit: an ``xarray.DataTree`` with its provenance in its attributes."""

from __future__ import annotations

from bayes_rsa.inference.compiled import CompiledModel
from bayes_rsa.inference.derived import derived
from bayes_rsa.inference.fitting import fit, load_fit, save_fit
from bayes_rsa.inference.provenance import Provenance, versions

__all__ = ["CompiledModel", "Provenance", "derived", "fit", "load_fit", "save_fit", "versions"]
