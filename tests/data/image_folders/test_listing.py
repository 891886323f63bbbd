from __future__ import annotations

import os
from pathlib import Path

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.data.image_folders.listing import list_folder
from tests.data.image_folders.files import touch


def test_links_are_followed_but_not_in_circles(tmp_path):
    touch(tmp_path, "elsewhere/1.jpg", "root/a/1.jpg")
    (tmp_path / "root/b").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "root/a/up").symlink_to(tmp_path / "root")
    assert [image.path for image in list_folder(tmp_path / "root").images] == ["a/1.jpg", "b/1.jpg"]


def test_links_that_lead_to_each_other_end(tmp_path):
    touch(tmp_path, "a/1.jpg", "b/1.jpg")
    (tmp_path / "a" / "b").symlink_to(tmp_path / "b")
    (tmp_path / "b" / "a").symlink_to(tmp_path / "a")
    assert [image.path for image in list_folder(tmp_path).images] == ["a/1.jpg", "a/b/1.jpg", "b/1.jpg", "b/a/1.jpg"]


def test_the_whole_disk_is_refused():
    with pytest.raises(
        ConfigError, match=r"^dataset\.root: is the whole disk, got '/'\. Give the folder of the images\.$"
    ):
        list_folder(Path("/"))


def test_a_link_to_nowhere_is_listed_as_an_empty_image(tmp_path):
    (tmp_path / "x.jpg").symlink_to(tmp_path / "nowhere.jpg")
    assert [(image.path, image.size) for image in list_folder(tmp_path).images] == [("x.jpg", 0)]


def test_a_link_to_itself_is_listed_as_an_empty_image(tmp_path):
    touch(tmp_path, "a/1.jpg", "b/1.jpg")
    (tmp_path / "a" / "2.jpg").symlink_to(tmp_path / "a" / "2.jpg")
    (tmp_path / "a" / "loop").symlink_to(tmp_path / "a" / "loop")
    listing = list_folder(tmp_path)
    assert [(image.path, image.size) for image in listing.images] == [("a/1.jpg", 7), ("a/2.jpg", 0), ("b/1.jpg", 7)]
    assert listing.others == ["a/loop"]


@pytest.mark.parametrize("target", ["pipe", "/dev/zero", "/dev/tty"])
def test_a_link_to_what_is_no_file_is_left_out(target, tmp_path):
    (folder := tmp_path / "images").mkdir()
    if target == "pipe":
        os.mkfifo(tmp_path / "pipe")
    (folder / "1.jpg").symlink_to(tmp_path / target)
    (folder / "2.jpg").symlink_to(tmp_path / "nowhere")
    (folder / "3.jpg").symlink_to("3.jpg")
    listing = list_folder(folder)
    assert listing.others == ["1.jpg"]
    assert [image.path for image in listing.images] == ["2.jpg", "3.jpg"]  # to be named, they cannot be decoded


def test_a_folder_that_goes_while_it_is_listed_is_named(tmp_path, monkeypatch):
    def gone(path):
        raise FileNotFoundError(2, "No such file or directory", str(path))

    monkeypatch.setattr(os, "scandir", gone)
    with pytest.raises(ConfigError, match=r"^dataset\.root: cannot be read, '.*' \(No such file or directory\)\.$"):
        list_folder(tmp_path)


def test_a_folder_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(ConfigError, match=r"^dataset\.root: permission denied, '.*'\. Make it readable\.$"):
        list_folder(tmp_path)
