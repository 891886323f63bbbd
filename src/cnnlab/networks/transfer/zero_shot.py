"""An ImageNet network's own answers, read as answers about another data set's classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
import yaml
from torch import Tensor, nn

from cnnlab.base.errors import ConfigError, did_you_mean
from cnnlab.networks.scores import DECISION_VALUES, HeadWithLoss

OTHER = "other"
"""The class of all answers that stand for none of the data set's."""
SHIPPED = Path(__file__).parent / "imagenet"
"""A file per data set: class -> names of ImageNet's classes."""
_NEVER = -1000.0  # log-probability of a class that ImageNet lacks; finite, since it goes into files and curves


class MappedClasses(HeadWithLoss):
    """Scores of the data set's classes, and of "other", from the outputs for ImageNet's.

    A class scores as the likeliest of the ImageNet classes that stand for it, "other" as the likeliest of the rest; so
    the best of them is what the network's first answer stands for.

    Args:
        columns: for each class of the data set, the ImageNet outputs that stand for it; none: it is never the answer.

    Shape:
        outputs (N, 1000) -> log-probabilities (N, K + 1), the last one "other".
    """

    def __init__(self, columns: Sequence[Sequence[int]]) -> None:
        super().__init__()
        self.columns = [list(chosen) for chosen in columns]

    def forward(self, outputs: Tensor) -> Tensor:
        """Return log-probabilities."""
        log_p = outputs.float().log_softmax(1)
        is_other = torch.ones(log_p.shape[1], dtype=torch.bool, device=log_p.device)
        is_other[[column for chosen in self.columns for column in chosen]] = False
        never = torch.full_like(log_p[:, 0], _NEVER)
        scores = [log_p[:, chosen].amax(1) if chosen else never for chosen in self.columns]
        return torch.stack([*scores, log_p[:, is_other].amax(1)], 1)

    def loss_fn(self) -> nn.Module:
        """Return minus the mean log-probability of the right class."""
        return NegativeScore()


class NegativeScore(nn.NLLLoss):
    """Minus the mean score of the right class: of log-probabilities that do not add up to 1, no cross-entropy."""

    scores_are = DECISION_VALUES


def columns_of(classes: Sequence[str], mapping: Path | None, imagenet: Sequence[str]) -> list[list[int]]:
    """Return for each class the outputs that stand for it.

    Args:
        classes: of the data set.
        mapping: YAML file, class -> list of ImageNet names; None: the first shipped one that knows all classes.
        imagenet: names of ImageNet's classes in the order of the outputs.

    Raises:
        ConfigError: there is no mapping for a class, or a name in it is none of ImageNet's.
    """
    names = _shipped(classes) if mapping is None else _read(mapping, classes)
    strange = sorted({name for name in classes for name in names[name] if name not in imagenet})
    if strange:
        raise ConfigError(
            f"transfer.mapping: '{strange[0]}' is no class of ImageNet.{did_you_mean(strange[0], imagenet)}"
        )
    return [[imagenet.index(name) for name in names[class_name]] for class_name in classes]


def _shipped(classes: Sequence[str]) -> dict[str, list[str]]:
    for file in sorted(SHIPPED.glob("*.yaml")):
        names = _load(file)
        if set(classes) <= set(names):
            return names
    known = ", ".join(sorted(file.stem for file in SHIPPED.glob("*.yaml")))
    named = ", ".join(classes[:5]) + (" ..." if len(classes) > 5 else "")
    raise ConfigError(
        f"transfer.mapping: none is shipped for the classes {named}, only for {known}. "
        "Write one, <class>: [<ImageNet names>] a line, and give it: transfer.mapping=file.yaml"
    )


def _read(mapping: Path, classes: Sequence[str]) -> dict[str, list[str]]:
    if not mapping.is_file():
        raise ConfigError(f"transfer.mapping: no file '{mapping}'.")
    try:
        names = _load(mapping)
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(
            f"transfer.mapping: '{mapping}' is no mapping from classes to lists of ImageNet names."
        ) from error
    if missing := [name for name in classes if name not in names]:
        raise ConfigError(f"transfer.mapping: '{mapping}' lacks {', '.join(missing)}. A class that has none takes [].")
    return names


def _load(file: Path) -> dict[str, list[str]]:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    if not isinstance(content, Mapping) or not all(isinstance(names, list) for names in content.values()):
        raise ValueError(f"{file}: must be a mapping to lists.")
    return {str(name): [str(each) for each in names] for name, names in content.items()}
