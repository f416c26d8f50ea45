"""What Sphinx reads, collected in ``build/site-source/``: every page of the website."""

import ast
import re
import shutil
from pathlib import Path

import yaml

from course_lib import web
from tools import links
from tools.notebook import dumps, load
from tools.settings import EXERCISES, LESSONS, Settings, notebook_path
from tools.website import digit
from tools.website.links import relinked
from tools.website.pages import Page
from tools.website.parts import write_pictures
from tools.website.pictures import FOLDER, picture

SITE = Path("build") / "site"
SOURCE, STATIC, EXTRA = (
    SITE.with_name(f"site-{x}") for x in ("source", "static", "extra")
)
# the documentation that a reader profits from; the rest is for people with a clone
DOCS = {
    "Use it": ("install", "your_model", "any_model", "encoder"),
    "Read the evidence": ("results", "experiments", "decisions"),
    "Teach with it": (
        "grading",
        "misconceptions",
        "nbgrader",
        "checks_and_exercises",
        "grading_design",
    ),
}
API = {
    "Networks and how to train them": (
        "data",
        "models",
        "training",
        "losses",
        "augmentation",
        "evaluation",
    ),
    "Pruning": (
        "activation",
        "activation_regularization",
        "magnitude",
        "structured",
        "surgery",
        "encoder",
    ),
    "Files": ("storage",),
    "Measuring": ("measure", "latency", "break_even", "compiled", "uncertainty"),
    "Experiments": ("experiments", "jobs"),
}
INTRODUCTION = """\
What the course measures, in nine rows. Each names the lesson that measures it, and what
the number is compared with.
"""
IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<file>[\w.-]+\.png)\)")


def site_pages(root: Path) -> dict[str, str]:
    """Map each file of the repository with a page to the source of that page."""
    found = {"README.md": "docs/numbers.md", "CITATION.cff": "docs/citation.md"}
    for chapter in links.chapters(root):
        for folder in (LESSONS, EXERCISES):
            path = notebook_path(chapter.stem, folder)
            if (root / path).exists():
                kind = "lessons" if folder == LESSONS else folder
                found[path] = f"{kind}/{Path(path).name}"
    names = [name for group in DOCS.values() for name in group]
    return found | {f"docs/{name}.md": f"docs/{name}.md" for name in names}


def collect(root: Path, only: set[str] | None = None) -> None:
    """Rewrite the sources of all pages, or of those in ``only``.

    ``only`` names files of the repository; links to other pages still lead there.
    """
    settings, pages = Settings.load(root), site_pages(root)
    source, static, extra = root / SOURCE, root / STATIC, root / EXTRA
    for folder in (source, static, extra):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(root / "website" / "pages", source)
    fill(source / "index.md", digit.html(), "<!-- digit -->")
    static.mkdir(parents=True)
    write_styles_and_scripts(root, static)
    write_pictures(static)
    for path, page in pages.items():
        if only is not None and path not in only:
            continue
        target = source / page
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".ipynb"):
            made = Page(settings, path, pages, extra / FOLDER).of(load(root / path))
            target.write_text(dumps(made), encoding="utf-8")
            (extra / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / path, extra / path)
        elif path.startswith("docs/"):
            text = (root / path).read_text(encoding="utf-8")
            text = relinked(text, path, pages, settings)
            target.write_text(
                with_pictures(text, root / "docs", extra / FOLDER), encoding="utf-8"
            )
    if only is None:
        write_indexes(root, source, pages)
        write_api(root, source / "api")
        readme = (root / "README.md").read_text(encoding="utf-8")
        table = relinked(numbers(readme), "README.md", pages, settings)
        (source / "docs" / "numbers.md").write_text(table, encoding="utf-8")
        cite = citation((root / "CITATION.cff").read_text(encoding="utf-8"), settings)
        (source / "docs" / "citation.md").write_text(cite, encoding="utf-8")


def with_pictures(text: str, folder: Path, pictures: Path) -> str:
    """Return Markdown with each of its pictures as a small file."""
    return IMAGE.sub(
        lambda m: picture((folder / m["file"]).read_bytes(), m["alt"], pictures, "../"),
        text,
    )


