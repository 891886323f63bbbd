"""Torchvision's classification networks: built, their last layer found, their ImageNet weights loaded as it does."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import torch
from torch import nn

from cnnlab.base.downloads import download, quiet
from cnnlab.base.errors import ConfigError
from cnnlab.base.progress import Progress
from cnnlab.base.randomness import seed_of
from cnnlab.networks.batch_norm import correct
from cnnlab.networks.transfer.network import Backbone, Expected
from cnnlab.networks.transfer.weights import StateDict, as_float, load_into, num_outputs, without
from cnnlab.networks.transfer.weights_files import UNREADABLE, read_weights, unreadable

if TYPE_CHECKING:
    from torchvision.models import WeightsEnum

NUM_IMAGENET = 1000
Layer = Literal["penultimate", "last"]
Weights = Literal["imagenet", "none"] | Path
_AUXILIARY = re.compile(r"(aux\d|AuxLogits)\.")  # outputs half-way, which only the first training used
_OLD_DENSENET = re.compile(r"(denselayer\d+\.(?:norm|conv))\.(\d\.)")
_ADAPTS_INPUT = ("googlenet", "inception_v3")  # their weights expect other values, which they compute themselves


def torchvision_backbone(
    name: str, seed: int, *, weights: Weights, layer: Layer, loads: bool, progress: Progress | None
) -> Backbone:
    """Return one of torchvision's networks as a backbone.

    Args:
        name: torchvision's.
        seed: of the initial weights, which stay where no others are loaded.
        weights: `imagenet`, `none`, or a file of them.
        layer: `penultimate` takes the last layer off, `last` keeps its outputs as features.
        loads: False leaves the weights out, but expects the same images as with them.
        progress: told of a download.

    Raises:
        ConfigError: the weights cannot be had, or are another network's.
    """
    loaded = _load(name, weights, progress) if loads and weights != "none" else None
    net = _initial(name, seed, is_imagenet=weights == "imagenet")
    head = last_layer_name(net)
    if layer == "last":
        outputs = NUM_IMAGENET if loaded is None else num_outputs(loaded, head, otherwise=NUM_IMAGENET)
        num_features = _fit_outputs(net, head, outputs)
    else:
        num_features = _take_off(net, head)
        loaded = None if loaded is None else without(loaded, lambda key: key.startswith(f"{head}."))
    if loaded is None:
        correct(net)
    else:
        load_into(net, loaded, where=f"backbone ({name})", source=weights)
    source = str(weights) if loaded is not None else "none"
    return Backbone(net, num_features, expected=_expected(name, is_imagenet=weights == "imagenet"), source=source)


def last_layer_name(net: nn.Module) -> str:
    """Return the name of the layer that tells the classes apart: the last linear one, or squeezenet's convolution."""
    linear = [name for name, module in net.named_modules() if isinstance(module, nn.Linear)]
    convolutions = [name for name, module in net.named_modules() if isinstance(module, nn.Conv2d)]
    return str((linear or convolutions)[-1])


def smallest_image(name: str) -> int:
    """Return the height and width, in pixels, from which on a network works."""
    return int(_imagenet(name).meta["min_size"][0])


def _take_off(net: nn.Module, layer: str) -> int:
    """Put nothing in the place of a layer; return the length of what goes into it."""
    parent, _, child = layer.rpartition(".")
    module = net.get_submodule(layer)
    setattr(net.get_submodule(parent), child, nn.Identity())
    return module.in_features if isinstance(module, nn.Linear) else int(module.in_channels)  # type: ignore[arg-type]


def _fit_outputs(net: nn.Module, layer: str, outputs: int) -> int:
    """Give the last layer as many outputs as the weights have that will be loaded."""
    parent, _, child = layer.rpartition(".")
    module = net.get_submodule(layer)
    if outputs != NUM_IMAGENET:
        if isinstance(module, nn.Linear):
            fitting: nn.Module = nn.Linear(module.in_features, outputs, bias=module.bias is not None)
        else:
            assert isinstance(module, nn.Conv2d)
            fitting = nn.Conv2d(module.in_channels, outputs, kernel_size=1)
        setattr(net.get_submodule(parent), child, fitting)
    return outputs


def _initial(name: str, seed: int, *, is_imagenet: bool) -> nn.Module:
    """Return the network as torchvision initialises it: as a whole, from one seed."""
    options = {"transform_input": True} if is_imagenet and name in _ADAPTS_INPUT else {}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(seed, "init", f"backbone {name}"))
        return _build(name, **options)


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


def _load(name: str, weights: Path | str, progress: Progress | None) -> StateDict:
    loaded = _load_imagenet(name, progress) if isinstance(weights, str) else read_weights(weights)
    loaded = {_OLD_DENSENET.sub(r"\1\2", key): value for key, value in loaded.items()}
    return without(loaded, lambda key: _AUXILIARY.match(key) is not None)


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
