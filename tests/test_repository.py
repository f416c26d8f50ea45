"""What the repository says of itself is true: its workflows, its pages, their links."""

import json
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# the one job that may write anything writes GitHub Pages
DEPLOYS, MAY = {"actions/deploy-pages@v4"}, {"pages": "write", "id-token": "write"}
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text("utf-8")))
PAGES = [
    path
    for folder in (".", "docs", ".github")
    for path in sorted((ROOT / folder).glob("*.md"))
]
NOTEBOOKS = ("notebooks", "exercises", "solutions")
SET_APART = re.compile(
    r".{0,40}(?:\d [%×](?! ?[\w(])(?! −)(?! ?\\\\)|\b\d{1,3} 000\b|[a-z]”[.,]).{0,20}"
)
LONGEST = {"README.md": 90, "CONTRIBUTING.md": 150}
# a path of the repository in a command: a known folder, or a file of the root
PATH = re.compile(
    r"(?<![\w/.-])((?:\.ci|tools|tests|docs|course_lib|grading)(?:/[\w.-]+)*"
    r"|[\w-]+\.(?:txt|toml|yml))(?![\w/])"
)


def jobs(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()


def steps(path):
    return [step for job in jobs(path) for step in job["steps"]]


def hooks():
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    return [hook for repo in yaml.safe_load(text)["repos"] for hook in repo["hooks"]]


def container():
    path = ROOT / ".devcontainer" / "devcontainer.json"
    return json.loads(path.read_text(encoding="utf-8"))


def commands():
    """List every command line of the workflows and set-ups, with where it is."""
    found = [(p.name, step["run"]) for p in WORKFLOWS for step in steps(p) if "run" in
             step]  # fmt: skip
    found += [(".pre-commit-config.yaml", hook["entry"]) for hook in hooks()]
    found += [("devcontainer.json", v) for k, v in container().items() if
              k.endswith("Command")]  # fmt: skip
    for name in (".binder/postBuild", ".ci/run"):
        text = (ROOT / name).read_text(encoding="utf-8")
        found += [(name, line) for line in text.splitlines() if line[:1] not in "#"]
    return found


@pytest.mark.parametrize(("where", "command"), commands())
def test_every_command_names_what_exists(where, command):
    assert set(re.findall(r"\bmake ([a-z]+)", command)) <= TARGETS
    modules = re.findall(r"\bpython -m ([\w.]+)", command)
    assert [name for name in modules if find_spec(name) is None] == []
    assert [p for p in PATH.findall(command) if not (ROOT / p).exists()] == []


def test_the_workflow_runs_what_ci_runs_and_every_system():
    (test,) = (path for path in WORKFLOWS if path.name == "test.yml")
    called = [step.get("run") for step in steps(test)]
    assert {".ci/run", "make library", "python -m pytest tests"} <= set(called)
    assert "python -m course_lib lab --help" in called
    systems = [
        system
        for job in jobs(test)
        for system in job.get("strategy", {}).get("matrix", {}).get("system", [])
    ]
    assert systems == ["macos-latest", "windows-latest"]


def test_tested_pythons_are_those_of_the_classifiers_and_of_the_range():
    tested = set()
    for path in WORKFLOWS:
        for job in jobs(path):
            tested |= set(job.get("strategy", {}).get("matrix", {}).get("python", []))
            asked = (step.get("with", {}).get("python-version") for step in
                     job["steps"])  # fmt: skip
            tested |= {v for v in asked if v and "matrix" not in v}
    start = "Programming Language :: Python :: "
    promised = {text.removeprefix(start) for text in PROJECT["classifiers"] if
                text.startswith(start)}  # fmt: skip
    assert tested == promised
    supported = SpecifierSet(PROJECT["requires-python"])
    assert all(f"{version}.0" in supported for version in promised)
    oldest = min(promised, key=lambda version: int(version.partition(".")[2]))
    assert PROJECT["requires-python"] == f">={oldest}"
    runtime = (ROOT / ".binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    assert runtime.removeprefix("python-") in promised
    assert container()["image"].startswith(f"python:{oldest}-")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflow_has_few_rights_a_time_limit_and_pinned_actions(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["group"]
    for job in jobs(path):
        assert job["timeout-minutes"] <= 120
        deploys = [step for step in job["steps"] if step.get("uses") in DEPLOYS]
        assert job.get("permissions") == (MAY if deploys else None)
    uses = [step["uses"] for step in steps(path) if "uses" in step]
    assert [name for name in uses if not re.search(r"@v\d+(\.\d+)*$", name)] == []


def test_issue_forms_ask_for_something_and_have_unique_fields():
    forms = set((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
    names = {path.stem for path in forms} - {"config"}
    assert names == {"bug", "wrong_number", "teaching"}
    for path in forms:
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        fields = [part["id"] for part in form.get("body", []) if "id" in part]
        assert len(set(fields)) == len(fields)
        assert path.stem == "config" or len(fields) >= 3


@pytest.mark.parametrize(("name", "lines"), LONGEST.items())
def test_first_pages_stay_short(name, lines):
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= lines


@pytest.mark.parametrize("folder", [".", "docs", "website", "course_lib", *NOTEBOOKS])
def test_signs_are_set_as_in_american_textbooks(folder):
    """They write 50%, 12×, 10,000, and “Intuition,” with the comma inside."""
    found = []
    for path in sorted((ROOT / folder).glob("*" if folder == "." else "**/*")):
        if path.suffix in (".md", ".toml", ".json", ".ipynb"):
            text = path.read_text(encoding="utf-8")
            found += [f"{path.name}: {hit}" for hit in SET_APART.findall(text)]
    assert found == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_of_a_page_leads_somewhere(page):
    text = re.sub(r"(?ms)^```.*?^```", "", page.read_text(encoding="utf-8"))
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name) if name else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert broken == []


def anchors(page):
    """Return the anchors that GitHub makes of a page's headings."""
    titles = re.findall(r"(?m)^#+ (.*)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", t.lower()).replace(" ", "-") for t in titles}


def test_every_page_of_the_documentation_is_in_its_index():
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert set(re.findall(r"\]\((\w+\.md)\)", index)) == pages


def test_pages_name_only_targets_that_make_has():
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    named = set(re.findall(r"`make ([a-z]+)\b", text))
    named |= set(re.findall(r"(?m)^make ([a-z]+)\b", text))
    assert len(named) > 10
    assert named - TARGETS == set()


def test_picture_of_the_readme_is_small_and_described():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (words,) = re.findall(r"!\[([^]]{80,})\]\(docs/page\.png\)", text)
    assert "JupyterLab" in words
    assert (ROOT / "docs" / "page.png").stat().st_size < 250_000


def test_changelog_has_unreleased_changes_first_and_the_version():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first, *others = re.findall(r"(?m)^## (.*)$", text)
    assert first == "[Unreleased]"
    assert any(PROJECT["version"] in title for title in others)
