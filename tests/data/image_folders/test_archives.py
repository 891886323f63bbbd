"""Class folders in a zip archive."""

import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.base.hashing import FileHashes
from cnnlab.data.image_folders import archives
from cnnlab.data.image_folders.archives import unpacked
from cnnlab.data.image_folders.content import content_hash
from tests.data.image_folders.files import touch


def zipped(tmp_path, *names, name="photos.zip"):
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        for inside in names:
            archive.writestr(inside, inside)
    return tmp_path / name


def folder_of(path, tmp_path, **options):
    return unpacked(path, cache_dir=tmp_path / "cache", hashes=FileHashes(), **options)


def test_archive_is_unpacked_once_and_says_its_size(tmp_path):
    said = []
    archive = zipped(tmp_path, "cats/1.jpg", "dogs/1.jpg")
    folder = folder_of(archive, tmp_path, progress=lambda *told: said.append(told))
    assert {str(path.relative_to(folder)) for path in folder.rglob("*.jpg")} == {"cats/1.jpg", "dogs/1.jpg"}
    assert said == [("unpacking photos.zip, 0.0 MB", 1, 2), ("unpacking photos.zip, 0.0 MB", 2, 2)]
    assert folder_of(archive, tmp_path, progress=lambda *told: said.append(told)) == folder
    assert len(said) == 2


def test_folder_stays_what_it_is(tmp_path):
    assert folder_of(tmp_path, tmp_path) == tmp_path


def test_one_folder_around_the_class_folders_is_passed_by(tmp_path):
    folder = folder_of(zipped(tmp_path, "my/photos/cats/1.jpg", "my/photos/dogs/1.jpg", "__MACOSX/x"), tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == ["cats", "dogs"]


def test_archive_has_the_content_of_its_folder(tmp_path):
    names = ("cats/1.jpg", "dogs/1.jpg")
    touch(tmp_path / "photos", *names)
    of_folder, of_archive = (
        content_hash("image_folder", root, hashes=FileHashes(), cache_dir=tmp_path / "cache")
        for root in (tmp_path / "photos", zipped(tmp_path, *names))
    )
    assert of_folder == of_archive


@pytest.mark.parametrize("name", ["../a.jpg", "/a.jpg", "a/../../b.jpg", "C:/a.jpg", "..\\a.jpg", "\\\\host\\a.jpg"])
def test_archive_that_would_write_elsewhere_is_refused(name, tmp_path):
    archive = zipped(tmp_path, "cats/1.jpg", name)
    with pytest.raises(ConfigError, match=r"^dataset\.root: '.*photos\.zip' holds '.*', which would lie outside"):
        folder_of(archive, tmp_path)
    assert [*(tmp_path / "cache" / "unpacked").iterdir()] == []


@pytest.mark.parametrize(
    ("content", "message"), [(b"no zip", "cannot be unpacked"), (b"PK\x05\x06" + bytes(18), "is empty")]
)
def test_damaged_or_empty_archive_is_named(content, message, tmp_path):
    (tmp_path / "photos.zip").write_bytes(content)
    with pytest.raises(ConfigError, match=rf"^dataset\.root: '.*photos\.zip' {message}"):
        folder_of(tmp_path / "photos.zip", tmp_path)


def test_damaged_file_leaves_nothing(tmp_path):
    archive = zipped(tmp_path, "cats/1.jpg", "dogs/1.jpg")
    archive.write_bytes(archive.read_bytes().replace(b"dogs/1.jpgdogs/1.jpg", b"dogs/1.jpgdogs/1.jpX"))
    with pytest.raises(ConfigError, match=r"cannot be unpacked \(Bad CRC-32"):
        folder_of(archive, tmp_path)
    assert [*(tmp_path / "cache" / "unpacked").iterdir()] == []


def test_locked_archive_is_named(tmp_path, monkeypatch):
    archive = zipped(tmp_path, "cats/1.jpg")
    content = bytearray(archive.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # in the list of files: encrypted
    archive.write_bytes(content)
    with pytest.raises(ConfigError, match=r"is protected by a password\. Unpack it, and give the folder\."):
        folder_of(archive, tmp_path)


def test_archive_without_room_is_refused_before_anything_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archives.shutil, "disk_usage", lambda _: SimpleNamespace(free=3))
    with pytest.raises(ConfigError, match=r"unpacks to 0\.0 MB, and 0\.0 MB are free\. Free some, or give"):
        folder_of(zipped(tmp_path, "cats/1.jpg"), tmp_path)
    assert [*Path(tmp_path / "cache" / "unpacked").iterdir()] == []
