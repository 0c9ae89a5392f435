"""Are the posteriors right? Simulation-based calibration of any model that follows the contract."""

from __future__ import annotations

from bayes_rsa.calibration.nuts import Draws, Engine, Nuts
from bayes_rsa.calibration.record import Calibration, QuantityRanks
from bayes_rsa.calibration.running import StoredCalibration, cases, load, run
from bayes_rsa.calibration.simulation_based import posterior_sbc, sbc

__all__ = [
    "Calibration",
    "Draws",
    "Engine",
    "Nuts",
    "QuantityRanks",
    "StoredCalibration",
    "cases",
    "load",
    "posterior_sbc",
    "run",
    "sbc",
]
