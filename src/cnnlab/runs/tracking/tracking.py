"""All trackers of a run, from its first epoch to its end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from cnnlab.base.errors import RunError, brief
from cnnlab.base.schema import Plain, PlainMapping
from cnnlab.config.keys import without
from cnnlab.config.roles import NOT_SETTINGS
from cnnlab.config.run_config import RunConfig, to_plain
from cnnlab.outputs.files import outputs_dir, pictures_in
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.settings import settings
from cnnlab.outputs.status import FINAL, read_status
from cnnlab.outputs.summary_file import read_summary
from cnnlab.runs.console import RunConsole
from cnnlab.runs.tracking.following import Follower
from cnnlab.runs.tracking.tracker import End, Open, TrackedRun
from cnnlab.runs.tracking.trackers import TRACKERS

LIMIT = 30.0
"""Seconds that the end of a run waits for all its trackers."""
_NO_FIGURES = ("data", "per_class", "mapping", "seconds_to", "epochs_to", "images_to")
"""Parts of a summary that are no result of the run as a whole, or are in its curves."""


class Tracking:
    """Tells the trackers of a run what its files say. Nothing that they do is raised, or waited for but at the end.

    As a context it ends with the run, however that ends: its status is read from its files.

    Args:
        trackers: how each is begun.
        limit: as LIMIT.
    """

    def __init__(self, *, trackers: Mapping[str, Open] = TRACKERS, limit: float = LIMIT) -> None:
        self.notes: list[str] = []
        """What went wrong, a line for each tracker at most."""
        self._trackers, self._limit = trackers, limit
        self._followers: list[Follower] = []
        self._folder: RunFolder | None = None
        self._console: RunConsole | None = None

    def __enter__(self) -> Tracking:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def begin(self, config: RunConfig, folder: RunFolder, console: RunConsole, *, epochs_done: int) -> None:
        """Begin a run in the trackers that it asks for, or go on with it; tell them of the epochs that are done.

        Args:
            config: of the run.
            folder: of the run, which is begun.
            console: told what goes wrong.
            epochs_done: in the checkpoint that the run goes on from.
        """
        if not config.tracker:
            return
        plain = without(to_plain(config), *NOT_SETTINGS)
        chosen = {key: text for key, text in settings(plain).items() if text != "null"}
        run = TrackedRun(
            folder.run_id, config.study, config.tags, chosen, folder.path.absolute(),
            outputs_dir().absolute(), epochs_done, is_anew=config.rerun,
        )  # fmt: skip
        self._folder, self._console = folder, console
        self._followers = [Follower(name, self._trackers[name], run) for name in dict.fromkeys(config.tracker)]
        for row in folder.read_metrics():
            self.epoch({key: float(cell) if cell else None for key, cell in row.items()})

    def epoch(self, row: PlainMapping) -> None:
        """Tell of an epoch: its row of metrics.csv."""
        figures = {key: float(value) for key, value in row.items() if value is not None and key != "epoch"}
        for follower in self._followers:
            follower.say((int(row["epoch"]), figures))
        self._tell_problems()

    def end(self) -> None:
        """Tell how the run ended, by its files, and wait until all has been taken in; once, and only of a run begun."""
        followers, self._followers = self._followers, []
        if not followers or self._folder is None or self._console is None:
            return
        self._console.meanwhile(f"telling {', '.join(follower.name for follower in followers)}")
        end = _end_of(self._folder)
        for follower in followers:
            follower.say(end)
        until = time.monotonic() + self._limit
        for follower in followers:
            if not follower.has_ended(within=until - time.monotonic()) and follower.problem is None:
                follower.problem = f"not done {self._limit:g} s after the run's end, and left there"
        self._followers = followers
        self._tell_problems()
        self._followers = []

    def _tell_problems(self) -> None:
        for follower in self._followers:
            if follower.problem is not None and not any(note.startswith(_begun(follower)) for note in self.notes):
                self.notes.append(f"{_begun(follower)}{brief(follower.problem, str)}. The run is not affected.")
                assert self._console is not None
                self._console.say(self.notes[-1])


def _begun(follower: Follower) -> str:
    return f"note     tracker {follower.name}: "


def _end_of(folder: RunFolder) -> End:
    """Return how a run has ended, as far as its files can be read."""
    status = str(read_status(folder).get("status"))
    try:
        summary = read_summary(folder) if status in FINAL else {}
        epochs = len(folder.read_metrics())
    except RunError:  # told where the run is looked at
        summary, epochs = {}, 0
    return End(status, dict(_figures(summary, "summary/")), pictures_in(folder.path), epochs)


def _figures(summary: Plain, where: str) -> Iterator[tuple[str, float]]:
    """Yield the numbers of a summary by name; trackers show what has one word before a / together."""
    for key, value in summary.items():
        if isinstance(value, dict) and key not in _NO_FIGURES:
            yield from _figures(value, f"{where}{key}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{where}{key}", value
