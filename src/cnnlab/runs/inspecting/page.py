"""report.html of a run: what its files tell, and after an inspection what was found in its network."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnnlab.base.intervals import wilson_interval
from cnnlab.base.schema import Plain
from cnnlab.base.texts import duration
from cnnlab.outputs.files import pictures_in, write_text
from cnnlab.outputs.finding import called
from cnnlab.outputs.run_files import RunFiles
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status
from cnnlab.outputs.summary_file import figure, look_up
from cnnlab.runs.inspecting.files import SUMMARY, TABLES
from cnnlab.runs.inspecting.sections import Browsed, of_files, of_inspection
from cnnlab.runs.result_lines import percent
from cnnlab.webpage.links import Link, address_of
from cnnlab.webpage.rendering import render as render_page

if TYPE_CHECKING:
    from cnnlab.runs.inspecting.findings import Inspection

PAGE = "report.html"
TEMPLATES = Path(__file__).parent / "templates"
FILES = ("summary.json", "metrics.csv", "predictions.csv", "config.yaml", "train.log", SUMMARY, *TABLES)
"""That the page leads to, where they are there."""
_MEASURED = ("train", "val", "test")


@dataclass(frozen=True)
class ClassRow:
    """How one class was recognised on the test split."""

    name: str
    images: int
    recall: str
    precision: str
    f1: str


def write_page_of(folder: Path) -> None:
    """Write report.html of the run in a folder, if it is finished and has none.

    Raises:
        RunError: a file of the run cannot be read.
    """
    run = RunFolder(folder)
    if not (folder / PAGE).exists() and read_status(run).get("status") == "finished":
        write_page(run)


def write_page(run: RunFolder, *, into: Path | None = None, inspection: Inspection | None = None) -> Path:
    """Write report.html, and return it.

    Args:
        run: which is finished.
        into: folder that gets the page; None: the run's own.
        inspection: what was found in its network; None: it was not looked into.

    Raises:
        RunError: a file of the run cannot be read.
    """
    folder = run.path if into is None else into
    write_text(folder / PAGE, render(run, into=folder, inspection=inspection))
    return folder / PAGE


def render(run: RunFolder, *, into: Path, inspection: Inspection | None = None) -> str:
    """Return the page; the arguments are those of `write_page`."""
    files = RunFiles(run.path)
    section = of_files(files) if inspection is None else of_inspection(inspection, files.classes)
    folders = tuple(dict.fromkeys((run.path, into)))
    inspect, predict = (shlex.join(["cnnlab", name, called(run)]) for name in ("inspect", "predict"))
    is_transfer = look_up(files.config, "backbone") is not None
    return render_page(
        TEMPLATES / "run.html.j2",
        data=_data(files, section.browsed) | section.data,
        styles=(TEMPLATES / "run.css",),
        scripts=(TEMPLATES / "run.js",),
        kind="cnnlab run",
        title=run.run_id,
        command=shlex.join(["cnnlab", "transfer" if is_transfer else "train", *run.read_overrides()]),
        headline=headline(files.summary),
        sentences=list(_sentences(files.summary)),
        next_command=inspect if inspection is None else f"{predict} IMAGE...",
        next_purpose="looks into its network" if inspection is None else "classifies images with it",
        inspect_command=inspect,
        inspection=inspection,
        classes=list(_class_rows(files.summary)),
        num_browsed=len(section.browsed),
        has_matrix=files.confusion is not None,
        section=section,
        files=_links(into, [path for folder in folders for path in map(folder.joinpath, FILES)]),
        pictures=_links(into, [path for folder in folders for path in pictures_in(folder)]),
        environment=list(_environment(run)),
    )


def headline(summary: Mapping[str, object]) -> str:
    """Return the result in one sentence of at most 15 words."""
    accuracy, number = figure(summary, "test.accuracy"), figure(summary, "data.test")
    if accuracy is None or not number:
        return "No result: the run was not tested."
    count = int(number)
    low, high = (percent(end, count).removesuffix(" %") for end in wilson_interval(round(accuracy * count), count))
    return f"{percent(accuracy, count)} of {count:,} test images right; 95 % interval {low} to {high}."


def _sentences(summary: Mapping[str, object]) -> Iterator[str]:
    """Yield what stands below the headline: what it is to be compared with, by what it was chosen, what it cost."""
    majority, val = figure(summary, "test.majority_accuracy"), figure(summary, "val.accuracy")
    if majority is not None:
        yield f"Always answering the most frequent class would get {percent(majority, 101)}."
    chosen = f"Weights of epoch {look_up(summary, 'best_epoch')}, chosen by {look_up(summary, 'selected_by')}"
    number = figure(summary, "data.val")
    of_val = f": {percent(val, int(number))} of {number:,} validation images" if val is not None and number else ""
    yield f"{chosen}{of_val}."
    seconds, parameters = figure(summary, "seconds.train"), figure(summary, "parameters")
    if seconds is not None and parameters is not None:
        yield f"{parameters:,} parameters, trained in {duration(seconds)}."


def _class_rows(summary: Mapping[str, object]) -> Iterator[ClassRow]:
    """Yield the classes, the one least recognised first; those without test images last."""
    found = look_up(summary, "test.per_class")
    if not isinstance(found, Mapping):
        return
    for name, figures in sorted(found.items(), key=lambda pair: (not pair[1]["support"], pair[1]["recall"])):
        support = int(figures["support"])
        cells = (percent(figures[key], 101) if support else "–" for key in ("recall", "precision", "f1"))
        yield ClassRow(str(name), support, *cells)


def _data(files: RunFiles, browsed: tuple[Browsed, ...]) -> Plain:
    """Return what the page's script draws."""
    counts = files.confusion
    cells = [] if counts is None else [[int(i), int(k), int(counts[i, k])] for i, k in zip(*np.nonzero(counts))]
    return {
        "classes": list(files.classes),
        "confusion": [number for cell in cells for number in cell],
        "images": [vars(image) for image in browsed],
        "epochs": files.metrics["epoch"],
        "curves": {name: _curves(files, name) for name in ("accuracy", "loss")},
    }


def _curves(files: RunFiles, name: str) -> dict[str, list[float | None]]:
    """Return the curves of one figure, of the splits for which it was measured; what is not finite is left out."""
    columns = {split: files.metrics[f"{split}_{name}"] for split in _MEASURED}
    finite = {
        split: [None if v is None or not math.isfinite(v) else float(f"{v:.5g}") for v in column]
        for split, column in columns.items()
    }
    return {split: column for split, column in finite.items() if any(v is not None for v in column)}


def _links(beside: Path, paths: list[Path]) -> list[Link]:
    """Return links to the files that are there, by paths from the page."""
    return [
        Link(path.stem.replace("_", " ") if path.suffix == ".png" else path.name, address_of(path, beside=beside))
        for path in dict.fromkeys(paths)
        if path.is_file()
    ]


def _environment(run: RunFolder) -> Iterator[tuple[str, str]]:
    """Yield what the run was made with: a name and a value."""
    names = {"cnnlab": "version of cnnlab", "torch": "version of torch", "python": "version of Python"}
    names |= {"device_name": "device", "precision": "precision", "threads": "threads", "platform": "system"}
    found = run.read_environment()
    yield from ((name, str(found[key])) for key, name in names.items() if found.get(key) is not None)
