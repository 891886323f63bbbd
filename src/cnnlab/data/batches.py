"""Resident batches: gathered from one uint8 tensor, augmented and normalized whole pieces of an epoch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from cnnlab.base.randomness import generator
from cnnlab.data.augmentations import Augmentation
from cnnlab.data.staging import Staging
from cnnlab.data.stores import Split

PIECE_BYTES = 2**25
"""Of prepared images that are made at once on a GPU: preparing a batch takes as many launches as preparing these."""


class Piece(NamedTuple):
    """Prepared images of a whole number of training steps, those of the first step first."""

    images: Tensor
    """float32 (M, C, H, W), or features (M, D)"""
    targets: Tensor
    """int64 (M,), or float32 (M, K) where images are mixed"""
    sizes: tuple[int, ...]
    """Images of each step; their sum is M."""


def piece_steps(batch_bytes: int, device: torch.device) -> int:
    """Return how many training steps' images are prepared at once: on a CPU one's, which stay in its caches.

    Args:
        batch_bytes: of a prepared batch.
        device: that prepares them.
    """
    return max(1, PIECE_BYTES // batch_bytes) if device.type == "cuda" else 1


def first_steps(pieces: Iterable[Piece], num_steps: int) -> Iterator[Piece]:
    """Yield the pieces of the first so many steps; the last one is cut where it has more."""
    for images, targets, sizes in pieces:
        kept = sizes[:num_steps]
        yield Piece(images[: sum(kept)], targets[: sum(kept)], kept)
        num_steps -= len(kept)
        if num_steps <= 0:
            return


def step_bounds(num_images: int, batch_size: int) -> list[tuple[int, int]]:
    """Cut positions 0..num_images into batches; a last batch of one joins the one before.

    Batch normalization cannot normalize one image, and its gradient would count as much as a full batch's.
    """
    starts = list(range(0, num_images, batch_size))
    if len(starts) > 1 and num_images - starts[-1] == 1 and batch_size > 1:
        starts.pop()
    return list(zip(starts, [*starts[1:], num_images]))


def draw_order(labels: Tensor, images_per_class: int | None, draws: torch.Generator) -> Tensor:
    """Return the positions of all images in a random order.

    With `images_per_class`, so many images of one class stand together: a random order of groups, each of one class.
    Images that are left over in their class come last. Each image is there once.

    Shape:
        labels (N,) -> int64 (N,).
    """
    order = torch.randperm(len(labels), generator=draws)
    if images_per_class is None:
        return order
    members = [order[labels[order] == label] for label in labels.unique().tolist()]  # type: ignore[no-untyped-call]
    whole = [len(own) // images_per_class * images_per_class for own in members]
    groups = torch.cat([own[:count] for own, count in zip(members, whole)]).view(-1, images_per_class)
    rest = torch.cat([own[count:] for own, count in zip(members, whole)])
    return torch.cat((groups[torch.randperm(len(groups), generator=draws)].flatten(), rest))


class Batches:
    """One split in batches, on the device.

    Args:
        split: its images lie on `device`, or elsewhere if there are too many; then each batch is moved.
        batch_size: images per batch.
        prepare: uint8 images -> what a network takes, after the augmentation: scaled, normalized.
        device: where the batches are wanted.
        piece_steps: training steps whose images are prepared at once; no bit depends on it.
    """

    def __init__(
        self,
        split: Split,
        batch_size: int,
        *,
        prepare: Callable[[Tensor], Tensor],
        device: torch.device,
        piece_steps: int = 1,
    ) -> None:
        self.device = device
        self.piece_steps = piece_steps
        self.images = split.images
        self.rows = split.rows.to(self.images.device)
        self.labels = split.labels.to(device)
        self._labels_here = split.labels.cpu()
        self._staging = None if self.images.device.type == device.type else Staging(device)
        self.num_classes = int(split.labels.max()) + 1  # of a training split: none lacks a class
        self.bounds = step_bounds(len(split), batch_size)
        self.prepare = prepare

    def __len__(self) -> int:
        return len(self.bounds)

    @property
    def num_images(self) -> int:
        """Images in one pass."""
        return len(self.labels)

    def sample(self, at_most: int) -> Tensor:
        """Return images from all over the split, normalized only: float32 (B, C, H, W), B the smaller number."""
        count = min(at_most, self.num_images)
        places = torch.arange(count, device=self.rows.device) * self.num_images // count
        return self.prepare(self._images(self.rows[places]))

    def in_order(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield (images float32 (B, C, H, W), targets int64 (B,)) in the split's own order, normalized only."""
        for start, stop in self.bounds:
            yield self.prepare(self._images(self.rows[start:stop])), self.labels[start:stop]

    def epoch(
        self,
        epoch: int,
        *,
        seed: int,
        augmentation: Augmentation,
        shuffle: bool = True,
        images_per_class: int | None = None,
    ) -> Iterator[Piece]:
        """Yield the batches of one training epoch, `piece_steps` at a time.

        Order and augmentation are functions of (seed, epoch) alone; the draws belong to the position in the epoch,
        so neither the batch size nor anything the model does changes what happens to an image. Where images are mixed,
        the partner of each is the one behind it in the epoch's order, augmented as it is itself; that of the last is
        the first. Targets are then probabilities, float32 (B, K).

        Args:
            epoch: from 0.
            seed: of the run.
            augmentation: of the images.
            shuffle: whether the order is drawn anew.
            images_per_class: so many images of a class stand one behind the other in the order; None: as drawn.
        """
        order = torch.arange(self.num_images)
        if shuffle:
            order = draw_order(self._labels_here, images_per_class, generator(seed, "order", epoch))
        draws = augmentation.draw(
            self.num_images, lambda step: generator(seed, "augment", f"{epoch}/{step}" if step else epoch)
        )
        for column in augmentation.alternating:
            starts = torch.rand(self.num_images, generator=generator(seed, "augment", f"start/{column}"))
            draws[:, column] = (starts[order] + 0.5 * (epoch % 2)) % 1
        order, draws = order.to(self.device), draws.to(self.device)
        if (mixing := augmentation.mixing) is None:
            for start, stop, sizes in self._pieces():
                chosen = order[start:stop]
                images = self._augmented(chosen, draws[start:stop], augmentation)
                yield Piece(self.prepare(images), self.labels[chosen], sizes)
            return
        weighing = torch.rand(self.num_images, mixing.num_draws, generator=generator(seed, "mix", epoch))
        weighing = weighing.to(self.device)
        order, draws = torch.cat((order, order[:1])), torch.cat((draws, draws[:1]))  # behind the last comes the first
        for start, stop, sizes in self._pieces():
            chosen = order[start : stop + 1]
            images = self._augmented(chosen, draws[start : stop + 1], augmentation)
            mixed, weight = mixing.apply(images[:-1], images[1:], weighing[start:stop])
            yield Piece(self.prepare(mixed), self._mixed_targets(chosen, weight), sizes)

    def _pieces(self) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """Yield where each piece starts and stops, and the images of each of its steps."""
        for first in range(0, len(self.bounds), self.piece_steps):
            bounds = self.bounds[first : first + self.piece_steps]
            yield bounds[0][0], bounds[-1][1], tuple(stop - start for start, stop in bounds)

    def _augmented(self, chosen: Tensor, draws: Tensor, augmentation: Augmentation) -> Tensor:
        return augmentation.apply(self._images(self.rows[chosen.to(self.rows.device)]), draws)

    def _images(self, rows: Tensor) -> Tensor:
        """Return images of the store on the device; from main memory they travel while the device computes."""
        return self.images[rows] if self._staging is None else self._staging.move(self.images, rows)

    def _mixed_targets(self, chosen: Tensor, weight: Tensor) -> Tensor:
        """Return weight * own class + (1 - weight) * class of the one behind, for each of `chosen` but the last."""
        classes = F.one_hot(self.labels[chosen], self.num_classes).float()
        return torch.lerp(classes[1:], classes[:-1], weight[:, None])
