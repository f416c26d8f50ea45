"""The texts of the questions are complete, and a broken file says where."""

import tomllib
from importlib.resources import files

import pytest

from course_lib.page import questions as module
from course_lib.page.questions import (
    NUDGES,
    ChoiceQuestion,
    NoteStart,
    PracticeQuestion,
    Questions,
    chapters,
    questions,
)

from ..form import key_problems


@pytest.mark.parametrize("chapter", chapters())
def test_names_are_unique_and_fit_the_journal(chapter):
    asked = questions(chapter)
    names = [f"{chapter}-{question.name}" for question in asked.practice]
    names += [asked.predict.name, asked.again.name, f"{chapter}-note"]
    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").isalnum() and name.islower() for name in names)


@pytest.mark.parametrize("chapter", chapters())
def test_question_with_choices_says_why_and_not_in_the_words_of_a_choice(chapter):
    for asked in (questions(chapter).predict, questions(chapter).again):
        assert len(asked.because.split()) > 10
        assert not any(text in asked.because for text in asked.choices.values())


def test_unknown_chapter_lists_what_there_is():
    with pytest.raises(ValueError, match=r"chapter must be one of \[.* got '99'"):
        questions("99")


def choice_problems(entry):
    """List what is wrong with a question that has choices."""
    found = key_problems(entry, ChoiceQuestion, "name")
    if entry["answer"] not in entry["choices"]:
        found.append(f"answer must be one of {list(entry['choices'])}")
    if not set(entry["misconceptions"]) <= set(entry["choices"]) - {entry["answer"]}:
        found.append("misconceptions must be those of wrong choices")
    return found


def form_problems(data):
    """List what is wrong with a chapter's file."""
    if found := key_problems(data, Questions, "chapter"):
        return found
    found = choice_problems(data["predict"]) + choice_problems(data["again"])
    found += key_problems(data["note"], NoteStart)
    kinds = [entry["kind"] for entry in data["practice"]]
    if kinds != ["predict", "retrieve", "explain"]:
        found.append(f"practice must be predict, retrieve and explain, got {kinds}")
    for entry in data["practice"]:
        found += key_problems(entry, PracticeQuestion)
        if len(entry["nudges"]) != NUDGES:
            found.append(f"{entry['name']} must have {NUDGES} nudges")
    return found


def chapter_file(chapter):
    return tomllib.loads((files(module) / f"{chapter}.toml").read_text("utf-8"))


@pytest.mark.parametrize("chapter", chapters())
def test_every_file_is_in_form(chapter):
    assert form_problems(chapter_file(chapter)) == []


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("predict", "answer"), "Z", "answer must be one of"),
        (("predict", "misconceptions"), {"C": "M1"}, "those of wrong choices"),
        (("practice", 0, "kind"), "guess", "practice must be predict"),
        (("practice", 0, "nudges"), ["one"], "must have 3 nudges"),
        (("again", "extra"), 1, "extra is unknown"),
        (("practice", 0, "more"), "x", "more is unknown"),
        (("note", "assumed"), None, "assumed is missing"),
        (("note",), None, "note is missing"),
    ],
)
def test_file_out_of_form_is_found(path, value, message):
    data = chapter_file("02")
    *way, last = path
    node = data
    for step in way:
        node = node[step]
    if value is None:
        del node[last]
    else:
        node[last] = value
    assert message in "; ".join(form_problems(data))
