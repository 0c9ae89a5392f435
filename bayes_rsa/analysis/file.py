"""Analyses as TOML files: a table ``[analysis]``, with the trial by name, by path or in place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa.analysis.named_set import named_set, reference_specification
from bayes_rsa.analysis.specification import PARAMETERS, WORDS, Specification
from bayes_rsa.analysis.statements import default_statements
from bayes_rsa.analysis.value import ENGINES, Analysis
from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING, check_text
from bayes_rsa.files import read_text, write_text
from bayes_rsa.priors import Prior
from bayes_rsa.toml_text import check_keys, numbered, parse_toml, read_with
from bayes_rsa.trial import Trial, trial_from_dict
from bayes_rsa.trial_file import load_trial

if TYPE_CHECKING:
    from bayes_rsa.evidence import Study

_FIELD: Final = "analysis file"
_SCALARS: Final = (
    "interval",
    "seed",
    "ess_target",
    "priors_fixed",
    "priors_fixed_on",
    "rationale",
)
_KEYS: Final = (*_SCALARS, "engines", "statements", "reference", "priors", "trial", "evidence")
_PARAMETERS: Final = ("effect", "baseline", "midpoint", "treatment", "control")


def load_analysis(name_or_path: str | Path) -> Analysis:
    """Load an analysis, or the default analysis of a trial.

    Parameters
    ----------
    name_or_path
        The name of a packaged trial, the path of a trial's TOML file, or the path of a TOML file
        with a table ``[analysis]``.

    Raises
    ------
    InputError
        As ``load_trial`` and ``read_analysis``.
    """
    path = Path(name_or_path)
    if path.suffix == ".toml" and path.is_file() and _holds_analysis(path):
        return read_analysis(path)
    return Analysis.default(load_trial(name_or_path))


def _holds_analysis(path: Path) -> bool:
    return "analysis" in parse_toml(read_text(path, _FIELD), str(path))


def read_analysis(path: str | Path) -> Analysis:
    """Read an analysis from a TOML file; a trial's path in it is relative to the file.

    What is said about a prior beside its numbers stands in a table of its own, such as
    ``[analysis.reference.about.effect]`` with ``rationale``, ``source`` and ``label``.

    Raises
    ------
    InputError
        With file, line, field, value, rule and remedy.
    """
    file = Path(path)

    def build(data: Mapping[str, Any]) -> Analysis:
        table = check_keys("", data, ("analysis",)).get("analysis")
        if table is None:
            raise InputError("analysis", MISSING, "it is required", "add a table [analysis]")
        return analysis_from_dict(table, folder=file.parent)

    return read_with(read_text(file, _FIELD), str(path), build)


def analysis_from_dict(data: Mapping[str, Any], *, folder: Path | None = None) -> Analysis:
    """Make an analysis of plain data, such as ``Analysis.to_dict`` or a report's manifest gives.

    Parameters
    ----------
    data
        The table ``[analysis]``. What it leaves out takes its default; ``trial`` is required.
    folder
        Where a trial's relative path starts.
    """
    table = check_keys("analysis", data, _KEYS)
    trial = _trial(table.get("trial"), folder)
    scalars: dict[str, Any] = {key: table[key] for key in _SCALARS if key in table}
    reference = (
        _specification("analysis.reference", table["reference"], trial)
        if "reference" in table
        else reference_specification(trial)
    )
    rows = (
        tuple(
            _specification(numbered("analysis.priors", k), row, trial)
            for k, row in enumerate(table["priors"])
        )
        if "priors" in table
        else named_set(trial)
    )
    statements = _texts("analysis.statements", table.get("statements"))
    engines = _texts("analysis.engines", table.get("engines"))
    return Analysis(
        trial=trial,
        reference=reference,
        priors=rows,
        statements=default_statements(trial) if statements is None else statements,
        engines=ENGINES if engines is None else engines,
        evidence=_evidence(table.get("evidence"), folder),
        **scalars,
    )


def analysis_text(analysis: Analysis) -> str:
    """TOML text of an analysis, its trial in place; :func:`read_analysis` gives the same one."""
    import tomli_w

    return tomli_w.dumps({"analysis": _without_none(analysis.to_dict())})


def write_analysis(analysis: Analysis, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write an analysis to a TOML file, whole or not at all."""
    return write_text(Path(path), analysis_text(analysis), _FIELD, overwrite=overwrite)


def _trial(value: object, folder: Path | None) -> Trial:
    if isinstance(value, Mapping):
        return trial_from_dict(value)
    if value is None:
        raise InputError(
            "analysis.trial", MISSING, "it is required", "name a packaged trial or a TOML file"
        )
    if not isinstance(value, str):
        raise InputError("analysis.trial", value, "it must be a name or a path", "quote it")
    beside = (folder / value) if folder is not None else Path(value)
    return load_trial(beside if beside.suffix == ".toml" and beside.is_file() else value)


def _evidence(value: object, folder: Path | None) -> tuple[Study, ...]:
    """Studies in place, or those of a CSV file that are included by default."""
    if value is None:
        return ()
    from bayes_rsa.evidence import read_studies, study_from_dict

    if isinstance(value, str):
        beside = folder / value if folder is not None else Path(value)
        return tuple(study for study in read_studies(beside) if study.included_by_default)
    if not isinstance(value, list | tuple):
        raise InputError(
            "analysis.evidence", value, "it must be a CSV file, or tables", 'write "studies.csv"'
        )
    return tuple(
        study_from_dict(row, numbered("analysis.evidence", k)) for k, row in enumerate(value)
    )


def _specification(field: str, data: Mapping[str, Any], trial: Trial) -> Specification:
    keys = ("name", "model", *_PARAMETERS, "group", "note", "assumed", "about")
    table = check_keys(field, data, keys)
    model = table.get("model", "log_odds_ratio" if trial.has_counts else "reported_effect")
    priors: dict[str, Prior] = {key: Prior.parse(table[key]) for key in _PARAMETERS if key in table}
    priors |= _with_words(f"{field}.about", table.get("about", {}), priors)
    if model in PARAMETERS and not priors:
        needed = ", ".join(PARAMETERS[model][0])
        raise InputError(field, MISSING, f"{model} needs a prior on {needed}", "add it")
    return Specification(
        name=table.get("name", field.rsplit(".", maxsplit=1)[-1]),
        model=model,
        priors=priors,
        group=table.get("group", ""),
        note=table.get("note", ""),
        assumed=table.get("assumed", False),
    )


def _with_words(field: str, about: object, priors: Mapping[str, Prior]) -> dict[str, Prior]:
    """The priors about which something is said, with what is said."""
    found = {}
    for parameter, words in check_keys(field, about, tuple(priors)).items():
        name = f"{field}.{parameter}"
        said = {
            word: check_text(f"{name}.{word}", value)
            for word, value in check_keys(name, words, WORDS).items()
        }
        found[parameter] = priors[parameter].with_label(
            said.get("label", ""), rationale=said.get("rationale"), source=said.get("source")
        )
    return found


def _texts(field: str, value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
        raise InputError(field, value, "it must be a list of texts", 'write ["OR > 1"]')
    return tuple(value)


def _without_none(value: Any) -> Any:
    """Nested plain data without None, which TOML does not have."""
    if isinstance(value, dict):
        return {k: _without_none(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_none(v) for v in value]
    return value
