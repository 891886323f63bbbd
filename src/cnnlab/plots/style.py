"""How every picture looks: colours, sizes, and the pieces that all of them share.

Lengths are inches, font sizes points. Axes are placed by measured text widths, not by a layout engine, which would
draw everything twice.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from cnnlab.base.texts import cut_middle
from cnnlab.outputs.run_files import RunFiles
from cnnlab.outputs.summary_file import look_up

# Okabe and Ito 2008, "Color Universal Design": told apart with every kind of colour vision. Its yellow is too pale.
BLUE, VERMILLION, GREEN, ORANGE, SKY, PURPLE, BLACK = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#E69F00",
    "#56B4E9",
    "#CC79A7",
    "#000000",
)
CYCLE = (BLUE, VERMILLION, GREEN, ORANGE, SKY, PURPLE, BLACK)
SPLIT_COLORS = {"train": BLUE, "val": VERMILLION, "test": GREEN}
INK, FAINT, GRID = "#262626", "#7A7A7A", "#E4E4E4"

DASHES = ("-", (0, (5, 2)), (0, (1.2, 1.8)), (0, (6, 2, 1.2, 2)))
"""Line styles of the first seven lines, of the next seven, and so on."""

DPI = 120
SMALL, NORMAL, LARGE = 7.0, 8.0, 10.0
HEADER = 0.62
"""Height kept free at the top for `write_header`."""
DOT = "  ·  "
"""Between the parts of a small line."""
MARGIN = 0.12
"""Between text and the figure's edge."""

RC: dict[str, object] = {
    "font.family": "DejaVu Sans",
    "font.size": NORMAL,
    "text.color": INK,
    "text.parse_math": False,  # a class may be called $5
    "axes.edgecolor": "#9A9A9A",
    "axes.labelcolor": INK,
    "axes.labelsize": NORMAL,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.5,
    "lines.solid_capstyle": "round",
    "xtick.color": "#9A9A9A",
    "ytick.color": "#9A9A9A",
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": NORMAL,
    "ytick.labelsize": NORMAL,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
    "pdf.fonttype": 42,  # TrueType: publishers refuse Type 3
}


