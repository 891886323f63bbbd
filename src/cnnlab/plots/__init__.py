"""Pictures of a run, drawn from its files alone: they can be redrawn without torch, weights or data.

PLOTS         name -> function from a run's files to a figure; the table is below
curves        loss and accuracy per epoch
batch         the first training images, as the network is given them
confusion     which class was taken for which
per_class     precision, recall, F1
roc           one curve a class, where scores are known
gradients     sizes of the layers' gradients
mistakes      the images that were most confidently wrong
feature_maps  what the layers of a network make of one image; rate_search the loss over a growing rate
image_grid    images side by side
drawing       pictures of many runs, in as many processes as there are cores
style         colours, fonts, sizes: one look for all

It imports outputs and base. It never knows networks or configurations, and never decides anything: a figure that is
shown was written by the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from cnnlab.base.drafts import draft_folder, remove_abandoned
from cnnlab.outputs.files import pictures_in
from cnnlab.outputs.run_files import RunFiles
from cnnlab.plots.batch import batch
from cnnlab.plots.confusion import confusion, confusion_of
from cnnlab.plots.curves import curves
from cnnlab.plots.feature_maps import feature_maps
from cnnlab.plots.gradients import gradients
from cnnlab.plots.mistakes import mistakes
from cnnlab.plots.per_class import per_class
from cnnlab.plots.roc import roc
from cnnlab.plots.style import DPI, styled

__all__ = ["PLOTS", "batch", "confusion_of", "draw_all", "draw_batch", "draw_missing", "feature_maps", "save_figures"]


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
    return save_figures(folder, figures)


@styled
def draw_batch(folder: Path) -> list[Path]:
    """Draw the first batch alone, of a run that has not begun; return the path of the picture.

    Raises:
        RunError: the file that holds it cannot be read.
    """
    return save_figures(folder, [("batch", batch(RunFiles(folder)))])


def draw_missing(folder: Path) -> None:
    """Draw the plots of a run that has none yet: it was trained without, or something came between.

    Raises:
        RunError: a file of the run cannot be read.
    """
    if not pictures_in(folder):
        draw_all(folder)


def save_figures(
    folder: Path, figures: Iterable[tuple[str, Figure | None]], *, kinds: Sequence[str] = ("png",), dpi: int = DPI
) -> list[Path]:
    """Write figures as `folder/plots/<name>.<kind>`: all or none, also of a killed process."""
    remove_abandoned(folder)
    with draft_folder(folder / "plots") as beside:
        drawn = []
        for name, figure in figures:
            if figure is None:
                continue
            for kind in kinds:
                drawn.append(beside / f"{name}.{kind}")
                figure.savefig(drawn[-1], format=kind, dpi=dpi)
        (folder / "plots").mkdir(exist_ok=True)
        return [path.replace(folder / "plots" / path.name) for path in drawn]


PLOTS: dict[str, Callable[[RunFiles], Figure | None]] = {
    "curves": curves,
    "confusion": confusion,
    "per_class": per_class,
    "roc": roc,
    "gradients": gradients,
    "mistakes": mistakes,
    "batch": batch,
}
