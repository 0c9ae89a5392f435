"""The long runs: how they are made, and that the stored ones are those of the present models."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bayes_rsa.calibration import cases, load, run, running
from bayes_rsa.calibration.case import Case, code, imported, used
from bayes_rsa.calibration.catalogue import CASES, posterior_cases
from bayes_rsa.cli import main
from bayes_rsa.errors import InputError

ROOT = Path(__file__).parents[1]
STORED = ROOT / running.FOLDER

# ---- what is stored ---------------------------------------------------------------------------


def test_every_case_is_stored_and_nothing_else() -> None:
    assert {path.stem for path in STORED.glob("*.json*")} == set(cases())


@pytest.mark.parametrize("name", cases())
def test_stored_ranks_are_of_the_present_model(name: str) -> None:
    stored = load(STORED / f"{name}.json")
    assert stored.name == name
    assert stored.is_fresh(), f"the code of {name} has changed: run `make calibrate`"
    priors = {key: str(p) for key, p in cases()[name].priors.items()}
    recorded = stored.calibration.config["model"]["priors"].values()
    assert set(priors.values()) <= set(recorded), f"the priors of {name} have changed"


@pytest.mark.parametrize("name", cases())
def test_stored_ranks_are_inside_their_bands(name: str) -> None:
    """The verdict is computed from the ranks, and is what the file says."""
    stored = load(STORED / f"{name}.json")
    found = stored.calibration
    assert found.passed, found.explain()
    assert found.simulations >= (1000 if name in CASES else 300)
    assert found.largest == 999
    assert "log_likelihood" in found.ranks
    record = json.loads((STORED / f"{name}.json").read_text(encoding="utf-8"))
    assert record["calibration"]["passed"] is True
    for quantity in found.quantities:
        written = record["calibration"]["quantities"][quantity.name]["p_value"]
        assert quantity.p_value == pytest.approx(written, rel=1e-3)
        assert quantity.ranks.min() >= 0
        assert quantity.ranks.max() <= found.largest


def test_stored_runs_are_independent() -> None:
    """Each has its own seed, so their p-values may be judged together: smallest of all of them."""
    stored = [load(STORED / f"{name}.json").calibration for name in cases()]
    assert len({found.seed for found in stored}) == len(stored)
    for name in ("log_likelihood", "effect_towards_data"):
        smallest = min(q.p_value for found in stored for q in found.quantities if q.name == name)
        assert smallest > 0.01 / len(stored)


def test_stored_ranks_are_small() -> None:
    assert max(path.stat().st_size for path in STORED.glob("*.json")) < 60_000


# ---- how it is made ---------------------------------------------------------------------------


def test_a_run_is_stored_and_read_again(tmp_path: Path) -> None:
    (made,) = run(["reported_effect"], 12, 3, tmp_path / "out")
    path = tmp_path / "out" / "reported_effect.json"
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    stored = load(path)
    assert stored.to_dict() == made.to_dict()
    assert stored.is_fresh()
    assert stored.calibration.simulations == 12
    assert list(stored.calibration.ranks) == list(made.calibration.ranks)
    assert replace(stored, code_sha256="0" * 64).is_fresh() is False


def test_ranks_among_fewer_draws_by_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ("calibrate", "reported_effect", "--simulations", "12", "--draws", "19", "--seed", "3")
    assert main((*said, "--out", str(tmp_path), "--quiet")) == 0
    out, err = capsys.readouterr()
    made = load(tmp_path / "reported_effect.json").calibration
    assert re.fullmatch(rf"reported_effect: {re.escape(made.explain())} Wall time \d+ s\.\n", out)
    assert err == ""
    assert made.largest == 19
    assert made.ranks["effect"].max() <= 19


def test_an_unknown_case_is_refused_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'reported_effect'"):
        run(["reported_efect"], 5, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="not a folder that can be written to"):
        run(["reported_effect"], 5, out=tmp_path / "file")


@pytest.mark.parametrize("content", ["{}", "[]", "no json", '{"name": 1}'])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(InputError, match="not a stored calibration"):
        load(path)


# ---- when stored ranks are out of date --------------------------------------------------------


def test_words_do_not_make_ranks_out_of_date() -> None:
    one = 'def f(x: int) -> int:\n    """Add."""\n    return x + 1  # one more\n'
    other = "def f(x: int)->int:\n    # Adds.\n    return (x + 1)\n"
    assert code(one) == code(other)
    assert code(one) != code(one.replace("+ 1", "+ 2"))


def test_each_function_has_its_own_hash() -> None:
    hashes = {case.function: case.code_hash() for case in CASES.values()}
    assert len(set(hashes.values())) == len(hashes)


def test_a_hash_covers_what_the_model_s_module_imports() -> None:
    from bayes_rsa.models import binary

    names = {module.__name__.rpartition(".")[2] for module in imported(binary)}
    assert {"_arms", "_variables", "_families"} <= names


def test_a_hash_covers_what_the_model_uses_of_its_own_module() -> None:
    from bayes_rsa.models import binary
    from bayes_rsa.models.doubt import missing

    parts = used(missing, "missing_outcomes")
    assert any(part.startswith("def observed_log_odds") for part in parts)
    assert any(part.startswith("_LOG2") for part in parts)
    assert not any("def log_risk_ratio" in part for part in used(binary, "log_odds_ratio"))


def test_posterior_cases_cover_the_nine_archetypes() -> None:
    found = posterior_cases()
    contrasts = {case.priors["effect"] for case in found.values() if "effect" in case.priors}
    assert len(contrasts) == 9
    assert all(isinstance(case, Case) for case in found.values())
