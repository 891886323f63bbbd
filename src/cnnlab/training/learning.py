"""How a run learns: in steps, at once, or not at all. One of these is among its parts, and answers all that differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from cnnlab.base.compiler import without_compiler
from cnnlab.base.schema import Plain, PlainMapping
from cnnlab.data.augmentations import Augmentation
from cnnlab.data.batches import Batches, Piece
from cnnlab.networks.scores import HeadWithLoss
from cnnlab.networks.transfer.solved_heads import SolvedHead
from cnnlab.training.engine import EpochRecord, Manner, training
from cnnlab.training.metric_losses import as_feature_loss
from cnnlab.training.progressive import Freezing, Growth
from cnnlab.training.schedulers import Schedule
from cnnlab.training.solving import solve
from cnnlab.training.step import Clipping, Learner

Watch = Callable[[int, Iterable[Piece]], Iterable[Piece]]
"""Epoch (from 0) and its pieces -> the same pieces, looked at as they are used."""


@dataclass(frozen=True)
class InSteps:
    """By steps of an optimizer: a network on images, or a head on features."""

    model: nn.Module
    loss_fn: nn.Module
    optimizer: Optimizer
    schedule: Schedule
    augmentation: Augmentation
    average: AveragedModel | None
    """Of the weights; evaluated and saved in place of `model`."""
    clipping: Clipping
    growth: Growth | None
    """Of the training images, by epoch."""
    freezing: Freezing | None
    autocast: torch.dtype | None
    epochs: int
    seed: int
    shuffle: bool
    """Whether the order of the images is drawn anew in every epoch."""
    has_running_means: ClassVar[bool] = True
    """Whether the training figures of an epoch are means over it, while the weights change."""
    remark: ClassVar[str | None] = None
    """What the user should know of what was learnt."""

    @property
    def evaluated(self) -> nn.Module:
        """What is evaluated and saved."""
        return self.model if self.average is None else self.average.module

    def turns(
        self, train: Batches, *, val: Batches | None, test: Batches | None, epochs_done: int, watch: Watch,
        manner: Manner,
    ) -> Iterator[EpochRecord | None]:  # fmt: skip
        """Train the epochs that are missing, and yield a record of each; None where another run may have a turn.

        Args:
            train: of the training split.
            val: of the validation split, or None.
            test: of the test split where its curve is wanted; nothing is decided on it.
            epochs_done: whose states the parts have.
            watch: is shown the pieces of every epoch.
            manner: how it is carried out.
        """
        feature_loss = as_feature_loss(self.loss_fn)
        images_per_class = None if feature_loss is None else feature_loss.images_per_class

        def pieces(epoch: int) -> Iterable[Piece]:
            chosen = train.epoch(
                epoch, seed=self.seed, augmentation=self.augmentation, shuffle=self.shuffle,
                images_per_class=images_per_class,
            )  # fmt: skip
            return watch(epoch, chosen if self.growth is None else self.growth.shrink(chosen, epoch))

        learner = Learner(
            self.model, self.loss_fn, self.optimizer, self.average, self.clipping, self.autocast, self.freezing
        )
        for record in training(
            learner, pieces, schedule=self.schedule, steps_per_epoch=len(train), epochs=self.epochs,
            start_epoch=epochs_done, seed=self.seed, val=None if val is None else val.in_order,
            test=None if test is None else test.in_order, manner=manner,
        ):  # fmt: skip
            if record is not None and record.val is not None:
                self.schedule.observe(record.val.loss)
            yield record

    def state_dict(self) -> Plain:
        """Return tensors and plain values of all that changes from step to step."""
        with without_compiler():
            optimizer = self.optimizer.state_dict()
        return {
            "model": self.model.state_dict(),
            "average": None if self.average is None else self.average.state_dict(),
            "loss": self.loss_fn.state_dict(),
            "optimizer": optimizer,
            "schedule": self.schedule.state_dict(),
        }

    def load_state_dict(self, state: PlainMapping) -> None:
        """Go on from there."""
        self.model.load_state_dict(state["model"])
        self.loss_fn.load_state_dict(state["loss"])
        with without_compiler():
            self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        if self.average is not None:
            self.average.load_state_dict(state["average"])


@dataclass(frozen=True)
class AtOnce:
    """All at once: a head that is solved for the features of the whole training split."""

    head: SolvedHead
    seed: int
    has_running_means: ClassVar[bool] = False

    @property
    def evaluated(self) -> SolvedHead:
        """The head."""
        return self.head

    @property
    def loss_fn(self) -> nn.Module:
        """The head's own."""
        return self.head.loss_fn()

    @property
    def remark(self) -> str | None:
        """What the solver has to say."""
        return self.head.remark

    def turns(
        self,
        train: Batches,
        *,
        val: Batches | None,
        test: Batches | None,
        epochs_done: int,
        **_: object,  # no batch is used by itself
    ) -> Iterator[EpochRecord | None]:
        """Solve the head if it is not, and yield one record; the arguments are those of `InSteps.turns`."""
        return solve(
            self.head, train, loss_fn=self.loss_fn, seed=self.seed, epochs_done=epochs_done, val=val, test=test
        )

    def state_dict(self) -> Plain:
        """Return the head's weights."""
        return {"model": self.head.state_dict()}

    def load_state_dict(self, state: PlainMapping) -> None:
        """Go on from there."""
        self.head.load_state_dict(state["model"])


@dataclass(frozen=True)
class Nothing:
    """Not at all: a head that needs no training answers as it is."""

    head: HeadWithLoss
    has_running_means: ClassVar[bool] = False
    remark: ClassVar[str | None] = None

    @property
    def evaluated(self) -> HeadWithLoss:
        """The head."""
        return self.head

    @property
    def loss_fn(self) -> nn.Module:
        """The head's own."""
        return self.head.loss_fn()

    def turns(self, train: Batches, **_: object) -> Iterator[EpochRecord | None]:  # noqa: ARG002
        """Yield nothing."""
        return iter(())

    def state_dict(self) -> Plain:
        """Return nothing: it never changes."""
        return {}

    def load_state_dict(self, state: PlainMapping) -> None:
        """Stay as it is."""


Learning = InSteps | AtOnce | Nothing
