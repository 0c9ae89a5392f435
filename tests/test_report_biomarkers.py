"""The report's section on biomarkers: the reference's numbers, and any trial's markers."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from figure_checks import faults, prose
from marker_fixtures import REPORTS, SUMMARISED, reported, trial_with
from reference_values import value

from bayes_rsa import plots
from bayes_rsa.analysis import Analysis
from bayes_rsa.biomarkers import literature
from bayes_rsa.errors import InputError
from bayes_rsa.report.blocks import Banner, Heading, Listing, Paragraph, Section, plain
from bayes_rsa.report.numbers import Numbers
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results.biomarkers import Markers, biomarkers
from bayes_rsa.report.sections.biomarkers import biomarkers as section
from bayes_rsa.trial import Biomarker, PatientLevel, Trial


def found(trial: Trial) -> Markers | None:
    return biomarkers(SimpleNamespace(trial=trial), lambda *_: None)  # type: ignore[arg-type]


def written(trial: Trial) -> tuple[Section, Numbers]:
    numbers = Numbers()
    results = SimpleNamespace(analysis=SimpleNamespace(trial=trial), biomarkers=found(trial))
    made = section(Quoting(results, numbers))  # type: ignore[arg-type]
    assert made is not None
    return made, numbers


def words(made: Section) -> str:
    said = []
    for block in made.blocks:
        if isinstance(block, Paragraph):
            said.append(plain(block.words))
        elif isinstance(block, Banner):
            said.append(f"{block.title}: {plain(block.words)}")
        elif isinstance(block, Heading):
            said.append(block.title)
        elif isinstance(block, Listing):
            said += [plain(item) for item in block.items]
    return "\n".join(said)


@pytest.fixture(scope="module")
def made(tacrolimus: Trial) -> tuple[Section, Numbers]:
    return written(tacrolimus)


@pytest.mark.parametrize("sd", ["0.5", "1", "2"])
def test_printed_numbers_are_the_reference_ones(made: tuple[Section, Numbers], sd: str) -> None:
    slug = f"normal-0-{sd.replace('.', '-')}"
    printed = {
        f"markers.il-33.{slug}.mean": f"biomarker.dir_only.prior_sd{sd}.mean",
        f"markers.il-33.{slug}.p.direction": f"biomarker.dir_only.prior_sd{sd}.P_d_gt_0",
        f"markers.il-33.{slug}.p.d_gt_0.2": f"biomarker.dir_only.prior_sd{sd}.P_d_gt_0.2",
        f"markers.il-33.{slug}.p.d_gt_0.5": f"biomarker.dir_only.prior_sd{sd}.P_d_gt_0.5",
        "markers.il-33.smallest-observed": "biomarker.d_at_p0.05",
    }
    if sd != "2":
        selected = f"markers.il-33.selected.{slug}"
        printed[f"{selected}.mean"] = f"biomarker.cond_significant.prior_sd{sd}.mean"
        printed[f"{selected}.p.direction"] = f"biomarker.cond_significant.prior_sd{sd}.P_d_gt_0"
    for name, entry in printed.items():
        assert made[1][name].value == pytest.approx(
            value(entry).value, rel=0, abs=value(entry).tolerance
        ), name


def test_what_is_said_of_this_trial(made: tuple[Section, Numbers]) -> None:
    (banner,) = (block for block in made[0].blocks if isinstance(block, Banner))
    assert banner.title == (
        "IL-33, ST2 and Th1/Th2 ratio: direction supported; size not identified"
    )
    said = words(made[0])
    for words_of in (
        "“much” lower or higher has no likelihood",
        "They contradict each other on IL-33",
        "173.51 ± 94.12 against 200.97 ± 110.06",
        "Regression to the mean.",
        "Multiplicity.",
        "Values taken after a loss",
        "mediation is refused",
        "is an assumption",
    ):
        assert words_of in said
    assert [t.id for t in made[0].tables] == [
        "table-marker-il-33-sizes",
        "table-marker-il-33-readings",
        "table-marker-joint",
    ]
    assert [f.id for f in made[0].figures] == [
        "figure-marker-il-33-priors",
        "figure-marker-il-33-likelihood",
    ]
    for figure in made[0].figures:
        assert faults(figure.figure) == []
        assert figure.figure.alt
    assert set(made[0].answers) == {20}
    assert "size not identified" in made[0].answers[20]


def test_joint_statements_at_several_correlations(made: tuple[Section, Numbers]) -> None:
    kinds = ("independent", "hierarchical")
    for kind in kinds:
        p = [made[1][f"markers.joint.{kind}.{rho}.all-lower"].value for rho in (0, 50, 90)]
        assert p == sorted(p, reverse=True)
    mean = made[1]["markers.il-33.normal-0-1.p.direction"].value or 0
    assert made[1]["markers.joint.independent.0.all-lower"].value == pytest.approx(
        mean**3, abs=1e-6
    )


def test_fewer_patients_need_a_larger_difference(made: tuple[Section, Numbers]) -> None:
    means = [made[1][f"markers.il-33.share-{s}.normal-0-1.mean"].value for s in (100, 50, 25)]
    assert means == sorted(means)


def test_every_class_of_evidence_has_its_place() -> None:
    trial = trial_with(*SUMMARISED.biomarkers[:3], Biomarker("x", PatientLevel("x.csv")))
    made, numbers = written(trial)
    assert not [block for block in made.blocks if isinstance(block, Banner)]
    assert "size identified" in made.answers[20]
    assert "patient_level" in made.answers[20]
    assert "No joint statement" in words(made)
    assert "The test." not in words(made)
    assert (numbers["markers.means.normal-0-1.mean"].value or 0) > 0.3


@pytest.mark.slow
def test_reports_of_every_kind_have_figures_that_can_be_read() -> None:
    names = (
        "significant, direction not stated",
        "not significant, lower",
        "P given, direction not stated",
    )
    made, _ = written(reported(*names))
    assert len([f for f in made.figures if f.id.endswith("-priors")]) == len(names)
    for figure in made.figures:
        assert faults(figure.figure) == []


def test_all_higher_is_what_is_asked_of_higher_ones() -> None:
    higher = [Biomarker(name, REPORTS["significant, higher"]) for name in ("a", "b")]
    made, numbers = written(trial_with(*higher))
    assert "are all higher on treatment" in words(made)
    assert (numbers["markers.joint.independent.0.all-higher"].value or 0) > 0.99


def test_a_trial_without_counts_says_why_nothing_follows() -> None:
    trial = Trial.from_effect(
        measure="OR",
        estimate="2.30",
        ci=("1.10", "4.81"),
        biomarkers=(Biomarker("x", REPORTS["significant, lower"]),),
    )
    made, _ = written(trial)
    assert "Nothing is computed" in words(made)
    assert not made.tables


def test_a_trial_without_biomarkers_has_no_section() -> None:
    small = trial_with()
    assert found(small) is None
    results = SimpleNamespace(analysis=Analysis.default(small), biomarkers=None)
    assert section(Quoting(results, Numbers())) is None  # type: ignore[arg-type]


def test_the_literature_is_by_marker() -> None:
    assert {note.supports for note in literature("IL-33")} >= {"yes", "no", "unclear"}
    assert all(note.doi == "" or note.doi.startswith("10.") for note in literature("IL-33"))
    assert literature("something else") == ()


# ---- figures -----------------------------------------------------------------------------------


def test_a_figure_names_its_markers_and_means() -> None:
    x = [-1.0, 0.0, 1.0, 2.0]
    panel = plots.MarkerPanel("normal(0, 1)", x, [0.1, 0.4, 0.1, 0.0], [0.0, 0.2, 0.5, 0.1], 0.9)
    figure = plots.marker_priors([panel], markers=["A", "B"], direction="higher")
    assert "posterior mean 0.90" in prose(figure)
    assert "positive: higher on treatment" in prose(figure)
    assert (
        figure.alt == "Prior and posterior of d for A, B. Posterior mean under normal(0, 1): 0.90."
    )
    with pytest.raises(InputError, match="one to six"):
        plots.marker_priors([], markers=["A"], direction="lower")
    with pytest.raises(InputError, match="of one length"):
        plots.marker_priors(
            [plots.MarkerPanel("p", x, [0.1], [0.1], 0.0)], markers=["A"], direction="lower"
        )


def test_a_likelihood_is_a_probability() -> None:
    figure = plots.marker_likelihood(
        [-1.0, 0.0, 1.0], {"P < 0.05": [0.0, 0.025, 1.0]}, direction="lower", bound=0.324
    )
    assert "smallest observed difference, 0.324" in prose(figure)
    assert faults(figure) == []
    for curve in ([0.0, 2.0, 0.0], [0.0, 1.0]):
        with pytest.raises(InputError, match="one probability"):
            plots.marker_likelihood([-1.0, 0.0, 1.0], {"x": curve}, direction="lower")
    with pytest.raises(InputError, match="one to four"):
        plots.marker_likelihood([-1.0, 0.0, 1.0], {}, direction="lower")
