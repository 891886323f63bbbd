"""How wide the study's pictures are, and whether they carry titles: a screen's taste, or a paper's."""

from __future__ import annotations

from dataclasses import dataclass

NARROWEST, WIDEST = 2.5, 15.0
"""Inches; a column of a paper has some 3.3, a page 7."""


@dataclass(frozen=True)
class Layout:
    """Text keeps its size in points at any width: what is drawn between it gives way."""

    width: float | None = None
    """Of every picture, in inches; None: as wide as its content wants."""
    has_titles: bool = True
    """Whether a picture says itself what it shows; the caption of a paper does."""

    @property
    def dpi(self) -> int:
        """Dots per inch of a PNG: for print where a width is asked for."""
        return 120 if self.width is None else 300


ON_SCREEN = Layout()
