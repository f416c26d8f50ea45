"""The parts of a page for the website: their data, and their text without scripts.

What a page asks is exported from the same questions, claims, and drawings that the
notebooks' widgets show. ``html_of`` answers for one call of a lesson;
``write_pictures`` writes what the parts of ``course_lib/web/parts`` refer to.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import matplotlib
import mistune

from course_lib import notes
from course_lib.claims import VERDICTS, checked, claim, load_claims, review
from course_lib.controls import html
from course_lib.figures.frames import Draw, panel
from course_lib.page import (
    claim_review,
    inquiry,
    learning_map,
    practice,
    predict,
    research_note,
)
from course_lib.page.inquiries import CHAPTERS as INQUIRIES
from course_lib.page.inquiries import inquiry_of
from course_lib.page.objects import objects
from course_lib.page.progress import MINUTES
from course_lib.page.questions import ChoiceQuestion, plain, questions
from course_lib.page.storyboard import SECONDS
from course_lib.page.storyboards import NAMES, Storyboard, board
from tools.website import demos, map_drawing
from tools.website.demos import city
from tools.website.mount import mount

DEMOS = {"city_maps", "predict.reveal", "which_faster.show"}  # calls that show one
PICTURES = "parts"  # the folder of the pictures in the site's _static
ELSEWHERE = (
    "*Measure it yourself*: this page only shows what was measured. In the notebook, "
    "the button *measure it now* runs the check."
)
EXERCISES = (
    "Exercises need a notebook, so they are not counted here. The map in the notebooks "
    "counts them."
)
WORD = re.compile(r"[^\W\d_]{3}")  # what tells a label from a letter or a number
# the words of widgets contain <details>, so HTML in them is not escaped
_WORDS = mistune.create_markdown(escape=False, plugins=["table"])

Words = tuple[str, dict[str, Any], str]  # a part's name, its data, its words as HTML


def html_of(call: str, *arguments: str, root: str = "", still: str = "") -> str:
    """Return the HTML of one part.

    ``call`` is the function that a lesson calls, such as ``"practice.show"``, with
    these arguments; for ``"predict.reveal"`` they are the chapter and the demo's name.
    ``root`` leads from the page to the site's root, such as ``"../"``; ``still`` is the
    HTML of the demo's picture, for readers without scripts. Raises ValueError for
    another call.
    """
    if call not in PARTS:
        raise ValueError(f"call must be one of {sorted(PARTS)}, got {call!r}")
    if call in DEMOS:
        made = PARTS[call](*arguments, still=still)
    elif call in ("storyboard.show", "inquiry.show"):
        made = PARTS[call](*arguments, folder=f"{root}_static/{PICTURES}")
    else:
        made = PARTS[call](*arguments)
    return mount(*made)


def keep() -> str:
    """Return the bar in which readers keep, read, and erase what they entered."""
    words = "With JavaScript on, the page keeps your answers and notes in this browser."
    return mount("keep", {}, f"<p>{words}</p>")


def break_even() -> str:
    """Return the map of where sparse kernels overtake the dense one in a browser."""
    words = "With JavaScript on, this page measures this in your browser."
    return mount("break_even", demos.stored("break_even"), f"<p>{words}</p>")


def write_pictures(static: Path) -> None:
    """Write the pictures of all storyboards and inquiries to ``static / PICTURES``."""
    drawings = {
        f"{name}-{number}": frame.draw
        for name in NAMES
        for number, frame in enumerate(board(name).frames, start=1)
    }
    for chapter in INQUIRIES:
        for letter, candidate in inquiry_of(chapter).options().items():
            drawings[f"inquiry-{chapter}-{letter}"] = candidate.draw
    folder = static / PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in drawings.items():
        (folder / f"{name}.svg").write_bytes(_drawn(draw)[0])


@cache
def _drawn(draw: Draw) -> tuple[bytes, str]:
    """Return a panel as SVG, its text as text, and the words that are written in it.

    The bytes are the same in every run.
    """
    figure, buffer = panel(draw), io.BytesIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "course"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    texts = [text.get_text() for text in figure.axes[0].texts]
    words = [" ".join(text.split()) for text in texts if WORD.search(text)]
    return buffer.getvalue(), "; ".join(words)


def _alt(what: str, draw: Draw) -> str:
    words = _drawn(draw)[1]
    return f"{what}: {words}" if words else what


def choice_data(asked: ChoiceQuestion) -> dict[str, Any]:
    """Return what the form of a prediction, and its verdict, need."""
    reason = asked.because.strip()
    return {
        "name": asked.name,
        "question": html(asked.question),
        "choices": _choices(asked),
        "answer": asked.answer,
        # the page puts “You said **A**, 50% sure” before it
        "right": html(f", and it is **{asked.answer}**. {reason}"),
        "wrong": html(f"; it is {predict.right_answer(asked)} {reason}"),
    }


def _choices(asked: ChoiceQuestion) -> list[list[str]]:
    return [[key, plain(text)] for key, text in asked.choices.items()]


def _predict(chapter: str) -> Words:
    asked = questions(chapter).predict
    return "predict", choice_data(asked), _WORDS(asked.markdown())


def _reveal(chapter: str, demo: str, *, still: str) -> Words:
    asked = questions(chapter).predict
    words = still + _WORDS(predict.build_answer(chapter)[3])
    shown = {"name": demo, "data": demos.stored(demo)}
    return "reveal", {"predict": choice_data(asked), "demo": shown}, words


def _which_faster(*, still: str) -> Words:
    return "which_faster", demos.stored("which_faster"), still


def _storyboard(name: str, *, folder: str) -> Words:
    story = board(name)
    frames = [
        {
            "src": f"{folder}/{name}-{number}.svg",
            "alt": _alt(f"Frame {number}", frame.draw),
            "sentence": frame.sentence,
        }
        for number, frame in enumerate(story.frames, start=1)
    ]
    data = {
        "kept": story.kept_as,
        "title": story.title,
        "frames": frames,
        "question": html(f"**One question**: {story.question}"),
        "answer": html(story.answer),
        "seconds": SECONDS,
    }
    return "storyboard", data, _frames(story, frames)


def _frames(story: Storyboard, frames: Sequence[dict[str, str]]) -> str:
    """Return all frames, for readers without scripts; others need not load them."""
    items = "".join(
        f"<li><p>{escape(frame['sentence'])}</p>{_img(frame)}</li>" for frame in frames
    )
    return (
        f"<noscript><ol>{items}</ol></noscript>\n"
        f"<p><strong>One question</strong>: {escape(story.question)}</p>\n"
        f"<details><summary>Our answer</summary>{html(story.answer)}</details>"
    )


def _img(picture: dict[str, str]) -> str:
    return (
        f'<img src="{picture["src"]}" alt="{escape(picture["alt"])}" width="560" '
        'height="420" loading="lazy">'
    )


def _inquiry(chapter: str, *, folder: str) -> Words:
    asked = inquiry_of(chapter)
    candidates = []
    for key, candidate in asked.options().items():
        name = f"inquiry-{chapter}-{key}"
        candidates.append({
            "key": key,
            "label": candidate.label,
            "src": f"{folder}/{name}.svg",
            "alt": _alt(f"Picture {key}", candidate.draw),
            "why": html(inquiry.comment(asked, key)),
        })  # fmt: skip
    question = html(f"**{asked.question}** Choose, then see why.")
    data = {"kept": asked.kept_as, "question": question, "candidates": candidates}
    pictures = "".join(f"<li>{escape(c['label'])} {_img(c)}</li>" for c in candidates)
    whys = "".join(
        f"<details><summary>{c['key']}: why, or why not</summary>"
        f"{c['why'].replace('Our choice, too. ', 'Our choice. ')}</details>"
        for c in candidates
    )
    words = f'<noscript><ol type="A">{pictures}</ol></noscript>\n{whys}'
    return "inquiry", data, question + words


def _practice(chapter: str, *kinds: str) -> Words:
    words = practice.build(chapter, *kinds)[3]  # refuses kinds that are not there
    asked = [
        {
            "name": f"{chapter}-{question.name}",
            "title": html(practice.title_of(question)),
            "nudges": [html(text) for text in question.nudges],
        }
        for question in questions(chapter).practice
        if not kinds or question.kind in kinds
    ]
    checks = [[key, text] for key, text in practice.SELF_CHECK.items()]
    return "practice", {"questions": asked, "checks": checks}, _WORDS(words)


def _again(chapter: str) -> Words:
    asked, written = questions(chapter).again, questions(chapter).practice
    title = f"*Once more, from chapter {chapter}.*"
    data = {
        "chapter": chapter,
        "name": asked.name,
        "question": html(f"{title} {asked.question}"),
        "choices": _choices(asked),
        "feedback": {key: html(practice.feedback(asked, key)) for key in asked.choices},
        "guess": questions(chapter).predict.name,
        "written": [[f"{chapter}-{one.name}", one.name] for one in written],
    }
    return "again", data, _WORDS(practice.build_again(chapter)[3])


def _claims(*names: str) -> Words:
    words = claim_review.build(*names)[3]  # refuses names that are not there
    listed = []
    for number, name in enumerate(names, start=1):
        entry = claim(name)
        listed.append({
            "name": name,
            "stated": html(claim_review.stated(number, entry)),
            "status": entry.status,
            "quoted": None if entry.check else html(claim_review.why_quoted(entry)),
            "review": html(review(name)),
            "checked": html(checked(name)),
        })  # fmt: skip
    data = {"claims": listed, "verdicts": list(VERDICTS), "elsewhere": html(ELSEWHERE)}
    return "claims", data, _WORDS(words)


def _sections() -> list[list[Any]]:
    return [
        [name, title, title in notes.LATER] for name, title in notes.SECTIONS.items()
    ]


def _note(chapter: str) -> Words:
    listed = []
    for one in objects(chapter):
        entry: dict[str, Any] = asdict(one)
        if name := entry.pop("claim"):
            shown = claim(name)
            entry["more"] = [f"{shown.source.title}, {shown.place}", shown.evidence]
        listed.append(entry)
    names = [field.name for field in fields(notes.Note) if field.name != "when"]
    places = {name: f"{{{name}}}" for name in names}
    always = ("chapter", "anchor", "label", "evidence")
    full = notes.handoff(notes.Note(**places))
    empty = notes.handoff(notes.Note(**{name: places[name] for name in always}))
    data = {
        "chapter": chapter,
        "objects": listed,
        "inspect": list(questions(chapter).note.inspect),
        "fields": [[name, label] for name, label in research_note.FIELDS.items()],
        "sections": _sections(),
        "suggestions": research_note.suggestions(chapter),
        "take": research_note.HANDOFF,
        "handoff": list(zip(full.split("\n\n"), empty.split("\n\n"), strict=True)),
    }
    return "note", data, _WORDS(research_note.build(chapter)[3])


def _map(here: str) -> Words:
    data = map_data(here)
    words = f"{data['drawing']}\n<p>{escape(learning_map.describe(here))}</p>"
    return "map", data, words


def map_data(here: str) -> dict[str, Any]:
    """Return what the map needs as it looks from a chapter."""
    door, told = learning_map.DOOR, learning_map.describe(here)
    pages = {key: _page(key) for key in learning_map.CHAPTERS}
    drawing = map_drawing.drawings(here, pages, f"The learning map. {told}")
    return {
        "here": here,
        "kept": f"{here}-map",
        "chapters": [_counted(chapter) for chapter in learning_map.CHAPTERS],
        "places": [_place(key) for key in map_drawing.PLACES],
        "drawing": drawing,
        "door": {
            "key": door,
            "told": html(learning_map.NEIGHBORS[door]),
            "predict": choice_data(questions("04").predict),
        },
        "minutes": MINUTES,
        "sections": _sections(),
        "exercises": EXERCISES,
    }


def _place(key: str) -> dict[str, str]:
    told = html(learning_map.place_text(key))
    return {"key": key, "name": learning_map.place_name(key), "told": told}


def _page(chapter: str) -> str:
    """Return the relative URL of a chapter's page; all are in one folder."""
    return learning_map.LESSONS[chapter].replace(".ipynb", ".html")


def _counted(chapter: str) -> dict[str, Any]:
    """Return what the progress in a chapter is counted from."""
    asked = questions(chapter)
    judged = [c.name for c in load_claims().values() if chapter in c.chapters]
    return {
        "key": chapter,
        "predict": {"name": asked.predict.name, "answer": asked.predict.answer},
        "practice": [f"{chapter}-{one.name}" for one in asked.practice],
        "claims": [f"claim-{name}" for name in judged],
    }


def _city(*, still: str) -> Words:
    return "city", city.data(), still


PARTS: dict[str, Callable[..., Words]] = {
    "city_maps": _city,
    "claim_review.show": _claims,
    "inquiry.show": _inquiry,
    "learning_map.show": _map,
    "practice.again": _again,
    "practice.show": _practice,
    "predict.reveal": _reveal,
    "predict.show": _predict,
    "research_note.show": _note,
    "storyboard.show": _storyboard,
    "which_faster.show": _which_faster,
}
