"""Run each notebook alone in an empty folder, from its first cell on, as on Colab.

The first cell installs the course for real, from a local remote. nbval compares every
output with the stored one, as in `make test`.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from course_lib import workspace
from tools import colab_env
from tools.colab_cells import FIRST_CELL_TAG, LAST_CELL_TAG, package_name
from tools.colab_remote import Remote
from tools.execute import CELL_TIMEOUT
from tools.generate import EXERCISES, SOLUTIONS
from tools.notebook import code_cells, dumps

KERNEL = "colab"
# The course that runs is the one that the first cell fetched, and no checkout.
PROOF = """\
import json, sys
from importlib.metadata import distribution
from pathlib import Path

import course_lib

text = distribution("{name}").read_text("direct_url.json")
origin = json.loads(text)["vcs_info"]
print(origin["requested_revision"], origin["commit_id"])
print(Path(course_lib.__file__).is_relative_to(sys.prefix))"""


def as_on_colab(notebook: NotebookNode, path: str, remote: Remote) -> NotebookNode:
    """Set the expected output of the stamped cells on Colab, and verify the package.

    Only those cells of an exercise notebook stay, because its answers are missing.
    """
    first, last = notebook.cells[1], code_cells(notebook)[-1]
    tags = [cell.metadata.get("tags", [""])[0] for cell in (first, last)]
    if tags != [FIRST_CELL_TAG, LAST_CELL_TAG]:
        raise ValueError(
            f"{path}: tags of the first and last cell must be "
            f"{[FIRST_CELL_TAG, LAST_CELL_TAG]}, got {tags}; run make build"
        )
    first.metadata.tags = [*first.metadata.tags, "nbval-ignore-output"]
    last.metadata.tags = [LAST_CELL_TAG]  # there, what it prints is known
    proof = new_code_cell(PROOF.format(name=remote.settings.distribution), id="proof")
    expected = f"{remote.settings.tag} {remote.commit}\nTrue\n"
    for cell, text in ((proof, expected), (last, last_output(path))):
        cell.outputs = [new_output("stream", name="stdout", text=text)]
        cell.execution_count = 1
    if path.startswith(f"{EXERCISES}/"):
        first.execution_count = 1
        notebook.cells = [first, proof, last]
    else:
        notebook.cells.insert(2, proof)
    return notebook


def last_output(path: str) -> str:
    """Return the output of the last cell without a Drive, by kind of notebook."""
    lines = [workspace.NOTHING_YET]
    if path.startswith(f"{SOLUTIONS}/"):
        how = workspace.TWO_WAYS.format(first=workspace.MOUNT, name="my_work.zip")
        lines = [workspace.DELETED, how]
    return "\n".join([*lines, workspace.THIS_NOTEBOOK, ""])


def kernel_folder(root: Path, folder: Path) -> Path:
    """Write a kernel spec for the second environment, which imports google.colab."""
    command = [str(colab_env.python_of(root)), "-m", "ipykernel_launcher"]
    command += ["-f", "{connection_file}"]
    command += ["--IPKernelApp.exec_lines=['import google.colab']"]
    spec = {"argv": command, "display_name": "Colab", "language": "python"}
    kernel = folder / "kernels" / KERNEL
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    return folder


def run_one(remote: Remote, path: str) -> bool:
    """Run a notebook in an empty folder, compare it, and return whether it matches."""
    root = remote.settings.root
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        content, jupyter = Path(folder) / "content", Path(folder) / "jupyter"
        content.mkdir()
        copy = content / Path(path).name
        notebook = as_on_colab(remote.notebook(path), path, remote)
        copy.write_text(dumps(notebook), encoding="utf-8")
        variables = dict(os.environ)
        for name in ("COURSE_WORK", "COURSE_THREADS", "MPLBACKEND"):
            variables.pop(name, None)
        variables |= remote.environment() | {
            "JUPYTER_PATH": str(kernel_folder(root, jupyter)),
            "PYTHONPATH": str(root / colab_env.FOLDER),
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # a warning on stderr
        }
        run = [
            *(sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("--nbval", f"--nbval-kernel-name={KERNEL}"),
            f"--nbval-cell-timeout={CELL_TIMEOUT}",
            *("--nbval-sanitize-with", str(root / "tests" / "nbval.cfg"), str(copy)),
        ]
        return subprocess.run(run, cwd=content, env=variables).returncode == 0


def run_all(remote: Remote, paths: list[str]) -> list[str]:
    """Run each notebook in an environment without the course; list what is wrong."""
    settings = remote.settings
    chapters = settings.colab_packages.values()
    extra = sorted({package_name(each) for packages in chapters for each in packages})
    added = [settings.distribution, *extra]
    root, problems = settings.root, []
    for path in paths:
        colab_env.uninstall(root, added)
        before = colab_env.installed(root)
        started = time.perf_counter()
        if not run_one(remote, path):
            problems.append(f"{path}: does not run on Colab as stored")
        print(f"{path}: {time.perf_counter() - started:.0f} s", flush=True)
        found = colab_env.changes(before, colab_env.installed(root), added)
        found += colab_env.unmet(root, added)
        problems += [f"{path}: {text}" for text in found]
    return problems
