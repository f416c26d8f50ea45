"""What is typed survives the page, the kernel and a second notebook."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from course_lib import drafts
from course_lib.drafts import OpenField


def test_text_comes_back_on_the_next_page():
    OpenField("02-explain").save("half a sen")
    assert OpenField("02-explain").started_from.text == "half a sen"


def test_two_open_pages_keep_both_texts():
    one, two = OpenField("q"), OpenField("q")
    one.save("from one")
    two.save("from two")
    one.save("from one, longer")
    texts = {draft.text for draft in drafts.drafts("q")}
    assert texts == {"from one, longer", "from two"}
    again = OpenField("q")
    assert again.started_from.text == "from one, longer"
    assert [draft.text for draft in again.others] == ["from two"]


def test_draft_that_was_continued_leaves_one_file(work):
    OpenField("q").save("first")
    page = OpenField("q")
    page.save("first, and more")
    assert [draft.text for draft in drafts.drafts("q")] == ["first, and more"]
    page.done()
    assert drafts.drafts("q") == []
    assert list((work / "drafts").iterdir()) == []


def test_draft_that_its_own_page_changed_meanwhile_stays():
    old = OpenField("q")
    old.save("first")
    new = OpenField("q")
    old.save("first, changed there")
    new.save("first, changed here")
    texts = {draft.text for draft in drafts.drafts("q")}
    assert texts == {"first, changed there", "first, changed here"}


def test_emptied_field_leaves_no_draft():
    page = OpenField("q")
    page.save("x")
    page.save("  ")
    assert drafts.drafts("q") == []


def test_fields_with_similar_names_are_kept_apart():
    OpenField("02-note").save("a")
    OpenField("02-note-more").save("b")
    assert [draft.text for draft in drafts.drafts("02-note")] == ["a"]


def test_unreadable_draft_is_left_alone(work):
    (work / "drafts").mkdir(parents=True)
    damaged = work / "drafts" / "q.0.txt"
    damaged.write_bytes(b"\xff\xfe\x00")
    OpenField("q").save("mine")
    assert [draft.text for draft in drafts.drafts("q")] == ["mine"]
    assert damaged.read_bytes() == b"\xff\xfe\x00"


@pytest.mark.parametrize("field", ["", "Q", "../up", "a b"])
def test_name_that_could_not_be_a_file_is_refused(field):
    with pytest.raises(ValueError, match="field is"):
        OpenField(field)


def test_process_that_is_killed_while_typing_loses_at_most_the_last_key(work):
    program = """
        from course_lib.page.kept_text import KeptText
        field, text = KeptText("02-explain"), ""
        for number in range(100000):
            text += f"{number} "
            field.area.value = text
            print(number, flush=True)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        seen = -1
        while seen < 50 and time.monotonic() < deadline:
            seen = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
    assert seen >= 50
    found = OpenField("02-explain").started_from.text.split()
    assert len(found) > seen
    assert found == [str(number) for number in range(len(found))]
