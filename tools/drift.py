"""`python -m tools.drift`: the same outputs under other threads and instructions."""

import shutil
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from tools.notebook import dumps, load, write_atomic
from tools.settings import command_parser
from tools.strict import compare_outputs, executed_notebooks, report

BUILD = Path("build") / "drift"
# Two threads sum in a different order; the oldest instruction set rounds differently.
CONDITIONS = {
    "COURSE_THREADS": "2",
    "OMP_NUM_THREADS": "2",
    "ATEN_CPU_CAPABILITY": "default",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "MKL_CBWR": "COMPATIBLE",
}
PROOF = """\
import torch

threads = torch.get_num_threads()
capability = torch.backends.cpu.get_cpu_capability()
assert (threads, capability) == (2, "DEFAULT"), (threads, capability)
print(f"threads {threads}, capability {capability}")"""
PROVED = "threads 2, capability DEFAULT\n"


def with_proof(notebook: NotebookNode) -> NotebookNode:
    """Add the cell that proves the conditions, first and last.

    First, because the run would otherwise be wasted; last, because a lesson
    might have changed the threads. Both hold a stored output and an execution
    count, without which nbval would compare nothing.
    """
    for name, place in (("start", 0), ("end", len(notebook.cells) + 1)):
        cell = new_code_cell(PROOF, id=f"drift-{name}", execution_count=1)
        cell.outputs = [new_output("stream", name="stdout", text=PROVED)]
        notebook.cells.insert(place, cell)
    return notebook


def prepare(root: Path) -> list[Path]:
    """Write lessons and solutions, with their proofs, into build/drift/."""
    shutil.rmtree(root / BUILD, ignore_errors=True)
    copies = []
    for path in executed_notebooks(root):
        copy = root / BUILD / path.relative_to(root)
        write_atomic(copy, dumps(with_proof(load(path))))
        copies.append(copy)
    return copies


def main(arguments: list[str] | None = None) -> int:
    """Run everything under the conditions; 1 when an output differs."""
    root = command_parser("tools.drift", __doc__).parse_args(arguments).root.resolve()
    status = report(compare_outputs(root, prepare(root), **CONDITIONS))
    if status == 0:
        print("Every compared output is the same under", CONDITIONS)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
