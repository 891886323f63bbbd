"""What came of a tuning, for the terminal: the best trials, what may be said of the best, what to type next."""

from __future__ import annotations

import shlex
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from cnnlab.base.texts import cut_middle, laid_out, quantity
from cnnlab.comparison.labels import MISSING, listed, percent, plus_minus, short_keys
from cnnlab.config.conf_files import EXPERIMENT
from cnnlab.sweeps.points import SEED, key_of
from cnnlab.sweeps.steering_keys import STEERING
from cnnlab.sweeps.tuning.design import Tried
from cnnlab.sweeps.tuning.importance import Importance
from cnnlab.sweeps.tuning.space import is_range
from cnnlab.sweeps.tuning.tuned import Tuned

MOST = 8
"""Trials in the table; trials.csv has all of them."""
_NAME = 14  # columns of a value
_OF_COMMAND = ("study", "plan", "rerun", "baseline", SEED, "fair", "zip", "exclude")


def terminal_lines(tuned: Tuned, importances: Sequence[Importance], *, width: int) -> list[str]:
    """Lay a tuning out for a terminal.

    Args:
        tuned: what came of it.
        importances: of its settings; none where they are not known.
        width: columns of the terminal; no line is longer, commands and paths apart.
    """
    shown = tuned.finished[:MOST]
    lines = trial_table(tuned, shown, width=width) if shown else []
    if len(tuned.tried) > len(shown):
        lines.append(
            f"{'' if not shown else f'the best {len(shown)} of '}{_count(tuned)}: {tuned.study.path / 'trials.csv'}"
        )
    lines.append("")
    for sentence in sentences(tuned, importances):
        lines += textwrap.wrap(sentence, width, break_on_hyphens=False)
    if tuned.best is not None:
        lines.append(f"best     {best_command(tuned, tuned.best)}")
    return [*lines, f"open     {tuned.study.path / 'report.html'}"]


def trial_table(tuned: Tuned, shown: Sequence[Tried], *, width: int) -> list[str]:
    """Return a table of trials; of many settings as many as fit, those that are searched first."""
    texts = {"trial": [str(one.trial.number) for one in shown]}
    numbers = {"val %": [percent(one.accuracy) for one in shown], "val loss": [_loss(one) for one in shown]}
    for key, short in zip(tuned.space.axes, short_keys(list(tuned.space.axes))):
        cells = [cut_middle(one.trial.values.get(key, MISSING), _NAME) for one in shown]
        if len(laid_out({**texts, short: cells}, numbers)[0]) <= width:
            texts[short] = cells
    return laid_out(texts, numbers, to_the_right=("epochs",))


def sentences(tuned: Tuned, importances: Sequence[Importance]) -> Iterator[str]:
    """Yield what may be said of the best, and what has to be said beside it."""
    if (best := tuned.best) is None:
        yield f"No trial is finished, of {_count(tuned)}: nothing can be said."
        return
    yield (
        f"The best of {_count(tuned)} on validation is trial {best.trial.number}, with {percent(best.accuracy)} %: "
        "chosen for that figure, which is therefore optimistic."
    )
    yield _measured(tuned)
    for key, end in tuned.space.edges(best.trial.values).items():
        lies = f"{key}={best.trial.values[key]} lies at the {end} end of {tuned.space.axes[key].written}"
        yield f"{lies}: the best may lie beyond. Widen it, if it can be."
    yield _what_matters(importances)


def _what_matters(importances: Sequence[Importance]) -> str:
    if not importances:
        return "How much the settings matter is not known from so few trials."
    clear = [
        f"{one.key} {100 * one.share:.0f} % ({100 * one.low:.0f} to {100 * one.high:.0f})"
        for one in importances
        if one.is_clear
    ]
    unclear = [one.key for one in importances if not one.is_clear]
    told = f"Of what decides the trials' order, each setting alone has: {listed(clear)}." if clear else ""
    return f"{told} {listed(unclear)}: no more than chance shows.".strip() if unclear else told


def _measured(tuned: Tuned) -> str:
    seeds = [run.seed for run in tuned.fresh if run.accuracy is not None]
    if tuned.tested is None:
        return "It has not been tested over fresh seeds yet."
    several = (
        f"{len(seeds)} fresh seeds ({seeds[0]} to {seeds[-1]})" if len(seeds) > 1 else f"one fresh seed ({seeds[0]})"
    )
    missing = len(tuned.fresh) - len(seeds)
    without = f"; {missing} of {len(tuned.fresh)} have no result" if missing else ""
    return f"Test accuracy over {several}, which no trial had: {plus_minus(tuned.tested)} %{without}."


def best_command(tuned: Tuned, best: Tried) -> str:
    """Return the command that trains a run with the settings of a trial."""
    _, *words = shlex.split(tuned.command)
    words = words[words[:1] == ["tune"] :]
    command = words.pop(0) if words[:1] in (["train"], ["transfer"]) else "train"
    dropped = {*tuned.space.axes, *map(key_of, tuned.words), *STEERING, *_OF_COMMAND}
    kept = [word for word in words if key_of(word) not in dropped and not is_range(word) and word != "-m"]
    kept = [word for word in kept if not word.startswith("hydra")]  # how the trials were carried out
    own = [f"{key}={value}" for key, value in best.trial.values.items()]
    flags = ["-m"] if any(key_of(word) == EXPERIMENT for word in kept) else []  # a study is a sweep, of one arm too
    return shlex.join(["cnnlab", command, *flags, *kept, *tuned.words, *own])


def _count(tuned: Tuned) -> str:
    """Return the number of trials, and how those ended that have no result."""
    others = Counter(one.status for one in tuned.tried if one.status != "finished")
    told = f" ({listed([f'{number} {status}' for status, number in others.items()])})" if others else ""
    return f"{quantity(len(tuned.tried), 'trial')}{told}"


def _loss(one: Tried) -> str:
    return MISSING if one.loss is None else f"{one.loss:.3f}"