def write_styles_and_scripts(root: Path, static: Path) -> None:
    """Write our style sheet and our scripts, minified.

    The second one, and the dense network that it loads when a reader prunes it, are
    for the pages with a field to draw a digit in.
    """
    ours = root / "website" / "static"
    look = web.read("web.css") + (ours / "site.css").read_text(encoding="utf-8")
    (static / "course.css").write_text(look, encoding="utf-8")
    page_script = (ours / "site.js").read_text(encoding="utf-8")
    for name, more in (("course.js", page_script), ("digit.js", "")):
        script = minified(f"(() => {{\n{web.bundled(name)}\n}})();\n{more}")
        (static / name).write_text(script, encoding="utf-8")
    (static / digit.DENSE_SCRIPT).write_text(digit.dense_script(), encoding="utf-8")
    shutil.copy(ours / "formulas.css", static)


def minified(script: str) -> str:
    """Return a script without comments and with short names for what is local to it.

    The package has no wheel for macOS, where the website is not built.
    """
    import minify

    return minify.string("application/javascript", script)


def write_indexes(root: Path, source: Path, pages: dict[str, str]) -> None:
    """Fill in the lists of lessons, also on the home page, and of exercises."""
    lessons, exercises = [], []
    for chapter in links.chapters(root):
        name, _, rest = chapter.heading.partition(": ")
        lesson = Path(pages[notebook_path(chapter.stem, LESSONS)]).name
        rest = rest or "for readers who write no code"
        lessons.append(f"- [{name}]({lesson}): {rest}")
        if chapter.has_exercises:
            file = Path(pages[notebook_path(chapter.stem, EXERCISES)]).name
            exercises.append(f"- [{name}]({file}): {rest}")
    fill(source / "lessons" / "index.md", "\n".join(lessons))
    from_home = [line.replace("](", "](lessons/") for line in lessons]
    fill(source / "index.md", "\n".join(from_home))
    fill(source / "exercises" / "index.md", "\n".join(exercises))


def fill(path: Path, text: str, place: str = "<!-- list -->") -> None:
    """Replace the only placeholder in a page of ``website/pages/`` with a text."""
    page = path.read_text(encoding="utf-8")
    if page.count(place) != 1:
        raise ValueError(f"{path.name} must have one {place}")
    path.write_text(page.replace(place, text), encoding="utf-8")


def summary(root: Path, module: str) -> str:
    """Return the first line of a module's docstring."""
    path = root / "course_lib" / module
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return words.partition("\n")[0]


def write_api(root: Path, folder: Path) -> None:
    """Write a page for each public module of the library, and their list."""
    parts, entries = [], []
    for group, modules in API.items():
        parts.append(f"## {group}\n")
        for module in modules:
            words = summary(root, module)
            parts.append(f"- [`course_lib.{module}`]({module}.rst): {words}")
            entries.append(module)
            title = f"course_lib.{module}"
            text = f"{title}\n{'=' * len(title)}\n\n.. automodule:: {title}\n"
            (folder / f"{module}.rst").write_text(text, encoding="utf-8")
        parts.append("")
    hidden = "\n".join(["```{toctree}", ":hidden:", "", *entries, "```"])
    fill(folder / "index.md", "\n".join([*parts, hidden]))


def numbers(readme: str) -> str:
    """Return the page of the measured numbers: that section of README.md."""
    found = re.search(r"^## (Nine numbers.*?)^## ", readme, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError("README.md has no section of numbers")
    heading, _, text = found[1].partition("\n")
    return f"# {heading}\n\n{INTRODUCTION}\n{text}"


def citation(text: str, settings: Settings) -> str:
    """Return the page of CITATION.cff: in words, as BibTeX, and the file itself."""
    cff = yaml.safe_load(text)
    authors = " and ".join(f"{{{author['name']}}}" for author in cff["authors"])
    year = str(cff["date-released"])[:4]
    address = (
        f"  url     = {{https://github.com/{settings.repository}}},\n"
        if settings.published
        else ""
    )
    return f"""\
# How to cite the course

{cff["authors"][0]["name"]} ({year}). *{cff["title"]}*, version {cff["version"]}.
{cff["abstract"]}

```bibtex
@software{{pruning_measured,
  title   = {{{cff["title"]}}},
  author  = {authors},
  version = {{{cff["version"]}}},
  year    = {{{year}}},
{address}}}
```

The file `CITATION.cff`, which reference managers read:

```yaml
{text.strip()}
```

Code and text are under the {cff["license"]} license. The digits are MNIST's, under
CC BY-SA 3.0.
"""
