"""Chapter 00 defines its technical words where it first uses them, in ten minutes."""

import re
import tomllib

import pytest

from course_lib.demos import will_it_fit
from course_lib.evidence.plain_tables import bytes_of_the_smallest_files
from tools.notebook import load
from tools.prose_numbers import page_texts
from tools.settings import ROOT
from tools.website.pages import LINKS

from . import glossary
from .glossary import defined, spoken_words, undefined, words

NOTEBOOK = load(ROOT / "notebooks" / "00_plain_language.ipynb")
WORDS_PER_MINUTE, MINUTES = 150, 10
# The map is a picture of all chapters; claims quote others and open one by one.
NOT_READ_THROUGH = {"map", "claims", "research-note"}


# the prose; lines of links name what other pages explain, as headings do
PROSE = [
    LINKS.sub("", one.source) for one in NOTEBOOK.cells if one.cell_type == "markdown"
]
TEXT = "\n\n".join(PROSE)


def page():
    """Prose, tables, questions, storyboard and demo of chapter 00, in their order."""
    parts = []
    for cell in NOTEBOOK.cells:
        if cell.cell_type == "markdown":
            parts.append(LINKS.sub("", cell.source))
        elif NOT_READ_THROUGH.isdisjoint(cell.metadata.get("tags", [])):
            parts += page_texts(cell)
    return "\n\n".join(parts)


def test_chapter_00_uses_no_word_before_it_is_defined():
    assert undefined(page()) == []


def test_chapter_00_defines_what_it_is_about():
    about = {"model", "weight", "parameter", "pruning", "mask", "shape", "byte"}
    about |= {"structured pruning", "unstructured pruning", "fine-tuning", "latency"}
    about |= {"hosting", "server", "quantization", "MNIST", "point"}
    assert about <= set(defined(page()))
    assert len(words()) >= 100


@pytest.mark.parametrize("word", words(), ids=lambda word: word.term)
def test_undefined_word_planted_in_the_text_is_found(word):
    text = f"A sentence with {word.term} in it."
    assert word.term in undefined(text)


@pytest.mark.parametrize("term", ["gradient", "Tensors"])
def test_word_planted_in_chapter_00_is_found_wherever_it_stands(term):
    for place in range(1, len(PROSE) + 1, 5):
        planted = [*PROSE[:place], f"Mind the {term}.", *PROSE[place:]]
        (found,) = undefined("\n\n".join(planted))
        assert found.lower() == term.lower().removesuffix("s")


def test_every_definition_of_chapter_00_is_needed():
    for match in glossary.DEFINITION.finditer(TEXT):
        without = TEXT.replace(match[0], re.sub(r"\*\*| \([^()]+\)", "", match[0]))
        assert undefined(without) != [], match[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A **kernel** (a small program for arithmetic) runs. Kernels wait.", []),
        (
            "A kernel runs. A **kernel** (a small program for arithmetic) it is.",
            ["kernel"],
        ),
        ("A **kernel** (small program) runs.", ["kernel"]),  # no meaning of three words
        ("A **kernel**, a small program for arithmetic, runs.", ["kernel"]),
        ("A *kernel* (a small program for arithmetic) runs.", ["kernel"]),
        ("**weights** or **parameters** (numbers that are learned) count.", []),
        ("**weights** and **parameters** (numbers that are learned)", ["weight"]),
        ("A **mask** (a choice of some weights) hides.", ["weight"]),
        ("# The kernel\n\nNothing.", []),  # a heading names what is explained below
        ("`kernel` and [a link](kernel.ipynb) and <a href='kernel'>this</a>", []),
        ("**structured pruning** (whole rows of it go) works.", ["pruning"]),
        ("A **neural network** (many sums in layers) learns.", ["layer"]),
        ("Bystanders, unweighted, and Kernelly do not count.", []),
        ("", []),
    ],
)
def test_definitions_are_recognised_strictly(text, found):
    assert undefined(text) == found


@pytest.mark.parametrize(
    ("form", "term"),
    [
        ("weights", "weight"), ("latencies", "latency"), ("GB", "gigabyte"),
        ("Mbit/s", "megabit"), ("pruned", "pruning"), ("fine-tuned", "fine-tuning"),
        ("matrices", "matrix"), ("quantised", "quantization"),
        ("networks", "neural network"), ("trained", "training"),
        ("GPUs", "GPU"), ("structured", "structured pruning"),
        ("indices", "index"), ("biases", "bias"), ("float16", "float32"),
        ("unstructured", "unstructured pruning"),
    ],
)  # fmt: skip
def test_forms_of_a_word_count(form, term):
    assert undefined(f"These {form} are new.") == [term]


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        (
            '[words]\na = "one two three"\n[forms]\nb = "c"',
            r"forms must be of the words themselves, got \['b'\]",
        ),
        (
            '[words]\na = "one two three"\n[forms]\na = "b"',
            "forms of 'a' must match it",
        ),
        ('[words]\na = "one two"', "must have 3 words or more"),
    ],
)
def test_broken_glossary_is_refused(toml, message):
    with pytest.raises(ValueError, match=message):
        glossary.parse(tomllib.loads(toml))


def test_chapter_00_is_read_aloud_in_less_than_ten_minutes():
    assert 900 < spoken_words(TEXT) < WORDS_PER_MINUTE * MINUTES


def test_page_is_longer_than_the_file_that_it_calls_shorter():
    assert "This page is longer than such a file." in " ".join(TEXT.split())
    assert len(TEXT.encode()) > bytes_of_the_smallest_files()


def test_prices_in_the_prose_are_those_of_the_demo():
    *model, _ = will_it_fit.START
    zeros, redrawn = (
        will_it_fit.compute(*model, format).sending for format in ("dense", "shape")
    )
    said = f"downloads cost {zeros:.0f} with zeros and {redrawn:.0f} in the smaller"
    assert f"{said} shape" in " ".join(TEXT.split())


def test_every_room_says_what_is_beyond_its_measurements():
    room = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
    rooms = dict(room.findall(TEXT))
    for name in (
        "What is removed, and why it can be", "Smaller files", "Cheaper hosting",
        "Privacy on the device", "Latency",
    ):  # fmt: skip
        assert "*Beyond MNIST*" in rooms[name], name


def test_the_seeds_four_questions_and_six_more_are_answered():
    asked = re.findall(r"^### (.+\?)$", TEXT, re.MULTILINE)
    assert {
        "Does pruning make a model less smart?", "Why should I care about size?",
        "Can I prune a model myself?", "Is pruning the same as deleting data?",
    } <= set(asked)  # fmt: skip
    assert len(asked) >= 10
