"""Which files are images: by suffix, so that they are looked for; by content, so that they are read."""

from __future__ import annotations

import functools
import importlib
import importlib.util

from PIL import Image

SUFFIXES = (
    ".apng", ".avif", ".bmp", ".dib", ".gif", ".heic", ".heif", ".hif", ".j2k", ".jfif", ".jp2", ".jpe", ".jpeg",
    ".jpg", ".jpx", ".jxl", ".mpo", ".pbm", ".pgm", ".png", ".pnm", ".ppm", ".qoi", ".tga", ".tif", ".tiff", ".webp",
)  # fmt: skip
# As Pillow and its plugins name them. EPS and the like stay out: Pillow hands them to another program.
_FORMATS = ("JPEG", "PNG", "BMP", "DIB", "PPM", "TIFF", "GIF", "WEBP", "AVIF", "JPEG2000", "QOI", "HEIF", "JXL")
_PLUGINS = ("pillow_heif", "pillow_jxl", "pillow_avif")  # what reads HEIC, JPEG XL, and AVIF with an older Pillow


@functools.cache
def load_plugins() -> tuple[str, ...]:
    """Let Pillow read with those plugins that are installed; return their names."""
    installed = tuple(name for name in _PLUGINS if importlib.util.find_spec(name) is not None)
    for name in installed:
        plugin = importlib.import_module(name)  # the others register themselves
        if name == "pillow_heif":
            plugin.register_heif_opener()
    return installed


_NEEDING = {
    ".heic": "pillow-heif", ".heif": "pillow-heif", ".hif": "pillow-heif", ".jxl": "pillow-jxl-plugin",
    ".avif": "pillow-avif-plugin",
}  # fmt: skip
_READ_BY = {"pillow-heif": "HEIF", "pillow-jxl-plugin": "JXL", "pillow-avif-plugin": "AVIF"}


def plugin_for(name: str) -> str | None:
    """Return the package that reads files of such a name and is not installed; None where there is no need of one."""
    package = _NEEDING.get(name[name.rfind(".") :].lower())
    return package if package is not None and _READ_BY[package] not in _known_formats() else None


def formats_of(name: str) -> tuple[str, ...]:
    """Return the formats that a file may have, whatever its suffix says; a TGA has no mark and is known by its name."""
    return (*_known_formats(), "TGA") if name.lower().endswith(".tga") else _known_formats()


@functools.cache
def _known_formats() -> tuple[str, ...]:
    load_plugins()
    Image.init()  # loads all that Pillow has itself; asked for a format that it has not, it fails
    return tuple(name for name in _FORMATS if name in Image.OPEN)
