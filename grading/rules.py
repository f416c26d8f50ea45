"""Apply a class's rules to results: weights, lateness, and points set by hand.

Nothing is graded here, so that a changed rule, roster, or mark costs no time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from course_lib.handin.results import Result
from course_lib.handin.shown import counted, number
from grading import long_answers
from grading.cells import cell
from grading.collect import Submission
from grading.overrides import Overrides, applied, read_overrides
from grading.policy import Policy, read_policy
from grading.roster import Roster, read_roster

MAX_NAMED = 5


@dataclass(frozen=True)
class Rules:
    """What a class's instructor decided."""

    policy: Policy = field(default_factory=Policy)
    roster: Roster = field(default_factory=Roster)
    overrides: Overrides = field(default_factory=dict)


def read_rules(out: Path, policy: Path | None, roster: Path | None) -> Rules:
    """Return the rules in an instructor's files. ValueError if one is invalid."""
    rules = read_policy(policy)
    overrides = read_overrides(out / "overrides.csv", rules)
    return Rules(rules, read_roster(roster), overrides)


def apply_rules(
    results: Iterable[Result],
    submissions: Sequence[Submission],
    rules: Rules,
    marked: Path,
) -> tuple[list[Result], long_answers.Marks]:
    """Return results by the class's rules, one for everybody on the roster, and marks.

    ``marked`` is the file with the marks of long answers, which is brought up to date.
    Raises ValueError, before anything is written, if it cannot be read.
    """
    found = [rules.policy.weighted(result) for result in results]
    found = _with_ignored(found, submissions)
    by_notebook = {one.notebook: one for one in submissions}
    found = [
        _placed(result, by_notebook.get(result.notebook), rules) for result in found
    ]
    found = applied(found, rules.overrides, rules.policy)
    marks = long_answers.update(found, marked)
    found = [_with_mark(result, marks, rules.policy) for result in found]
    here = {result.learner for result in found}
    absent = [Result(name, "", "") for name in rules.roster.people if name not in here]
    return found + absent, marks


def untimed(results: Iterable[Result], rules: Rules) -> list[str]:
    """Return a line about learners whose time of submission is unknown, if any."""
    if rules.roster.kind == "canvas":  # which names late files itself
        return []
    ends, people = rules.policy.deadlines, rules.roster.people
    who = {r.learner for r in results if r.notebook and r.chapter in ends}
    unknown = [name for name in who if name not in people or not people[name].submitted]
    line = f"no submission time: {counted(len(unknown), 'learner')}, taken as on time; "
    return [line + "add a column named submitted to the roster"] * bool(unknown)


def unfinished(results: Iterable[Result]) -> list[str]:
    """Return a line about notebooks whose grading the machine stalled, if any."""
    stalled = {result.notebook for result in results if result.stalled}
    line = f"the machine stalled: {counted(len(stalled), 'notebook')} may have too few "
    return [line + "points; run the command again"] * bool(stalled)


def unmarked(results: Iterable[Result], marks: long_answers.Marks) -> list[str]:
    """Return a line about long answers that count and have no mark yet, if any."""
    waiting = {
        (result.learner, answer.question)
        for result in results
        for answer in result.long_answers
        if answer.out_of and answer.written
    }
    done = {
        (who, q) for who, own in marks.items() for q, mark in own.items() if mark[0]
    }
    left = len(waiting - done)
    line = f"long_answers.csv: {counted(left, 'answer')} without a mark, worth 0 points"
    return [line] * (left > 0)


def unmatched(results: Iterable[Result], rules: Rules) -> list[str]:
    """Return a line for each name in ``overrides.csv`` that no learner has."""
    known = {r.learner for r in results if r.notebook} | set(rules.roster.people)
    known |= {cell(name) for name in known}
    names = sorted({who for who, _ in rules.overrides} - known)
    line = "overrides.csv: no learner is called {!r}; copy the name from class.csv"
    return [line.format(name) for name in names]


def _with_ignored(
    results: list[Result], submissions: Iterable[Submission]
) -> list[Result]:
    """Add a line about files that are not notebooks to each learner's first result."""
    first: dict[str, int] = {}
    for place, result in enumerate(results):
        first.setdefault(result.learner, place)
    for one in submissions:
        if not one.ignored:
            continue
        names = ", ".join(one.ignored[:MAX_NAMED])
        more = len(one.ignored) - MAX_NAMED
        line = f"ignored, because only notebooks are graded: {names}"
        line += f", and {more} more" * (more > 0)
        place = first.get(one.learner, -1)
        if place < 0:
            results.append(Result(one.learner, one.notebook, "", notes=[line]))
        else:
            noted = [line, *results[place].notes]
            results[place] = replace(results[place], notes=noted)
    return results


def _placed(result: Result, submission: Submission | None, rules: Rules) -> Result:
    """Return the result with its rank, and what being late costs."""
    if submission is None:
        return result
    notes, late = list(submission.notes), 0.0
    if result.chapter and _is_late(result, submission, rules):
        late = rules.policy.late_percent
        notes.append(f"handed in late: {number(late)}% of the points taken off")
    rank = submission.order if rules.policy.counts == "latest" else 0
    return replace(result, late=late, rank=rank, notes=notes + result.notes)


def _is_late(result: Result, submission: Submission, rules: Rules) -> bool:
    person = rules.roster.people.get(result.learner)
    own = person and person.deadline
    if person is None or person.submitted is None:
        return submission.is_late and not own
    end = own or rules.policy.deadlines.get(result.chapter)
    return end is not None and person.submitted > end


def _with_mark(
    result: Result, marks: Mapping[str, Mapping[str, tuple[str, str]]], policy: Policy
) -> Result:
    own = marks.get(result.learner, {})
    texts = [
        policy.marked(answer, own.get(answer.question, ("", ""))[0], result)
        for answer in result.long_answers
    ]
    return replace(result, long_answers=texts)
