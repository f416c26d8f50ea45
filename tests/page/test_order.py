"""No page states an answer before its guess, or asks with a word yet to come."""

from __future__ import annotations

import re
from itertools import pairwise, takewhile

import pytest

from course_lib.page.questions import ChoiceQuestion, chapters, questions
from course_lib.page.storyboards import board
from tools.settings import ROOT, is_exercise_set, source_files
from tools.source import Cell, read_cells

from .glossary import Word, words

SOURCES = source_files(ROOT)
LESSONS = {p.name[:2]: read_cells(p) for p in SOURCES if not is_exercise_set(p)}
EXERCISES = [path for path in SOURCES if is_exercise_set(path)]
PHRASE = 5  # so many words in a row are a phrase, no chance
EMPHASIZED = re.compile(r"\*\*[^*]+\*\*|(?<![*\w])\*[^*\s][^*]*\*(?!\*)")


def before_the_answer(cells: list[Cell]) -> list[str]:
    """The texts of a lesson up to the first heading below its reveal."""
    (reveal,) = (i for i, c in enumerate(cells) if "predict.reveal(" in c.text)
    beside = takewhile(lambda cell: not has_heading(cell), cells[reveal + 1 :])
    return [text for cell in (*cells[:reveal], *beside) for text in shown(cell)]


def has_heading(cell: Cell) -> bool:
    return cell.kind == "markdown" and re.search(r"^##? ", cell.text, re.M) is not None


def shown(cell: Cell) -> list[str]:
    """The prose of a cell, or what the storyboard of a cell says."""
    if cell.kind == "markdown":
        return [cell.text]
    stories = map(board, re.findall(r'storyboard\.show\("(\w+)"\)', cell.text))
    return [t for s in stories for t in (*(f.sentence for f in s.frames), s.question)]


def phrases(text: str) -> set[tuple[str, ...]]:
    plain = re.findall(r"\w+", text.lower())
    return {tuple(plain[i : i + PHRASE]) for i in range(len(plain) - PHRASE + 1)}


def giveaways(asked: ChoiceQuestion, texts: list[str]) -> list[str]:
    """The texts that name the right letter, or repeat the right choice or its reason.

    A phrase that the question or a wrong choice has, too, gives nothing away.
    """
    right = {asked.answer: asked.choices[asked.answer]}
    wrong = [text for text in asked.choices.values() if text not in right.values()]
    told = phrases(right[asked.answer]) | phrases(asked.because)
    told -= {phrase for text in (asked.question, *wrong) for phrase in phrases(text)}
    named = rf"\*\*{asked.answer}\*\*|\banswer (?:is|was) {asked.answer}\b"
    return [t for t in texts if re.search(named, t) or told & phrases(t)]


@pytest.mark.parametrize("chapter", chapters())
def test_page_gives_no_answer_before_the_guess_or_beside_it(chapter):
    texts = before_the_answer(LESSONS[chapter])
    assert giveaways(questions(chapter).predict, texts) == []


@pytest.mark.parametrize("chapter", chapters())
def test_answer_planted_anywhere_before_the_guess_is_found(chapter):
    asked, cells = questions(chapter).predict, LESSONS[chapter]
    (reveal,) = (i for i, c in enumerate(cells) if "predict.reveal(" in c.text)
    answers = [f"The answer is **{asked.answer}**.", f"So it is. {asked.because}"]
    for text in answers:
        for place in range(1, reveal + 2):  # the last one is beside the demo
            planted = [*cells[:place], Cell("markdown", text), *cells[place:]]
            assert giveaways(asked, before_the_answer(planted)) == [text]


ROOMS = ("Map", "Predict", "Intuition", "Math", "Code", "Demo", "Claims", "Practice")
ROOMS += ("Research note",)
WITHOUT = {"00": {"Math", "Code"}}
MEASURED = re.compile(r"^measured\.show\(", re.M)


def headings(cells: list[Cell]) -> list[str]:
    """The headings of a lesson's rooms."""
    text = "\n".join(cell.text for cell in cells if cell.kind == "markdown")
    return re.findall(r"^## (.+)$", text, re.M)


