"""How a run speaks: lines on the terminal and in train.log, and one live line while it trains. Imports no torch."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from cnnlab.base.printing import harmless, live, meanwhile
from cnnlab.base.texts import duration, fitted

if TYPE_CHECKING:
    from rich.progress import Progress as ProgressBar
    from rich.progress import TaskID

    from cnnlab.training.engine import EpochRecord
    from cnnlab.training.evaluation import Score
    from cnnlab.training.selection import Selection

_STEPS = 10  # plain lines of a long preparation
_HANGING = 9  # columns in front of what a line says
_EPOCHS = 20  # lines of them that a terminal keeps


class RunConsole:
    """Speaks for one run.

    Args:
        is_quiet: of a run's own lines only how far a preparation is gets to the terminal; all others to the log alone.
    """

    def __init__(self, *, is_quiet: bool = False) -> None:
        self.log: Callable[[str], None] | None = None
        """Gets every line too, once it is set."""
        self._is_quiet = is_quiet
        from rich.console import Console  # takes a moment, and what is refused needs none

        self._console = Console(
            file=live(sys.stdout), highlight=False, markup=False, soft_wrap=True, force_jupyter=False
        )
        self._live: ProgressBar | None = None
        self._task: TaskID | None = None
        self._said: dict[str, int] = {}
        self._began: dict[str, float] = {}
        self._untold: str | None = None
        """Line of the last epoch, until it is printed."""

    @property
    def _is_live(self) -> bool:
        return self._console.is_terminal and not self._is_quiet

    def say(self, text: str) -> None:
        """Print a line, and add it to the log."""
        if self._is_quiet:
            self.note(text)
        else:
            self.warn(text)

    def warn(self, text: str) -> None:
        """Print a line that has to be seen, also of a quiet run, and add it to the log."""
        console = self._live.console if self._live is not None else self._console
        lines = fitted(text, console.width, indent=_HANGING) if console.is_terminal else [text]
        console.print(harmless("\n".join(lines)))
        self.note(text)

    def note(self, text: str) -> None:
        """Add a line to the log alone."""
        if self.log is not None:
            self.log(text)

    def meanwhile(self, what: str) -> None:
        """Name what is going on, on a terminal, until anything else is said."""
        if self._is_live and self._live is None:
            meanwhile(what)

    def preparing(self, what: str, done: int, total: int) -> None:
        """Show how far a preparation is and how long it goes on: live, or a line for every tenth."""
        if self._is_live:
            self._show(what, done, total, "" if total == 1 else f"{done:,} of {total:,}")
            if done >= total:
                self.stop()
        elif total == 1 and done == 1:
            return
        elif done * _STEPS // total > self._said.get(what, -1):
            self._said[what] = done * _STEPS // total
            self._console.print(what if total == 1 else f"{what}: {done:,} of {total:,}{self._left(what, done, total)}")

    def _left(self, what: str, done: int, total: int) -> str:
        """Say how long a preparation goes on, where it lies between its first call and its end."""
        now = time.monotonic()
        began = self._began.setdefault(what, now)
        return f", {duration((now - began) * (total - done) / done)} left" if 0 < done < total else ""

    def training(
        self, epoch: int, epochs: int, images: int, total: int, last: EpochRecord | None, best: Selection
    ) -> None:
        """Move the live line: images seen of all epochs, and the last epoch's figures."""
        if self._is_live:
            self._show(f"epoch {epoch}/{epochs}", images, total, _live_text(last, best))

    def epoch(self, record: EpochRecord, epochs: int, best: Selection, seconds_left: float) -> None:
        """Say what an epoch did, in the log and as a line; of many epochs a terminal gets some, the last among them."""
        text = epoch_line(record, epochs, is_best=best.epoch == record.epoch, seconds_left=seconds_left)
        self._untold = text
        if not self._is_quiet and (not self._is_live or is_told(record.epoch, epochs)):
            self._tell_epoch()
        self.note(text)

    def _tell_epoch(self) -> None:
        """Print the last epoch's line above the live one, where it stays."""
        if self._untold is not None:
            (self._live.console if self._live is not None else self._console).print(self._untold)
        self._untold = None

    def stop(self) -> None:
        """End the live line; the last epoch's line stays."""
        if not self._is_quiet:
            self._tell_epoch()
        if self._live is not None:
            self._live.stop()
        self._live, self._task = None, None

    def _show(self, what: str, done: int, total: int, text: str) -> None:
        if self._live is None:
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            self._live = Progress(
                TextColumn("{task.description}"), BarColumn(bar_width=10), TextColumn("{task.fields[text]}"),
                TimeRemainingColumn(compact=True), console=self._console, transient=True, refresh_per_second=5,
            )  # fmt: skip
            self._live.start()
            self._task = self._live.add_task(what, total=total, completed=done, text=text)
        assert self._task is not None
        self._live.update(self._task, description=what, completed=done, total=total, text=text)


def _live_text(last: EpochRecord | None, best: Selection) -> str:
    if last is None:
        return ""
    val = f" val {_score(last.val)} best {100 * best.accuracy:.1f}%" if last.val is not None else ""
    return f"train {_score(last.train)}{val}"


def _score(score: Score) -> str:
    return f"{score.loss:.3f} {100 * score.accuracy:5.1f}%"


def epoch_line(record: EpochRecord, epochs: int, *, is_best: bool, seconds_left: float) -> str:
    """Return one line of at most 80 columns about an epoch."""
    width = len(str(epochs))
    scores = [f"train {_score(record.train)}"]
    if record.val is not None:
        scores.append(f"val {_score(record.val)}{' *' if is_best else '  '}")
    if record.test is not None:
        scores.append(f"test {_score(record.test)}")
    times = f"{record.seconds:.1f} s, {duration(seconds_left)} left"
    return f"epoch {record.epoch:{width}}/{epochs}  {'  '.join(scores)}  {times}"


def is_told(epoch: int, epochs: int) -> bool:
    """Tell whether a terminal keeps the line of an epoch: of all, up to some twenty; else of every k-th."""
    return epoch == 1 or epoch % -(-epochs // _EPOCHS) == 0
