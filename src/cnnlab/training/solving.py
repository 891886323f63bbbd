"""The one epoch of a head that is solved at once."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator

import torch

from cnnlab.data.batches import Batches
from cnnlab.networks.transfer.solved_heads import SolvedHead
from cnnlab.training.engine import EpochRecord
from cnnlab.training.evaluation import Score, evaluate


def solve(
    head: SolvedHead,
    train: Batches,
    *,
    loss_fn: torch.nn.Module,
    seed: int,
    epochs_done: int = 0,
    val: Batches | None = None,
    test: Batches | None = None,
) -> Iterator[EpochRecord]:
    """Solve a head, and yield one record, as `engine.fit` does for every epoch of training.

    Args:
        head: changed in place.
        train: features and classes of the training split.
        loss_fn: (outputs, targets) -> () mean over the batch.
        seed: of what the solver draws.
        epochs_done: 1 if it was solved before.
        val: of the validation split, or None.
        test: of the test split where its figures are wanted; nothing is decided on them.
    """
    if epochs_done:
        return
    if head.solver is not None:
        importlib.import_module(head.solver)
    began = time.perf_counter()
    features = torch.cat([batch for batch, _ in train.in_order()])
    head.learn(features, train.labels, seed)
    seconds = time.perf_counter() - began

    def score(batches: Batches | None) -> Score | None:
        return None if batches is None else evaluate(head, batches.in_order(), loss_fn=loss_fn)

    yield EpochRecord(
        epoch=1,
        lr=0.0,
        train=evaluate(head, train.in_order(), loss_fn=loss_fn),
        val=score(val),
        test=score(test),
        grad_norm=0.0,
        gradients=(),
        seconds=seconds,
        images_per_second=len(features) / seconds,
    )
