"""Names that others give a network's tensors, and what they are called here."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from cnnlab.base.errors import ConfigError
from cnnlab.networks.transfer.efficientnet_names import EFFICIENTNET_PYTORCH, TRANSFORMERS, EfficientNetNames

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]
"""What a name matches as a whole, and what it becomes."""
_SPLIT_ATTENTION = re.compile(r".*\.attention\.(attention|self)\.query\.weight")


@dataclass(frozen=True)
class Renaming:
    """Somebody's names for the tensors of a kind of network."""

    whose: str
    rules: Sequence[Rule]

    def apply(self, names: Sequence[str], net: nn.Module) -> dict[str, str] | None:  # noqa: ARG002
        """Return the new name of each; None where one is not of this kind."""
        renamed = {name: self._renamed(name) for name in names}
        return None if None in renamed.values() else {name: str(new) for name, new in renamed.items()}

    def _renamed(self, name: str) -> str | None:
        for pattern, new in self.rules:
            if (match := pattern.fullmatch(name)) is not None:
                return new(match) if callable(new) else match.expand(new)
        return None


def renamed(weights: dict[str, Tensor], net: nn.Module) -> tuple[dict[str, Tensor], str] | None:
    """Return weights by the names that a network has here, and whose names they had; None where nobody's are known.

    Raises:
        ConfigError: they are a transformer's whose queries, keys and values are apart; here they are one tensor. Or
            they are of a network that computes otherwise than this one.
    """
    for renaming in RENAMINGS:
        if (names := renaming.apply(list(weights), net)) is not None:
            return {names[name]: value for name, value in weights.items()}, renaming.whose
    if (split := next((name for name in weights if _SPLIT_ATTENTION.fullmatch(name)), None)) is not None:
        raise ConfigError(
            f"backbone.weights: a transformer in Hugging Face's own format is not read, got '{split}'. "
            "There queries, keys and values are apart. Take the same network of timm, or of torchvision: "
            "backbone=timm backbone.model=vit_base_patch16_224"
        )
    return None


def _in_layer(kind: str) -> Callable[[re.Match[str]], str]:
    """Return what names a part of a residual layer; Hugging Face counts stages and parts from 0, torchvision from 1."""

    def name(match: re.Match[str]) -> str:
        stage, block, part, tensor = match.groups()
        return f"layer{int(stage) + 1}.{block}.{kind}{int(part) + 1}.{tensor}"

    return name


def _shortcut(number: int) -> Callable[[re.Match[str]], str]:
    def name(match: re.Match[str]) -> str:
        stage, block, tensor = match.groups()
        return f"layer{int(stage) + 1}.{block}.downsample.{number}.{tensor}"

    return name


_STEM, _LAYER = r"(?:resnet\.)?embedder\.embedder", r"(?:resnet\.)?encoder\.stages\.(\d+)\.layers\.(\d+)"

RENAMINGS: tuple[Renaming | EfficientNetNames, ...] = (
    Renaming(
        "transformers' ResNet",
        [
            (re.compile(_STEM + r"\.convolution\.(\w+)"), r"conv1.\1"),
            (re.compile(_STEM + r"\.normalization\.(\w+)"), r"bn1.\1"),
            (re.compile(_LAYER + r"\.layer\.(\d+)\.convolution\.(\w+)"), _in_layer("conv")),
            (re.compile(_LAYER + r"\.layer\.(\d+)\.normalization\.(\w+)"), _in_layer("bn")),
            (re.compile(_LAYER + r"\.shortcut\.convolution\.(\w+)"), _shortcut(0)),
            (re.compile(_LAYER + r"\.shortcut\.normalization\.(\w+)"), _shortcut(1)),
            (re.compile(r"classifier\.1\.(\w+)"), r"fc.\1"),
        ],
    ),
    TRANSFORMERS,
    EFFICIENTNET_PYTORCH,
)
