"""What the page leads to: pictures beside it as PNG and PDF, and the folders of its runs. All by relative paths."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from cnnlab.comparison.comparing import Comparison

FILES = ("comparison.csv", "results.csv", "runs.csv", "changes.csv", "study.json")
"""Of a study."""
KINDS = (".png", ".pdf")
OF_RUNS = ("curves", "confusion", "mistakes")
"""Pictures of a run that stand beside its link, where it has them."""


@dataclass(frozen=True)
class Link:
    """What a link says, and where it leads."""

    name: str
    address: str


@dataclass(frozen=True)
class RunLinks:
    """One run: its arm, its seed or fold, its folder and the pictures in it."""

    arm: str
    unit: str
    folder: Link
    pictures: Sequence[Link]


@dataclass(frozen=True)
class PageLinks:
    """All that the page leads to."""

    files: Sequence[str]
    """Of the study, beside the page."""
    pictures: Mapping[str, Sequence[Link]]
    """Name, such as `accuracy` -> its files."""
    runs: Sequence[RunLinks]


def page_links(comparison: Comparison) -> PageLinks:
    """Return what there is to lead to."""
    folder = comparison.folder.path
    files = [name for name in FILES if (folder / name).is_file()]
    return PageLinks(files, picture_links(folder), run_links(comparison))


def picture_links(folder: Path) -> dict[str, list[Link]]:
    """Return the study's pictures that there are: name, such as `accuracy` -> its files."""
    found: dict[str, list[Link]] = {}
    for path in sorted(folder.glob("plots/*")):
        if path.suffix in KINDS:
            found.setdefault(path.stem, []).append(Link(path.suffix[1:].upper(), _address(path, folder)))
    return {name: sorted(files, key=lambda link: link.name, reverse=True) for name, files in found.items()}


def run_links(comparison: Comparison) -> list[RunLinks]:
    """Return the runs of all arms that the page shows."""
    beside = comparison.folder.path
    return [
        RunLinks(
            comparison.name(result),
            run.unit,
            Link(run.folder.run_id, f"{_address(run.folder.path, beside)}/"),
            [
                Link(name, _address(path, beside))
                for name in OF_RUNS
                if (path := run.folder.path / "plots" / f"{name}.png").is_file()
            ],
        )
        for result in comparison.shown.results
        for run in result.arm.runs
        if run.folder is not None
    ]


def _address(path: Path, beside: Path) -> str:
    return quote(Path(os.path.relpath(path, beside)).as_posix())
