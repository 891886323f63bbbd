"""A template made into a page, with all that it needs inside it."""

from __future__ import annotations

import functools
import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cnnlab.base.printing import harmless
from cnnlab.base.schema import PlainMapping
from cnnlab.base.version import __version__

if TYPE_CHECKING:
    import jinja2

TEMPLATES = Path(__file__).parent / "templates"
UPLOT = Path(__file__).parent / "vendor" / "uplot"
"""The charting library: 50 kB; Chart.js takes 210, ECharts 500, Plotly 1,190."""


def render(
    template: Path, *, data: PlainMapping, styles: Sequence[Path] = (), scripts: Sequence[Path] = (), **shown: object
) -> str:
    """Return a page.

    Args:
        template: the file, which extends page.html.j2.
        data: what the scripts find in `data`.
        styles: files of the page's own, behind the one that all pages have.
        scripts: likewise.
        shown: what the template shows.
    """
    return load_template(template.parent, template.name).render(
        **shown,
        version=__version__,
        written=int(time.time()),
        data=_script_safe(data),
        styles=_texts(UPLOT / "uPlot.min.css", TEMPLATES / "page.css", *styles),
        scripts=_texts(UPLOT / "uPlot.iife.min.js", TEMPLATES / "page.js", *scripts),
        licence=(UPLOT / "LICENSE").read_text(encoding="utf-8"),
    )


@functools.cache  # compiling it takes longer than rendering, and a sweep writes its page again and again
def load_template(folder: Path, name: str) -> jinja2.Template:
    """Return a template of a page, in which names may hold any character.

    Args:
        folder: where it lies, and what it includes; what all pages share is found too.
        name: of its file.
    """
    import jinja2  # only where a page is written: the other commands begin sooner

    loader = jinja2.FileSystemLoader([folder, TEMPLATES])
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=_finalized
    )
    return environment.get_template(name)


def _finalized(value: object) -> object:
    """Return what a place of the template shows: names may hold any character, files of the page are as they are."""
    return harmless(value) if type(value) is str else value


def _texts(*paths: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in paths]


def _script_safe(data: PlainMapping) -> str:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


_UNSAFE = re.compile("[<\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
