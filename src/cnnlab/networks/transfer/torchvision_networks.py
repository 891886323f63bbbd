"""Torchvision's classification networks: built, their last layer found, their ImageNet weights loaded as it does."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from cnnlab.base.downloads import download, quiet
from cnnlab.base.errors import ConfigError
from cnnlab.base.progress import Progress
from cnnlab.networks.transfer.network import Expected
from cnnlab.networks.transfer.published import Weights
from cnnlab.networks.transfer.weights import StateDict, as_float, without
from cnnlab.networks.transfer.weights_files import UNREADABLE, unreadable

if TYPE_CHECKING:
    from torchvision.models import WeightsEnum

_AUXILIARY = re.compile(r"(aux\d|AuxLogits)\.")  # outputs half-way, which only the first training used
_OLD_DENSENET = re.compile(r"(denselayer\d+\.(?:norm|conv))\.(\d\.)")
_ADAPTS_INPUT = ("googlenet", "inception_v3")  # their weights expect other values, which they compute themselves


class Torchvision:
    """Torchvision's networks; see `Source`."""

    def initial(self, name: str, *, is_published: bool) -> nn.Module:
        """Return the network as torchvision initialises it."""
        return _build(name, **({"transform_input": True} if is_published and name in _ADAPTS_INPUT else {}))

    def published(self, name: str, progress: Progress | None) -> StateDict:
        """Return ImageNet's weights from torchvision's cache, or through its download."""
        return _load_imagenet(name, progress)

    def renamed(self, name: str, weights: StateDict, own: StateDict) -> StateDict:  # noqa: ARG002
        """Return weights by the names of today, without outputs half-way."""
        weights = {_OLD_DENSENET.sub(r"\1\2", key): value for key, value in weights.items()}
        return without(weights, lambda key: _AUXILIARY.match(key) is not None)

    def last_layers(self, net: nn.Module) -> list[str]:
        """Return the name of the last linear layer, or of squeezenet's convolution."""
        return [last_layer_name(net)]

    def layers(self, net: nn.Module) -> list[str]:
        """Return the names of the children."""
        return [name for name, _ in net.named_children()]

    def expected(self, name: str, weights: Weights) -> Expected:
        """Return ImageNet's mean and deviation; of its own weights, the way to the pixels too."""
        return _expected(name, is_imagenet=weights == "imagenet")

    def classes(self, name: str) -> list[str]:
        """Return the names that torchvision gives ImageNet's classes."""
        return imagenet_classes(name)


def last_layer_name(net: nn.Module) -> str:
    """Return the name of the layer that tells the classes apart: the last linear one, or squeezenet's convolution."""
    linear = [name for name, module in net.named_modules() if isinstance(module, nn.Linear)]
    convolutions = [name for name, module in net.named_modules() if isinstance(module, nn.Conv2d)]
    return str((linear or convolutions)[-1])


def smallest_image(name: str) -> int:
    """Return the height and width, in pixels, from which on a network works."""
    return int(_imagenet(name).meta["min_size"][0])


def _build(name: str, **options: object) -> nn.Module:
    from torchvision.models import get_model_builder

    if name in _ADAPTS_INPUT:
        options |= {"aux_logits": False, "init_weights": True}
    if name.startswith("vit"):
        options["image_size"] = smallest_image(name)
    net: nn.Module = get_model_builder(name)(weights=None, **options)
    return net


def _imagenet(name: str) -> WeightsEnum:
    """Return which of torchvision's weights `imagenet` means: the first ones, which the literature uses."""
    from torchvision.models import get_model_weights

    known = get_model_weights(name)
    return known["IMAGENET1K_V1"] if "IMAGENET1K_V1" in known.__members__ else known.DEFAULT


def imagenet_classes(name: str) -> list[str]:
    """Return the names of ImageNet's classes in the order of a network's outputs."""
    return list(_imagenet(name).meta["categories"])


def _expected(name: str, *, is_imagenet: bool) -> Expected:
    transforms = _imagenet(name).transforms()
    mean, std = tuple(transforms.mean), tuple(transforms.std)
    expected = Expected(mean, std, at_least=smallest_image(name))
    if not is_imagenet:
        return expected
    return dataclasses.replace(
        expected,
        image_size=transforms.crop_size[0],
        resize=transforms.resize_size[0],
        interpolation=transforms.interpolation.value,
        is_published=True,
    )


def _load_imagenet(name: str, progress: Progress | None) -> StateDict:
    """Return ImageNet's weights from torchvision's cache, or through its download."""
    chosen = _imagenet(name)
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    file = folder / chosen.url.rpartition("/")[2]
    if not file.is_file():
        download(
            name, lambda: chosen.get_state_dict(progress=False, check_hash=True, weights_only=True),
            key="backbone", folder=folder, advice=_advice(name, file, chosen.url), progress=progress,
        )  # fmt: skip
    try:
        with quiet():
            weights = chosen.get_state_dict(progress=False, map_location="cpu", weights_only=True)
    except UNREADABLE as error:
        raise ConfigError(unreadable(file, error)) from error
    return {key: as_float(value) for key, value in weights.items()}


def _advice(name: str, file: Path, url: str) -> str:
    """Say what to put where, and what works without it."""
    needed = smallest_image(name)
    size = f" dataset.image_size={needed}" if needed > 32 else ""  # the embedded digits have 32 pixels
    return (
        f"Put {file.name} into {file.parent}, from {url}. What works offline:\n"
        f"  cnnlab transfer backbone={name} backbone.weights=none{size}\n"
        f"  cnnlab transfer backbone={name} transfer=scratch{size}\n"
        "or a finished run's network: backbone=run backbone.weights=outputs/runs/<run id>"
    )
