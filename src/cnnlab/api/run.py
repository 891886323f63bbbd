"""A run as a program has it: what its files say, its network, its pictures."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cnnlab.api import html
from cnnlab.api.frames import frame
from cnnlab.api.guest import as_guest
from cnnlab.api.picture import Picture, picked
from cnnlab.base.schema import Plain
from cnnlab.base.stopping import Stop
from cnnlab.outputs.files import pictures_in
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import standing
from cnnlab.outputs.summary_file import known_summary
from cnnlab.runs.result_lines import TELLING, Split, splits
from cnnlab.runs.saved_config import saved_config

if TYPE_CHECKING:
    import pandas as pd
    from torch import nn

    from cnnlab.runs.predicting.answers import Answer
    from cnnlab.runs.predicting.classification import Unreadable

_NAMES = ("target", "predicted", "file", "second", "third", *(f"top{rank}" for rank in range(1, 6)))
"""Columns of names: of classes that may be called 0 to 9, and of files."""


class Run:
    """One run: what its folder holds, read when it is asked for.

    Args:
        folder: of the run.
        plugins: files that it was trained with, with commas between them; they are code, and are named again.
    """

    def __init__(self, folder: RunFolder, *, plugins: str | None = None) -> None:
        self._files, self._plugins = folder, plugins

    @property
    def id(self) -> str:
        """What the run is called: the same settings have the same id, wherever they are typed."""
        return self._files.run_id

    @property
    def folder(self) -> Path:
        """Where all its files are."""
        return self._files.path

    @property
    def status(self) -> str:
        """How it stands: running, finished, failed, diverged, interrupted, pruned or died."""
        return standing(self._files)

    @property
    def config(self) -> Plain:
        """Its whole configuration, nested as in config.yaml.

        Raises:
            RunError: the file cannot be read.
        """
        return self._files.read_config()

    @property
    def summary(self) -> Plain:
        """Its figures, nested as in summary.json; {} before it has ended."""
        return known_summary(self._files)

    @property
    def metrics(self) -> pd.DataFrame:
        """A row for every epoch: metrics.csv.

        Raises:
            ConfigError: pandas is not installed.
            RunError: the file is damaged.
        """
        return frame(self._files.read_metrics())

    @property
    def predictions(self) -> pd.DataFrame:
        """A row for every test image: predictions.csv.

        Raises:
            ConfigError: pandas is not installed.
            RunError: the file is damaged.
        """
        return frame(self._files.read_rows(self._files.predictions.name), texts=_NAMES)

    @property
    def model(self) -> nn.Module:
        """Its network with the selected weights, in eval mode, on the CPU; loaded anew each time.

        It takes images (N, C, H, W), C = `model.channels`, H = W = `model.size`, uint8 in [0, 255] or float in [0, 1],
        prepares them itself, and answers (N, K) scores before any softmax; `model.classes` names the K.

        Raises:
            ConfigError: it has no weights yet.
            RunError: they are damaged.
        """

        def work(_: Stop) -> nn.Module:
            from cnnlab.building.image_network import ImageNetwork
            from cnnlab.building.saved_network import load_network

            return ImageNetwork(load_network(self._files, saved_config(self._files, self._plugins))).eval()

        return as_guest(work)

    def predict(self, images: object, *, device: str = "auto") -> pd.DataFrame:
        """Classify images as `cnnlab predict` does: a row for each, in order.

        Args:
            images: a file, a folder of images, an image of Pillow, an array (H, W), (H, W, C) or (N, H, W, C), a tensor
                (C, H, W) or (N, C, H, W), or a list of these; numbers are uint8, or floating-point in [0, 1].
            device: where to compute: auto, cpu, cuda, cuda:1, ...

        Returns:
            Columns `file`, `predicted`, scores of the classes, `probability`, the next classes, `target` where a folder
            is called after a class, and `problem` where an image cannot be read.

        Raises:
            ConfigError: what is given is no image, or pandas is not installed.
            RunError: the run's weights are damaged.
        """
        frame([])  # says so at once where there is no pandas
        return as_guest(lambda stop: self._predicted(images, device, stop))

    def _predicted(self, images: object, device: str, stop: Stop) -> pd.DataFrame:
        from cnnlab.api.images import named_images  # these import torch
        from cnnlab.runs.predicting.answers import columns
        from cnnlab.runs.predicting.classification import Unreadable, classify, read_pictures
        from cnnlab.runs.predicting.sources import SavedRun

        with tempfile.TemporaryDirectory(prefix="cnnlab-") as beside:
            given = named_images(images, Path(beside))
            config = saved_config(self._files, self._plugins)
            source = SavedRun(self._files, config, device=device)
            found: list[Answer | Unreadable] = []
            pictures = read_pictures([each.image.path for each in given], source.images)
            for one, read in zip(given, classify(pictures, source.score)):
                stop.look()
                found.append(read if isinstance(read, Unreadable) else source.wording.answer(*read, one.image))
        answers = [each for each in found if not isinstance(each, Unreadable)]
        names = columns(source.wording.classes, answers)
        rows = [_row(each, one.name, source.wording.classes) for each, one in zip(found, given)]
        problem = ("problem",) if len(answers) < len(found) else ()
        return frame(rows, columns=(*names, *problem), texts=_NAMES)

    def plot(self, name: str | None = None) -> Picture:
        """Return one of its pictures, which a notebook shows; those that are missing are drawn.

        Args:
            name: curves, confusion, per_class, roc, gradients, mistakes or batch, after `cnnlab inspect` also grad_cam,
                reliability and its other ones; None: the most telling one.

        Raises:
            ConfigError: there is none of this name.
            RunError: a file of the run cannot be read.
        """

        def work(_: Stop) -> None:
            from cnnlab.plots import draw_missing  # matplotlib takes half a second to import

            draw_missing(self.folder)

        as_guest(work)
        return picked(self.folder, name, preferred=TELLING)

    def __repr__(self) -> str:
        return f"<cnnlab run {self.id}, {self.status}>"

    def _repr_html_(self) -> str:
        shown = splits(self.summary) if self.status == "finished" else []
        if not shown:
            return html.paragraph(f"run {self.id}: {self.status}", is_strong=True)
        head = ("", "loss", "accuracy", "")
        parts = [html.paragraph(f"run {self.id}", is_strong=True), html.table(head, map(_cells, shown), texts=(0, 3))]
        if pictures_in(self.folder):
            drawn = picked(self.folder, None, preferred=TELLING).path
            parts.append(html.picture(drawn, about=f"{drawn.stem} of {self.id}"))
        return "".join([*parts, html.code(str(self.folder))])


def _row(found: Answer | Unreadable, name: str, classes: tuple[str, ...]) -> Plain:
    from cnnlab.runs.predicting.answers import Answer, row

    if isinstance(found, Answer):
        return {**row(found, classes), "file": name}
    return {"file": name, "problem": found.reason}


def _cells(split: Split) -> tuple[str, ...]:
    return split.name, split.loss, split.accuracy, split.remark
