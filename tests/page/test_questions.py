"""The texts of the questions are complete, and a broken file says where."""

import copy
import tomllib
from importlib.resources import files

import pytest

from course_lib.page import questions as module
from course_lib.page.questions import chapters, parse, questions

DATA = tomllib.loads((files(module) / "02.toml").read_text("utf-8"))


@pytest.mark.parametrize("chapter", chapters())
def test_names_are_unique_and_fit_the_journal(chapter):
    asked = questions(chapter)
    names = [f"{chapter}-{question.name}" for question in asked.practice]
    names += [asked.predict.name, asked.again.name, f"{chapter}-note"]
    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").isalnum() and name.islower() for name in names)


@pytest.mark.parametrize("chapter", chapters())
def test_what_is_asked_again_says_why(chapter):
    assert len(questions(chapter).again.because.split()) > 10


def test_unknown_chapter_lists_what_there_is():
    with pytest.raises(ValueError, match=r"chapter is '99'; allowed are \["):
        questions("99")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("predict", "answer"), "Z", "answer is 'Z'; allowed are"),
        (("predict", "misconceptions"), {"C": "M1"}, "the wrong choices"),
        (("again", "extra"), 1, "incomplete"),
        (("practice", 0, "kind"), "guess", "practice has"),
        (("practice", 0, "nudges"), ["one"], "1 nudges; needed are 3"),
        (("practice", 0, "more"), "x", "practice is incomplete"),
        (("note", "assumed"), None, "incomplete"),
        (("note",), None, "incomplete"),
    ],
)
def test_broken_file_is_refused(path, value, message):
    data = copy.deepcopy(DATA)
    *way, last = path
    node = data
    for step in way:
        node = node[step]
    if value is None:
        del node[last]
    else:
        node[last] = value
    with pytest.raises(ValueError, match=message):
        parse("02", data)
