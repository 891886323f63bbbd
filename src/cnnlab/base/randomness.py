"""Counted randomness: every draw comes from a generator seeded by (seed, stream, counter), so no state is carried."""

from __future__ import annotations

import hashlib
from typing import Literal

import torch
from torch import nn

Stream = Literal["split", "subset", "init", "order", "augment", "mix", "dropout", "head", "synthetic"]


def seed_of(seed: int, stream: Stream, counter: int | str = 0) -> int:
    """Return the 63-bit seed of one draw: equal arguments give equal seeds on every machine."""
    digest = hashlib.blake2b(f"{seed}/{stream}/{counter}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1  # manual_seed takes signed 64 bits


def generator(seed: int, stream: Stream, counter: int | str = 0) -> torch.Generator:
    """Return a fresh CPU generator for one draw.

    Args:
        seed: the run's seed; for the stream `split`, what `dataset.split_seed` says.
        stream: what is drawn; streams do not disturb each other.
        counter: epoch, module name or class: which draw of the stream.
    """
    return torch.Generator().manual_seed(seed_of(seed, stream, counter))


def seed_epoch(seed: int, epoch: int) -> None:
    """Set the global generators for the draws inside the model (dropout) in one epoch."""
    torch.manual_seed(seed_of(seed, "dropout", epoch))


def initialise(model: nn.Module, seed: int) -> None:
    """Draw each module's initial weights under (seed, init, module name).

    An added layer so leaves the weights of all others as they are, and arms share them where their modules agree.
    Modules draw in `reset_parameters`, which is torch's convention; one without it keeps what it has.
    """
    with torch.random.fork_rng(devices=[]):
        for name, module in model.named_modules():
            if callable(reset := getattr(module, "reset_parameters", None)):
                torch.manual_seed(seed_of(seed, "init", name))
                reset()
