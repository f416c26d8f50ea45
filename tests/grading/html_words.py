"""Reading a page as a browser would, for tests."""

from html.parser import HTMLParser

BLOCKS = {"td", "th", "li", "p", "dt", "dd", "caption", "h1", "h2", "h3"}


class Reader(HTMLParser):
    """Collects the tags, attributes and visible words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self._hidden = 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self._hidden += tag in ("style", "title")
        if tag in BLOCKS:
            self.words += " "

    def handle_endtag(self, tag):
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data):
        if not self._hidden:
            self.words += data


def words(page: str) -> str:
    return " ".join(Reader(page).words.split())
