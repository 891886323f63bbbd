"""The engine: `for record in fit(...)`. It knows neither files nor configuration, and prints nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from cnnlab.base.randomness import seed_epoch
from cnnlab.data.batches import Piece
from cnnlab.training.device_workspace import DeviceWorkspace
from cnnlab.training.evaluation import Batch, Score, measure
from cnnlab.training.schedulers import Factor
from cnnlab.training.step import Clipping, Learner
from cnnlab.training.stepping import Stepper
from cnnlab.training.tracks import AHEAD, Track, own_track
from cnnlab.training.workspaces import EpochWorkspace, HostWorkspace, on_the_way


@dataclass(frozen=True)
class LayerGradient:
    """Size of one parameter's gradient."""

    layer: str
    mean_abs: float
    max_abs: float


@dataclass(frozen=True)
class EpochRecord:
    """What one epoch did. Epochs count from 1."""

    epoch: int
    lr: float
    """Learning rate of the epoch's last step, of the first parameter group."""
    train: Score
    """Running means in train mode: the weights change underneath."""
    val: Score | None
    test: Score | None
    grad_norm: float
    """Global L2 norm of the last step's gradient, before clipping."""
    gradients: tuple[LayerGradient, ...]
    """Of the last step, before clipping, in the model's order."""
    seconds: float
    """Training alone, without evaluation and start-up."""
    images_per_second: float
    diverged_at_step: int | None = None
    """First step of the epoch, from 1, whose loss was not finite; the epoch is then the last."""
    startup_seconds: float = 0.0
    """That the process took for its first step and for capturing it, on a GPU."""


def fit(
    model: nn.Module,
    train: Callable[[int], Iterable[Piece]],
    *,
    loss_fn: nn.Module,
    optimizer: Optimizer,
    schedule: Factor,
    steps_per_epoch: int,
    epochs: int,
    start_epoch: int = 0,
    seed: int = 0,
    val: Callable[[], Iterable[Batch]] | None = None,
    test: Callable[[], Iterable[Batch]] | None = None,
    autocast: torch.dtype | None = None,
    clipping: Clipping = Clipping(),
    average: AveragedModel | None = None,
) -> Iterator[EpochRecord]:
    """Train, and yield one record per epoch; between two records the caller may save, look and stop.

    Args:
        model: on its device; changed in place.
        train: epoch (from 0) -> its pieces, of `steps_per_epoch` steps together.
        loss_fn: (logits float32 (N, K), targets (N,) or (N, K)) -> () mean over the batch; a `FeatureLoss` is given the
            features too, and `model` is then a `Classifier`.
        optimizer: each group's first `lr` is what `schedule` scales.
        schedule: step (from 0, over the whole training) -> factor of the learning rate.
        steps_per_epoch: batches in an epoch.
        epochs: where to end, counted from the start of training.
        start_epoch: epochs already done; the states of model, optimizer and average are those after them.
        seed: of the draws inside the model, which is set anew for each epoch.
        val: batches of the validation split, or None.
        test: batches of the test split where its curve is wanted; nothing is decided on it.
        autocast: dtype of the forward pass where that is safe; None is fp32 throughout.
        clipping: limits on the gradient.
        average: moving average of the weights; updated after each step, evaluated in place of `model`.
    """
    learner = Learner(model, loss_fn, optimizer, average, clipping, autocast)
    turns = training(
        learner, train, schedule=schedule, steps_per_epoch=steps_per_epoch, epochs=epochs, start_epoch=start_epoch,
        seed=seed, val=val, test=test,
    )  # fmt: skip
    return (record for record in turns if record is not None)


@dataclass(frozen=True)
class Manner:
    """How a training is carried out; no result depends on it."""

    track: Track | None = None
    """The run's own among several that take turns; None: it is alone."""
    captures: bool = True
    """Whether steps are captured, on a GPU."""
    say: Callable[[str], None] = lambda _: None
    """Told in a line what the user should know."""


