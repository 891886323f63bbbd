"""Pictures of a run, drawn from its files alone: they can be redrawn without torch, weights or data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

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
    with TemporaryDirectory(prefix=".plots-", dir=folder) as beside:  # all or none, also of a killed process
        drawn = [_save(figure, Path(beside, f"{name}.png")) for name, figure in figures if figure is not None]
        (folder / "plots").mkdir(exist_ok=True)
        return [path.replace(folder / "plots" / path.name) for path in drawn]


def draw_missing(folder: Path) -> None:
    """Draw the plots of a run that has none yet: it was trained without, or something came between.

    Raises:
        RunError: a file of the run cannot be read.
    """
    if not any(folder.glob("plots/*.png")):
        draw_all(folder)


def _save(figure: Figure, path: Path) -> Path:
    figure.savefig(path, format="png", dpi=DPI)
    return path


PLOTS: dict[str, Callable[[RunFiles], Figure | None]] = {
    "curves": curves,
    "confusion": confusion,
    "per_class": per_class,
    "roc": roc,
    "gradients": gradients,
    "mistakes": mistakes,
}
