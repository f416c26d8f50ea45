"""A research note: pick an object on the page, write, and copy a question to ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import ipywidgets as widgets

from course_lib import controls, notes
from course_lib.claims import load_claims
from course_lib.drafts import Autosave
from course_lib.page.objects import PageObject, objects
from course_lib.page.questions import questions
from course_lib.page.saving import Saving

FIELDS = {
    "question": "question",
    "note": "note",
    "verified": "verified here",
    "assumed": "assumed",
    "resolved_by": "what would resolve it",
    "prerequisite": "prerequisite",
    "next_action": "next step",
}
PREREQUISITE = (
    "Which prerequisite would repair the confusion? For instance, a section of an "
    "earlier chapter, a term, or a formula."
)
HANDOFF = (
    "Copy this into a message to a tutor, a colleague, or an assistant: it holds your "
    "question and the evidence that it rests on."
)


def show(chapter: str) -> None:
    """Display a chapter's research note; kept notes go to ``my_work/notes/`` too."""
    controls.display_bundle(*build(chapter))


def build(chapter: str) -> tuple[widgets.VBox, None, str, str]:
    """Return the widget, no picture, and the note's start as text and as Markdown."""
    start = questions(chapter).note
    alt = f"Research note: {start.question} Pick an object on the page and write."
    lines = [f"*{start.question}*", "", "Evidence on this page:", ""]
    lines += [_listed(start.inspect), "", "What would resolve it?", ""]
    lines += [_listed(start.resolved_by), "", PREREQUISITE]
    lines += ["", f"Keep *verified here* and *assumed* apart. {start.assumed}"]
    return NoteForm(chapter), None, alt, "\n".join(lines)


class NoteForm(widgets.VBox):  # type: ignore[misc]
    """The form of a note: object, texts, a button that saves it, and a text to copy.

    What is typed is saved at every change as a draft. The next visit goes on from
    there, or from the newest kept note; all kept notes are listed below. What the
    chapter suggests is shown in empty fields and is no part of the note.
    """

    def __init__(self, chapter: str) -> None:
        self.chapter = chapter
        self._objects = objects(chapter)
        self._autosave = Autosave(f"{chapter}-note")
        self.line, self.saving = controls.count(), Saving()
        self.problem = controls.prose("")
        self.kept, self.evidence = controls.prose(""), controls.prose("")
        self.handoff = widgets.HTML().add_class("course-copy")
        suggested = suggestions(chapter)
        start = self._start()
        if start.anchor not in {one.number for one in self._objects}:
            # of an earlier version of the page; the draft keeps it
            kind, _, label = start.label.partition(", ")
            self._objects += (PageObject(start.anchor, kind, label),)
        listed = [(one.listed(), one.number) for one in self._objects]
        self.object = controls.menu("object", listed, start.anchor)
        self.areas = {
            name: controls.text_area(
                label, getattr(start, name), suggestion=suggested.get(name, "")
            )
            for name, label in FIELDS.items()
        }
        self.keep = controls.button("keep this note", self._keep, primary=True)
        self.new = controls.button("new note", self._start_anew)
        self._show_object()
        self._show_kept()
        for control in (self.object, *self.areas.values()):
            control.observe(self._changed, names="value")
        row = widgets.HBox([self.keep, self.new, self.line]).add_class("course-row")
        super().__init__([
            self.object, self.evidence, *self.areas.values(), row,
            self.saving, self.problem, self.handoff, self.kept,
        ])  # fmt: skip

    def _start(self) -> notes.Note:
        """Return what was left last time: a draft, the newest note, or a blank note."""
        draft = self._autosave.started_from
        if draft is not None:
            try:
                return _without(suggestions(self.chapter), notes.parse(draft.text))
            except ValueError as error:  # not ours to throw away
                self._autosave.started_from = None
                self.problem.value = controls.html(
                    f"Draft {draft.id} cannot be read ({error}); it was left as it is."
                )
        kept, _ = notes.read(self.chapter)
        first = self._objects[0]
        blank = notes.Note(self.chapter, first.number, first.label)
        return kept[-1] if kept else blank

    @property
    def picked(self) -> PageObject:
        """Return the selected object."""
        return next(one for one in self._objects if one.number == self.object.value)

    @property
    def written(self) -> notes.Note:
        """Return the note in the form."""
        texts = {name: area.value for name, area in self.areas.items()}
        picked = self.picked
        return notes.Note(
            self.chapter, picked.number, f"{picked.kind}, {picked.label}",
            evidence=_listed(evidence(self.chapter, picked)),
            **texts,
        )  # fmt: skip

    def _changed(self, change: object = None) -> None:
        draft = replace(self.written, when="a draft").markdown()
        if self.saving(self._autosave.save, draft):
            self.problem.value = ""
        self._show_object()

    def _keep(self) -> None:
        self.problem.value = ""
        try:
            saved = self.saving(self._write)
        except ValueError as error:
            self.problem.value = controls.html(f"Not kept: {error}")
            return
        if saved:
            self._show_kept()

    def _start_anew(self) -> None:
        for area in self.areas.values():
            area.value = ""

    def _write(self) -> None:
        path = notes.write(self.written)
        self._autosave.done()
        self.problem.value = controls.html(f"Kept as `notes/{path.name}`.")

    def _show_object(self) -> None:
        listed = _listed(evidence(self.chapter, self.picked))
        self.evidence.value = controls.html(f"Evidence to inspect:\n\n{listed}")
        self.handoff.value = controls.copy_box(HANDOFF, notes.handoff(self.written))
        self._count()

    def _show_kept(self) -> None:
        found, damaged = notes.read(self.chapter)
        lines = [
            f"- {note.when[:10]}, {note.label}: {note.note or note.question}"
            for note in found
        ]
        lines += [f"- **{sentence}**" for sentence in damaged]
        title = "*Your notes on this chapter*\n\n" if lines else ""
        self.kept.value = controls.html(title + "\n".join(lines))
        self._kept = len(found)
        self._count()

    def _count(self) -> None:
        number = self._objects.index(self.picked) + 1
        kept = getattr(self, "_kept", 0)
        self.line.value = (
            f"object {number} of {len(self._objects)} · "
            f"{kept} note{'' if kept == 1 else 's'} kept"
        )


def suggestions(chapter: str) -> dict[str, str]:
    """Return the suggested text of each field of a note."""
    asked = questions(chapter).note
    return {
        "question": asked.question,
        "assumed": asked.assumed,
        "resolved_by": _listed(asked.resolved_by),
        "prerequisite": PREREQUISITE,
    }


def _without(suggested: dict[str, str], note: notes.Note) -> notes.Note:
    """Return a draft without the text that versions up to 0.1.0 suggested."""
    same = [name for name, text in suggested.items() if getattr(note, name) == text]
    return replace(note, **dict.fromkeys(same, ""))


def evidence(chapter: str, about: PageObject) -> list[str]:
    """Return what to look at for an object: place, source, the chapter's exhibits."""
    found = [f"{about.kind} {about.number} on this page"]
    if claim := load_claims().get(about.claim):
        found += [f"{claim.source.title}, {claim.place}", claim.evidence]
    return found + list(questions(chapter).note.inspect)


def _listed(texts: Iterable[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)
