"""The sandbox holds, and a weaker one is refused by what is open in it."""

import errno
import fcntl
import os
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from course_lib.handin.clock import NoAnswerError
from course_lib.handin.connection import Child, ChildError, Limits
from grading import sandbox, seccomp
from grading.probe import CALLS, verify_sandbox
from grading.sandbox import CHILD, ROOT, Sandbox, SandboxError
from tests.grading.make_class import put


@dataclass(frozen=True)
class Weaker(Sandbox):
    """A sandbox with other arguments to bubblewrap in place of ``strong``."""

    strong: str = ""
    weak: str = ""

    def _bubblewrap(self, filtering: int, *code: int) -> list[str]:
        text = " ".join(super()._bubblewrap(filtering, *code)) + " "
        strong = self.strong.replace("FILTER", str(filtering)) + " "
        assert text.count(strong) == 1
        return text.replace(strong, self.weak + " ").split()


def test_the_sandbox_holds(bubblewrap: str) -> None:
    verify_sandbox(Sandbox())


PROCESS, OWN = "--unshare-all", "--unshare-user --unshare-uts"


@pytest.mark.parametrize(
    ("strong", "weak", "ways"),
    [
        (PROCESS, f"{OWN} --unshare-pid --unshare-net", "ipc namespace"),
        (PROCESS, f"{OWN} --unshare-pid --unshare-ipc", "net namespace"),
        (PROCESS, f"{OWN} --unshare-ipc --unshare-net", "see other processes"),
        ("--remount-ro /proc", "", "write into /proc"),
        ("--remount-ro /", "", "write outside of /tmp"),
        ("--remount-ro /dev", "--tmpfs /dev/shm --remount-ro /dev", "outside of /tmp"),
        ("--proc /proc", f"--proc /proc --ro-bind {ROOT} {ROOT}", "see the course's"),
        ("--proc /proc", f"--ro-bind {CHILD} /course --proc /proc", "course is"),
    ],
)
def test_a_weaker_sandbox_is_refused_by_name(
    strong: str, weak: str, ways: str, bubblewrap: str
) -> None:
    with pytest.raises(SandboxError, match=ways):
        verify_sandbox(Weaker(strong=strong, weak=weak))


def test_a_sandbox_without_a_filter_is_refused_by_all_that_it_allows(
    bubblewrap: str,
) -> None:
    with pytest.raises(SandboxError) as refused:
        verify_sandbox(Weaker(strong="--seccomp FILTER"))
    ways = str(refused.value).partition("could ")[2].split(", ")
    assert {"start processes", "start threads", "open sockets"} < set(ways)
    assert {"lock the system's files", "change a device"} < set(ways)
    assert {f"call {name}" for name in CALLS} < set(ways)


@dataclass(frozen=True)
class Talkative(Sandbox):
    """A sandbox that keeps the grader's environment."""

    def launch(self) -> subprocess.Popen:
        real = subprocess.Popen

        def with_environment(*arguments, **options):  # type: ignore[no-untyped-def]
            return real(*arguments, **{**options, "env": {"SECRET": "of the grader"}})

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(subprocess, "Popen", with_environment)
            return super().launch()


def test_a_refusal_quotes_the_words_of_bubblewrap(bubblewrap: str) -> None:
    with pytest.raises(SandboxError, match="“bwrap: Unknown option --unshare-nothing”"):
        verify_sandbox(Weaker(strong=PROCESS, weak="--unshare-nothing"))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("while True: pass", "more than 1 seconds of processor time"),
        ("import time; time.sleep(9)", "nothing came back within 2 seconds"),
        ("for i in range(10**7): open(f'/tmp/{i}', 'w').close()", "20000 files"),
    ],
)
def test_what_a_request_may_take_is_limited(
    code: str, reason: str, bubblewrap: str
) -> None:
    child, seconds = Child(Sandbox().launch, Limits()), 20 if "files" in reason else 1
    with pytest.raises(NoAnswerError, match=reason):
        child.ask(seconds, do="probe", code=code)


