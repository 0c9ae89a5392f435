"""The command line ``bayes-rsa``: one small module for each command, loaded when it is called."""

from __future__ import annotations

from bayes_rsa.cli.app import main

__all__ = ["main"]
