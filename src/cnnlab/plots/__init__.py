"""Pictures of a run, drawn from its files alone: they can be redrawn without torch, weights or data."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from cnnlab.plots.confusion import confusion
from cnnlab.plots.curves import curves
from cnnlab.plots.gradients import gradients
from cnnlab.plots.mistakes import mistakes
from cnnlab.plots.per_class import per_class
from cnnlab.plots.roc import roc
from cnnlab.plots.run_files import RunFiles
from cnnlab.plots.style import DPI, styled


@styled
def draw_all(folder: Path) -> list[Path]:
    """Draw every plot that the run's files allow into `folder/plots/<name>.png`, and return these paths.

    Raises:
        ValueError: `folder` holds no config.yaml.
        RunError: a file of the run cannot be read.
    """
    if not (folder / "config.yaml").is_file():
        raise ValueError(f"draw_all: no run in '{folder}', it has no config.yaml.")
    run = RunFiles(folder)
    figures = ((name, draw(run)) for name, draw in PLOTS.items())
    return [_save(figure, folder / "plots" / f"{name}.png") for name, figure in figures if figure is not None]


def _save(figure: Figure, path: Path) -> Path:
    """Write atomically: a reader, or a killed process, never leaves half a picture."""
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    figure.savefig(temporary, format="png", dpi=DPI)
    temporary.replace(path)
    return path


PLOTS: dict[str, Callable[[RunFiles], Figure | None]] = {
    "curves": curves,
    "confusion": confusion,
    "per_class": per_class,
    "roc": roc,
    "gradients": gradients,
    "mistakes": mistakes,
}
