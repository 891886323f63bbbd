"""What the page leads to: pictures beside it as PNG and PDF, and the folders of its runs. All by relative paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlab.comparison.comparing import Comparison
from cnnlab.outputs.fair_tuning import page_of_tuning, read_fair
from cnnlab.webpage.links import Link, address_of

FILES = (
    "comparison.csv", "results.csv", "runs.csv", "changes.csv", "study.json", "fair.json", "trials.csv", "untuned.csv",
    "halving.json",
)  # fmt: skip
"""Of a study."""
KINDS = (".png", ".pdf")
OF_RUNS = ("curves", "confusion", "mistakes")
"""Pictures of a run that stand beside its link, where it has them."""


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
    tunings: Sequence[Link]
    """Pages that say how arms were tuned."""


def page_links(comparison: Comparison) -> PageLinks:
    """Return what there is to lead to."""
    folder = comparison.folder.path
    files = [name for name in FILES if (folder / name).is_file()]
    return PageLinks(files, picture_links(folder), run_links(comparison), tuning_links(comparison))


def picture_links(folder: Path) -> dict[str, list[Link]]:
    """Return the study's pictures that there are: name, such as `accuracy` -> its files."""
    found: dict[str, list[Link]] = {}
    for path in sorted(folder.glob("plots/*")):
        if path.suffix in KINDS:
            found.setdefault(path.stem, []).append(Link(path.suffix[1:].upper(), address_of(path, beside=folder)))
    return {name: sorted(files, key=lambda link: link.name, reverse=True) for name, files in found.items()}


def run_links(comparison: Comparison) -> list[RunLinks]:
    """Return the runs of all arms that the page shows."""
    beside = comparison.folder.path
    return [
        RunLinks(
            comparison.name(result),
            run.unit,
            Link(run.folder.run_id, f"{address_of(run.folder.path, beside=beside)}/"),
            [
                Link(name, address_of(path, beside=beside))
                for name in OF_RUNS
                if (path := run.folder.path / "plots" / f"{name}.png").is_file()
            ],
        )
        for result in comparison.shown.results
        for run in result.arm.runs
        if run.folder is not None
    ]


def tuning_links(comparison: Comparison) -> list[Link]:
    """Return the arms that the page shows and were tuned, each with the page of its trials."""
    tuning, folder = read_fair(comparison.folder), comparison.folder.path
    places = {} if tuning is None else {arm.arm: folder / page_of_tuning(i) for i, arm in enumerate(tuning.arms)}
    pages = [(comparison.name(result), places.get(result.arm.name)) for result in comparison.shown.results]
    return [Link(name, address_of(path, beside=folder)) for name, path in pages if path is not None and path.is_file()]
