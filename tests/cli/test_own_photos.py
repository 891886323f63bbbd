"""Folders and archives of one's own photos, as words give them."""

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.cli.own_photos import is_place, near, overrides, roots


@pytest.fixture(autouse=True)
def places(folder):
    for name in ("my photos", "cats", "dogs"):
        (folder / name).mkdir()
    (folder / "photos.zip").touch()


@pytest.mark.parametrize(
    ("text", "value"),
    [("cats/", "cats"), ("my photos", '"my photos"'), ("cats,dogs", "cats,dogs"), ("photos.zip", "photos.zip")],
)
def test_place_is_a_value_that_hydra_reads_as_it_is_meant(text, value):
    assert roots("data", text) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cat", r"^data: no folder 'cat'\. Did you mean 'cats'\?"),
        ("cats,birds", r"^data: no folder 'birds'\. Give the folder of the class folders\."),
        ("b.zip", r"^data: no file 'b\.zip'\."),
        ("x" * 300, r"^data: must be a path, got "),
    ],
)
def test_place_that_is_not_there_is_named(text, message):
    with pytest.raises(ConfigError, match=message):
        roots("data", text)


def test_word_is_a_place_by_its_form_or_since_it_is_there():
    assert [is_place(word) for word in ("a/b", ".", "x.zip", "cats", "adam")] == [True, True, True, True, False]


def test_nearest_folder_is_proposed_only_where_it_is_alike():
    assert (near("cat"), near("my_photos"), near("adam")) == ("cats", "my photos", None)


def test_data_set_that_is_typed_stays():
    assert overrides("cats", []) == ["dataset=image_folder", "dataset.root=cats"]
    assert overrides("cats", ["dataset"]) == ["dataset.root=cats"]
