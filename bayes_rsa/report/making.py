"""Make a report: run the analysis, word it, render it, and write it whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bayes_rsa import __version__
from bayes_rsa.analysis import Analysis, analysis_text, load_analysis
from bayes_rsa.diagnostics import Verdict
from bayes_rsa.errors import InputError
from bayes_rsa.inference import save_fit
from bayes_rsa.plots import save
from bayes_rsa.report.blocks import Section
from bayes_rsa.report.checklist import Answered
from bayes_rsa.report.folder import MANIFEST, check_target, whole_folder
from bayes_rsa.report.manifest import hashes, json_text, manifest
from bayes_rsa.report.numbers import Numbers
from bayes_rsa.report.page import Page, render
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results import Progress, Results, run
from bayes_rsa.report.sections import write_sections
from bayes_rsa.report.tables import table_csv
from bayes_rsa.trial import Trial


@dataclass(frozen=True, slots=True)
class ReportResult:
    """Where a report is, and whether its numbers may be relied on.

    Parameters
    ----------
    path
        The folder.
    passed
        Whether every diagnostics gate passed; if not, the headline is withheld.
    verdicts
        Verdict of each fit, by the slug of its specification.
    files
        Paths inside the folder.
    analysis
        What was analysed.
    """

    path: Path
    passed: bool
    verdicts: dict[str, Verdict]
    files: tuple[str, ...]
    analysis: Analysis

    @property
    def index(self) -> Path:
        """The page."""
        return self.path / "index.html"

    def explain(self) -> str:
        """Why gates failed; empty if none did."""
        failed = {slug: v for slug, v in self.verdicts.items() if not v.passed}
        return " ".join(f"{slug}: {verdict.explain()}" for slug, verdict in failed.items())


def report(
    subject: Analysis | Trial | str | Path,
    *,
    out: str | Path = "report",
    progress: Progress | None = None,
) -> ReportResult:
    """Write the full report of a reanalysis.

    Parameters
    ----------
    subject
        An analysis; or a trial, the name of a packaged one or the path of a TOML file, which gets
        the default analysis unless the file holds its own.
    out
        The folder: new, empty, or an earlier report, which is replaced once the new one is
        complete.
    progress
        Called as ``progress(phase, done, total)``.

    Returns
    -------
    ReportResult
        In the folder: ``index.html`` (one self-contained page), ``numbers.json`` (every printed
        number), ``manifest.json``, ``analysis.toml``, ``tables/*.csv``, ``figures/*.svg`` and
        ``*.png``, and ``posterior.nc`` where the reference analysis was sampled.

    Raises
    ------
    InputError
        For bad input or a folder that may not be written to, before anything runs.
    """
    analysis = _analysis(subject)
    target = check_target(out)
    results = run(analysis, progress)
    numbers = Numbers()
    sections, items = write_sections(Quoting(results, numbers))
    with whole_folder(target) as folder:
        if progress is not None:
            progress("Writing", 0, 1)
        _write(folder, results, numbers, sections, items)
    files = tuple(
        sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file())
    )
    if progress is not None:
        progress("Writing", 1, 1)
    return ReportResult(target, results.passed, results.verdicts, files, analysis)


def _analysis(subject: Analysis | Trial | str | Path) -> Analysis:
    if isinstance(subject, Analysis):
        return subject
    if isinstance(subject, Trial):
        return Analysis.default(subject)
    if isinstance(subject, str | Path):
        return load_analysis(subject)
    raise InputError(
        "trial",
        type(subject).__name__,
        "a report is about an analysis or a trial",
        "pass an Analysis, a Trial, the name of a packaged trial or the path of a TOML file",
    )


def _write(
    folder: Path,
    results: Results,
    numbers: Numbers,
    sections: Sequence[Section],
    items: Sequence[Answered],
) -> None:
    for name in ("tables", "figures"):
        (folder / name).mkdir()
    _text(folder / "numbers.json", json_text(numbers.to_dict()))
    _text(folder / "analysis.toml", analysis_text(results.analysis))
    pictures = {}
    for section in sections:
        for table in section.tables:
            _text(folder / "tables" / f"{table.id.removeprefix('table-')}.csv", table_csv(table))
        for figure in section.figures:
            drawn = save(figure.figure, folder / "figures", figure.id.removeprefix("figure-"))
            pictures[figure.id] = drawn.svg.read_bytes()
    _text(folder / "index.html", render(_page(results), sections, pictures))
    if results.fit is not None:
        save_fit(results.fit, folder / "posterior.nc")
    _text(folder / MANIFEST, json_text(manifest(results, items, hashes(folder))))


def _page(results: Results) -> Page:
    trial = results.analysis.trial
    arms = (
        f"{trial.treatment.name} against {trial.control.name}"
        if trial.treatment is not None and trial.control is not None
        else trial.name
    )
    published = f"“{trial.title}” {trial.citation}" if trial.title else trial.citation
    return Page(
        title=f"{arms[:1].upper()}{arms[1:]}: {trial.outcome.name}",
        subtitle=published.strip() or trial.name,
        doi=trial.doi,
        foot=f"Made by bayes_rsa {__version__}. Seed {results.analysis.seed}.",
    )


def _text(path: Path, words: str) -> None:
    path.write_bytes(words.encode("utf-8"))
