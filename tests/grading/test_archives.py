"""Zip files are read as folders, and those that are made to do harm are refused."""

import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from grading import archives, walk
from grading.collect import Submission, collect, read
from tests.grading.make_class import packed, put


def found(path: Path) -> dict[str, Submission]:
    """The submissions below a folder or zip file that are no lists of other files."""
    return {one.notebook: one for one in collect(path) if not one.ignored}


def test_a_learner_s_zip_file_is_a_folder(tmp_path: Path) -> None:
    files = {"03/a.ipynb": "{1}", "b.ipynb": "{2}", "__MACOSX/b.ipynb": "", "n.txt": ""}
    put(tmp_path, {"ann.zip": packed(files), "bo/work.ZIP": packed(files)})
    by_name = found(tmp_path)
    assert {name: one.learner for name, one in by_name.items()} == {
        "ann.zip/03/a.ipynb": "ann",
        "ann.zip/b.ipynb": "ann",
        "bo/work.ZIP/03/a.ipynb": "bo",
        "bo/work.ZIP/b.ipynb": "bo",
    }
    assert read(by_name["bo/work.ZIP/03/a.ipynb"]) == (b"{1}", "")
    assert read(by_name["ann.zip/b.ipynb"]) == (b"{2}", "")


def test_a_zip_file_of_the_class_holds_what_its_folder_held(tmp_path: Path) -> None:
    inner = packed({"c.ipynb": "{3}"})
    files = {"ann/a.ipynb": "{1}", "bo.ipynb": b"{2}", "cy.zip": inner}
    put(tmp_path / "folder", files)
    (tmp_path / "class.zip").write_bytes(packed(files))
    by_name = found(tmp_path / "class.zip")
    folder = found(tmp_path / "folder")
    assert list(by_name) == list(folder)
    for name, one in by_name.items():
        assert (one.learner, read(one)) == (folder[name].learner, read(folder[name]))


def test_another_zip_file_in_its_place_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    for number, text in enumerate(("{1}", "{2}")):
        path.write_bytes(packed({"a.ipynb": text}))
        os.utime(path, ns=(number, number))
        (one,) = found(path).values()
        assert read(one) == (text.encode(), "")


def bomb() -> bytes:
    """A file of 300 MB of zeros in 300 kB."""
    return packed({"a.ipynb": bytes(archives.MAX_BYTES + 1)})


def many_small() -> bytes:
    """A listing too long to be kept: the same name would do, and so do others."""
    return packed({f"{n:0100}": "" for n in range(8000)}, zipfile.ZIP_STORED)


def with_a_link() -> bytes:
    entry = zipfile.ZipInfo("a.ipynb")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    return buffer.getvalue()


def that_lies_about_a_size() -> bytes:
    """Its listing gives a tenth of what unpacking gives."""
    data = bytearray(packed({"a.ipynb": b"0" * 1000}))
    place = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, place + 24, 100)
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(packed({"a.ipynb": "{}"}))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def with_zip64() -> bytes:
    """Its real listing would be found elsewhere."""
    data = packed({"a.ipynb": "{}"})
    end = data.rindex(b"PK\x05\x06")
    return data[:end] + archives.LOCATOR_64 + bytes(16) + data[end:]


def cut_off() -> bytes:
    return packed({"a.ipynb": "{}" * 1000})[:-30]


def with_a_broken_listing() -> bytes:
    data = bytearray(packed({"a.ipynb": "{}"}))
    place = data.rindex(b"PK\x01\x02")
    data[place : place + 4] = b"XXXX"
    return bytes(data)


def with_broken_data() -> bytes:
    data = bytearray(packed({"a.ipynb": os.urandom(1000)}))
    data[60:80] = bytes(20)
    return bytes(data)


REFUSED = {
    bomb: "bytes; at most 268435456 are unpacked",
    many_small: "it lists too many files",
    with_a_link: "links are not followed",
    that_lies_about_a_size: "it cannot be unpacked",
    encrypted: "it is encrypted",
    with_zip64: "it lists too many files",
    cut_off: "it is not a zip file, or it was cut off",
    with_a_broken_listing: "it cannot be read",
    with_broken_data: "it cannot be unpacked",
    lambda: packed({"../a.ipynb": "{}"}): "a path in it leads outside",
    lambda: packed({"/a.ipynb": "{}"}): "a path in it leads outside",
    lambda: packed({"..\\a.ipynb": "{}"}): "a path in it leads outside",
    lambda: packed({"a//b.ipynb": "", "a/b.ipynb": ""}): "two files with the same name",
    lambda: packed({"a.zip": packed({"b.ipynb": ""})}): walk.NESTED,
    lambda: b"": "it is not a zip file",
    lambda: b"PK\x05\x06": "it is not a zip file",
}


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_a_harmful_zip_file_is_refused_in_words(tmp_path: Path, make) -> None:
    (tmp_path / "ann.zip").write_bytes(make())
    (one,) = found(tmp_path).values()
    data, problem = read(one)
    assert (one.learner, data) == ("ann", b"")
    assert problem.startswith("not graded: ")
    assert REFUSED[make] in problem


def test_a_class_s_zip_file_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "class.zip").write_bytes(b"PK")
    with pytest.raises(ValueError, match=r"class\.zip cannot be read as a zip file"):
        list(collect(tmp_path / "class.zip"))


def test_a_class_of_thousands_is_read_in_time_that_grows_with_it(
    tmp_path: Path,
) -> None:
    """Opening the archive anew for each of them would take minutes."""
    path = tmp_path / "class.zip"
    path.write_bytes(packed({f"ann_{n}_{n}_a.ipynb": "{}" for n in range(4000)}))
    before = archives.of_class.cache_info().misses
    assert {read(one) for one in found(path).values()} == {(b"{}", "")}
    assert archives.of_class.cache_info().misses - before == 1
