"""The page of a data set: one file that any browser opens offline, in the style of a comparison's."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlab.data.fingerprints import Pixels
from cnnlab.outputs.files import write_text
from cnnlab.surveys.survey import Group, Survey, cautions, headline
from cnnlab.surveys.tables import as_plain, class_csv, duplicates_csv, facts
from cnnlab.webpage.pictures import picture_of
from cnnlab.webpage.rendering import render as render_page

TEMPLATES = Path(__file__).parent / "templates"
_DAMAGED = 100  # files that are listed


@dataclass(frozen=True)
class Picture:
    """An image on the page."""

    address: str | None
    """A data URI."""
    is_pixelated: bool
    title: str
    lines: Sequence[str] = ()
    """Under it."""


def write_survey(survey: Survey, folder: Path, *, words: Sequence[str]) -> Path:
    """Write data.csv, duplicates.csv, data.json and report.html into a folder; return the page.

    Args:
        survey: of the data set.
        folder: of the files.
        words: that were typed, for the command.
    """
    write_text(folder / "data.csv", class_csv(survey))
    write_text(folder / "duplicates.csv", duplicates_csv(survey))
    write_text(folder / "data.json", json.dumps(as_plain(survey), indent=1))
    page = folder / "report.html"
    write_text(page, render(survey, words=words))
    return page


def render(survey: Survey, *, words: Sequence[str]) -> str:
    """Return the page."""
    most = max(survey.totals)
    return render_page(
        TEMPLATES / "data.html.j2",
        data={},
        styles=[TEMPLATES / "data.css"],
        kind="data set",
        title=survey.name,
        survey=survey,
        headline=headline(survey),
        cautions=cautions(survey),
        facts=facts(survey),
        rows=[
            (name, counts, total, 100 * total / survey.num_images, 100 * total / most)
            for name, counts, total in zip(survey.classes, zip(*survey.counts.values()), survey.totals)
        ],
        groups=[_pictures(group) for group in survey.groups if group.members[0].pixels is not None],
        classes=[
            (one.name, _picture(one.mean, f"mean of {one.name}"), [_picture(each, one.name) for each in one.samples])
            for one in survey.pictures
        ],
        damaged=list(survey.corrupt.items())[:_DAMAGED],
        command=shlex.join(["cnnlab", "data", *words]),
        train_command=shlex.join(["cnnlab", "train", *words]),
    )


def _picture(pixels: Pixels, title: str, lines: Sequence[str] = ()) -> Picture:
    return Picture(*picture_of(pixels), title, lines)


def _pictures(group: Group) -> tuple[str, list[Picture]]:
    """Return what is said of a group, and its pictures."""
    kind = "equal pixel by pixel" if group.is_equal else "nearly equal"
    said = [kind, *(["in several splits"] if group.is_leak else [])]
    said += ["of several classes"] if group.is_contradiction else []
    shown = [_picture(one.pixels, one.name, (one.label, one.split)) for one in group.members if one.pixels is not None]
    more = len(group.members) - len(shown)
    return ", ".join([*said, *([f"{more:,} more"] if more else [])]), shown
