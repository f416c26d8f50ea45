"""Running a notebook from its first cell to its last."""

import copy
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from tools.notebook import clean, code_cells
from tools.settings import ROOT

CELL_TIMEOUT = 600  # seconds; the longest cell takes 30 on an idle core


class ExecutionError(RuntimeError):
    """A notebook that did not finish; the message names the cell."""


@contextmanager
def kernel_environment(
    root: Path = ROOT, **extra: str
) -> Iterator[tuple[Path, dict[str, str]]]:
    """Yield an empty folder and the environment that a notebook is run in.

    The learner's folder is the empty one, so no answer of a user who works
    in this checkout reaches a stored output; `course_lib` is this checkout's.
    """
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        environment = dict(os.environ)
        environment.pop("MPLBACKEND", None)  # otherwise figures would not be stored
        paths = [str(root), str(ROOT), environment.get("PYTHONPATH", "")]
        environment |= {
            "COURSE_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "COURSE_WORK": str(Path(folder) / "work"),
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # avoids a warning on stderr
        } | extra
        (Path(folder) / "work").mkdir()
        yield Path(folder), environment


def execute(
    notebook: NotebookNode,
    name: str,
    *,
    root: Path = ROOT,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> NotebookNode:
    """Return an executed, cleaned copy of `notebook`.

    `progress(done, total)` is called after each code cell. A failing cell, one
    over the time limit and a dead kernel raise ExecutionError, which names
    the notebook and the cell (counted from 0, markdown included).
    """
    result = copy.deepcopy(notebook)
    total = len(code_cells(result))
    state = {"cell": 0, "done": 0}

    def started(cell: NotebookNode, cell_index: int) -> None:
        state["cell"] = cell_index

    def executed(cell: NotebookNode, cell_index: int, execute_reply: dict) -> None:
        state["done"] += 1
        progress(state["done"], total)

    with kernel_environment(root) as (folder, environment):
        client = NotebookClient(
            result,
            timeout=CELL_TIMEOUT,
            kernel_name="python3",
            store_widget_state=False,
            record_timing=False,
            # Silences a warning about the transport; the kernel is a local one.
            extra_arguments=["--IPKernelApp.log_level=40"],
            resources={"metadata": {"path": str(folder)}},
            on_cell_execute=started,
            on_cell_executed=executed,
        )
        try:
            client.execute(env=environment)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            where = f"{name}, cell {state['cell']}"
            raise ExecutionError(f"{where}: {error}") from error
    clean(result)
    return result
