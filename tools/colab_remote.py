"""A local repository where git, run by a first cell, looks for the published one.

Its tag points to HEAD, so that what is committed is what runs.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.generate import FOLDERS
from tools.settings import Settings


@dataclass(frozen=True)
class Remote:
    """A local repository in place of the published one; the tag is on `commit`."""

    settings: Settings
    folder: Path
    commit: str

    def git(self, *arguments: str) -> str:
        """Run git in the repository and return what it prints."""
        run = ["git", "-C", str(self.folder), *arguments]
        done = subprocess.run(run, check=True, capture_output=True, encoding="utf-8")
        return done.stdout

    def environment(self) -> dict[str, str]:
        """Return variables that redirect git, run by pip, to this repository."""
        return {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{self.folder.as_uri()}.insteadOf",
            "GIT_CONFIG_VALUE_0": f"https://github.com/{self.settings.repository}",
            "GIT_TERMINAL_PROMPT": "0",
        }

    def notebooks(self) -> list[str]:
        """List the committed notebooks."""
        listed = self.git("ls-tree", "-r", "--name-only", self.commit, *FOLDERS)
        return [path for path in listed.splitlines() if path.endswith(".ipynb")]

    def notebook(self, path: str) -> NotebookNode:
        """Read a committed notebook."""
        return nbformat.reads(self.git("show", f"{self.commit}:{path}"), as_version=4)


@contextmanager
def local_remote(settings: Settings) -> Iterator[Remote]:
    """Yield a bare copy of this repository whose tag points to HEAD."""
    with tempfile.TemporaryDirectory(prefix="course-remote-") as folder:
        clone = ["git", "clone", "-q", "--bare", str(settings.root), folder]
        subprocess.run(clone, check=True)
        found = Remote(settings, Path(folder), "HEAD")
        found.git("tag", "-f", settings.tag, "HEAD")
        commit = found.git("rev-parse", "HEAD").strip()
        yield Remote(settings, Path(folder), commit)
