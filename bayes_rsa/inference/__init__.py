"""From a model to a fit: an ``xarray.DataTree`` with its provenance in its attributes."""

from __future__ import annotations

from bayes_rsa.inference.compiled import CompiledModel
from bayes_rsa.inference.derived import derived
from bayes_rsa.inference.fitting import fit
from bayes_rsa.inference.properness import EFFECT_OF_MODEL, tail_priors
from bayes_rsa.inference.provenance import Provenance, versions
from bayes_rsa.inference.storage import load_fit, save_fit

__all__ = [
    "EFFECT_OF_MODEL",
    "CompiledModel",
    "Provenance",
    "derived",
    "fit",
    "load_fit",
    "save_fit",
    "tail_priors",
    "versions",
]
