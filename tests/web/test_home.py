"""What the first page says was measured."""

import re

from tools.settings import ROOT

HOME = ROOT / "website" / "pages" / "index.md"
MEASURED = re.compile(r"\d[\d.,]*\d(?:×|%)|\d+(?:×|%)|\b57\b")


def test_numbers_of_the_first_page_are_those_of_the_readme():
    # the README's numbers are compared with the lessons' outputs
    found = MEASURED.findall(HOME.read_text(encoding="utf-8"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(found) > 8
    assert [number for number in found if number not in readme] == []