def training(
    learner: Learner,
    train: Callable[[int], Iterable[Piece]],
    *,
    schedule: Factor,
    steps_per_epoch: int,
    epochs: int,
    start_epoch: int = 0,
    seed: int = 0,
    val: Callable[[], Iterable[Batch]] | None = None,
    test: Callable[[], Iterable[Batch]] | None = None,
    manner: Manner = Manner(),
) -> Iterator[EpochRecord | None]:
    """Train as `fit` does, and yield None too wherever another run may have a turn; whoever takes turns asks the track.

    Args:
        learner: what is trained.
        train: epoch (from 0) -> its pieces, of `steps_per_epoch` steps together.
        schedule: step (from 0, over the whole training) -> factor of the learning rate.
        steps_per_epoch: batches in an epoch.
        epochs: where to end, counted from the start of training.
        start_epoch: epochs already done.
        seed: of the draws inside the model.
        val: batches of the validation split, or None.
        test: batches of the test split where its curve is wanted.
        manner: how the training is carried out.
    """
    track = manner.track or own_track(_device(learner))
    with track:
        stepper = Stepper(
            learner, _workspace(learner, steps_per_epoch, track), track, captures=manner.captures, say=manner.say,
            num_steps=(epochs - start_epoch) * steps_per_epoch,
        )  # fmt: skip
    try:
        for epoch in range(start_epoch, epochs):
            first_step = epoch * steps_per_epoch
            with track:
                seed_epoch(seed, epoch)
                learner.model.train()
                if learner.freezing is not None and learner.freezing.begin(epoch):
                    stepper.renew()
                stepper.begin([schedule(first_step + step) for step in range(steps_per_epoch)])
            yield from _taken(train(epoch), stepper, track)
            trained = _Trained(stepper)
            with track:
                scores = [_enqueued(learner, split) for split in (val, test)]
            yield from _done(track)
            yield trained.record(epoch + 1, learner, *map(_score, scores))
            if trained.diverged_at_step is not None:
                return
    finally:
        track.close()


def _gradients(learner: Learner, epoch: int, rows: Iterable[Sequence[float]]) -> Iterator[LayerGradient]:
    """Yield the gradients of an epoch, from 1: each has its row, and what was frozen has none."""
    frozen = [] if learner.freezing is None else learner.freezing.frozen(epoch - 1)
    waiting = iter(rows)
    for name, p in learner.model.named_parameters():
        if p.grad is not None:
            mean, high, _ = next(waiting)
            yield LayerGradient(name, mean, high)
        elif any(p is other for other in frozen):
            yield LayerGradient(name, 0.0, 0.0)


def _device(learner: Learner) -> torch.device:
    return next(learner.model.parameters()).device


def _workspace(learner: Learner, num_steps: int, track: Track) -> EpochWorkspace:
    if track.can_record:
        return DeviceWorkspace(learner.optimizer, num_steps, _device(learner))
    return HostWorkspace(learner.optimizer, num_steps)


def _taken(pieces: Iterable[Piece], stepper: Stepper, track: Track) -> Iterator[None]:
    """Take the steps of an epoch, piece by piece, until the device has done them."""
    waiting = iter(pieces)
    while True:
        with track:
            if (piece := next(waiting, None)) is None:
                break
            stepper.take(piece)
        track.num_images += len(piece.targets)
        track.mark()
        yield
        track.wait()
    with track:
        stepper.end()
    yield from _done(track)
    stepper.stop_clock()


def _done(track: Track) -> Iterator[None]:
    """Wait until all that was enqueued is done."""
    track.mark()
    track.allowed = 0
    yield
    track.wait()
    track.allowed = AHEAD


def _enqueued(learner: Learner, split: Callable[[], Iterable[Batch]] | None) -> Tensor | None:
    """Return what a split's evaluation comes to, once the device has done it: loss and accuracy, on the host."""
    if split is None:
        return None
    evaluated = learner.model if learner.average is None else learner.average.module
    figures = measure(evaluated, split(), loss_fn=learner.loss_fn, autocast=learner.autocast)
    return on_the_way(figures)


def _score(figures: Tensor | None) -> Score | None:
    return None if figures is None else Score(*figures.tolist())


class _Trained:
    """An epoch's training in figures.

    Args:
        stepper: that has taken its steps.
    """

    def __init__(self, stepper: Stepper) -> None:
        figures = self._figures = stepper.figures()
        self._sizes = stepper.sizes
        self._seconds, self._startup_seconds = stepper.seconds, stepper.startup_seconds
        self._images_per_second = stepper.images_per_second
        losses = enumerate(figures.losses, 1)
        self.diverged_at_step = next((step for step, loss in losses if not math.isfinite(loss)), None)

    def record(self, epoch: int, learner: Learner, val: Score | None, test: Score | None) -> EpochRecord:
        """Return the record of the epoch, with what its evaluation has come to."""
        num_images = sum(self._sizes)
        loss = sum(value * size for value, size in zip(self._figures.losses, self._sizes)) / num_images
        rows = self._figures.gradients
        return EpochRecord(
            epoch=epoch,
            lr=learner.optimizer.param_groups[0]["lr"],
            train=Score(loss, self._figures.num_correct / num_images),
            val=val,
            test=test,
            grad_norm=math.sqrt(sum(square for _, _, square in rows)),
            gradients=tuple(_gradients(learner, epoch, rows)),
            seconds=self._seconds,
            images_per_second=self._images_per_second,
            diverged_at_step=self.diverged_at_step,
            startup_seconds=self._startup_seconds,
        )
