"""The folder of a report: written whole or not at all, and nothing of others is replaced."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bayes_rsa.errors import InputError
from bayes_rsa.report.folder import MANIFEST, SCHEMA, check_target, whole_folder


def _old_report(folder: Path) -> Path:
    folder.mkdir()
    (folder / MANIFEST).write_text(json.dumps({"schema": SCHEMA}))
    (folder / "index.html").write_text("old")
    return folder


def _fail_half_way(target: Path, error: type[BaseException]) -> None:
    with whole_folder(target) as folder:
        (folder / "index.html").write_text("half")
        raise error


def test_a_new_folder_with_its_parents(tmp_path: Path) -> None:
    target = check_target(tmp_path / "a" / "b" / "report")
    assert not (tmp_path / "a").exists()
    with whole_folder(target) as folder:
        (folder / "index.html").write_text("new")
    assert (target / "index.html").read_text() == "new"
    assert [p.name for p in target.parent.iterdir()] == ["report"]


def test_an_earlier_report_is_replaced_whole(tmp_path: Path) -> None:
    target = _old_report(tmp_path / "report")
    with whole_folder(check_target(target)) as folder:
        (folder / "other.html").write_text("new")
        assert (target / "index.html").read_text() == "old"
    assert [p.name for p in target.iterdir()] == ["other.html"]
    assert [p.name for p in tmp_path.iterdir()] == ["report"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_leaves_the_earlier_report_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    target = _old_report(tmp_path / "report")
    with pytest.raises(error):
        _fail_half_way(target, error)
    assert (target / "index.html").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report"]


def test_an_error_leaves_no_new_parents(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "a" / "b" / "report"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_a_report_is_not_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "thesis"
    folder.mkdir()
    check_target(folder)
    (folder / "chapter.txt").write_text("years of work")
    with pytest.raises(InputError, match="not a report of this package"):
        check_target(folder)
    (folder / MANIFEST).write_text('{"schema": "another program"}')
    with pytest.raises(InputError, match="not a report of this package"):
        check_target(folder)
    (folder / MANIFEST).write_text("no JSON")
    with pytest.raises(InputError, match="not a report of this package"):
        check_target(folder)


def test_files_and_impossible_paths_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for out, rule in (
        (file, "it is a file"),
        (file / "report", "cannot be written"),
        (Path("/"), "root folder"),
        ("nul\0byte", "not a path"),
        (tmp_path / ("x" * 300), "cannot be written"),
    ):
        with pytest.raises(InputError, match=rule):
            check_target(out)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_may_not_be_written_to_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(InputError, match="permission denied"):
        check_target(tmp_path / "report")


def test_a_folder_that_cannot_be_moved_into_place_keeps_the_earlier_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = _old_report(tmp_path / "report")
    rename = Path.rename

    def refuse_the_new(path: Path, other: Path) -> Path:
        if path.suffix == ".tmp":
            raise OSError(16, "Device or resource busy")
        return rename(path, other)

    monkeypatch.setattr(Path, "rename", refuse_the_new)
    with pytest.raises(InputError, match="resource busy"), whole_folder(target):
        pass
    assert (target / "index.html").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report"]
