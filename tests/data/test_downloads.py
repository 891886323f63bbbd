from __future__ import annotations

import socket
import sys
import warnings
from pathlib import Path
from urllib.error import URLError

import pytest

from cnnlab.data.downloads import TIMEOUT_SECONDS, archive_advice, download, md5_of
from cnnlab.errors import ConfigError

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