@pytest.mark.parametrize("chapter", chapters())
def test_rooms_of_a_chapter_come_in_one_order(chapter):
    found = [room for room in headings(LESSONS[chapter]) if room in ROOMS]
    assert found == [r for r in ROOMS if r not in WITHOUT.get(chapter, set())]


OPENING = ["In short", "What to ask a supplier, or your own team"]


def opening(cells: list[Cell]) -> list[Cell]:
    """The cells of chapter 00 above its first room."""
    return list(takewhile(lambda cell: "## Map" not in cell.text, cells))


def test_chapter_00_opens_with_its_verdict_and_its_questions():
    cells = opening(LESSONS["00"])
    assert headings(cells) == OPENING
    assert any(MEASURED.search(cell.text) for cell in cells)


# the two kinds of pruning, and the forms among which the reader is to choose
KINDS = re.compile(r"\bzeros?\b|\blists?\b|\bshapes?\b|\brows?\b|\brebuil|structured")


def test_verdict_of_chapter_00_names_none_of_the_forms_to_guess_about():
    asked = questions("00").predict
    assert all(KINDS.search(choice) for choice in (asked.choices[x] for x in "ABD"))
    for cell in opening(LESSONS["00"]):
        assert KINDS.search(cell.text) is None


def test_chapter_00_measures_nothing_between_its_questions_and_its_demo():
    cells = LESSONS["00"]
    (reveal,) = (i for i, c in enumerate(cells) if "predict.reveal(" in c.text)
    between = cells[len(opening(cells)) : reveal]
    assert [cell.text for cell in between if MEASURED.search(cell.text)] == []


def asks(chapter: str) -> list[tuple[str, int]]:
    """The questions of a lesson, each with the cell that asks it."""
    asked, found = questions(chapter), []
    for place, cell in enumerate(LESSONS[chapter]):
        if "predict.show(" in cell.text:
            found.append((asked.predict.markdown(), place))
        for call in re.findall(r'practice\.show\("\d\d"([^)]*)\)', cell.text):
            kinds = re.findall(r'"(\w+)"', call)
            found += [
                (one.question, place)
                for one in asked.practice
                if not kinds or one.kind in kinds
            ]
    return found


def yet_to_come(chapter: str, question: str, place: int) -> list[str]:
    """The technical words of a question that the page introduces below it.

    A word is introduced where it is first used, if it is emphasized there.
    """
    cells = LESSONS[chapter]
    above = "\n\n".join(c.text for c in cells[:place] if c.kind == "markdown")
    below = "\n\n".join(c.text for c in cells[place:] if c.kind == "markdown")
    introduced = " ".join(EMPHASIZED.findall(below))

    def used(word: Word, text: str) -> bool:
        return next(word.uses(text), None) is not None

    return [
        word.term
        for word in words()
        if used(word, question) and used(word, introduced) and not used(word, above)
    ]


@pytest.mark.parametrize("chapter", chapters())
def test_question_uses_no_word_that_comes_later_on_the_page(chapter):
    found = {text: yet_to_come(chapter, text, place) for text, place in asks(chapter)}
    assert len(found) == 4  # a prediction and three questions to practice
    assert {text: late for text, late in found.items() if late} == {}


def test_question_that_uses_a_later_word_is_found():
    (place,) = (p for text, p in asks("02") if "multiply all weights" in text)
    assert yet_to_come("02", "Does the score's choice change?", place) == ["score"]


def unfolded(cells: list[Cell]) -> list[str]:
    """The prose below a request to guess that neither is folded nor asks on."""
    texts = [cell.text for cell in cells if cell.kind == "markdown"]
    return [
        answer
        for question, answer in pairwise(texts)
        if re.search(r"\bguess\b", question)
        and not answer.startswith("<details>")
        and "?" not in answer
    ]


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_exercise_that_asks_for_a_guess_folds_what_comes_of_it(path):
    assert unfolded(read_cells(path)) == []


def test_exercise_that_tells_at_once_is_found():
    asked, told = Cell("markdown", "First guess: how much?"), Cell("markdown", "Half.")
    assert unfolded([asked, Cell("code", "run()"), told]) == ["Half."]
