"""Networks of a run: built from the tables, placed on a device, counted."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from cnnlab.base.errors import ConfigError
from cnnlab.base.progress import Progress
from cnnlab.base.randomness import initialise
from cnnlab.building.parts import ImageSpec
from cnnlab.config.run_config import Choice, RunConfig
from cnnlab.networks.activations import ACTIVATIONS
from cnnlab.networks.flops import count_flops
from cnnlab.networks.models import MODELS
from cnnlab.networks.models.blocks import Classifier
from cnnlab.networks.normalizations import NORMALIZATIONS
from cnnlab.networks.transfer.backbone_request import OpenRun, Request
from cnnlab.networks.transfer.backbones import BACKBONES
from cnnlab.networks.transfer.class_mapping import ClassMapping, map_classes
from cnnlab.networks.transfer.heads import HEADS
from cnnlab.networks.transfer.network import Backbone
from cnnlab.networks.transfer.published import NUM_IMAGENET
from cnnlab.networks.transfer.transfers import TRANSFERS, Transfer
from cnnlab.networks.transfer.weights import StateDict

Network = TypeVar("Network", bound=nn.Module)


def on_device(model: Network, device: torch.device) -> Network:
    """Return the model on the device, its weights in the order in memory that convolutions like best."""
    return model.to(device).to(memory_format=torch.channels_last)


def build_model(config: RunConfig, images: ImageSpec) -> Classifier:
    """Return the model with torch's own initial weights, on the CPU."""
    model, normalization, activation = (config.chosen(group) for group in ("model", "normalization", "activation"))
    return MODELS[model.name](
        len(images.classes),
        images.channels,
        images.image_size,
        functools.partial(NORMALIZATIONS[normalization.name], **normalization.options),
        functools.partial(ACTIVATIONS[activation.name], **activation.options),
        **model.options,
    )


@dataclass(frozen=True)
class NetworkSize:
    """How large a network is."""

    parameters: int
    flops: int
    """Of one forward pass of one image; a multiply-add counts as two."""


def size_of(network: nn.Module, images: ImageSpec, device: torch.device) -> NetworkSize:
    """Return how large a network on the device is that is shown such images."""
    image = torch.zeros(1, images.channels, images.image_size, images.image_size, device=device)
    return NetworkSize(sum(p.numel() for p in network.parameters()), count_flops(network, image))


def require_any_size(model: nn.Module, images: ImageSpec, size: int, device: torch.device) -> None:
    """Show a model an image of another size than it was built for.

    Raises:
        ConfigError: it takes none.
    """
    was_training = model.training
    try:
        with torch.inference_mode():
            model.eval()(torch.zeros(1, images.channels, size, size, device=device))
    except (RuntimeError, AssertionError) as error:
        raise ConfigError(
            f"progressive_size: begins at {size}x{size} pixels, and this network takes no others than "
            f"{images.image_size}x{images.image_size}. Take one that ends in a mean or maximum, such as resnet18 or "
            "speednet, or a larger part."
        ) from error
    model.train(was_training)


def procedure_of(chosen: Choice) -> Transfer:
    """Return what is done with the backbone."""
    return TRANSFERS[chosen.name](**chosen.options)


def build_backbone(
    chosen: Choice,
    transfer: Transfer,
    *,
    seed: int,
    loads: bool,
    open_run: OpenRun,
    progress: Progress | None = None,
    state: StateDict | None = None,
) -> Backbone:
    """Return the backbone that a procedure asks for, on the CPU.

    Args:
        chosen: of the table.
        transfer: the procedure.
        seed: of the initial weights.
        loads: whether with its weights.
        open_run: what makes a backbone of a finished run.
        progress: told of a download.
        state: its weights, where they are at hand.
    """
    layer = {"layer": "last"} if transfer.has_own_answers else {}
    request = Request(chosen.name, seed, open_run, loads, progress, state)
    return BACKBONES[chosen.name](request, **{**chosen.options, **layer})


def build_head(chosen: Choice, num_features: int, num_classes: int, *, seed: int) -> nn.Module:
    """Return the head with the seed's initial weights, on the CPU."""
    head = HEADS[chosen.name](num_features, num_classes, **chosen.options)
    initialise(nn.ModuleDict({"head": head}), seed)
    return head


def map_answers(backbone: Backbone, *, mapping: Path | None, classes: Sequence[str]) -> ClassMapping:
    """Return what a backbone's own outputs are, read as answers about other classes.

    Args:
        backbone: its outputs are those for ImageNet's classes.
        mapping: file that says what ImageNet's classes stand for; None: their names do.
        classes: of the data set.

    Raises:
        ConfigError: the backbone's outputs are not those for ImageNet's classes, or these stand for none.
    """
    if not backbone.classes:
        raise ConfigError(
            f"backbone.weights: transfer=zero_shot asks for ImageNet's {NUM_IMAGENET:,} classes, "
            f"'{backbone.source}' tells {backbone.num_features:,} apart."
        )
    return map_classes(classes, mapping)
