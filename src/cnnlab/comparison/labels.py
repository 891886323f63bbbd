"""Names of arms and numbers as the table, the page and the pictures write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnnlab.base.texts import cut_middle
from cnnlab.comparison.statistics import Estimate
from cnnlab.outputs.settings import parts_of

Names = Mapping[str, str]
"""Label of an arm -> its name as it is to be written."""
MISSING = "–"
ALONE = "all runs"
"""Stands for the name of the only arm."""

WIDE = 0.30
"""Accuracy: an interval wider than this gives its place to the range of the runs."""
NO_WORDS = frozenset({"true", "false", "null", "none", "nan", "inf"})


def heading(names: Sequence[str]) -> str:
    """Return which settings the cells of `cell_names` are of: `optimizer` for optimizer=sgd, optimizer=adam."""
    keys = _common_keys(names)
    return "arm" if keys is None else ", ".join(short_keys(keys))


def cell_names(names: Sequence[str]) -> list[str]:
    """Return what stands in a table under `heading`: of one setting the value alone, of several the short name."""
    keys = _common_keys(names)
    if keys is None:
        return [name or ALONE for name in names]
    return [name.partition("=")[2] or name for name in names] if len(keys) == 1 else short_names(names)


def short_names(names: Sequence[str]) -> list[str]:
    """Return names for sentences and curves: words without their key, all else with its end, `adam lr=0.1`.

    As long as the names have all keys in common; else they stay as they are.
    """
    keys = _common_keys(names)
    if keys is None:
        return [name or ALONE for name in names]
    values = [[part.partition("=")[2] or part for part in parts_of(name)] for name in names]
    columns = [_in_short(short, column) for short, column in zip(short_keys(keys), zip(*values))]
    return [" ".join(words) for words in zip(*columns)]


def _in_short(key: str, values: Sequence[str]) -> list[str]:
    return list(values) if all(map(_is_word, values)) else [f"{key}={value}" for value in values]


def _is_word(value: str) -> bool:
    """Tell whether a value can be read without its key: `adam`, but neither `1` nor `true`."""
    return value[:1].isalpha() and value.lower() not in NO_WORDS


def short_keys(keys: Sequence[str]) -> list[str]:
    """Return the ends of keys, or whole keys where two of them end alike."""
    short = [key.rpartition(".")[2] for key in keys]
    return short if len(set(short)) == len(short) else list(keys)


def _common_keys(names: Sequence[str]) -> list[str] | None:
    """Return the keys of the settings that every name consists of, `arm` for what is no setting."""
    keys = [tuple(part.partition("=")[0] if "=" in part else "arm" for part in parts_of(name)) for name in names]
    if not keys or not keys[0] or len(set(keys)) > 1 or keys[0] == ("arm",):
        return None
    return list(keys[0])


def cut_names(names: Sequence[str], room: int) -> list[str]:
    """Cut the middle out of names that are too long; where that makes two of them equal, all are numbered."""
    cut = [cut_middle(name, room) for name in names]
    if len(set(cut)) == len(set(names)):
        return cut
    digits = len(str(len(names)))
    return [f"{place:>{digits}} {cut_middle(name, room - digits - 1)}" for place, name in enumerate(names, 1)]


def percent(share: float | None, *, digits: int = 2) -> str:
    """Write an accuracy in percent, without the sign."""
    return MISSING if share is None else f"{100 * share:.{digits}f}"


def plus_minus(estimate: Estimate | None, *, signed: bool = False) -> str:
    """Write a mean and the interval of this arm alone in percent: `97.86 ± 0.45`; one value stands alone.

    Where an end was cut, `99.20 +0.80 -1.50`; where the interval says next to nothing, the range of the runs,
    `65.7 (10.0 to 97.5)`.
    """
    if estimate is None:
        return MISSING
    sign = "+" if signed else ""
    mean = f"{100 * estimate.mean:{sign}.2f}"
    if (ends := ends_of(estimate)) is None:
        return mean
    if is_wide(estimate):
        runs = (f"{100 * end:{sign}.1f}" for end in ends)
        return f"{100 * estimate.mean:{sign}.1f} ({' to '.join(runs)})"
    up, down = (f"{100 * part:.2f}" for part in (ends[1] - estimate.mean, estimate.mean - ends[0]))
    return f"{mean} ± {up}" if up == down else f"{mean} +{up} -{down}"


def ends_of(estimate: Estimate) -> tuple[float, float] | None:
    """Return from where to where a line through the mean is drawn: the interval, or where that is wide all runs."""
    if estimate.low is None or estimate.high is None:
        return None
    return (estimate.lowest, estimate.highest) if is_wide(estimate) else (estimate.low, estimate.high)


def said_of_ends(estimates: Sequence[Estimate]) -> str:
    """Say what the lines through means are: `95 % intervals`; runs take the place of those that say next to nothing."""
    wide = [is_wide(one) for one in estimates if one.half_width is not None]
    if not any(wide):
        return "95 % intervals"
    return "lowest to highest run" if all(wide) else "95 % intervals, or where wide all runs"


def is_wide(estimate: Estimate) -> bool:
    """Tell whether an interval is so wide that the runs themselves say more."""
    return estimate.half_width is not None and 2 * estimate.half_width > WIDE


def interval(estimate: Estimate) -> str:
    """Write an interval of differences in points: `+1.02 to +5.84`."""
    assert estimate.low is not None
    assert estimate.high is not None
    return f"{100 * estimate.low:+.2f} to {100 * estimate.high:+.2f}"


def p_text(p: float) -> str:
    """Write a p-value: `p = 0.013`, `p < 0.001`."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def p_cell(p: float | None) -> str:
    """Write a p-value as the cell of a table: `0.013`, `< 0.001`."""
    return MISSING if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def points(share: float) -> str:
    """Write a margin as it was typed: `1 point`, `0.5 points`."""
    number = f"{100 * share:.6g}"
    return f"{number} point{'' if number == '1' else 's'}"


def any_of(texts: Sequence[str]) -> str:
    """Join texts as a choice: `a, b or c`."""
    *first, last = texts
    return f"{', '.join(first)} or {last}" if first else last


def capitalised(text: str) -> str:
    """Begin with a capital letter; the rest, such as an arm's name, stays as it is."""
    return text[:1].upper() + text[1:]


def listed(texts: Sequence[str]) -> str:
    """Join texts as a sentence does: `a, b and c`."""
    *first, last = texts
    return f"{', '.join(first)} and {last}" if first else last
