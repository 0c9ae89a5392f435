"""The manifest: the analysis itself, what it ran on, its verdicts, and the hash of each file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bayes_rsa.report.checklist import Answered
from bayes_rsa.report.folder import MANIFEST, SCHEMA
from bayes_rsa.report.results import Results


def manifest(results: Results, items: Sequence[Answered], files: dict[str, str]) -> dict[str, Any]:
    """The manifest as plain data; ``analysis`` in it makes the same analysis again.

    Parameters
    ----------
    results
        What was computed.
    items
        The checklist.
    files
        SHA-256 of each file by its path in the folder.
    """
    analysis = results.analysis
    return {
        "schema": SCHEMA,
        "passed": results.passed,
        "seed": analysis.seed,
        "engines": list(analysis.engines),
        "trial_sha256": analysis.trial.fingerprint(),
        "model_sha256": dict(results.source_hash),
        "versions": dict(results.versions),
        "verdicts": {slug: verdict.to_dict() for slug, verdict in results.verdicts.items()},
        "audit": None if results.audit is None else results.audit.to_dict(),
        "checklist": {
            str(one.item.number): {
                "item": one.item.name,
                "sections": list(one.sections),
                "answer": one.words,
            }
            for one in items
        },
        "files": files,
        "analysis": analysis.to_dict(),
    }


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of each file in a folder by its path, the manifest left out."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
        if path.name != MANIFEST
    }


def json_text(data: Any) -> str:
    """Plain data as JSON text; a value that JSON has not is a defect."""
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
