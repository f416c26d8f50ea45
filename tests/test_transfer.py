"""A learner's records leave as one file and come back, and nothing is overwritten."""

import json

import pytest

from course_lib import drafts, journal, notes, store, transfer
from course_lib.__main__ import main
from course_lib.page.positions import positions


def learner():
    """Answer, draft, note, and move a control."""
    journal.keep("02-predict", "B", 70)
    journal.keep("02-predict", "C", 90)
    drafts.Autosave("02-fold").save("half a thought –\nin two lines")
    notes.write(notes.Note("02", "02-c1", "concept, Map", note="a note"))
    store.append("control", "mask-explorer", 0.5, id="mask-explorer/sparsity")


def everything(folder=None):
    """Return what a page finds."""
    return (
        journal.answers(folder=folder),
        drafts.drafts("02-fold", folder=folder),
        notes.read("02", folder=folder),
    )


def test_exported_file_is_found_where_it_is_copied_to(tmp_path):
    learner()
    assert transfer.export(tmp_path / "mine.jsonl") == (5, [])
    records = tmp_path / "elsewhere" / store.FOLDER
    records.mkdir(parents=True)
    (records / "any-name.jsonl").write_bytes((tmp_path / "mine.jsonl").read_bytes())
    assert everything(tmp_path / "elsewhere") == everything()
    assert len(everything()[0]) == 2


def test_imported_records_are_there_and_a_second_time_adds_nothing(
    tmp_path, work, monkeypatch
):
    learner()
    transfer.export(tmp_path / "mine.jsonl")
    before = everything()
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "other"))
    assert everything()[0] == []
    assert transfer.import_records(tmp_path / "mine.jsonl") == (5, 0, [])
    assert everything() == before
    assert positions("mask-explorer") == {"sparsity": 0.5}
    assert transfer.import_records(tmp_path / "mine.jsonl") == (0, 5, [])
    assert len(list((tmp_path / "other" / store.FOLDER).iterdir())) == 1


def test_newer_record_here_stays(tmp_path):
    store.append("draft", "q", "old", id="a")
    transfer.export(tmp_path / "old.jsonl")
    store.append("draft", "q", "new", id="a")
    assert transfer.import_records(tmp_path / "old.jsonl") == (0, 1, [])
    assert [draft.text for draft in drafts.drafts("q")] == ["new"]


def test_existing_file_is_not_overwritten(tmp_path, capsys):
    learner()
    path = tmp_path / "mine.jsonl"
    path.write_text("precious")
    assert main(["export", str(path)]) == 2
    assert f"{path} exists" in capsys.readouterr().err
    assert path.read_text() == "precious"


def test_nothing_to_export_writes_no_file(tmp_path, capsys):
    assert main(["export", str(tmp_path / "mine.jsonl")]) == 2
    assert "nothing to export yet" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "line",
    ["half a li", "[]", '{"kind": "answer"}', '{"kind": 1, "name": "q", "id": "a", '
     '"value": 1, "when": "2026"}'],
)  # fmt: skip
def test_damaged_line_is_named_and_costs_no_other(tmp_path, capsys, line):
    learner()
    path = tmp_path / "mine.jsonl"
    transfer.export(path)
    path.write_text(f"{line}\n{path.read_text()}")
    folder = tmp_path / "other"
    number, known, damaged = transfer.import_records(path, folder=folder)
    assert (number, known, len(damaged)) == (5, 0, 1)
    assert "mine.jsonl, line 1 cannot be read" in damaged[0]
    assert everything(folder) == everything()
    assert main(["import", str(path)]) == 1
    said = capsys.readouterr()
    assert "0 records added, 5 known" in said.out
    assert "line 1 cannot be read" in said.err


def test_half_a_character_pair_is_replaced(tmp_path):
    entry = {"kind": "draft", "name": "q", "id": "a", "value": "\ud83d", "when": "2026"}
    path = tmp_path / "theirs.jsonl"
    path.write_text(json.dumps(entry) + "\n")
    assert transfer.import_records(path) == (1, 0, [])
    assert [draft.text for draft in drafts.drafts("q")] == ["?"]


def test_missing_file_is_refused(tmp_path, capsys):
    assert main(["import", str(tmp_path / "none.jsonl")]) == 2
    assert "none.jsonl" in capsys.readouterr().err
