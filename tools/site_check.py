"""Problems that keep a page from being self-contained or accessible."""

import re
from html.parser import HTMLParser

# attributes that make a browser load something automatically
LOADING = {
    "src",
    "srcset",
    "poster",
    "data",
    "background",
    "manifest",
    "ping",
    "action",
}
FORBIDDEN = {"script", "link", "iframe", "object", "embed", "base", "form"}
CSS_ADDRESS = re.compile(
    r"url\(\s*['\"]?(?!data:|#)([^'\")]*)|(@import)", re.IGNORECASE
)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
NEEDED = ("title", "main", "h1")


class _Reader(HTMLParser):
    """Collects the problems and the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.seen: list[str] = []
        self.level = 0
        self.in_style = False
        self.ids: set[str] = set()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.seen.append(tag)
        self.in_style = tag == "style"
        if tag in FORBIDDEN:
            self.problems.append(f"<{tag}> is not allowed: {_short(str(values))}")
        for name, value in values.items():
            self._attribute(tag, name, value)
        if "http-equiv" in values:
            self.problems.append(f"<{tag}> would act as {values['http-equiv']}")
        if tag == "img" and not values.get("alt", "").strip():
            self.problems.append("<img> has no alternative text")
        if tag == "html" and not values.get("lang"):
            self.problems.append("<html> has no language")
        if tag in HEADINGS:
            self._heading(tag)

    def _attribute(self, tag: str, name: str, value: str) -> None:
        local = value.startswith(("data:", "#"))
        if name in LOADING or (name.endswith("href") and tag != "a"):
            if not local:
                self.problems.append(f"<{tag}> would load {_short(value)}")
        elif name.startswith("on"):
            self.problems.append(f"<{tag}> has a script in {name}")
        elif name == "href" and value.startswith("#"):
            self.targets.append(value[1:])
        elif name == "href" and not value.startswith(("https://", "http://")):
            self.problems.append(f"<a> leads to {_short(value)}, which is not there")
        elif name == "style":
            self._css(value)
        elif name == "id":
            if value in self.ids:
                self.problems.append(f"id {value!r} appears twice")
            self.ids.add(value)

    def _heading(self, tag: str) -> None:
        level = HEADINGS[tag]
        if level > self.level + 1:
            self.problems.append(f"<{tag}> follows a heading of level {self.level}")
        self.level = level

    def _css(self, text: str) -> None:
        for match in CSS_ADDRESS.finditer(text):
            self.problems.append(f"a style would load {_short(match[0])}")

    def handle_data(self, data: str) -> None:
        if self.in_style:
            self._css(data)

    def handle_endtag(self, tag: str) -> None:
        self.in_style = self.in_style and tag != "style"


def problems(page: str) -> list[str]:
    """List what a page would load, its accessibility problems, and what it lacks."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    found = reader.problems
    found += [
        f"has {reader.seen.count(tag)} <{tag}>; needed is one"
        for tag in NEEDED
        if reader.seen.count(tag) != 1
    ]
    missing = sorted(set(reader.targets) - reader.ids)
    return found + [f"#{target} leads nowhere" for target in missing]


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
