"""Pairs are what docstrings hold, in no two packages, and the same on every run."""

import pytest

from course_lib.encoder import documentation_pairs, pairs

BODY = " ".join(f"word{i}" for i in range(40))


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Two packages that would fail to be imported, and what they hold."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def package(name, **files):
        for path, texts in files.items():
            place = tmp_path / name / f"{path.replace('__', '/')}.py"
            place.parent.mkdir(parents=True, exist_ok=True)
            code = [f'def f{i}():\n    """{t}"""\n' for i, t in enumerate(texts)]
            place.write_text("raise ImportError\n" + "\n".join(code))
        (tmp_path / name / "__init__.py").write_text("raise ImportError\n")

    return package


def text(query, extra=""):
    return f"{query}\n\n    {extra} {BODY}"


def test_first_paragraph_is_the_query_and_the_rest_the_document():
    docstring = f"Do one\n    thing well.\n\n    {BODY}\n\n    {BODY}"
    found = pairs.split_docstring(docstring)
    assert found == ("Do one thing well.", f"{BODY} {BODY}")


@pytest.mark.parametrize(
    "docstring",
    [
        f"Too short.\n\n{BODY}",
        "A query that is long enough.\n\nA short document.",
        f"A query that is repeated.\n\n{BODY} a query that is repeated {BODY}",
        "A single paragraph and no more.",
    ],
)
def test_docstrings_without_a_question_or_an_answer_are_left_out(docstring):
    assert pairs.split_docstring(docstring) is None


def test_packages_are_parsed_and_share_no_text(site):
    site("one_pk", a=[text("Only the first has this.", "a"),
                      text("Both have this one query.", "b")])  # fmt: skip
    site("two_pk", a=[text("Both have this one query.", "c"),
                      text("Only the second has this.", "d")])  # fmt: skip
    found = documentation_pairs({"one_pk": 9, "two_pk": 9})
    assert found["one_pk"].queries == ("Only the first has this.",)
    assert found["two_pk"].queries == ("Only the second has this.",)
    assert found["two_pk"].documents == (f"d {BODY}",)


def test_same_document_twice_in_a_package_is_left_out(site):
    site("one_pk", a=[text("One way to say it."), text("Another way to say it."),
                      text("Something else to be said.", "x")])  # fmt: skip
    found = documentation_pairs({"one_pk": 9})["one_pk"]
    assert found.queries == ("Something else to be said.",)


def test_tests_of_a_package_are_left_out(site):
    site("one_pk", a=[text("The only one there is.", "a")],
         tests__b=[text("One of the tests there.", "b")])  # fmt: skip
    assert len(documentation_pairs({"one_pk": 9})["one_pk"]) == 1


def test_a_file_may_declare_another_encoding(site, tmp_path):
    site("one_pk", a=[text("The only one there is.", "a")])
    declared = (
        '# coding: latin-1\ndef f():\n    """' + text("Près de là, une autre.") + '"""'
    )
    (tmp_path / "one_pk" / "b.py").write_bytes(declared.encode("latin-1"))
    queries = documentation_pairs({"one_pk": 9})["one_pk"].queries
    assert "Près de là, une autre." in queries


def test_a_smaller_number_takes_the_first_of_a_larger(site):
    site("one_pk", a=[text(f"Query number {i} of many.", str(i)) for i in range(20)])
    few, many = (documentation_pairs({"one_pk": n})["one_pk"] for n in (5, 20))
    assert few.queries == many.queries[:5]
    assert few.texts == few.queries + few.documents


def test_a_package_that_is_not_installed_is_named():
    with pytest.raises(ValueError, match="no_such_package"):
        documentation_pairs({"no_such_package": 3})
