"""How images come to one size. Worker processes import this module, so it must not import torch."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

_LONGEST = 32  # times its other side: a strip beyond that would take gigabytes where it is scaled as a whole


@dataclass(frozen=True)
class Scaling:
    """How images are scaled and cut to one size."""

    interpolation: str = "bilinear"
    """Pillow's `bilinear` or `bicubic`, with antialiasing."""
    crop: int | None = None
    """Height and width that published weights look at, in the middle of what is cut out: its pixels are to the last
    one those of torchvision's Resize and CenterCrop. None: as fast as they come within a grey level or a few."""

    def prepare(self, image: Image.Image, width: int, height: int) -> None:
        """Have a large JPEG decoded at 1/2, 1/4 or 1/8 of its size, but at twice the target's or more, where it may."""
        if self.crop is None and image.width % 8 == 0 and image.height % 8 == 0:  # else a fraction of a pixel is lost
            image.draft(None, (2 * width, 2 * height))

    def cover(self, image: Image.Image, width: int, height: int) -> Image.Image:
        """Scale until width x height is covered, then cut out the middle; a smaller image is enlarged."""
        how = Image.Resampling[self.interpolation.upper()]
        if image.width * height < image.height * width:
            scaled = (width, image.height * width // image.width)
        else:
            scaled = (image.width * height // image.height, height)
        left, top = self._start(scaled[0], width), self._start(scaled[1], height)
        if self.crop is not None and max(scaled) <= _LONGEST * min(scaled):
            # As a whole: with a box, Pillow may scale the columns first, and rounds in between.
            return image.resize(scaled, how).crop((left, top, left + width, top + height))
        # Multiplied before divided, so that no corner comes to lie a hair outside the image.
        x0, x1 = left * image.width / scaled[0], (left + width) * image.width / scaled[0]
        y0, y1 = top * image.height / scaled[1], (top + height) * image.height / scaled[1]
        return image.resize((width, height), how, box=(x0, y0, x1, y1))

    def _start(self, scaled: int, length: int) -> int:
        """Return where to cut `length` out of a scaled side, so that the middle of it begins where torchvision's does.

        That rounds the beginning of its crop, once; the beginnings of two crops, one in the other, may add up to
        another one.
        """
        crop = length if self.crop is None else self.crop
        return middle(scaled, crop) - middle(length, crop)


class Squashed(Scaling):
    """Scales both sides to the same length, whatever their ratio: nothing is cut off, but shapes change."""

    def cover(self, image: Image.Image, width: int, height: int) -> Image.Image:
        """Scale to width x height."""
        return image.resize((width, height), Image.Resampling[self.interpolation.upper()])


@dataclass(frozen=True)
class Bordered(Scaling):
    """Scales the longer side to the length, and puts a border along the shorter one: nothing is cut off."""

    border: tuple[int, ...] = (0, 0, 0)
    """Its colour; gray images get its mean."""

    def cover(self, image: Image.Image, width: int, height: int) -> Image.Image:
        """Scale until it fits into width x height, in the middle of a border."""
        ratio = max(image.width / width, image.height / height)
        scaled = max(1, round(image.width / ratio)), max(1, round(image.height / ratio))
        color = self.border if image.mode == "RGB" else round(sum(self.border) / len(self.border))
        whole = Image.new(image.mode, (width, height), color)
        corner = -self._start(scaled[0], width), -self._start(scaled[1], height)
        whole.paste(image.resize(scaled, Image.Resampling[self.interpolation.upper()]), corner)
        return whole


def scaling_of(interpolation: str, crop: int | None, *, is_squashed: bool, border: tuple[int, ...] | None) -> Scaling:
    """Return the way of scaling; see `Scaling`, `Squashed` and, where a border has a colour, `Bordered`."""
    if border is not None:
        return Bordered(interpolation, crop, border)
    return (Squashed if is_squashed else Scaling)(interpolation, crop)


def middle(length: int, crop: int) -> int:
    """Return where the middle `crop` pixels of `length` begin, rounded as torchvision's CenterCrop does.

    Where there are fewer it is negative: the border before them, the smaller half of all that is missing.
    """
    return round((length - crop) / 2) if length >= crop else -((crop - length) // 2)
