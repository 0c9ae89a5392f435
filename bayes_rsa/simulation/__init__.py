"""Patients with known truth, for tests, documentation and design; labelled as simulated."""

from __future__ import annotations

from bayes_rsa.simulation.markers import simulate_markers
from bayes_rsa.simulation.mediation import simulate_mediation
from bayes_rsa.simulation.record import SimulatedTrial

__all__ = ["SimulatedTrial", "simulate_markers", "simulate_mediation"]
