"""Figures of journal quality: plain functions of values and records, each returning a figure.

No function keeps global state, and none of them samples or integrates: what they draw was computed
before. A figure carries its ``caption`` and its ``alt`` text; :func:`save` writes it.
"""

from __future__ import annotations

from bayes_rsa.plots.arms import arms
from bayes_rsa.plots.bayes_factor import bayes_factor
from bayes_rsa.plots.convinced import convinced
from bayes_rsa.plots.diagnostics import diagnostics
from bayes_rsa.plots.doubt_curves import DoubtPanel, doubt_curves
from bayes_rsa.plots.exceedance import exceedance
from bayes_rsa.plots.external_forest import ExternalRow, external_forest
from bayes_rsa.plots.figure import JournalFigure, SavedFigure, save
from bayes_rsa.plots.forest import forest
from bayes_rsa.plots.forest_row import ForestRow
from bayes_rsa.plots.fragility import fragility
from bayes_rsa.plots.heatmap import heatmap
from bayes_rsa.plots.marker_likelihood import marker_likelihood
from bayes_rsa.plots.marker_priors import MarkerPanel, marker_priors
from bayes_rsa.plots.missing_map import missing_map
from bayes_rsa.plots.power_scaling import PowerScalingRow, power_scaling
from bayes_rsa.plots.predictive import predictive, share_of_draws
from bayes_rsa.plots.reverse_bayes import reverse_bayes
from bayes_rsa.plots.triplot import triplot

__all__ = [
    "DoubtPanel",
    "ExternalRow",
    "ForestRow",
    "JournalFigure",
    "MarkerPanel",
    "PowerScalingRow",
    "SavedFigure",
    "arms",
    "bayes_factor",
    "convinced",
    "diagnostics",
    "doubt_curves",
    "exceedance",
    "external_forest",
    "forest",
    "fragility",
    "heatmap",
    "marker_likelihood",
    "marker_priors",
    "missing_map",
    "power_scaling",
    "predictive",
    "reverse_bayes",
    "save",
    "share_of_draws",
    "triplot",
]