def line_style(place: int) -> tuple[str, object]:
    """Return colour and dashes of the line at this place."""
    return CYCLE[place % len(CYCLE)], DASHES[place // len(CYCLE) % len(DASHES)]


@contextmanager
def _style() -> Iterator[None]:
    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()  # a matplotlibrc of one's own would change sizes, or want LaTeX
        matplotlib.rcParams.update(RC)  # type: ignore[arg-type]
        warnings.filterwarnings("ignore", message="Glyph")  # a class named in a script that the font lacks
        yield


styled = _style()
"""Decorator: draw with this style, and leave the caller's rcParams as they were."""


def new_figure(width: float, height: float) -> Figure:
    """An empty figure that can measure text: widths depend a little on the resolution."""
    figure = Figure(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def add_axes(figure: Figure, left: float, bottom: float, *, right: float, top: float) -> Axes:
    """Axes between four margins: each the distance from that edge of the figure."""
    width, height = figure.get_size_inches()
    box = (left / width, bottom / height, (width - left - right) / width, (height - bottom - top) / height)
    return figure.add_axes(box)


def write_header(figure: Figure, run: RunFiles, headline: str, *, note: str = "") -> None:
    """Write what the picture shows, and small beneath it the run, its data set, its seed and its fold."""
    room = figure.get_size_inches()[0] - 2 * MARGIN
    rest = "".join(f"{DOT}{part}" for part in (run.data_set, _repetition(run), note) if part)
    write_title(figure, headline, fit_text(figure, run.slug, SMALL, room - text_width(figure, [rest], SMALL)) + rest)


def write_title(figure: Figure, headline: str, small: str) -> None:
    """Write what the picture shows, and small beneath it, on two lines if need be, what it was drawn from.

    What is too long even so loses its middle.
    """
    width, height = figure.get_size_inches()
    room = width - 2 * MARGIN
    x, top = MARGIN / width, 1 - MARGIN / height
    # Bold is about 1.12 times as wide as what fit_text measures.
    figure.text(x, top, fit_text(figure, headline, 1.12 * LARGE, room), size=LARGE, weight="bold", va="top")
    lines = "\n".join(fit_text(figure, line, SMALL, room) for line in _in_two(figure, small, room))
    figure.text(x, top - 0.2 / height, lines, size=SMALL, color=FAINT, va="top", linespacing=1.2)


def _in_two(figure: Figure, text: str, room: float) -> list[str]:
    """Break parts between dots into two lines where they do not fit into one: as many as fit in the first."""
    parts = text.split(DOT)
    fitting = (n for n in range(len(parts), 0, -1) if text_width(figure, [DOT.join(parts[:n])], SMALL) <= room)
    number = next(fitting, 1)
    return [line for line in (DOT.join(parts[:number]), DOT.join(parts[number:])) if line]


def text_width(figure: Figure, texts: Iterable[str], size: float) -> float:
    """Width of the widest text."""
    assert isinstance(figure.canvas, FigureCanvasAgg)
    renderer, font = figure.canvas.get_renderer(), FontProperties(size=size)  # type: ignore[no-untyped-call]
    widths = [renderer.get_text_width_height_descent(text, font, False)[0] for text in texts]
    return float(max(widths, default=0.0)) / figure.dpi


def fit_text(figure: Figure, text: str, size: float, width: float) -> str:
    """Cut characters out of the middle until the text is at most `width` wide."""
    length = len(text)
    while length > 3 and text_width(figure, [cut_middle(text, length)], size) > width:
        length -= 1
    return cut_middle(text, length)


def spread(wanted: Sequence[float], gap: float, *, low: float, high: float) -> list[float]:
    """Move positions apart by at least `gap`, as little as possible, within [low, high] if they fit.

    Neighbours that are too close are pooled and centred on their mean, as in isotonic regression.
    """
    order = np.argsort(np.asarray(wanted, dtype=np.float64), kind="stable")
    pools: list[list[float]] = []
    for position in (float(wanted[i]) for i in order):
        pools.append([position])
        while len(pools) > 1 and _start(pools[-1], gap, low, high) < _end(pools[-2], gap, low, high) + gap:
            pools[-2:] = [pools[-2] + pools[-1]]
    placed = [_start(pool, gap, low, high) + i * gap for pool in pools for i in range(len(pool))]
    return [placed[rank] for rank in np.argsort(order)]


def label_ends(axes: Axes, labels: Sequence[tuple[str, float, str]]) -> None:
    """Write (text, y, colour) right of the axes, at the heights of the curves' ends, kept apart."""
    height = size_of(axes)[1]
    to_axes = axes.transData + axes.transAxes.inverted()
    left = axes.get_xlim()[0]
    wanted = [min(1.0, max(0.0, float(to_axes.transform((left, y))[1]))) for _, y, _ in labels]
    places = spread(wanted, 1.25 * NORMAL / 72 / height, low=0.0, high=1.0)
    for (text, _, color), place in zip(labels, places):
        write_outside(axes, text, (1, place), (5, 0), color=color, size=NORMAL, va="center")


def write_outside(
    axes: Axes,
    text: str,
    place: tuple[float, float],
    shift: tuple[float, float],
    *,
    color: str,
    size: float = SMALL,
    ha: str = "left",
    va: str = "baseline",
) -> None:
    """Write at `place` in fractions of the axes, moved by `shift` points."""
    axes.annotate(
        text,
        place,
        shift,
        xycoords="axes fraction",
        textcoords="offset points",
        color=color,
        size=size,
        ha=ha,
        va=va,
        annotation_clip=False,
    )


def size_of(axes: Axes) -> tuple[float, float]:
    """Width and height of the axes in inches."""
    figure = axes.figure
    assert isinstance(figure, Figure)
    (width, height), box = figure.get_size_inches(), axes.get_position()
    return float(width * box.width), float(height * box.height)


def scale_log(axes: Axes, *, low: float, high: float) -> None:
    """Make y logarithmic over [low, high]: plain numbers at 1, 2, 5 where few decades are seen, else powers of ten."""
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high / low < 300 else (1.0,), numticks=7))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: format_power(value)))


def format_power(value: float) -> str:
    """Write a number of a logarithmic axis without mathematical typesetting: 0.02, 50, 10⁻⁷."""
    exponent = int(np.floor(np.log10(value) + 1e-9))
    if -3 <= exponent <= 3:
        return f"{value:.6g}"
    digits = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    factor = round(value / 10.0**exponent)
    return f"10{digits}" if factor == 1 else f"{factor}·10{digits}"


def percent(share: float) -> str:
    """Write a share in [0, 1] as percent with one decimal; 100 only where it is exactly that."""
    shown = f"{100 * share:.1f}"
    return "99.9 %" if shown == "100.0" and share < 1 else f"{shown.removesuffix('.0') if share in (0, 1) else shown} %"


def _repetition(run: RunFiles) -> str:
    """Tell the run from the others of its arm."""
    numbers = {"seed": look_up(run.config, "seed"), "fold": look_up(run.config, "dataset.fold")}
    return ", ".join(f"{name} {number}" for name, number in numbers.items() if number is not None)


def _start(pool: Sequence[float], gap: float, low: float, high: float) -> float:
    length = (len(pool) - 1) * gap
    return max(low, min(sum(pool) / len(pool) - length / 2, high - length))


def _end(pool: Sequence[float], gap: float, low: float, high: float) -> float:
    return _start(pool, gap, low, high) + (len(pool) - 1) * gap
