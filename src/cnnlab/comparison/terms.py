"""What the terms of a conclusion mean, for someone who meets them for the first time."""

from __future__ import annotations

from cnnlab.comparison.judging import Answer, Question
from cnnlab.comparison.labels import Names, is_wide
from cnnlab.comparison.verdicts import EQUAL, Result

_INTERVAL = ("±", "95 % interval of the mean, of this arm alone")
_OVER_LOOKS = ("±", "95 % interval of the mean, of this arm alone; of a difference, over all looks")
_CUT = ("+ -", "such an interval where it was cut, since no accuracy is below 0 or above 100 %")
_EQUAL_RUNS = ("± of equal ones", "counted as one test image apart, since a few may be equal by luck")
_RANGE = ("(a to b)", "lowest and highest run, where an interval says less")
_SURE = ("95 % sure", "so in 19 of 20 such studies")
_P = ("p", "how often chance alone would show as much")
_CORRECTED = ("corrected", "raised, since of many comparisons one looks good by chance")
_EQUAL = ("equal", "shown to differ by less than the margin")


def terms(answer: Answer, question: Question, names: Names) -> list[tuple[str, str]]:
    """Return the terms that the table and the sentences use, each with what it means."""
    results, noun = answer.results, question.repeats.noun
    estimates = [e for result in results for e in (result.test, result.difference) if e is not None]
    is_tested = any(result.p is not None for result in results)
    has_p = any(_is_said(result, answer) for result in results)
    with_interval = [e for e in estimates if e.half_width is not None and not is_wide(e)]
    used = {
        _OVER_LOOKS if question.plan is not None else _INTERVAL: bool(with_interval),
        _CUT: any({e.low, e.high}.intersection(e.bounds) for e in with_interval),
        _EQUAL_RUNS: any(e.lowest == e.highest for e in with_interval),
        _RANGE: any(map(is_wide, estimates)),
        ("difference", f"to {names[answer.reference.label]}, {noun} by {noun}"): any(r.difference for r in results),
        _SURE: is_tested and answer.best is not None,
        _P: has_p,
        _CORRECTED: has_p and len(results) > 2,
        _EQUAL: any(result.verdict == EQUAL for result in results),
    }
    return [term for term, is_used in used.items() if is_used]


def _is_said(result: Result, answer: Answer) -> bool:
    """Tell whether a sentence gives this arm's p."""
    return result.p is not None and (answer.best is None or result.ruled_out_by is not None)
