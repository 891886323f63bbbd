"""The first training batch, as the network is given it."""

from __future__ import annotations

from matplotlib.figure import Figure

from cnnlab.outputs.run_files import RunFiles
from cnnlab.plots.image_grid import CELL, draw_images
from cnnlab.plots.style import SMALL, fit_text, new_figure, styled, write_header


@styled
def batch(run: RunFiles) -> Figure | None:
    """Draw up to 24 images, augmented, scaled and cut as the network is given them, each with its class."""
    found = run.first_batch
    if found is None:
        return None
    probe, room = new_figure(1, 1), CELL - 0.08
    figure = draw_images(list(found.images), [fit_text(probe, caption, SMALL, room) for caption in found.captions])
    headline = f"The first {len(found.images)} images, as the network is given them"
    write_header(figure, run, headline, note=f"{found.size} x {found.size} pixels")
    return figure
