"""The map in a browser counts what the map in a notebook counts, exercises aside."""

import random
from dataclasses import replace

import pytest

from course_lib import journal, notes, store, transfer
from course_lib.claims import VERDICTS, load_claims
from course_lib.page.learning_map import CHAPTERS
from course_lib.page.progress import MINUTES, calibration, progress
from course_lib.page.questions import questions
from tools.website import parts

from .parts_page import page_with

ROUNDS = 25


def without_exercises(one):
    """Return progress in what a page on the web can do."""
    done = {kind: pair for kind, pair in one.done.items() if kind in MINUTES}
    spent = sum(MINUTES[kind] * did for kind, (did, _) in done.items())
    of = sum(MINUTES[kind] * asked for kind, (_, asked) in done.items())
    return replace(one, done=done, minutes=(spent, of))


def work_a_little(rng):
    """Do some of what the chapters ask."""
    claims = [claim.name for claim in load_claims().values()]
    for chapter in rng.sample(list(CHAPTERS), rng.randrange(1, len(CHAPTERS) + 1)):
        asked = questions(chapter)
        if rng.random() < 0.8:
            sure = rng.choice([None, *range(0, 101, 5)])
            journal.keep(asked.predict.name, rng.choice([*asked.predict.choices]), sure)
        for question in asked.practice:
            if rng.random() < 0.4:
                journal.keep(f"{chapter}-{question.name}", "text")
        if rng.random() < 0.4:
            notes.write(notes.Note(chapter, f"{chapter}-c1", "concept, x", note="y"))
    for name in rng.sample(claims, rng.randrange(len(claims))):
        journal.keep(f"claim-{name}", rng.choice(VERDICTS))
    store.append("note", "02", "# not a note\n")
    store.append("answer", "00-predict", {"answer": "A"})  # no confidence: damaged


@pytest.fixture(scope="module")
def counting(context):
    """Return a page without parts, whose functions a test calls."""
    page = context.new_page()
    page.set_content(page_with(""))
    yield page
    page.close()


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_sentences_are_those_of_the_notebook(counting, tmp_path, seed):
    work_a_little(random.Random(seed))
    transfer.export(tmp_path / "mine.jsonl")
    data = parts.map_data("02")
    told = counting.evaluate(
        """([text, data]) => {
          const model = { get: () => parsed(text).found };
          const found = data.chapters.map((one) => progressIn(model, one, data));
          return [found.map((one) => one.sentence), calibrationOf(found)];
        }""",
        [(tmp_path / "mine.jsonl").read_text("utf-8"), data],
    )
    expected = [without_exercises(progress(chapter)) for chapter in CHAPTERS]
    assert told == [[one.sentence() for one in expected], calibration(expected)]


def test_half_a_percent_is_rounded_as_python_does(counting):
    halves = [number + 0.5 for number in range(101)]
    told = counting.evaluate("(halves) => halves.map(whole)", halves)
    assert told == [round(half) for half in halves]