def test_a_sandbox_that_keeps_the_environment_is_refused(bubblewrap: str) -> None:
    with pytest.raises(SandboxError, match="read the grader's environment"):
        verify_sandbox(Talkative())


def test_a_child_that_does_not_start_is_no_fault_of_a_submission() -> None:
    def launch() -> subprocess.Popen:
        pipe = subprocess.PIPE
        return subprocess.Popen(["/bin/false"], stdin=pipe, stdout=pipe)

    with pytest.raises(ChildError, match="its process ended"):
        Child(launch, Limits())


def test_without_bubblewrap_the_text_holds_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match=sandbox.INSTALL):
        verify_sandbox(Sandbox())


def test_without_bubblewrap_the_command_refuses(tmp_path: Path) -> None:
    put(tmp_path / "submissions", {"a.ipynb": "{}"})
    command = [sys.executable, "-m", "grading", str(tmp_path / "submissions")]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "grades"), "--jobs", "1"],
        cwd=ROOT,
        env=os.environ | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert sandbox.INSTALL in done.stderr
    assert not list((tmp_path / "grades").glob("results/*"))


def test_a_course_that_submissions_could_read_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox, "ROOT", Path("/usr/share/course"))
    with pytest.raises(SandboxError, match="clone it to another place"):
        sandbox._python_folders()


def decide(program: bytes, architecture: int, number: int, second: int = 0) -> int:
    """What a classic BPF program says about a system call, by the manual's rules."""
    lines = list(struct.iter_unpack("=HBBI", program))
    data = {seccomp.NUMBER: number, seccomp.ARCHITECTURE: architecture}
    data[seccomp.SECOND] = second
    at, accumulator = 0, 0
    while True:
        code, yes, no, value = lines[at]
        at += 1
        if code == 0x20:  # BPF_LD | BPF_W | BPF_ABS
            accumulator = data[value]
        elif code == 0x15:  # BPF_JMP | BPF_JEQ | BPF_K
            at += yes if accumulator == value else no
        elif code == 0x35:  # BPF_JMP | BPF_JGE | BPF_K
            at += yes if accumulator >= value else no
        else:
            assert code == 0x06  # BPF_RET | BPF_K
            return value


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_the_filter_refuses_what_it_lists_and_nothing_else(machine: str) -> None:
    architecture, numbers = seccomp.MACHINES[machine]
    program = seccomp.program(machine)
    refused = dict.fromkeys(numbers.values(), seccomp.ERROR | errno.EPERM)
    refused[numbers["clone3"]] = seccomp.ERROR | errno.ENOSYS
    for number in range(600):
        output = decide(program, architecture, number)
        assert output == refused.get(number, seccomp.ALLOW), number


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_of_fcntl_only_locks_and_notices_are_refused(machine: str) -> None:
    architecture, _ = seccomp.MACHINES[machine]
    program, number = seccomp.program(machine), seccomp.FCNTL[machine]
    names = "GETLK SETLK SETLKW OFD_GETLK OFD_SETLK OFD_SETLKW SETLEASE NOTIFY"
    refused = {getattr(fcntl, f"F_{name}") for name in names.split()}
    for second in range(1100):
        is_refused = decide(program, architecture, number, second) != seccomp.ALLOW
        assert is_refused == (second in refused), second


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_the_filter_ends_a_process_that_calls_in_another_way(machine: str) -> None:
    architecture, _ = seccomp.MACHINES[machine]
    program = seccomp.program(machine)
    for other in (0x40000003, architecture ^ 1):  # 32-bit calls, for example
        assert decide(program, other, 1) == seccomp.KILL
    assert decide(program, architecture, seccomp.X32 | 1) == seccomp.KILL


def test_an_unknown_machine_is_named_with_the_known_ones() -> None:
    with pytest.raises(
        ValueError, match=r"must be one of \['aarch64', 'x86_64'\], got 's390x'"
    ):
        seccomp.program("s390x")
