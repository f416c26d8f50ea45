"""What the first page says was measured."""

import re

from course_lib import digit
from course_lib.evidence.plain_tables import bytes_of_the_smallest_files
from tools.settings import ROOT

HOME = ROOT / "website" / "pages" / "index.md"
MEASURED = re.compile(r"\d[\d.,]*\d(?:×|%)|\d+(?:×|%)|\b57\b")


def test_numbers_of_the_first_page_are_those_of_the_readme():
    # the README's numbers are compared with the lessons' outputs
    found = MEASURED.findall(HOME.read_text(encoding="utf-8"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(found) > 8
    assert [number for number in found if number not in readme] == []


def test_file_of_the_demo_is_told_apart_from_the_average():
    text = " ".join(HOME.read_text(encoding="utf-8").split())
    (shown,) = (
        network["bytes"]
        for network in digit.data()["networks"]
        if network["name"] == "LeNet-300-100"
    )
    average = f"({bytes_of_the_smallest_files():,.0f} bytes, averaged over three runs"
    assert f"{average}; the one above has {shown:,})" in text
