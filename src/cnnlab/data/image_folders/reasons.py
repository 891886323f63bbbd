"""Why a file cannot be read as an image, in words."""

from __future__ import annotations

import errno
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from cnnlab.data.image_folders.value_range import UnknownRange

_HEAD = 512  # bytes that tell what a file is
_HEIC = "a HEIC photograph; pip install pillow-heif, then it is read"
_BRANDS = {  # of the boxes in which photographs and films lie
    b"heic": _HEIC, b"heix": _HEIC, b"heim": _HEIC, b"heis": _HEIC, b"hevc": _HEIC, b"mif1": _HEIC, b"msf1": _HEIC,
    b"avif": "an AVIF image; pip install pillow-avif-plugin, or a newer Pillow, then it is read",
    b"avis": "an AVIF image; pip install pillow-avif-plugin, or a newer Pillow, then it is read",
    b"isom": "a film", b"mp41": "a film", b"mp42": "a film", b"qt  ": "a film",
    b"crx ": "a camera's raw file; convert it",
}  # fmt: skip
_JXL = "a JPEG XL image; pip install pillow-jxl-plugin, then it is read"
_MARKS = (
    (b"version https://git-lfs", "a Git LFS pointer in place of the file; fetch it: git lfs pull"),
    (b"\xff\x0a", _JXL),
    (b"\0\0\0\x0cJXL ", _JXL),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript drawing; convert it"),
)
_IMAGES = (b"\xff\xd8", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")  # how files begin that Pillow reads
_CUT = ("truncated", "broken data stream", "unexpected end", "not enough", "broken png", "incomplete", "decoder object")


def reason(path: Path, error: Exception) -> str:
    """Return why reading a file ended by this error; on damaged ones Pillow raises nearly anything."""
    if isinstance(error, UnknownRange):
        return str(error)
    if isinstance(error, Image.DecompressionBombError):
        return "too large, more pixels than Pillow takes; make it smaller"
    if isinstance(error, OSError) and error.errno in (errno.ENOENT, errno.ELOOP, errno.ENOTDIR):
        return "a link to nowhere" if path.is_symlink() else "not there"
    if isinstance(error, OSError) and error.errno is not None:
        return f"cannot be read ({error.strerror})"
    head = _head(path)
    if not head:
        return "empty"
    if isinstance(error, UnidentifiedImageError):
        return _what_it_is(head)
    if isinstance(error, EOFError) or any(word in str(error).lower() for word in _CUT):
        return "truncated; fetch it again"
    return f"damaged ({type(error).__name__}: {error})"


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError:
        return b"\0"  # the first error said why


def _what_it_is(head: bytes) -> str:
    """Return what a file is by its first bytes, if no image."""
    if head[4:8] == b"ftyp" and head[8:12] in _BRANDS:
        return _BRANDS[head[8:12]]
    if head.startswith(_IMAGES):
        return "truncated or damaged; fetch it again"
    for mark, what in _MARKS:
        if head.startswith(mark):
            return what
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "an HTML page that a download left in place of the image; fetch it again"
    if b"<svg" in text:
        return "an SVG drawing, which has no pixels; convert it"
    if not any(head):
        return "nothing but zeros, left by a copy that did not finish"
    return "text, no image" if _is_text(head) else "no image that Pillow knows"


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8", errors="strict")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # the last letter may be cut
            return False
        text = head[: error.start].decode()
    return all(letter.isprintable() or letter in "\t\r\n\f" for letter in text)
