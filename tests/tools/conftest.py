"""A course of one chapter, small enough to be built in a second."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tools.build import main as build

README = """\
# Course

<!-- badges -->
<!-- /badges -->

<!-- numbers -->
| | measured | chapter |
|---|---|---|
| share | 88% | [01](notebooks/01_counting.ipynb) |
<!-- /numbers -->

<!-- chapters -->
<!-- /chapters -->
"""
RESULTS = "# Results\n\n<!-- headline -->\n<!-- /headline -->\n"

PYPROJECT = """\
[tool.course]
repository = "somebody/course"
tag = "v1"

[tool.course.colab_packages]
"01" = ["constriction"]
"""

LESSON = """\
# %% [markdown]
# # 1. Counting
#
# A lesson that counts.

# %%
total = 3 + 4
print(f"share {total / 8:.1%}")

# %% [markdown]
# The share is 87.5% of all.

# %% tags=["headline"]
print("headline: 87.5%")
"""

EXERCISES = """\
# %% [markdown]
# # Exercises 1

# %%
class check:
    @staticmethod
    def double(answer):
        assert answer(2) == 4
        print("double: passed")

# %% [markdown]
# ## 1. Double a number
#
# **Points** 2 · **Difficulty** ●○○ · **Minutes** 5 · **Misconception** M1
#
# Write it.

# %% [markdown]
# <details><summary>Hint 1</summary> Add. </details>
# <details><summary>Hint 2</summary> Add it to itself. </details>

# %% tags=["answer"]
def double(number):
    \"\"\"Return twice the number.\"\"\"
    # BEGIN SOLUTION
    twice_as_much = number + number
    return twice_as_much
    # END SOLUTION

# %% tags=["check"]
check.double(double)

# %% [markdown] tags=["solution"]
# The sum is exact for every whole number.
"""


def write_sources(root: Path) -> None:
    (root / "source").mkdir()
    (root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (root / "docs").mkdir()
    (root / "docs" / "results.md").write_text(RESULTS, encoding="utf-8")
    (root / "README.md").write_text(README, encoding="utf-8")
    for name, text in (("counting", LESSON), ("counting_exercises", EXERCISES)):
        (root / "source" / f"01_{name}.py").write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Write the sources of the small course and return its root."""
    write_sources(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the small course once; tests get copies, as kernels take seconds."""
    root = tmp_path_factory.mktemp("built")
    write_sources(root)
    assert build(["--root", str(root)]) == 0
    return root


@pytest.fixture
def built(project: Path, built_once: Path) -> Path:
    """Return the root of a copy of the built small course."""
    shutil.copytree(built_once, project, dirs_exist_ok=True)
    return project


def commit(root: Path) -> None:
    """Commit all files of a folder, which becomes a repository of git."""
    git = ["git", "-C", str(root), "-c", "user.name=A", "-c", "user.email=a@b.c"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "One"]):
        subprocess.run([*git, *command], check=True)


@pytest.fixture
def edit(project: Path):
    """Return a function that replaces text in a file of the small course."""

    def replace(name: str, old: str, new: str) -> None:
        path = project / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return replace
