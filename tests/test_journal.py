"""Answers are kept whole, in order, and never overwrite each other."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from course_lib import journal


def kept(question=None, **where):
    """Return the answers, none of which is damaged."""
    found, damaged = journal.read(question, **where)
    assert damaged == []
    return found


def test_answer_comes_back_with_confidence_and_time(tmp_path):
    entry = journal.keep("02-predict", " B ", 70, folder=tmp_path)
    assert kept(folder=tmp_path) == [entry]
    assert (entry.answer, entry.confidence) == ("B", 70)
    assert entry.when.endswith("+00:00")


@pytest.mark.parametrize("answer", ["", "  "])
def test_empty_answer_is_not_kept(tmp_path, answer):
    with pytest.raises(ValueError, match="answer must not be empty, got"):
        journal.keep("02-predict", answer, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_earlier_answers_stay_and_the_newest_comes_last(tmp_path):
    for text in ("A", "B", "ü – β"):
        journal.keep("q", text, folder=tmp_path)
    answers = [entry.answer for entry in kept("q", folder=tmp_path)]
    assert answers == ["A", "B", "ü – β"]
    assert journal.newest("q", folder=tmp_path).answer == "ü – β"
    assert journal.newest("r", folder=tmp_path) is None


def test_many_writers_lose_nothing(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: journal.keep("q", str(i), folder=tmp_path), range(80)))
    assert {int(entry.answer) for entry in kept(folder=tmp_path)} == set(range(80))


@pytest.mark.parametrize("confidence", [-1, 101, 0.7, "80", True])
def test_confidence_is_a_whole_percentage(tmp_path, confidence):
    with pytest.raises(ValueError, match="confidence must be None or a whole"):
        journal.keep("q", "A", confidence, folder=tmp_path)
