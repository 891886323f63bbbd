"""Contact sheets: many images on a page, each whole, upright and small, with what a run says of it."""

from __future__ import annotations

import functools
import importlib.util
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from cnnlab.base.printing import one_line
from cnnlab.base.texts import cut_middle
from cnnlab.data.image_folders.decoding import decode, read_header
from cnnlab.outputs.files import replacing

COLUMNS, ROWS = 6, 6
PER_PAGE = COLUMNS * ROWS
_SIDE, _GAP, _MARGIN = 200, 16, 24  # pixels
_CAPTION, _SMALL, _TITLE = 17, 13, 24  # of the letters
_HEADER, _FOOTER = 56, 48  # above all images; below each
_INK, _FAINT, _RIGHT, _WRONG = "#262626", "#7A7A7A", "#009E73", "#D55E00"
_FRAME = 4


@dataclass(frozen=True)
class Shown:
    """An image on a sheet."""

    path: Path
    caption: str
    small: str
    """Under the caption."""
    is_right: bool | None = None
    """Green or red around it; None: neither."""


def pages_of(path: Path, num_images: int) -> list[Path]:
    """Return the files that so many images take: sheet.png, sheet-2.png, ..."""
    pages = max(1, -(-num_images // PER_PAGE))
    return [path, *(path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(2, pages + 1))]


def write_sheets(path: Path, shown: Sequence[Shown], *, title: str) -> int:
    """Write PNG files with all images, those that `pages_of` names, and return how many.

    Args:
        path: of the first page.
        shown: images that can be decoded.
        title: above each page.
    """
    files = pages_of(path, len(shown))
    for number, file in enumerate(files):
        images = shown[number * PER_PAGE : (number + 1) * PER_PAGE]
        of = f"  ({number + 1} of {len(files)})" if len(files) > 1 else ""
        with replacing(file) as opened:
            _page(images, f"{title}{of}").save(opened, format="PNG")
    return len(files)


def _page(shown: Sequence[Shown], title: str) -> Image.Image:
    columns = min(COLUMNS, max(3, len(shown)))  # a title needs room
    rows = -(-len(shown) // COLUMNS)
    width = 2 * _MARGIN + columns * _SIDE + (columns - 1) * _GAP
    height = 2 * _MARGIN + _HEADER + rows * (_SIDE + _FOOTER) + (rows - 1) * _GAP
    page = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(page)
    _write(draw, (_MARGIN, _MARGIN), title, _TITLE, width - 2 * _MARGIN, _INK)
    for place, each in enumerate(shown):
        x = _MARGIN + place % COLUMNS * (_SIDE + _GAP)
        y = _MARGIN + _HEADER + place // COLUMNS * (_SIDE + _FOOTER + _GAP)
        thumbnail = _thumbnail(each.path)
        left, top = x + (_SIDE - thumbnail.width) // 2, y + _SIDE - thumbnail.height
        page.paste(thumbnail, (left, top))
        if each.is_right is not None:
            box = (
                left - _FRAME,
                top - _FRAME,
                left + thumbnail.width + _FRAME - 1,
                top + thumbnail.height + _FRAME - 1,
            )
            draw.rectangle(box, outline=_RIGHT if each.is_right else _WRONG, width=_FRAME)
        color = _WRONG if each.is_right is False else _INK
        _write(draw, (x, y + _SIDE + 6), each.caption, _CAPTION, _SIDE, color)
        _write(draw, (x, y + _SIDE + 28), each.small, _SMALL, _SIDE, _FAINT)
    return page


def _thumbnail(path: Path) -> Image.Image:
    """Return an image of at most _SIDE pixels a side, smaller ones enlarged in whole steps."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of oddities that it copes with
        header = read_header(path)
        largest = max(header.width, header.height)
        scale = _SIDE / largest if largest > _SIDE else 1
        width, height = max(1, round(header.width * scale)), max(1, round(header.height * scale))
        image = Image.fromarray(decode(path, 3, height, width).transpose(1, 2, 0))
    times = _SIDE // largest if largest < _SIDE else 1
    return image.resize((width * times, height * times), Image.Resampling.NEAREST) if times > 1 else image


def _write(draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, size: int, room: int, color: str) -> None:
    """Write a line; what is too long is cut in its middle."""
    font, text = _font(size), one_line(text)
    length = len(text)
    while length > 3 and draw.textlength(cut_middle(text, length), font) > room:
        length -= 1
    draw.text(place, cut_middle(text, length), fill=color, font=font)


@functools.cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font of the other pictures, out of matplotlib's files: to import that takes half a second."""
    spec = importlib.util.find_spec("matplotlib")
    assert spec is not None  # a dependency
    assert spec.origin is not None
    return ImageFont.truetype(Path(spec.origin).with_name("mpl-data") / "fonts" / "ttf" / "DejaVuSans.ttf", size)
