"""The tables of chapter 00 say the same as text and as Markdown."""

import pytest

from course_lib.page import measured

ROWS = (("half of it", "0.04 points", "03"), ("a file", "100.0%", "05"))


def test_table_and_text_say_what_how_much_and_where():
    assert measured.text(ROWS).splitlines() == [
        "half of it: 0.04 points (chapter 03)",
        "a file: 100.0% (chapter 05)",
    ]
    assert measured.markdown(ROWS).splitlines() == [
        "| what was measured | how much | chapter |",
        "| --- | --: | :-: |",
        "| half of it | 0.04 points | 03 |",
        "| a file | 100.0% | 05 |",
    ]


def test_both_forms_are_displayed(monkeypatch):
    shown = []
    monkeypatch.setattr(measured, "display", lambda data, raw: shown.append(data))
    measured.show(*ROWS)
    assert shown == [
        {"text/plain": measured.text(ROWS), "text/markdown": measured.markdown(ROWS)}
    ]


@pytest.mark.parametrize("row", [("a", "b"), ("a", "", "03"), ("a | b", "c", "03")])
def test_row_that_would_break_the_table_is_refused(row):
    with pytest.raises(ValueError, match="row must be three texts"):
        measured.markdown((row,))
