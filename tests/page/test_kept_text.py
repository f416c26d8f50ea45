"""A text field keeps what is typed, says how much, and opens with what was left."""

import subprocess
import sys

from course_lib import drafts, journal
from course_lib.page.kept_text import KeptText


def test_every_change_is_on_disk_and_counted():
    field = KeptText("02-explain")
    assert field.line.value == "0 words"
    field.area.value = "one two"
    assert field.line.value == "2 words · draft saved"
    assert [draft.text for draft in drafts.drafts("02-explain")] == ["one two"]


def test_next_visit_opens_with_the_draft_and_says_so():
    KeptText("02-explain").area.value = "half"
    again = KeptText("02-explain")
    assert again.area.value == "half"
    assert again.line.value == "1 word · draft found"


def test_kept_answer_replaces_its_draft_and_comes_back():
    field = KeptText("02-explain")
    field.area.value = "an answer "
    field.keep.click()
    assert field.line.value == "2 words · kept"
    assert drafts.drafts("02-explain") == []
    assert journal.newest("02-explain").answer == "an answer"
    assert KeptText("02-explain").area.value == "an answer"


def test_draft_that_is_newer_than_the_answer_wins():
    field = KeptText("q")
    field.area.value = "old"
    field.keep.click()
    field.area.value = "old, and better"
    assert KeptText("q").area.value == "old, and better"


def test_nothing_is_kept_of_an_empty_field():
    field = KeptText("q")
    field.keep.click()
    assert field.line.value == "0 words · nothing to keep yet"
    assert journal.newest("q") is None


def test_second_open_notebook_shows_the_other_draft():
    one, two = KeptText("q"), KeptText("q")
    one.area.value, two.area.value = "from one", "from two"
    third = KeptText("q")
    assert third.area.value == "from two"
    assert "from one" in third.children[-1].value


def test_what_is_typed_as_html_is_shown_as_text():
    one, two = KeptText("q"), KeptText("q")
    one.area.value, two.area.value = "<script>x</script>", "b"
    assert "<script>" not in KeptText("q").children[-1].value


def test_another_process_finds_the_draft():
    KeptText("q").area.value = "across"
    program = "from course_lib.page.kept_text import KeptText\n"
    program += "print(KeptText('q').area.value)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "across"
