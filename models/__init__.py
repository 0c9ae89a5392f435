"""PyMC models: plain functions, one file per question, each returning a ``pm.Model``."""
