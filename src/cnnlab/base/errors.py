"""The ways in which a command ends without a traceback."""

import difflib
from collections.abc import Callable, Iterable


class CnnlabError(Exception):
    """What cnnlab says went wrong, in words that need no traceback."""


class ConfigError(CnnlabError):
    """What the user wrote is wrong: exit code 2, one message, no traceback.

    Args:
        problems: one line each, `where: what is wrong, got value. What to do.`
    """

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class RunError(CnnlabError):
    """A run could not be carried out, through no fault of its configuration: exit code 1, one message."""


class Busy(RunError):
    """Another process is at the run; asked again later, it may be finished."""


class TakenOver(Busy):
    """Another process has taken the run over, so that its files must not be written any more."""


class Interrupted(KeyboardInterrupt):
    """The user stopped a run, and has been told how to go on: exit code 130, no further message."""


def unknown(name: str, known: Iterable[str], *, noun: str = "") -> str:
    """Say that `name` is not known, which known name is nearest, and all known ones."""
    names, what = sorted(known), f"{noun} " if noun else ""
    return f"unknown {what}'{brief(name, str)}'.{did_you_mean(name, names)} Known: {', '.join(names)}."


_ALIKE = 0.65  # of two names; what is less alike has nothing in common but letters
_BEGUN_ALIKE = 0.5  # of two names with the same two letters at their front
_SEVERAL = 5  # names that begin alike and are proposed together


def did_you_mean(name: str, known: Iterable[str], where: str = "") -> str:
    """Return a question that names what is nearest to `name`, with a space before it; nothing if nothing is near.

    Args:
        name: as typed.
        known: what it may have been meant to be; several that begin with it are all proposed.
        where: what stands before each known name.
    """
    names = sorted(known)
    longer = [other for other in names if len(name) > 2 and other.startswith(name)]
    if 1 < len(longer) <= _SEVERAL:
        *others, last = [f"'{where}{other}'" for other in longer]
        return f" Did you mean {', '.join(others)} or {last}?"
    begun = [other for other in names if other[:2] == name[:2]]
    nearest = difflib.get_close_matches(name, names, n=1, cutoff=_ALIKE)
    nearest = nearest or difflib.get_close_matches(name, begun, n=1, cutoff=_BEGUN_ALIKE)
    return f" Did you mean '{where}{nearest[0]}'?" if nearest else ""


LONGEST = 200
"""Characters that a message shows of a value."""


def brief(value: object, write: Callable[[object], str] = repr) -> str:
    """Return a value as `write` writes it, cut where it is long: a damaged file holds anything."""
    try:
        text = write(value)
    except RecursionError:
        return "what is nested too deep to be shown"
    except ValueError:  # Python writes no number of more than 4300 digits
        return "a number of thousands of digits"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
