"""A result is whole or not there, and belongs to one file and one set of checks."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from course_lib.check import EXERCISES
from course_lib.handin.connection import Limits
from course_lib.handin.results import Result
from grading import store as stores
from grading.collect import Submission
from grading.grade import Settings
from grading.plan import HiddenPlan, Secret
from grading.store import Known, Store, fingerprint, key_of
from grading.walk import Place
from tests.grading.make_results import result

SUBMISSION = Submission("ann", "ann/a.ipynb", Place(Path("a")))
RESULT = Result("ann", "ann/a.ipynb", "01", [], [], ["a note – with é"])
KNOWN = Known([RESULT], frozenset())


def test_a_result_comes_back_as_it_was(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.get(SUBMISSION, "key") is None
    store.put(SUBMISSION, "key", [RESULT])
    assert store.get(SUBMISSION, "key") == KNOWN
    assert store.get(SUBMISSION, "other") is None
    assert store.get(replace(SUBMISSION, notebook="ann/A.ipynb"), "key") is None


def test_a_write_that_fails_leaves_the_old_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    store.put(SUBMISSION, "key", [RESULT])

    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space left"):
        store.put(SUBMISSION, "new", [replace(RESULT, notes=[])])
    assert store.get(SUBMISSION, "key") == KNOWN
    assert len(list((tmp_path / "results").iterdir())) == 1


@pytest.mark.parametrize("text", ["", "{", '{"key": "key"'])
def test_a_damaged_result_is_named_and_not_overwritten(
    tmp_path: Path, text: str
) -> None:
    store = Store(tmp_path)
    store.put(SUBMISSION, "key", [RESULT])
    (path,) = (tmp_path / "results").iterdir()
    path.write_text(text)
    with pytest.raises(ValueError, match=f"{path.name} is damaged"):
        store.get(SUBMISSION, "key")
    assert path.read_text() == text


def test_two_graders_do_not_share_a_folder(tmp_path: Path) -> None:
    with (
        Store(tmp_path).locked(),
        pytest.raises(ValueError, match="a folder that no other grader is using"),
        Store(tmp_path).locked(),
    ):
        pass
    with Store(tmp_path).locked():  # and later it is free again
        pass


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first, again = Store(tmp_path).secret(), Store(tmp_path).secret()
    assert first == again
    assert len(first.text) == 32
    assert (tmp_path / "secret.txt").stat().st_mode & 0o077 == 0
    assert Store(tmp_path / "other").secret() != first


def test_a_new_secret_takes_the_place_of_the_old_ones_which_stay(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path)
    secrets = [store.secret(new=True) for _ in range(3)]
    assert store.secret() == secrets[2]
    kept = [(tmp_path / f"secret-{n}.txt").read_text().strip() for n in (1, 2)]
    assert kept == [secret.text for secret in secrets[:2]]


def test_an_own_secret_is_kept_and_an_empty_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("autumn class\n")
    assert Store(tmp_path).secret() == Secret("autumn class")
    path.write_text("\n")
    with pytest.raises(ValueError, match=r"must contain a secret, got an empty file"):
        Store(tmp_path).secret()


def test_a_key_depends_on_the_bytes_the_problem_and_the_checks() -> None:
    keys = [
        key_of(data, problem, checks)
        for data in (b"", b"a")
        for problem in ("", "b")
        for checks in ("c", "d")
    ]
    assert len(set(keys)) == len(keys)
    assert key_of(b"a", "b", "c") == key_of(b"a", "b", "c")


def test_a_fingerprint_depends_on_what_decides_a_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = Settings(HiddenPlan(Secret("a")))
    others = [
        Settings(HiddenPlan(Secret("b"))),
        Settings(HiddenPlan(Secret("a"), class_seed=1)),
        replace(base, chapter="02"),
        replace(base, limits=Limits(call=1)),
    ]
    assert len({fingerprint(settings) for settings in [base, *others]}) == 5
    assert fingerprint(base) == fingerprint(Settings(HiddenPlan(Secret("a"))))
    before = fingerprint(base)
    (tmp_path / "check.py").write_text("1")
    monkeypatch.setattr(stores, "CODE", (*stores.CODE, str(tmp_path)))
    assert fingerprint(base) != before


def test_only_exercises_whose_own_code_changed_are_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, before = Store(tmp_path), stores.exercises_code()
    made = result("ann", notebook=SUBMISSION.notebook)
    store.put(SUBMISSION, "key", [made])
    assert store.get(SUBMISSION, "key") == Known([made], frozenset())
    changed = before | {"bill": "other", "silent": "other"}
    monkeypatch.setattr(stores, "exercises_code", lambda: changed)
    # silent is an exercise of another chapter
    assert store.get(SUBMISSION, "key") == Known([made], frozenset({"bill"}))


def test_every_exercise_has_a_file_of_its_own_outside_of_the_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / stores.EXERCISES_CODE
    shutil.copytree(stores.ROOT / "course_lib", tmp_path / "course_lib")
    shutil.copytree(stores.ROOT / "grading", tmp_path / "grading")
    monkeypatch.setattr(stores, "ROOT", tmp_path)
    own = stores.exercises_code.__wrapped__
    codes, whole = own(), fingerprint()
    assert codes.keys() == EXERCISES.keys()
    with (folder / "bill.py").open("a") as file:
        file.write("# changed\n")
    assert {name for name, code in own().items() if code != codes[name]} == {"bill"}
    assert fingerprint() == whole
    with (folder.parent / "judging.py").open("a") as file:
        file.write("# changed\n")
    assert fingerprint() != whole


def test_no_exercise_is_built_on_another_one() -> None:
    """Otherwise a change in one would leave the results of the other as they were."""
    for path in (stores.ROOT / stores.EXERCISES_CODE).glob("*.py"):
        assert "check.exercises" not in path.read_text(encoding="utf-8"), path.name
