"""Trackers that remember what they are told, and some that misbehave."""

import threading

from cnnlab.runs.tracking.tracker import End, TrackedRun


class Remembering:
    """Keeps everything; begun by `of`."""

    def __init__(self, run: TrackedRun, *, last_epoch: int = 0) -> None:
        self.run, self.last_epoch = run, last_epoch
        self.epochs: list[int] = []
        self.figures: list[dict[str, float]] = []
        self.ends: list[End] = []

    def log(self, epoch, figures):
        self.epochs.append(epoch)
        self.figures.append(dict(figures))

    def end(self, end):
        self.ends.append(end)


class Raising(Remembering):
    """Takes nothing in."""

    def log(self, epoch, figures):
        raise ConnectionError("no server\nand more lines")

    def end(self, end):
        raise TimeoutError("gone")


class Hiccuping(Remembering):
    """Fails at its first epoch once."""

    has_failed = False

    def log(self, epoch, figures):
        if not self.has_failed:
            self.has_failed = True
            raise ConnectionError("no server")
        super().log(epoch, figures)


class Hanging(Remembering):
    """Never gets done."""

    def end(self, end):
        threading.Event().wait()


def cannot_begin(run):
    """Begin nothing."""
    raise OSError("no route to host")


def of(kind, begun, **options):
    """Return what begins a tracker, and adds it to those begun."""

    def begin(run):
        begun.append(kind(run, **options))
        return begun[-1]

    return begin
