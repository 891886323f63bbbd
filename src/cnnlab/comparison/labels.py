"""Names of arms and numbers as the table, the page and the pictures write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnnlab.base.texts import cut_middle
from cnnlab.comparison.statistics import Estimate

Names = Mapping[str, str]
"""Label of an arm -> its name as it is to be written."""
MISSING = "–"
ALONE = "all runs"
"""Stands for the name of the only arm."""

WIDE = 0.30
"""Accuracy: an interval wider than this gives its place to the range of the runs."""
NO_WORDS = frozenset({"true", "false", "null", "none", "nan", "inf"})


def heading(names: Sequence[str]) -> str:
    """Return what the cells of `cell_names` are values of: `optimizer` for optimizer=sgd, optimizer=adam."""
    keys = _common_keys(names)
    return "arm" if keys is None else ", ".join(short_keys(keys))


def cell_names(names: Sequence[str]) -> list[str]:
    """Return what stands in a table under `heading`: the values alone where all names have the same keys."""
    if _common_keys(names) is None:
        return [name or ALONE for name in names]
    return [", ".join(word.partition("=")[2] or word for word in name.split()) for name in names]


def short_names(names: Sequence[str]) -> list[str]:
    """Return names for sentences and labels: the names of parts without their key, all else with the end of its key."""
    keys = _common_keys(names)
    if keys is None or (len(keys) == 1 and all(map(_is_word, cell_names(names)))):
        return cell_names(names)
    values = [[word.partition("=") for word in name.split()] for name in names]
    return [
        " ".join(f"{short}={value}" if sign else word for short, (word, sign, value) in zip(short_keys(keys), own))
        for own in values
    ]


def _is_word(value: str) -> bool:
    """Tell whether a value can be read without its key: `adam`, but neither `1` nor `true`."""
    return value[:1].isalpha() and value.lower() not in NO_WORDS


def short_keys(keys: Sequence[str]) -> list[str]:
    """Return the ends of keys, or whole keys where two of them end alike."""
    short = [key.rpartition(".")[2] for key in keys]
    return short if len(set(short)) == len(short) else list(keys)


def _common_keys(names: Sequence[str]) -> list[str] | None:
    """Return the keys of the settings that every name consists of, `arm` for a word that is no setting."""
    keys = [tuple(word.partition("=")[0] if "=" in word else "arm" for word in name.split()) for name in names]
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
    if estimate.half_width is None or estimate.low is None or estimate.high is None:
        return mean
    if is_wide(estimate):
        ends = (f"{100 * end:{sign}.1f}" for end in (estimate.lowest, estimate.highest))
        return f"{100 * estimate.mean:{sign}.1f} ({' to '.join(ends)})"
    up, down = (f"{100 * part:.2f}" for part in (estimate.high - estimate.mean, estimate.mean - estimate.low))
    return f"{mean} ± {up}" if up == down else f"{mean} +{up} -{down}"


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


def some_of(texts: Sequence[str], *, most: int = 6) -> str:
    """Join texts with commas; beyond `most` of them the rest is counted."""
    shown = list(texts[:most])
    more = [f"{len(texts) - most} more"] if len(texts) > most else []
    return ", ".join(shown + more)
