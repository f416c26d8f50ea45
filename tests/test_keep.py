"""The last cell of a notebook keeps what was typed, or says how to."""

import zipfile

from course_lib import drive, journal, workspace


def test_away_from_colab_one_line_names_the_folder_where_all_is_kept(work, capsys):
    journal.keep("02-predict", "B")
    workspace.keep()
    assert capsys.readouterr().out == workspace.HERE.format(folder=work) + "\n"
    assert [path.name for path in work.iterdir()] == ["records"]


def test_on_colab_with_drive_all_is_copied_there(colab, capsys):
    answer = journal.keep("02-predict", "B")
    drive.MOUNTED.mkdir(parents=True)
    workspace.keep()
    kept = drive.MOUNTED / drive.KEPT
    assert journal.read(folder=kept) == ([answer], [])
    output = capsys.readouterr().out
    assert "Kept in your Drive, folder pruning-measured/my_work (files: 1)." in output
    assert "Save a copy in Drive" in output


def test_on_colab_without_drive_a_zip_lies_ready_and_two_ways_are_named(colab, capsys):
    entry = journal.keep("02-predict", "ü")
    workspace.keep()
    output = capsys.readouterr().out
    assert "delete this runtime" in output
    assert "mount Drive" in output
    assert "download my_work.zip" in output
    with zipfile.ZipFile(colab / "my_work.zip") as archive:
        archive.extractall(colab / "new")
    assert journal.read(folder=colab / "new" / "my_work") == ([entry], [])


def test_an_earlier_zip_is_never_overwritten(colab, capsys):
    (colab / "my_work.zip").write_bytes(b"mine")
    journal.keep("02-predict", "B")
    workspace.keep()
    assert (colab / "my_work.zip").read_bytes() == b"mine"
    assert "download my_work-2.zip" in capsys.readouterr().out
    assert zipfile.is_zipfile(colab / "my_work-2.zip")


def test_with_nothing_typed_no_file_is_made(colab, capsys):
    workspace.keep()
    assert capsys.readouterr().out.startswith(workspace.NOTHING_YET)
    assert list(colab.iterdir()) == []
