"""Networks that others publish with their weights, made into backbones, whatever their source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

import torch
from torch import nn

from cnnlab.base.progress import Progress
from cnnlab.base.randomness import seed_of
from cnnlab.networks.batch_norm import correct
from cnnlab.networks.transfer.network import Backbone, Expected
from cnnlab.networks.transfer.weights import StateDict, load_into, matched, num_outputs, without
from cnnlab.networks.transfer.weights_files import read_weights

NUM_IMAGENET = 1000
Layer = Literal["penultimate", "last"]
Weights = Literal["imagenet", "none"] | Path


class Source(Protocol):
    """Where networks come from, and what is published with them; each is known by a name."""

    def initial(self, name: str, *, is_published: bool) -> nn.Module:
        """Return the whole network, its weights drawn from torch's own generator.

        Args:
            name: of the network.
            is_published: whether it is for the published weights, which may ask for another way of their input.
        """

    def published(self, name: str, progress: Progress | None) -> StateDict:
        """Return the weights that `imagenet` means.

        Raises:
            ConfigError: they are not here and cannot be had; the text says what to put where.
        """

    def renamed(self, name: str, weights: StateDict, own: StateDict) -> StateDict:
        """Return a file's weights by the network's names, where this source knows the others; else as they are."""

    def last_layers(self, net: nn.Module) -> Sequence[str]:
        """Return the names of the layers that tell the classes apart, mostly one; none: outputs are the features."""

    def layers(self, net: nn.Module) -> Sequence[str]:
        """Return the names of the parts with parameters that `trainable_layers` counts, in the network's order."""

    def expected(self, name: str, weights: Weights) -> Expected:
        """Return what is expected of the images."""

    def classes(self, name: str) -> Sequence[str]:
        """Return the names of ImageNet's classes in the order of the outputs."""


def published_backbone(
    source: Source,
    name: str,
    seed: int,
    *,
    weights: Weights,
    layer: Layer,
    loads: bool,
    progress: Progress | None,
    called: str,
    state: StateDict | None = None,
) -> Backbone:
    """Return one of a source's networks as a backbone.

    Args:
        source: of the network.
        name: the source's.
        seed: of the initial weights, which stay where no others are loaded.
        weights: `imagenet`, `none`, or a file of them.
        layer: `penultimate` takes the last layer off, `last` keeps its outputs as features.
        loads: False leaves the weights out, but expects the same images as with them.
        progress: told of a download.
        called: the backbone, as the user knows it.
        state: the weights, where they are at hand: of the network without what was taken off.

    Raises:
        ConfigError: the weights cannot be had, or are another network's.
    """
    loaded, notes, loads = state, [], loads and state is None
    read = source.published(name, progress) if weights == "imagenet" and loads else None
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(seed, "init", f"backbone {name}"))
        net = source.initial(name, is_published=weights == "imagenet")
    last, layers, own = source.last_layers(net), source.layers(net), net.state_dict()
    if read is not None:
        loaded = source.renamed(name, read, own)
    elif isinstance(weights, Path) and loads:
        loaded, note = matched(source.renamed(name, read_weights(weights), own), net, last)
        notes = [] if note is None else [f"backbone.weights: '{weights}' {note}"]
    if not last:
        num_features = int(net.head_hidden_size)  # type: ignore[arg-type]
    elif layer == "last":
        outputs = NUM_IMAGENET if loaded is None else num_outputs(loaded, last[0], otherwise=NUM_IMAGENET)
        num_features, *_ = [_fit_outputs(net, each, outputs) for each in last]
    else:
        num_features, *_ = [_take_off(net, each) for each in last]
        taken = tuple(f"{each}." for each in last)
        loaded = None if loaded is None else without(loaded, lambda key: key.startswith(taken))
    if loaded is None:
        correct(net)
    else:
        load_into(net, loaded, where=f"backbone ({called})", source=weights)
    return Backbone(
        net, num_features, expected=source.expected(name, weights),
        source=str(weights) if loaded is not None else "none",
        layers=[each for each in layers if any(True for _ in net.get_submodule(each).parameters())],
        classes=source.classes(name) if layer == "last" and num_features == NUM_IMAGENET else (), notes=notes,
    )  # fmt: skip


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
