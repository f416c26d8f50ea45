"""Practice: a question, a text that is saved, nudges one by one, and a self-check.

The next chapter opens with the same idea again, beside the earlier answers.
"""

from __future__ import annotations

import ipywidgets as widgets

from course_lib import controls, journal
from course_lib.page.kept_text import KeptText
from course_lib.page.positions import Positions
from course_lib.page.questions import (
    NUDGES,
    ChoiceQuestion,
    PracticeQuestion,
    questions,
)
from course_lib.page.saving import Saving

SELF_CHECK = {
    "concrete": "My answer is concrete.",
    "why": "It gives a reason.",
    "touches": "It refers to something on this page, or to a related idea.",
}


def show(chapter: str, *kinds: str) -> None:
    """Display a chapter's practice, or only questions of these kinds.

    Kinds are predict, retrieve and explain. Answers are kept as ``"NN-name"``.
    """
    controls.display_bundle(*build(chapter, *kinds))


def build(chapter: str, *kinds: str) -> tuple[widgets.VBox, None, str, str]:
    """Return the widget, no picture, and the questions, without and with nudges."""
    found = [q for q in questions(chapter).practice if not kinds or q.kind in kinds]
    if not found or not set(kinds) <= {question.kind for question in found}:
        allowed = [question.kind for question in questions(chapter).practice]
        raise ValueError(f"kinds must be among {allowed}, got {kinds!r}")
    view = widgets.VBox([_one(chapter, question) for question in found])
    alt = "Practice: " + " ".join(" ".join(q.question.split()) for q in found)
    return view, None, alt, "\n\n".join(_folded(question) for question in found)


def title_of(question: PracticeQuestion) -> str:
    """Return a question below its kind, as Markdown."""
    return f"**{question.kind.capitalize()}.** {question.question.strip()}"


def _one(chapter: str, question: PracticeQuestion) -> widgets.VBox:
    name = f"{chapter}-{question.name}"
    line, opened = controls.count(), controls.prose("")
    ticks = {key: controls.checkbox(text) for key, text in SELF_CHECK.items()}
    kept = Positions(name, ticks)
    found = kept.found.get("nudges")
    shown = found if isinstance(found, int) and 0 <= found <= NUDGES else 0

    def say(change: object = None) -> None:
        done = sum(box.value for box in ticks.values())
        line.value = f"{shown} of {NUDGES} nudges · {done} of {len(ticks)} checks"
        texts = question.nudges[:shown]
        opened.value = controls.html("\n".join(f"- {text}" for text in texts))
        more.disabled = shown == NUDGES

    def nudge() -> None:
        nonlocal shown
        shown = min(shown + 1, NUDGES)
        kept.save("nudges", shown)
        say()

    more = controls.button("nudge", nudge)
    for box in ticks.values():
        box.observe(say, names="value")
    say()
    card = widgets.VBox([
        controls.prose(title_of(question)), KeptText(name), more, opened,
        controls.prose("*Check yourself*:"), *ticks.values(), kept.saving, line,
    ])  # fmt: skip
    return card.add_class("course-card")


def _folded(question: PracticeQuestion) -> str:
    """Return a question with its nudges folded, for a page without a kernel."""
    nudges = [
        f"<details><summary>Nudge {number}</summary>\n\n{text.strip()}\n\n</details>"
        for number, text in enumerate(question.nudges, start=1)
    ]
    return "\n\n".join([title_of(question), *nudges])


def again(chapter: str) -> None:
    """Display a question of an earlier chapter again, beside the earlier answers."""
    controls.display_bundle(*build_again(chapter))


def build_again(chapter: str) -> tuple[widgets.VBox, None, str, str]:
    """Return the widget, no picture, and the question as text and as Markdown."""
    asked = questions(chapter).again
    line, told, saving = controls.count(), controls.prose(""), Saving()
    choose = controls.choice("your answer", asked.listed())

    def answered(change: object = None) -> None:
        if choose.value == controls.UNDECIDED:
            return
        saving(journal.keep, asked.name, choose.value)
        told.value = controls.html(feedback(asked, choose.value))
        say()

    def say() -> None:
        count = len(journal.answers(asked.name))
        line.value = f"{count} answer{'' if count == 1 else 's'} to this question kept"

    kept = journal.newest(asked.name)
    if kept is not None and kept.answer in asked.choices:
        choose.value = kept.answer
        told.value = controls.html(feedback(asked, kept.answer))
    choose.observe(answered, names="value")
    say()
    before = controls.prose(_looking_back(chapter))
    title = f"*Once more, from chapter {chapter}.*"
    text = controls.prose(f"{title} {asked.question}")
    view = widgets.VBox([text, choose, told, line, saving, before])
    alt = f"Once more, from chapter {chapter}: {' '.join(asked.question.split())}"
    answer = (
        "<details><summary>Answer</summary>\n\n"
        f"**{asked.answer}** – {asked.because.strip()}\n\n</details>"
    )
    return view, None, alt, f"{title} {asked.markdown()}\n\n{answer}"


def feedback(asked: ChoiceQuestion, key: str) -> str:
    """Return the feedback on a choice, as Markdown."""
    verdict = "Yes." if key == asked.answer else f"It is **{asked.answer}**."
    return f"{verdict} {asked.because}"


def _looking_back(chapter: str) -> str:
    """Return what the learner guessed and answered in a chapter."""
    kept = []
    guess = journal.newest(f"{chapter}-predict")
    if guess is not None:
        kept.append(f"you predicted **{guess.answer}** ({guess.when[:10]})")
    for question in questions(chapter).practice:
        answer = journal.newest(f"{chapter}-{question.name}")
        if answer is not None:
            kept.append(f"you wrote “{answer.answer}” ({question.name})")
    if not kept:
        return ""
    listed = "\n".join(f"- {text}" for text in kept)
    return f"*Look back: in chapter {chapter},*\n\n{listed}\n\nWould you still?"
