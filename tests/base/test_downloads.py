from __future__ import annotations

import socket
import sys
import warnings
import zipfile
from pathlib import Path
from urllib.error import URLError

import pytest

from cnnlab.base.downloads import TIMEOUT_SECONDS, Archive, archive_advice, download, fetch_folder, md5_of
from cnnlab.base.errors import ConfigError
from tests.conftest import OFFLINE

EMPTY_MD5 = "d41d8cd98f00b204e9800998ecf8427e"


def test_download_is_quiet_and_bounded_in_time(capsys):
    timeouts = []

    def fetch() -> None:
        print("torchvision talks")
        print("and draws a bar", file=sys.stderr)
        warnings.warn("and warns", stacklevel=1)
        timeouts.append(socket.getdefaulttimeout())

    before = socket.getdefaulttimeout()
    download("x", fetch, folder=Path("data"), advice="", progress=None)
    assert capsys.readouterr() == ("", "")
    assert timeouts == [TIMEOUT_SECONDS]
    assert socket.getdefaulttimeout() == before


def test_download_that_is_not_allowed_is_none():
    def fetch() -> None:
        raise AssertionError("was fetched")

    match = r"^dataset \(x\): is not here, and nothing is downloaded for this\. Put it there\.$"
    with pytest.raises(ConfigError, match=match):
        download("x", fetch, folder=Path("data"), advice="Put it there.", progress=None, is_allowed=False)


def test_progress_is_told_of_start_and_end():
    seen: list[tuple[str, int, int]] = []
    fetch = lambda: seen.append(("fetch", 0, 0))  # noqa: E731
    download("mnist", fetch, folder=Path("data"), advice="", progress=lambda *step: seen.append(step))
    assert seen == [("downloading mnist", 0, 1), ("fetch", 0, 0), ("downloading mnist", 1, 1)]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (URLError(OSError(-2, "Name or service not known")), r"\[Errno -2\] Name or service not known"),
        (TimeoutError("timed out"), "timed out"),
        (RuntimeError("Error downloading x:\nTried y, got:\n<urlopen error refused>\n"), "refused"),
        (RuntimeError("File not found or corrupted."), "File not found or corrupted"),
        (EOFError(), "EOFError"),
    ],
)
def test_failure_is_one_line_with_the_reason_and_what_to_do(error, reason):
    def fetch() -> None:
        raise error

    before = socket.getdefaulttimeout()
    with pytest.raises(ConfigError, match=rf"^dataset \(x\): cannot be downloaded \({reason}\)\. Do it by hand\.$"):
        download("x", fetch, folder=Path("data"), advice="Do it by hand.", progress=None)
    assert socket.getdefaulttimeout() == before


def test_advice_names_the_archive_and_tells_a_damaged_one(tmp_path):
    advice = f"Put a.tar.gz (MD5 {EMPTY_MD5}) into {tmp_path}, from http://x/a.tar.gz"
    options = {"filename": "a.tar.gz", "md5": EMPTY_MD5, "url": "http://x/a.tar.gz"}
    assert archive_advice(tmp_path, **options) == advice
    (tmp_path / "a.tar.gz").write_bytes(b"")
    assert md5_of(tmp_path / "a.tar.gz") == EMPTY_MD5
    assert archive_advice(tmp_path, **options) == advice
    (tmp_path / "a.tar.gz").write_bytes(b"half of it")
    assert archive_advice(tmp_path, **options) == f"{tmp_path / 'a.tar.gz'} is damaged. {advice}"


def test_folders_made_for_a_download_that_failed_are_removed(tmp_path):
    folder = tmp_path / "data" / "MNIST" / "raw"

    def fetch():
        folder.mkdir(parents=True)
        raise OSError("offline")

    with pytest.raises(ConfigError, match="offline"):
        download("mnist", fetch, folder=folder, advice="", progress=None)
    assert list(tmp_path.iterdir()) == []


def write_zip(file: Path, folder: str = "pets") -> str:
    """Write an archive of one folder; return its MD5."""
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{folder}/cat/1.jpg", "a cat")
    return md5_of(file)


def pets(md5: str | None) -> Archive:
    return Archive("http://nowhere.invalid/pets.zip", "pets", md5)


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("is_published", [True, False])
def test_archive_that_lies_there_is_unpacked_and_stays(tmp_path, is_published):
    md5 = write_zip(tmp_path / "pets.zip")
    fetch_folder("pets", pets(md5 if is_published else None), data_dir=tmp_path, progress=None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pets", "pets.zip"]
    assert (tmp_path / "pets/cat/1.jpg").read_text() == "a cat"


def test_archive_is_downloaded_and_unpacked(tmp_path, monkeypatch):
    md5 = write_zip(tmp_path / "there.zip")
    monkeypatch.setattr(
        "torchvision.datasets.utils.download_url",
        lambda _, root, filename, __: Path(root, filename).write_bytes((tmp_path / "there.zip").read_bytes()),
    )
    fetch_folder("pets", pets(md5), data_dir=tmp_path / "data", progress=None)
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["pets", "pets.zip"]


@pytest.mark.usefixtures("offline")
def test_offline_nothing_is_left_of_a_folder(tmp_path):
    message = rf"^dataset \(pets\): {OFFLINE} Put pets\.zip into {tmp_path}/data, from http://n"
    with pytest.raises(ConfigError, match=message):
        fetch_folder("pets", pets(None), data_dir=tmp_path / "data", progress=None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(("md5", "reason"), [(EMPTY_MD5, OFFLINE), (None, r"\(File is not a zip file\)\.")])
def test_damaged_archive_is_named_and_leaves_no_folder(tmp_path, md5, reason):
    (tmp_path / "pets.zip").write_bytes(b"half of it")
    with pytest.raises(ConfigError, match=rf"{reason} {tmp_path}/pets\.zip is damaged\. Put pets\.zip "):
        fetch_folder("pets", pets(md5), data_dir=tmp_path, progress=None)
    assert [path.name for path in tmp_path.iterdir()] == ["pets.zip"]


@pytest.mark.usefixtures("offline")
def test_archive_of_another_folder_is_refused(tmp_path):
    write_zip(tmp_path / "pets.zip", folder="birds")
    with pytest.raises(ConfigError, match=r"^dataset \(pets\): cannot be downloaded \(\[Errno 2\] No such file"):
        fetch_folder("pets", pets(None), data_dir=tmp_path, progress=None)
    assert [path.name for path in tmp_path.iterdir()] == ["pets.zip"]
