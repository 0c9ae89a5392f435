"""Exit codes."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
BAD_INPUT: Final = 2
GATE_FAILED: Final = 3
DIFFERENT: Final = 4
"""``verify`` found a difference."""
INTERRUPTED: Final = 128 + 2
"""As a shell reports a program that SIGINT ended."""
READER_GONE: Final = 128 + 13
"""As a shell reports a program that SIGPIPE ended."""
