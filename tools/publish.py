"""`python -m tools.publish owner/name`: say where the course is published.

Sets `repository` in `[tool.course]` and rebuilds what contains it: badges, first cells,
and README.md. No notebook is executed, since no output depends on it.
"""

import re
import sys
from pathlib import Path

from nbformat import NotebookNode

from course_lib import claims
from tools import readme
from tools.colab_cells import FIRST_CELL_TAG
from tools.generate import EXECUTED, generate
from tools.notebook import (
    code_cells,
    copy_outputs,
    dumps,
    is_executed,
    load,
    write_atomic,
)
from tools.settings import Settings, command_parser
from tools.website.links import base_url

NAME = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}/[A-Za-z0-9._-]{1,100}"
)
SETTING = re.compile(r'^repository = "[^"]*"$', re.MULTILINE)


def publish(root: Path, repository: str) -> list[str]:
    """Set the repository and return the paths of the files that changed.

    Raises ValueError for anything but a GitHub repository, and for a notebook whose
    code differs from its source in more than its first cell.
    """
    if not NAME.fullmatch(repository) or repository.endswith((".git", "/.", "/..")):
        raise ValueError(f"REPOSITORY must be owner/name, got {repository!r}")
    path = root / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    new, count = SETTING.subn(f'repository = "{repository}"', text)
    if count != 1:
        raise ValueError(f"{path.name} must have one repository, got {count}")
    before = Settings.load(root)
    stale = [
        name
        for name, notebook in generate(before).items()
        if name.split("/")[0] in EXECUTED and not is_current(root / name, notebook)
    ]
    if stale:
        raise ValueError(f"run make build first: {', '.join(stale)}")
    changed = []
    if new != text:
        write_atomic(path, new)
        changed.append(path.name)
    settings = Settings.load(root)
    for name, notebook in generate(settings).items():
        if name.split("/")[0] in EXECUTED:
            copy_outputs(load(root / name), notebook)
            name_history(notebook, before, settings)
        made = dumps(notebook)
        if (root / name).read_text(encoding="utf-8") != made:
            write_atomic(root / name, made)
            changed.append(name)
    if readme.update(settings) == "written":
        changed.append(readme.NAME)
    return changed


def is_current(path: Path, new: NotebookNode) -> bool:
    """Return whether a notebook was run with today's code, but for its first cell."""
    if not path.exists():
        return False
    old = load(path)
    return is_executed(old) and code(old) == code(new)


def code(notebook: NotebookNode) -> list[tuple[str, list[str]]]:
    """List the code of a notebook's cells and their tags, without the first cell."""
    cells = [(c.source, c.metadata.get("tags", [])) for c in code_cells(notebook)]
    return [cell for cell in cells if FIRST_CELL_TAG not in cell[1]]


def name_history(notebook: NotebookNode, before: Settings, after: Settings) -> None:
    """Replace, in place, where stored claims say that their history is."""
    old, new = (claims.history_in(s.repository, s.tag) for s in (before, after))
    for cell in code_cells(notebook):
        for output in cell.outputs:
            data = output.get("data", {})
            if "text/markdown" in data:
                data["text/markdown"] = data["text/markdown"].replace(old, new)


def main(arguments: list[str] | None = None) -> int:
    """Publish, and print what to do next; return 1 if the name is invalid."""
    parser = command_parser("tools.publish", __doc__)
    parser.add_argument("repository", help="owner/name, as GitHub writes it")
    options = parser.parse_args(arguments)
    try:
        changed = publish(options.root, options.repository)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    settings = Settings.load(options.root)
    if not changed:
        print(f"Every file names {settings.repository} already.")
        return 0
    print(f"{len(changed)} files name {settings.repository} now. Then:")
    print(f"""\
  git commit -am "Publish the course as {settings.repository}"
  git tag {settings.tag}
  git push https://github.com/{settings.repository} HEAD:main {settings.tag}
On GitHub: Settings > Pages > Source: GitHub Actions. The website will be at
  {base_url(settings)}""")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
