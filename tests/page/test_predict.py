"""A prediction is kept before anything is revealed, and stays beside the result."""

import ipywidgets
import pytest

from course_lib import controls, journal
from course_lib.page import predict
from course_lib.page.guess import GuessForm
from course_lib.page.questions import chapters, questions
from tests.views import walk


def visible(view):
    """List what of a view is to be seen."""
    if view.layout.display == "none":
        return []
    children = getattr(view, "children", ())
    return [view, *(widget for child in children for widget in visible(child))]


def form_of(view):
    (found,) = [w for w in walk(view) if isinstance(w, GuessForm)]
    return found


def readouts(view):
    shown = [w for w in walk(view) if isinstance(w, ipywidgets.HTML)]
    return [w.value for w in shown if controls.READOUT_CLASS in w._dom_classes]


def commit(view, key, percent=70):
    form = form_of(view)
    form.choose.value, form.sure.value = key, percent
    form.commit.click()


def test_guess_is_kept_with_its_confidence():
    view = predict.build("02")[0]
    assert "0 guesses kept" in readouts(view)[0]
    commit(view, "B", 80)
    entry = journal.newest("02-predict")
    assert (entry.answer, entry.confidence) == ("B", 80)
    assert "1 guess kept" in readouts(view)[0]
    assert "80% sure" in readouts(view)[0]


def test_nothing_is_kept_before_a_choice():
    view = predict.build("02")[0]
    form_of(view).commit.click()
    assert journal.newest("02-predict") is None
    assert "Choose first" in form_of(view).hint.value


def words(view):
    return " ".join(getattr(w, "value", None) or "" for w in visible(view))


def test_demo_is_hidden_until_the_guess():
    demo = ipywidgets.HTML("the numbers")
    box = predict.gate("02", demo)
    assert demo not in visible(box)
    assert form_of(box) in visible(box)
    commit(box, "A", 30)
    assert demo in visible(box)
    assert form_of(box) not in visible(box)


@pytest.mark.parametrize("chapter", chapters())
def test_answer_and_its_reason_wait_for_the_guess(chapter):
    asked = questions(chapter).predict
    view = predict.build_answer(chapter)[0]
    reason = controls.html(asked.because).removeprefix("<p>").split("</p>")[0]
    assert "waits for your guess" in words(view)
    assert not any(reason in (getattr(w, "value", None) or "") for w in walk(view))
    wrong = next(key for key in asked.choices if key != asked.answer)
    commit(predict.build(chapter)[0], wrong, 30)
    said = f"You said <strong>{wrong}</strong>, 30% sure; it is "
    assert f"{said}<strong>{asked.answer}</strong>" in words(view)
    assert reason in words(view)
    assert "waits" not in words(view)
    commit(predict.build(chapter)[0], asked.answer, 80)
    right = f"<strong>{asked.answer}</strong>"
    assert f"You said {right}, 80% sure, and it is {right}." in words(view)
    assert reason in words(view)


def test_next_visit_is_open_at_once():
    commit(predict.build("02")[0], "C")
    demo = ipywidgets.HTML("")
    assert demo in visible(predict.gate("02", demo))
    assert "You said <strong>C</strong>" in words(predict.build_answer("02")[0])


def test_every_place_of_its_chapter_hears_of_a_guess_however_often_its_cell_ran():
    other, boxes = ipywidgets.HTML(""), []
    other_box = predict.gate("03", other)
    for _ in range(20):
        demo = ipywidgets.HTML("")
        boxes.append((predict.gate("02", demo), demo))
        last = predict.build("02")[0]
    first = predict.build("02")[0]
    commit(last, "B")
    assert all(demo in visible(box) for box, demo in boxes)
    assert other not in visible(other_box)
    assert all("1 guess kept" in readouts(view)[0] for view in (first, last))


def test_guess_costs_the_same_however_often_its_cells_ran(monkeypatch):
    def reads_of_a_guess():
        reads.clear()
        commit(predict.build("02")[0], "B")
        return len(reads)

    def counted(*arguments, **named):
        reads.append(arguments)
        return read(*arguments, **named)

    reads, read = [], journal.read
    monkeypatch.setattr(journal, "read", counted)
    predict.gate("02", ipywidgets.HTML(""))
    once = reads_of_a_guess()
    for _ in range(50):
        predict.gate("02", ipywidgets.HTML(""))
        predict.build("02")
    assert reads_of_a_guess() == once


def test_prediction_is_asked_again_after_all_widgets_were_closed():
    predict.build("02")
    ipywidgets.Widget.close_all()
    view = predict.build("02")[0]
    assert all(widget.comm is not None for widget in walk(view))


@pytest.mark.parametrize("chapter", chapters())
def test_page_without_a_kernel_asks_and_does_not_answer(chapter):
    _, png, alt, markdown = predict.build(chapter)
    asked = questions(chapter).predict
    assert png is None
    for text in asked.choices.values():
        assert text in markdown
    assert alt.startswith("Prediction")
    assert asked.because not in markdown
    assert predict.build(chapter)[2:] == (alt, markdown)


def test_where_no_kernel_runs_the_picture_comes_first_and_then_the_folded_answer(
    monkeypatch,
):
    shown = []
    monkeypatch.setattr(controls, "display", lambda data, **how: shown.append(data))
    predict.reveal("02", ipywidgets.HTML(""), b"png", "Demo, a slider.")
    demo, answer = shown
    assert demo["text/plain"] == "Demo, a slider."
    assert "image/png" in demo
    asked = questions("02").predict
    assert answer["text/markdown"].startswith("<details><summary>")
    assert f"**{asked.answer}**" in answer["text/markdown"]
    assert asked.because in answer["text/markdown"]
    assert asked.because not in answer["text/plain"]


def test_form_locks_and_unlocks_all_its_controls():
    form = GuessForm([("a", "A")], lambda key, percent: None)
    form.lock()
    assert all(c.disabled for c in (form.choose, form.sure, form.commit))
    form.lock(False)
    assert not any(c.disabled for c in (form.choose, form.sure, form.commit))
