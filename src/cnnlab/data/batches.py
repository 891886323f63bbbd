"""Resident batches: gathered from one uint8 tensor, augmented and normalized whole batches at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from cnnlab.base.randomness import generator
from cnnlab.data.augmentations import Augmentation
from cnnlab.data.stores import Split


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
    """

    def __init__(
        self, split: Split, batch_size: int, *, prepare: Callable[[Tensor], Tensor], device: torch.device
    ) -> None:
        self.device = device
        self.images = split.images
        self.rows = split.rows.to(self.images.device)
        self.labels = split.labels.to(device)
        self.num_classes = int(split.labels.max()) + 1  # of a training split: none lacks a class
        self.bounds = step_bounds(len(split), batch_size)
        self.prepare = prepare

    def __len__(self) -> int:
        return len(self.bounds)

    @property
    def num_images(self) -> int:
        """Images in one pass."""
        return len(self.labels)

    def in_order(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield (images float32 (B, C, H, W), targets int64 (B,)) in the split's own order, normalized only."""
        for start, stop in self.bounds:
            images = self.images[self.rows[start:stop]].to(self.device)
            yield self.prepare(images), self.labels[start:stop]

    def epoch(
        self,
        epoch: int,
        *,
        seed: int,
        augmentation: Augmentation,
        shuffle: bool = True,
        images_per_class: int | None = None,
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield the batches of one training epoch.

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
            order = draw_order(self.labels.cpu(), images_per_class, generator(seed, "order", epoch))
        draws = torch.rand(self.num_images, augmentation.num_draws, generator=generator(seed, "augment", epoch))
        order, draws = order.to(self.device), draws.to(self.device)
        if (mixing := augmentation.mixing) is None:
            for start, stop in self.bounds:
                chosen = order[start:stop]
                images = self._augmented(chosen, draws[start:stop], augmentation)
                yield self.prepare(images), self.labels[chosen]
            return
        weighing = torch.rand(self.num_images, mixing.num_draws, generator=generator(seed, "mix", epoch))
        weighing = weighing.to(self.device)
        order, draws = torch.cat((order, order[:1])), torch.cat((draws, draws[:1]))  # behind the last comes the first
        for start, stop in self.bounds:
            chosen = order[start : stop + 1]
            images = self._augmented(chosen, draws[start : stop + 1], augmentation)
            mixed, weight = mixing.apply(images[:-1], images[1:], weighing[start:stop])
            yield self.prepare(mixed), self._mixed_targets(chosen, weight)

    def _augmented(self, chosen: Tensor, draws: Tensor, augmentation: Augmentation) -> Tensor:
        images = self.images[self.rows[chosen.to(self.rows.device)]].to(self.device)
        return augmentation.apply(images, draws)

    def _mixed_targets(self, chosen: Tensor, weight: Tensor) -> Tensor:
        """Return weight * own class + (1 - weight) * class of the one behind, for each of `chosen` but the last."""
        classes = F.one_hot(self.labels[chosen], self.num_classes).float()
        return torch.lerp(classes[1:], classes[:-1], weight[:, None])
