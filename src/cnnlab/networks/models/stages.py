"""What an image looks like inside a network: its feature maps behind each stage, found by one rule for all networks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

Path = tuple[str, ...]
"""Names of modules, each inside the one before."""

_LISTS = (nn.Sequential, nn.ModuleList)  # these and nothing derived from them, which may be a block


def stages_of(network: nn.Module) -> dict[nn.Module, str]:
    """Return the stages of a network with their names, in the order in which it holds them.

    A stage is a block, that is a module of its own kind with convolutions in it, or a convolution outside of all
    blocks. What only wraps the network, as a backbone does, is looked through. Names are the modules', shortened.

    Returns:
        Nothing for a network without convolutions.
    """
    wrappers: list[str] = []
    while len(parts := _parts(network)) == 1 and not isinstance(parts[0][1], nn.Conv2d):
        name, network = parts[0]
        wrappers.append(name)
    found = list(_walk(network, ()))
    names = _short_names(wrappers, [path for path, _ in found])
    return {stage: name for (_, stage), name in zip(found, names)}


def feature_maps(network: nn.Module, images: Tensor) -> list[tuple[str, Tensor]]:
    """Return the maps behind each stage, in the order of computation.

    They are what leaves the stage for the next one or for a pool: behind a convolution's normalization and activation,
    as long as these keep the shape.

    Args:
        network: in eval mode.
        images: what it takes, float (N, C, H, W).

    Returns:
        Names and maps float32 (N, C', H', W').
    """
    with torch.inference_mode():
        found, _ = stage_maps(network, images)
    return [(name, maps.float()) for name, maps in found]


def stage_maps(network: nn.Module, images: Tensor) -> tuple[list[tuple[str, Tensor]], Tensor]:
    """Return the maps behind each stage as `feature_maps` does, as they were computed, and the network's outputs.

    Args:
        network: in eval mode.
        images: what it takes, float (N, C, H, W).
    """
    stages = stages_of(network)
    hidden = {module for stage in stages for module in stage.modules() if module is not stage}
    found: list[tuple[str, Tensor]] = []

    def keep(module: nn.Module, _: object, output: object) -> None:
        if not isinstance(output, Tensor) or output.dim() != 4:
            return
        if module in stages:
            found.append((stages[module], output))
        elif found and output.shape == found[-1][1].shape:
            found[-1] = (found[-1][0], output)

    hooks = [module.register_forward_hook(keep) for module in network.modules() if module not in hidden]
    try:
        outputs: Tensor = network(images)
    finally:
        for hook in hooks:
            hook.remove()
    return found, outputs


def _parts(module: nn.Module) -> list[tuple[str, nn.Module]]:
    """Return the children that hold convolutions."""
    return [(name, child) for name, child in module.named_children() if _has_convolutions(child)]


def _has_convolutions(module: nn.Module) -> bool:
    return any(isinstance(each, nn.Conv2d) for each in module.modules())


def _walk(module: nn.Module, above: Path) -> Iterator[tuple[Path, nn.Module]]:
    """Yield the stages under a module with their paths."""
    for name, child in _parts(module):
        path = (*above, name)
        if type(child) in _LISTS:
            yield from _walk(child, path)
        else:
            yield path, child


def _short_names(wrappers: Sequence[str], paths: Sequence[Path]) -> list[str]:
    """Cut off what a path has alone at its end, and what stands before its last word, if all names still differ.

    stem.0 -> stem; convolutions.conv1 -> conv1; backbone.net.layer1.0 -> layer1.0 where there is a layer1.1 too.
    """
    owners = Counter(path[:end] for path in paths for end in range(1, len(path) + 1))
    alone = [next(path[:end] for end in range(1, len(path) + 1) if owners[path[:end]] == 1) for path in paths]
    full = [(*wrappers, *path) for path in alone]
    short = [path[_last_word(path) :] for path in full]
    return [".".join(path) for path in (short if len(set(short)) == len(short) else full)]


def _last_word(path: Path) -> int:
    """Return the position of the last step that is not just a number."""
    return max((i for i, step in enumerate(path) if not step.isdigit()), default=0)
