from pathlib import Path

import pytest
from PIL import Image

from cnnlab.base.errors import ConfigError
from cnnlab.runs.predicting.given_images import GivenImage, find_images

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def photo(path):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (4, 4)).save(path)


def test_innermost_folder_that_is_called_after_a_class_is_the_label():
    photo("val/cats/day 1/a.png")
    photo("val/dogs/b.png")
    photo("val/c.png")
    given = find_images([Path("val"), Path("val/cats/day 1/a.png"), Path("val/dogs")])
    labels = [image.label(("cats", "dogs", "val")) for image in given.images]
    assert labels == [2, 0, 1, None, 1]
    assert [image.label(("cats", "dogs")) for image in given.images] == [None, 0, 1, None, 1]


def test_folder_that_is_named_from_inside_counts_by_its_name(monkeypatch):
    photo("dogs/b.png")
    monkeypatch.chdir("dogs")
    assert [image.label(("cats", "dogs")) for image in find_images([Path()]).images] == [1]


def test_file_above_all_classes_has_no_label():
    assert GivenImage(Path("a.png"), ("home", "me")).label(("cats", "dogs")) is None


def test_what_is_no_image_is_counted_by_suffix_and_pictures_apart_from_the_rest():
    photo("a/1.png")
    for name in ("1.txt", "2.TXT", "film.mov", "raw.CR2", "notes", ".hidden", "._1.png"):
        Path("a", name).write_bytes(b"x")
    given = find_images([Path("a")])
    assert given.left_out == (
        "1 picture that cnnlab does not read (.cr2 1)",
        "4 files that are not images (.txt 2, .mov 1, without suffix 1)",
        "1 of macOS's own left out (._*, __MACOSX)",
    )
    assert given.lacks_photos
    assert not find_images([Path("a/1.png")]).lacks_photos


def test_folder_without_images_says_what_is_there():
    Path("a").mkdir()
    Path("a/1.txt").write_bytes(b"x")
    message = r"^images: no images in folder 'a'\. It takes \.apng.* Left out: 1 file that is not an image \(\.txt"
    with pytest.raises(ConfigError, match=message):
        find_images([Path("a")])
