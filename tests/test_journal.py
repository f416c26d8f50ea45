"""Answers are kept whole, in order, and never overwrite each other."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from course_lib import journal


def test_answer_comes_back_with_confidence_and_time(tmp_path, capsys):
    entry = journal.record("02-predict", " B ", 70, folder=tmp_path)
    assert journal.answers(folder=tmp_path) == [entry]
    assert (entry.answer, entry.confidence) == ("B", 70)
    assert entry.when.endswith("+00:00")
    assert capsys.readouterr().out == "02-predict: kept “B”, 70 % sure.\n"


def test_empty_answer_is_not_kept_and_the_page_says_so(tmp_path, capsys):
    assert journal.record("02-predict", "  ", folder=tmp_path) is None
    assert "no answer yet" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_earlier_answers_stay_and_look_back_shows_the_newest(tmp_path):
    for text in ("A", "B", "ü – β"):
        journal.record("q", text, folder=tmp_path)
    kept = journal.answers("q", folder=tmp_path)
    assert [entry.answer for entry in kept] == ["A", "B", "ü – β"]
    assert journal.look_back("q", folder=tmp_path) == "q: you predicted “ü – β”."
    assert journal.look_back("r", folder=tmp_path) == "r: you left no prediction."


def test_questions_are_kept_apart(tmp_path):
    journal.record("a", "1", folder=tmp_path)
    journal.record("b", "2", 10, folder=tmp_path)
    assert [entry.answer for entry in journal.answers("b", folder=tmp_path)] == ["2"]
    assert "10 % sure" in journal.look_back("b", folder=tmp_path)


def test_many_writers_lose_nothing(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(lambda i: journal.record("q", str(i), folder=tmp_path), range(80))
        )
    kept = {int(entry.answer) for entry in journal.answers(folder=tmp_path)}
    assert kept == set(range(80))


def test_crash_while_writing_leaves_no_half_written_answer(tmp_path, monkeypatch):
    journal.record("q", "before", folder=tmp_path)

    def crash(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(json, "dump", crash)
    with pytest.raises(KeyboardInterrupt):
        journal.record("q", "lost", folder=tmp_path)
    assert [entry.answer for entry in journal.answers(folder=tmp_path)] == ["before"]


def test_unreadable_file_is_named_and_left_alone(tmp_path):
    journal.record("q", "A", folder=tmp_path)
    damaged = tmp_path / "journal" / "0-q.json"
    damaged.write_text("{")
    with pytest.raises(ValueError, match=r"0-q\.json is not a kept answer"):
        journal.answers(folder=tmp_path)
    assert damaged.read_text() == "{"


@pytest.mark.parametrize("question", ["", "Q", "../up", "a b", "-x"])
def test_name_that_could_not_be_a_file_is_refused(tmp_path, question):
    with pytest.raises(ValueError, match="question is"):
        journal.record(question, "A", folder=tmp_path)


@pytest.mark.parametrize("confidence", [-1, 101, 0.7, "80", True])
def test_confidence_is_a_whole_percentage(tmp_path, confidence):
    with pytest.raises(ValueError, match="confidence is"):
        journal.record("q", "A", confidence, folder=tmp_path)


def test_folder_comes_from_the_environment_first(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "elsewhere"))
    assert journal.work_folder() == tmp_path / "elsewhere"


def test_notebooks_in_different_folders_share_one_journal(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_WORK", raising=False)
    (tmp_path / "course_lib").mkdir()
    for place in ("notebooks", "exercises", "my_work"):
        (tmp_path / place).mkdir()
        monkeypatch.chdir(tmp_path / place)
        assert journal.work_folder() == tmp_path / "my_work"


def test_alone_in_a_folder_the_journal_stands_beside_the_notebook(
    tmp_path, monkeypatch
):
    monkeypatch.delenv("COURSE_WORK", raising=False)
    monkeypatch.chdir(tmp_path)
    assert journal.work_folder() == tmp_path / "my_work"
