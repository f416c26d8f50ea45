"""What is typed survives the page, the kernel and a second notebook."""

import json

from course_lib import drafts, store
from course_lib.drafts import Autosave


def test_two_open_pages_keep_both_texts():
    one, two = Autosave("q"), Autosave("q")
    one.save("from one")
    two.save("from two")
    one.save("from one, longer")
    texts = {draft.text for draft in drafts.drafts("q")}
    assert texts == {"from one, longer", "from two"}
    again = Autosave("q")
    assert again.started_from.text == "from one, longer"
    assert [draft.text for draft in again.others] == ["from two"]


def test_draft_that_was_continued_leaves_one_draft():
    Autosave("q").save("first")
    page = Autosave("q")
    page.save("first, and more")
    assert [draft.text for draft in drafts.drafts("q")] == ["first, and more"]
    page.done()
    assert drafts.drafts("q") == []


def test_draft_that_its_own_page_changed_meanwhile_stays():
    old = Autosave("q")
    old.save("first")
    new = Autosave("q")
    old.save("first, changed there")
    new.save("first, changed here")
    texts = {draft.text for draft in drafts.drafts("q")}
    assert texts == {"first, changed there", "first, changed here"}


def test_emptied_field_leaves_no_draft():
    page = Autosave("q")
    page.save("x")
    page.save("  ")
    assert drafts.drafts("q") == []


def test_fields_with_similar_names_are_kept_apart():
    Autosave("02-note").save("a")
    Autosave("02-note-more").save("b")
    assert [draft.text for draft in drafts.drafts("02-note")] == ["a"]


def test_text_of_every_moment_stays_in_the_file(work):
    page = Autosave("q")
    for text in ("first", "first, and more", ""):
        page.save(text)
    (path,) = (work / store.FOLDER).iterdir()
    lines = map(json.loads, path.read_text().splitlines())
    assert [line["value"] for line in lines] == ["first", "first, and more", ""]


def test_draft_that_is_no_text_is_passed_over():
    store.append("draft", "q", ["odd"])
    Autosave("q").save("mine")
    assert [draft.text for draft in drafts.drafts("q")] == ["mine"]
