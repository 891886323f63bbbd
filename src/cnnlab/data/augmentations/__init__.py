"""Augmentations: pure functions of whole batches and uniform draws, which a run draws by (seed, epoch)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from cnnlab.base.errors import ConfigError, unknown
from cnnlab.base.schema import check_options
from cnnlab.data.augmentations.color import color_jitter, grayscale, sharpness
from cnnlab.data.augmentations.composition import Augmentation, compose
from cnnlab.data.augmentations.geometry import (
    affine,
    flip_crop,
    horizontal_flip,
    random_crop,
    random_resized_crop,
    rotation,
    vertical_flip,
)
from cnnlab.data.augmentations.mixing import cutmix, cutout, mixup

__all__ = ["AUGMENTATIONS", "Augmentation"]

Step = str | Mapping[str, object]
"""The name of an augmentation, or a mapping of `name` and its options."""


def none() -> Augmentation:
    """The images as they are."""
    return Augmentation(0, lambda images, _: images)


def chain(*, steps: tuple[Step, ...] = ("flip_crop", "cutout")) -> Augmentation:
    """Several augmentations one after the other, each by its name, or by its name and options."""
    built = [_step(f"augmentation.steps.{place}", step) for place, step in enumerate(steps)]
    try:
        return compose(*built, names=_names(steps))
    except ValueError as error:
        raise ConfigError(f"augmentation.steps: {str(error).removeprefix('compose: ')}") from error


def _names(steps: Sequence[Step]) -> list[str]:
    """Return names to draw by: with another step in front, a step does to an image what it did without.

    A step that comes again has a name of its own.
    """
    names: list[str] = []
    seen: Counter[str] = Counter()
    for step in steps:
        name = step if isinstance(step, str) else str(step.get("name"))
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return names


def _step(where: str, step: Step) -> Augmentation:
    plain = {"name": step} if isinstance(step, str) else step
    name = str(plain.get("name"))
    if name not in AUGMENTATIONS:
        raise ConfigError(f"{where}.name: {unknown(name, AUGMENTATIONS)}")
    given = {key: value for key, value in plain.items() if key != "name"}
    options, problems = check_options(where, name, AUGMENTATIONS[name], given)
    if problems:
        raise ConfigError(*problems)
    return AUGMENTATIONS[name](**options)


AUGMENTATIONS: dict[str, Callable[..., Augmentation]] = {
    "none": none,
    "horizontal_flip": horizontal_flip,
    "vertical_flip": vertical_flip,
    "random_crop": random_crop,
    "flip_crop": flip_crop,
    "random_resized_crop": random_resized_crop,
    "rotation": rotation,
    "affine": affine,
    "color_jitter": color_jitter,
    "sharpness": sharpness,
    "grayscale": grayscale,
    "cutout": cutout,
    "mixup": mixup,
    "cutmix": cutmix,
    "chain": chain,
}
