"""What a reader enters is kept in the browser, moves to a notebook and back, or is said
not to be kept; nothing breaks, and no tab overwrites another."""

import json
from itertools import product

import pytest

from course_lib import drafts, journal, notes, store, transfer
from course_lib.page.positions import positions
from tests.sampling import sample

from .moving import KEY
from .parts_page import CHAPTER, body, page_with, visiting

FULL = """Storage.prototype.setItem = () => {
  throw new DOMException("no room", "QuotaExceededError");
};"""
NO_STORAGE = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("not allowed", "SecurityError"); },
});"""
NULL = 'Object.defineProperty(window, "localStorage", { value: null });'
FORGETFUL = "Storage.prototype.setItem = () => {};"
FIELD = f"{CHAPTER}-fold"


@pytest.fixture
def tabs(context, file):
    """Return two tabs with the same page."""
    other = visiting(context, file, forget=False)
    with visiting(context, file) as first, other as second:
        yield first, second


def practice_field(reader, nth=1):
    """Return the field of a practice question; that of `fold` unless told otherwise."""
    return reader.part("practice").locator("textarea").nth(nth)


def enter_everything(reader):
    """Guess, judge, write a draft, an answer and a note, and move a control."""
    reader.guess("B")
    reader.choose("claims", "overstated")
    practice_field(reader, 0).fill("an answer\nin two lines")
    reader.button("practice", "keep this answer").click()
    practice_field(reader).fill("half a thought – “ü”")
    reader.part("note").get_by_label("note", exact=True).fill("a note")
    reader.button("note", "keep this note").click()
    reader.button("storyboard", "next").click()
    reader.button("practice", "nudge").click()


def test_downloaded_file_is_a_file_of_a_notebooks_records(reader, tmp_path):
    enter_everything(reader)
    path = reader.download(tmp_path / store.FOLDER / "anything.jsonl")
    assert "my_work/records/" in reader.text("keep")
    for line in path.read_text("utf-8").splitlines():
        assert set(json.loads(line)) == {"kind", "name", "id", "value", "when"}
    found, damaged = journal.read(folder=tmp_path)
    assert damaged == []
    assert [(one.question, one.answer, one.confidence) for one in found] == [
        ("02-predict", "B", 50),
        ("claim-article-74-percent-of-neurons", "overstated", None),
        ("02-scale", "an answer\nin two lines", None),
    ]
    (draft,) = drafts.drafts(FIELD, folder=tmp_path)
    assert draft.text == "half a thought – “ü”"
    (note,), damaged = notes.read(CHAPTER, folder=tmp_path)
    assert (note.note, damaged) == ("a note", [])


def test_imported_file_moves_a_notebooks_controls(reader, tmp_path):
    enter_everything(reader)
    path = reader.download(tmp_path / "web.jsonl")
    added, known, damaged = transfer.import_records(path)
    assert (added > 5, known, damaged) == (True, 0, [])
    assert positions("03-storyboard-mask") == {"frame": 2}
    assert positions("02-scale") == {"nudges": 1}
    assert positions("02-predict") == {"guess": "B"}


def test_notebooks_file_is_shown_by_every_part(reader, tmp_path):
    journal.keep("02-predict", "C", 90)
    journal.keep("claim-article-74-percent-of-neurons", "supported")
    journal.keep("02-inquiry", "B")
    journal.keep("02-scale", "from the notebook")
    drafts.Autosave(FIELD).save("begun in the notebook")
    notes.write(notes.Note(CHAPTER, "02-c2", "concept, Predict", note="from there"))
    store.append("control", "02-map", "LoRA", id="02-map/place")
    store.append("control", "02-scale", 2, id="02-scale/nudges")
    transfer.export(tmp_path / "notebook.jsonl")
    reader.read_file(tmp_path / "notebook.jsonl")
    assert "8 records added, 0 were already here." in reader.text("keep")
    for _ in range(2):
        assert "Your guess: C – it loses more than" in reader.text("predict")
        assert "You said C, 90% sure, and it is C." in reader.text("reveal")
        assert "You say supported; the course says" in reader.text("claims")
        assert "your first choice: B" in reader.text("inquiry")
        assert practice_field(reader, 0).input_value() == "from the notebook"
        assert practice_field(reader).input_value() == "begun in the notebook"
        assert "2 of 3 nudges" in reader.text("practice")
        assert "concept, Predict: from there" in reader.text("note")
        assert "Low-rank adaptation" in reader.text("map")
        reader.open()
    reader.read_file(tmp_path / "notebook.jsonl")
    assert "0 records added, 8 were already here." in reader.text("keep")


def test_newer_record_of_the_browser_stays(reader, tmp_path):
    store.append("control", "02-map", "LoRA", id="02-map/place")
    transfer.export(tmp_path / "old.jsonl")
    reader.part("map").locator("select").select_option("Distillation")
    reader.read_file(tmp_path / "old.jsonl")
    assert "learns from the answers of a large one" in reader.text("map")


def test_newer_record_of_a_clock_that_is_ahead_can_still_be_replaced(reader, tmp_path):
    entry = {"kind": "control", "name": "02-map", "id": "02-map/place"}
    entry |= {"value": "LoRA", "when": "2999-01-01T00:00:00.000000+00:00"}
    (tmp_path / "ahead.jsonl").write_text(json.dumps(entry) + "\n")
    reader.read_file(tmp_path / "ahead.jsonl")
    reader.part("map").locator("select").select_option("Distillation")
    reader.open()
    assert "learns from the answers of a large one" in reader.text("map")


def test_erasing_asks_first_and_leaves_nothing(reader):
    enter_everything(reader)
    before = reader.stored()
    reader.button("keep", "erase all").click()
    reader.button("keep", "no, keep it").click()
    assert reader.stored() == before
    reader.erase()
    for _ in range(2):
        assert reader.stored() == ""
        assert "0 records" in reader.text("keep")
        assert "the toy is here" not in reader.text("reveal")
        assert "0 guesses kept" in reader.text("predict")
        assert "0 of 3 judged" in reader.text("claims")
        assert practice_field(reader, 0).input_value() == ""
        assert practice_field(reader).input_value() == ""
        assert "0 notes kept" in reader.text("note")
        assert reader.button("keep", "erase all").is_disabled()
        reader.open()


@pytest.mark.parametrize(
    ("before", "why"),
    [
        (FULL, "this browser’s storage is full"),
        (NO_STORAGE, "keeps nothing for this page"),
        (NULL, "keeps nothing for this page"),
        (FORGETFUL, "keeps nothing for this page"),
    ],
    ids=["full", "refused", "missing", "forgetful"],
)
def test_page_works_without_storage_and_says_so(context, file, tmp_path, before, why):
    with visiting(context, file, before=before) as reader:
        enter_everything(reader)
        assert "Your guess: B" in reader.text("predict")
        assert "the toy is here" in reader.text("reveal")
        assert "1 note kept" in reader.text("note")
        assert "5 words · not saved" in reader.text("practice")
        for part in ("predict", "claims", "practice", "note", "storyboard", "keep"):
            assert why in reader.text(part), part
        path = reader.download(tmp_path / store.FOLDER / "saved.jsonl")
        assert len(journal.answers(folder=path.parents[1])) == 3
        reader.erase()
        assert "the toy is here" not in reader.text("reveal")


def test_what_could_not_be_saved_is_saved_once_there_is_room(context, file):
    before = f"const put = Storage.prototype.setItem; {FULL}"
    before += "window.makeRoom = () => { Storage.prototype.setItem = put; };"
    with visiting(context, file, before=before) as reader:
        reader.guess("B")
        assert reader.stored() == ""
        reader.page.evaluate("makeRoom()")
        reader.choose("claims", "overstated")
        assert "Not saved" not in reader.text("claims")
        assert "Not saved" not in reader.text("keep")
        assert '"02-predict"' in reader.stored()


def test_damaged_lines_are_counted_and_stay(reader, tmp_path):
    reader.guess("B")
    damaged = 'half a li\n{"kind":"answer"}\n[1]\nnull\n'
    reader.page.evaluate(
        "([key, text]) => localStorage.setItem(key, text + localStorage.getItem(key))",
        [KEY, damaged],
    )
    reader.open()
    assert "Your guess: B" in reader.text("predict")
    assert "4 damaged lines, kept as is" in reader.text("keep")
    reader.choose("claims", "overstated")
    assert all(line in reader.stored() for line in damaged.splitlines())
    path = reader.download(tmp_path / store.FOLDER / "web.jsonl")
    found, told = journal.read(folder=tmp_path)
    assert (len(found), len(told)) == (2, 4)
    reader.erase()
    reader.read_file(path)
    added = "3 records added, 0 were already here. 4 lines could not"
    assert added in reader.text("keep")


def test_strange_values_break_no_part(context, file, tmp_path):
    values = [None, 7, "x", [], {}, {"answer": 3, "confidence": "x"}, True]
    names = ["02-predict", "02-scale", "02-note", "02-map", "02-inquiry", "01-again"]
    names += ["03-storyboard-mask", "claim-han-2015-flop", "04-predict", "02"]
    kinds = ("answer", "draft", "note", "control", "other")
    controls = ("frame", "nudges", "place", "guess", "sure", "choice", "why")
    lines = []
    for kind, name, control, value in product(kinds, names, controls, values):
        id = f"{name}/{control}" if kind == "control" else str(len(lines))
        line = {"kind": kind, "name": name, "id": id, "value": value, "when": "2026"}
        lines.append(line)
    # one control has one value: every value in turn
    for shift in sample(range(len(values)), 0.3):
        turned = lines[shift:] + lines[:shift]
        text = "".join(json.dumps(line) + "\n" for line in turned)
        (tmp_path / "strange.jsonl").write_text(text)
        with visiting(context, file) as reader:
            reader.read_file(tmp_path / "strange.jsonl")
            reader.open()
            for part in ("predict", "storyboard", "practice", "note", "map", "claims"):
                assert reader.part(part).locator("button, select, input").count()
            reader.guess("B")
            assert "Your guess: B" in reader.text("predict")


def test_two_tabs_see_each_other_and_lose_nothing(tabs):
    first, second = tabs
    first.guess("B")
    second.part("predict").get_by_text("1 guess kept").wait_for()
    assert "the toy is here" in second.text("reveal")
    practice_field(first).fill("typed here")
    practice_field(second, 2).fill("typed there")
    practice_field(first).fill("typed here, too")
    for tab in (first, second):
        tab.open()
        assert practice_field(tab).input_value() == "typed here, too"
        assert practice_field(tab, 2).input_value() == "typed there"


def test_two_tabs_with_the_same_field_keep_both_texts(tabs):
    first, second = tabs
    practice_field(first).fill("typed here")
    practice_field(second).fill("typed there")
    practice_field(first).fill("typed here and on")
    assert practice_field(second).input_value() == "typed there"
    second.open()
    shown = [practice_field(second).input_value(), second.text("practice")]
    for text in ("typed here and on", "typed there"):
        assert any(text in part for part in shown), text


def test_erased_in_one_tab_does_not_come_back_from_another(tabs):
    first, second = tabs
    first.guess("B")
    second.part("predict").get_by_text("1 guess kept").wait_for()
    second.erase()
    first.part("predict").get_by_text("0 guesses kept").wait_for()
    first.choose("claims", "overstated")
    assert "02-predict" not in first.stored()
    assert "claim-" in first.stored()


def test_draft_ends_when_its_text_is_kept_or_continued(context, file):
    with visiting(context, file) as reader:
        practice_field(reader).fill("one")
        reader.open()
        practice_field(reader).fill("one two")
        texts = [json.loads(line) for line in reader.stored().splitlines()]
        values = sorted(one["value"] for one in texts if one["kind"] == "draft")
        assert values == ["", "one two"]
        reader.button("practice", "keep this answer", 1).click()
        texts = [json.loads(line) for line in reader.stored().splitlines()]
        assert {one["value"] for one in texts if one["kind"] == "draft"} == {""}
        reader.open()
        assert practice_field(reader).input_value() == "one two"


def test_kept_bar_alone_is_a_page(context, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(page_with(body() + '<div data-part="keep"><script type='
                              '"application/json">{}</script></div>'))  # fmt: skip
    with visiting(context, path) as reader:
        assert "0 records · never sent anywhere" in reader.text("keep")


def test_record_of_a_strange_kind_keeps_no_part_from_its_news(reader, tmp_path):
    text = f"# Note on X – Y\n\nChapter {CHAPTER}, written now\n"
    entry = {"kind": "note", "name": CHAPTER, "id": "n1", "value": [text], "when": "2"}
    (tmp_path / "odd.jsonl").write_text(json.dumps(entry) + "\n")
    reader.read_file(tmp_path / "odd.jsonl")
    reader.guess("B")
    assert "1 guess kept" in reader.text("predict")
    reader.open()
    assert "0 notes kept" in reader.text("note")
    assert "place 3 of 11" in reader.text("map")


def test_file_that_does_not_fit_leaves_room_for_the_readers_own_words(
    context, file, tmp_path
):
    small = """const put = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, text) {
      if (text.length > 2000) throw new DOMException("", "QuotaExceededError");
      put.call(this, key, text);
    };"""
    for number in range(60):
        journal.keep("03-predict", f"{number}", folder=tmp_path)
    transfer.export(tmp_path / "large.jsonl", folder=tmp_path)
    with visiting(context, file, before=small) as reader:
        reader.read_file(tmp_path / "large.jsonl")
        assert "0 records added" in reader.text("keep")
        assert "does not fit into this browser’s storage" in reader.text("keep")
        reader.guess("B")
        assert '"02-predict"' in reader.stored()
        assert "Not saved" not in reader.text("predict")


def test_answer_after_one_from_a_clock_that_was_ahead_is_the_newest(reader, tmp_path):
    value = {"answer": "C", "confidence": 10}
    entry = {"kind": "answer", "name": f"{CHAPTER}-predict", "id": "a", "value": value}
    entry["when"] = "2999-01-01T00:00:00.000000+00:00"
    (tmp_path / "ahead.jsonl").write_text(json.dumps(entry) + "\n")
    reader.read_file(tmp_path / "ahead.jsonl")
    reader.guess("B")
    assert "Your guess: B" in reader.text("predict")
