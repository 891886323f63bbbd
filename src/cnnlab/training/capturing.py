"""Capturing: a step's launches are recorded once, as a CUDA graph, and replayed by one launch each time.

Python runs at the capture alone. What it decides there is decided for good, without an error: so each capture is proved
against the step itself, from the same start and at another learning rate than that of the capture.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from cnnlab.training.device_workspace import DeviceWorkspace
from cnnlab.training.step import Learner, Step
from cnnlab.training.tracks import Track

_WARM_UP = 3  # steps: libraries are loaded, plans are made, autograd's nodes take the stream
_OTHER = 0.5  # factor of the learning rates in the proof: one that was recorded as a number is found out
_CLOSE = 0.05  # of the size of a step, where algorithms need not be deterministic


class NotCaptured(Exception):
    """A step cannot be captured, or not proved; says why. Everything is as it was before."""


def capture(step: Step, track: Track, *, is_exact: bool) -> Callable[[], None]:
    """Return what does the same as `step.run`, many times faster where a step is many small launches.

    Everything that the trial changes is put back.

    Args:
        step: over a `DeviceWorkspace` with a piece in it; one like it has been taken, so all states are there.
        track: of the run; can record.
        is_exact: whether the proof asks for equal bits, as algorithms that are deterministic have them.

    Raises:
        NotCaptured: the step waits for the device, uses memory of the host, or does something else when replayed.
        OutOfMemoryError: the graph needs more than there is.
    """
    start = _Snapshot(step, track)
    try:
        for _ in range(_WARM_UP):
            start.retry(step.run, 1.0)
        start.rewind(1.0)
        replay = track.record(step.run)
        _prove(step, replay, start, is_exact=is_exact)
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        raise NotCaptured(_reason(error)) from error
    finally:
        start.restore()
    return replay


def _prove(step: Step, replay: Callable[[], None], start: _Snapshot, *, is_exact: bool) -> None:
    before = start.values()
    expected, got = (start.retry(run, _OTHER) for run in (step.run, replay))
    if is_exact:
        if not all(torch.equal(_comparable(one), _comparable(other)) for one, other in zip(expected, got)):
            raise NotCaptured("a replayed step has other results than the step itself")
    elif not all(_is_close(*part) for part in _parts(step, expected, got, before)):
        raise NotCaptured("a replayed step has results far from those of the step itself")


def _parts(step: Step, *values: list[Tensor]) -> Iterator[list[list[Tensor]]]:
    """Yield the parameters among some values, and the others: a step changes these by much less than those."""
    num_parameters = len(_each_once(_parameters(step.learner)))
    yield [each[:num_parameters] for each in values]
    yield [each[num_parameters:] for each in values]


def _is_close(expected: list[Tensor], got: list[Tensor], before: list[Tensor]) -> bool:
    return _distance(expected, got) <= _CLOSE * _distance(expected, before)


class _Snapshot:
    """The state of a run at a moment, to which it can be put back.

    Args:
        step: of the run.
        track: likewise.
    """

    def __init__(self, step: Step, track: Track) -> None:
        self._track, self._step = track, step
        self._tensors = changing(step)
        with track:
            self._values = _copies(self._tensors)
        self._draws = track.draws

    def values(self) -> list[Tensor]:
        """Return what the tensors were."""
        return self._values

    def restore(self) -> None:
        """Put everything back, in place."""
        with self._track, torch.no_grad():
            for tensor, value in zip(self._tensors, self._values):
                tensor.copy_(value)
        self._track.draw_from(self._draws)

    def rewind(self, factor: float) -> None:
        """Put everything back but the workspace's counters and learning rates, which are those of a trial."""
        self.restore()
        assert isinstance(self._step.workspace, DeviceWorkspace)
        with self._track:
            self._step.workspace.rewind(factor)

    def retry(self, run: Callable[[], None], factor: float) -> list[Tensor]:
        """Return what the tensors are after a trial of a step, at learning rates times a factor."""
        self.rewind(factor)
        with self._track:
            run()
            return _copies(self._tensors)


def changing(step: Step) -> list[Tensor]:
    """Return every tensor that a step changes, parameters first: of model, loss, optimizer, average and workspace."""
    learner, workspace = step.learner, step.workspace
    assert isinstance(workspace, DeviceWorkspace)
    buffers = [tensor for module in _modules(learner) for tensor in module.buffers()]
    return _each_once([*_parameters(learner), *buffers, *_state(learner), *workspace.tensors()])


def _modules(learner: Learner) -> list[nn.Module]:
    return [learner.model, learner.loss_fn, *([] if learner.average is None else [learner.average])]


def _parameters(learner: Learner) -> list[Tensor]:
    return [tensor for module in _modules(learner) for tensor in module.parameters()]


def _state(learner: Learner) -> Iterator[Tensor]:
    def inside(value: Any) -> Iterator[Tensor]:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, dict):
            for each in value.values():
                yield from inside(each)

    yield from inside(dict(learner.optimizer.state))


def _each_once(tensors: Iterable[Tensor]) -> list[Tensor]:
    return list({id(tensor): tensor for tensor in tensors}.values())


def _copies(tensors: Sequence[Tensor]) -> list[Tensor]:
    return [tensor.detach().clone() for tensor in tensors]


def _comparable(tensor: Tensor) -> Tensor:
    """Return a tensor that equals another one where the bits do: numbers that are none differ from themselves."""
    return torch.nan_to_num(tensor) if tensor.is_floating_point() else tensor


def _distance(some: Sequence[Tensor], others: Sequence[Tensor]) -> float:
    squares = [(one.double() - other.double()).square().sum() for one, other in zip(some, others)]
    return float(torch.stack(squares).sum().sqrt())


def _reason(error: BaseException) -> str:
    """Return what went wrong first, in a line, and where; what follows a broken capture is an error too."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    told = str(error).strip().splitlines()[0].rstrip(".")
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if "/torch/" not in frame.filename]
    where = f" ({own[-1].filename.rpartition('/')[2]}:{own[-1].lineno})" if own else ""
    return f"{told}{where}"
