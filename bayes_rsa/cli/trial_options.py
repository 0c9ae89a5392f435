"""The three ways to name a trial: by name or file, by its counts, by its printed effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from bayes_rsa.cli.values import (
    naming,
    required,
    to_choice,
    to_counts,
    to_number,
    to_pair,
    to_probability,
)
from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING

if TYPE_CHECKING:
    from bayes_rsa.trial import Trial

__all__ = [
    "BetterOption",
    "CiLevelOption",
    "CiOption",
    "ControlOption",
    "TreatmentOption",
    "TrialArgument",
    "TrialOptions",
    "effect_names",
]

PANEL: Final = "The trial, instead of TRIAL"

TrialArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="TRIAL",
        help="Name of a packaged trial (`bayes-rsa trials` lists them), or a TOML file.",
    ),
]
TreatmentOption = Annotated[
    str | None,
    typer.Option(metavar="EVENTS/N", help="Treatment arm, like 60/75.", rich_help_panel=PANEL),
]
ControlOption = Annotated[
    str | None,
    typer.Option(metavar="EVENTS/N", help="Control arm, like 47/74.", rich_help_panel=PANEL),
]
BetterOption = Annotated[
    str | None,
    typer.Option(
        metavar="higher|lower",
        help="Whether more events are better, or fewer; higher unless said.",
        rich_help_panel=PANEL,
    ),
]
CiOption = Annotated[
    str | None,
    typer.Option(
        metavar="LOWER,UPPER", help="Its printed interval, like 1.10,4.81.", rich_help_panel=PANEL
    ),
]
CiLevelOption = Annotated[
    str | None,
    typer.Option(
        metavar="LEVEL",
        help="Probability of that interval; 0.95 unless said.",
        rich_help_panel=PANEL,
    ),
]

_BETTER: Final = ("higher", "lower")
_MEASURES: Final = ("OR", "RR", "HR", "RD", "MD")


@dataclass(frozen=True, slots=True)
class TrialOptions:
    """What was written about the trial; None where nothing was.

    Parameters
    ----------
    trial
        Packaged name or path.
    treatment, control
        Counts, ``events/n``.
    better
        Direction of the outcome.
    measure, estimate, ci, ci_level, p_value, log_effect, standard_error
        The printed effect.
    estimate_option
        What the option with the estimate is called, for errors.
    """

    trial: str | None = None
    treatment: str | None = None
    control: str | None = None
    better: str | None = None
    measure: str | None = None
    estimate: str | None = None
    ci: str | None = None
    ci_level: str | None = None
    p_value: str | None = None
    log_effect: str | None = None
    standard_error: str | None = None
    estimate_option: str = "--effect-estimate"

    def __post_init__(self) -> None:
        beside = {
            "--treatment": self.treatment,
            "--control": self.control,
            "--better": self.better,
            "--measure": self.measure,
            self.estimate_option: self.estimate,
            "--ci": self.ci,
            "--ci-level": self.ci_level,
            "--p-value": self.p_value,
            "--log-effect": self.log_effect,
            "--se": self.standard_error,
        }
        written = {option: text for option, text in beside.items() if text is not None}
        if self.trial is not None:
            for option, text in written.items():
                raise InputError(
                    option,
                    text,
                    f"the trial {self.trial!r} already says it",
                    f"leave out {option}, or leave out TRIAL",
                )
        elif not set(written) - {"--better", "--ci-level"}:
            raise InputError(
                "TRIAL",
                MISSING,
                "a trial is needed",
                "name one (see `bayes-rsa trials`), or give its numbers (see --help)",
            )

    def load(self) -> Trial:
        """The trial itself."""
        if self.trial is not None:
            from bayes_rsa.trial_file import load_trial

            with naming({"trial": "TRIAL", "trial file": "TRIAL"}):
                return load_trial(self.trial)
        return self._from_counts() if self.has_counts else self._from_effect()

    @property
    def has_counts(self) -> bool:
        """Whether counts are written on the command line."""
        return self.treatment is not None or self.control is not None

    @property
    def has_effect(self) -> bool:
        """Whether any number of an effect is written on the command line."""
        given = (self.measure, self.estimate, self.ci, self.p_value, self.log_effect)
        return any(text is not None for text in (*given, self.standard_error))

    def _direction(self) -> str:
        return "higher" if self.better is None else to_choice("--better", self.better, _BETTER)

    def _level(self) -> float:
        from bayes_rsa.defaults import INTERVAL

        if self.ci_level is None:
            return INTERVAL
        if self.ci is None:
            raise InputError(
                "--ci-level", self.ci_level, "it belongs to an interval", "add --ci, or leave it"
            )
        return to_probability("--ci-level", self.ci_level)

    def _from_counts(self) -> Trial:
        from bayes_rsa.trial import ReportedEffect, Trial

        why, remedy = "both arms' counts go together", "add it, like 47/74"
        treatment = to_counts("--treatment", required("--treatment", self.treatment, why, remedy))
        control = to_counts("--control", required("--control", self.control, why, remedy))
        reported = None
        if self.has_effect:
            effect = self._effect()
            with naming(effect_names(self.estimate_option)):
                reported = ReportedEffect(**effect)
        with naming({"treatment.": "--treatment", "control.": "--control"}):
            return Trial.from_counts(
                treatment=treatment, control=control, better=self._direction(), reported=reported
            )

    def _from_effect(self) -> Trial:
        from bayes_rsa.trial import ReportedEffect, Trial
        from bayes_rsa.trial.outcome import Outcome

        effect = self._effect()
        if self.estimate is None and self.log_effect is None:
            raise InputError(
                self.estimate_option,
                MISSING,
                "a trial without counts needs its effect",
                f"add {self.estimate_option}, or the counts of both arms",
            )
        if self.ci is None and self.standard_error is None:
            raise InputError(
                "--ci",
                MISSING,
                "an effect without its interval says nothing about its error",
                "add it, like 1.10,4.81",
            )
        with naming(effect_names(self.estimate_option)):
            reported = ReportedEffect(**effect)
            return Trial(outcome=Outcome(better=self._direction()), reported=reported)

    def _effect(self) -> dict[str, Any]:
        """Fields of the reported effect."""
        from bayes_rsa.trial import Printed

        twice = (
            ("--log-effect", self.log_effect, self.estimate_option, self.estimate),
            ("--se", self.standard_error, "--ci", self.ci),
        )
        for option, text, other, other_text in twice:
            if text is not None and other_text is not None:
                raise InputError(
                    option, text, f"{other} already says it", f"leave out {option} or {other}"
                )
        why = "numbers of an effect belong to a measure"
        measure = required("--measure", self.measure, why, "add it: OR, RR, HR, RD or MD")
        fields: dict[str, Any] = {
            "measure": to_choice("--measure", measure, _MEASURES),
            "ci_level": self._level(),
        }
        if self.estimate is not None:
            fields["estimate"] = Printed.of(self.estimate, self.estimate_option)
        if self.ci is not None:
            lower, upper = to_pair("--ci", self.ci)
            fields["ci"] = (Printed.of(lower, "--ci"), Printed.of(upper, "--ci"))
        if self.p_value is not None:
            fields["p_value"] = Printed.of(self.p_value, "--p-value")
        if self.log_effect is not None:
            fields["log_effect"] = to_number("--log-effect", self.log_effect)
        if self.standard_error is not None:
            fields["standard_error"] = to_number("--se", self.standard_error)
        return fields


def effect_names(estimate: str) -> dict[str, str]:
    """Option of each field of a reported effect."""
    return {
        "reported.measure": "--measure",
        "reported.estimate": estimate,
        "reported.ci_level": "--ci-level",
        "reported.ci": "--ci",
        "reported.ci.": "--ci",
        "reported.p_value": "--p-value",
        "reported.log_effect": "--log-effect",
        "reported.standard_error": "--se",
    }
