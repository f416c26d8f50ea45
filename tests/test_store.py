"""Records are only ever added, and damage is named and costs no other record."""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap

import pytest

from course_lib import journal, store
from course_lib.drafts import Autosave
from course_lib.page.positions import Positions

from .full_disk import REASON, full_disk, written


def values(name=None, **where):
    """Return what is kept and what is damaged."""
    return store.read("draft", lambda record: record.value, name, **where)


def files(work):
    return sorted((work / store.FOLDER).iterdir())


@pytest.fixture
def other_kernel():
    """Return a function that lets another process append what it is given."""

    def append(kind, name, value, id):
        program = "import json, sys; from course_lib import store; "
        program += "store.append(*json.loads(sys.argv[1]), id=sys.argv[2])"
        arguments = [json.dumps([kind, name, value]), id]
        subprocess.run([sys.executable, "-c", program, *arguments], check=True)

    return append


def test_record_comes_back_with_its_time():
    record = store.append("draft", "q", {"ü": ["–", 1, None]})
    assert store.read("draft", lambda found: found) == ([record], [])
    assert record.when.endswith("+00:00")
    assert values("other") == ([], [])
    assert store.read("note", lambda found: found) == ([], [])


def test_newest_record_of_an_id_counts_and_others_stay():
    store.append("draft", "q", "first", id="a")
    store.append("draft", "q", "other", id="b")
    store.append("draft", "q", "second", id="a")
    assert values() == (["other", "second"], [])


def test_later_line_counts_even_if_the_clock_was_set_back(work):
    store.append("draft", "q", "first", id="a")
    (path,) = files(work)
    earlier = json.loads(path.read_text()) | {"value": "second", "when": "2001-01-01"}
    with path.open("a") as file:
        file.write(json.dumps(earlier) + "\n")
    assert values() == (["second"], [])


def test_each_kernel_writes_a_file_of_its_own_and_the_newest_counts(work, other_kernel):
    store.append("draft", "q", "here", id="a")
    (mine,) = files(work)
    before = mine.read_bytes()
    other_kernel("draft", "q", "there", "a")
    assert values() == (["there"], [])
    assert len(files(work)) == 2
    assert mine.read_bytes() == before
    store.append("draft", "q", "here again", id="a")
    assert values() == (["here again"], [])
    assert len(files(work)) == 2
    assert mine.read_bytes().startswith(before)


def test_forked_process_writes_a_file_of_its_own(work):
    program = """
        import os
        from course_lib import store
        store.append("draft", "q", "parent", id="a")
        if (child := os.fork()) == 0:
            store.append("draft", "q", "child", id="b")
        else:
            os.waitpid(child, 0)
            store.append("draft", "q", "parent again", id="a")
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True)
    assert len(files(work)) == 2
    assert values() == (["child", "parent again"], [])


@pytest.mark.parametrize(
    "line",
    [
        b'{"kind": "draft", "name": "q", "id": "z", "val',
        b"{}",
        b"[1]",
        b"3",
        b"\xff\xfe\x00",
        b"\x00\x00\x00\x00",
        b'{"kind": "draft", "name": "q", "id": [], "value": "", "when": "x"}',
        b'{"kind": "draft", "name": "q", "id": "z", "value": "", "when": 1}',
        b'{"kind": "draft", "name": "q", "id": "z", "value": "", "when": "", "x": 1}',
    ],
)
def test_damaged_line_is_named_and_left_and_costs_no_other(work, line):
    store.append("draft", "q", "before", id="a")
    (path,) = files(work)
    whole = path.read_bytes()
    path.write_bytes(line + b"\n" + whole + line)
    found, damaged = values()
    assert found == ["before"]
    assert [text.partition(" cannot be read")[0] for text in damaged] == [
        f"{path}, line 1",
        f"{path}, line 3",
    ]
    assert path.read_bytes() == line + b"\n" + whole + line


def test_torn_line_of_a_killed_kernel_spoils_nothing_that_follows(work, other_kernel):
    other_kernel("draft", "q", "finished", "a")
    (path,) = files(work)
    torn = path.read_bytes() + b'{"kind": "draft", "name": "q", "id": "a", "value": "h'
    path.write_bytes(torn)
    store.append("draft", "q", "after", id="b")
    found, (damaged,) = values()
    assert found == ["finished", "after"]
    assert f"{path}, line 2 cannot be read" in damaged
    assert path.read_bytes() == torn


def test_value_of_another_form_is_named_by_its_place(work):
    store.append("draft", "q", 3, id="a")
    store.append("draft", "q", "text", id="b")
    found, (damaged,) = store.read("draft", lambda record: record.value + "")
    (path,) = files(work)
    assert len(found) == 1
    assert f"{path}, line 1 cannot be read" in damaged


def test_file_that_cannot_be_opened_is_named(work):
    store.append("draft", "q", "mine", id="a")
    (work / store.FOLDER / "folder.jsonl").mkdir()
    found, (damaged,) = values()
    assert found == ["mine"]
    assert "folder.jsonl cannot be read" in damaged


@pytest.mark.parametrize("before", [0, 1])
def test_record_that_finds_no_room_leaves_nothing_and_is_not_in_the_way(work, before):
    for _ in range(before):
        store.append("draft", "q", "before", id="a")
    with full_disk(work), pytest.raises(OSError, match=REASON):
        store.append("draft", "q", "lost", id="b")
    assert len(written(work)) == before
    store.append("draft", "q", "after", id="c")
    assert values() == (["before"] * before + ["after"], [])


@pytest.mark.parametrize("broken", [OSError("gone"), KeyboardInterrupt()])
def test_half_a_line_never_runs_into_the_next_one(work, monkeypatch, broken):
    def fail(*_):
        raise broken

    store.append("draft", "q", "before", id="a")
    with monkeypatch.context() as patched:
        patched.setattr(store.os, "fsync", fail)
        patched.setattr(store.os, "truncate", lambda *_: fail())  # what is left stays
        with pytest.raises(type(broken)):
            store.append("draft", "q", "not on the disk", id="a")
    (path,) = files(work)
    path.write_bytes(path.read_bytes()[:-9])
    store.append("draft", "q", "after", id="a")
    found, damaged = values()
    assert found == ["after"]
    assert len(damaged) == 1


@pytest.mark.parametrize("name", ["", "Q", "../up", "a b", "-x"])
@pytest.mark.parametrize(
    ("argument", "use"),
    [
        ("name", lambda name: store.append("draft", name, "text")),
        ("question", lambda name: journal.keep(name, "A")),
        ("field", Autosave),
        ("part", lambda name: Positions(name, {})),
    ],
)
def test_name_of_another_form_is_refused(work, argument, use, name):
    message = re.escape(f"{argument} must be lowercase letters, digits and hyphens")
    with pytest.raises(ValueError, match=f"{message}, got {re.escape(repr(name))}"):
        use(name)
    assert not work.exists()


def test_text_that_is_no_unicode_is_kept_with_a_question_mark():
    store.append("draft", "q", "half \ud83d")
    assert values() == (["half ?"], [])


def test_process_that_is_killed_while_writing_loses_at_most_one_record(work):
    program = """
        from course_lib import store
        for number in range(100000):
            store.append("draft", "q", "x" * 5000 + str(number), id=str(number))
            print(number, flush=True)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        seen = -1
        while seen < 50 and (line := process.stdout.readline()):
            seen = int(line)
        os.kill(process.pid, signal.SIGKILL)
    found, damaged = values()
    assert len(found) > seen >= 50
    assert len(damaged) <= 1
    store.append("draft", "q", "after")
    assert values()[0][-1] == "after"
