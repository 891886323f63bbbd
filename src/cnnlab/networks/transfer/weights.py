"""Weights of a backbone from a file: read without running code, fitted to the network, every difference named."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from cnnlab.base.errors import ConfigError

StateDict = dict[str, Tensor]

UNREADABLE = (OSError, EOFError, RuntimeError, ValueError, TypeError, KeyError, pickle.UnpicklingError)
"""What torch raises on files that are damaged, are no weights, or want to run code."""
_WRAPPERS = ("model", "state_dict", "model_state_dict")  # keys under which training scripts put the weights
_PREFIXES = ("module.", "_orig_mod.")  # of DataParallel and torch.compile
_ANEW = "Fetch it anew, or take the weights of an earlier epoch."
_NAMED = 6  # differences of each kind; the rest is counted


def read_weights(path: Path) -> StateDict:
    """Return the tensors of a weights file by name, in fp32, prefixes of DataParallel and torch.compile taken off.

    Raises:
        ConfigError: it cannot be read, is damaged, holds no weights or such as are not finite, or wants to run code.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except UNREADABLE as error:
        raise ConfigError(unreadable(path, error)) from error
    tensors = _tensors(content)
    if not tensors:
        raise ConfigError(f"backbone.weights: '{path}' holds no tensors by name. It takes a state dict.")
    if strange := next((name for name, value in tensors.items() if not value.isfinite().all()), None):
        raise ConfigError(f"backbone.weights: '{path}' holds values that are not finite, first in '{strange}'. {_ANEW}")
    return {_without_prefixes(name): as_float(value) for name, value in tensors.items()}


def unreadable(path: Path, error: BaseException) -> str:
    """Say why a weights file cannot be read."""
    if isinstance(error, pickle.UnpicklingError) and "weights_only" in str(error).lower():
        return f"backbone.weights: '{path}' holds more than tensors and plain values, and could run code. Not loaded."
    line = next(iter(str(error).strip().splitlines()), type(error).__name__)
    reason = line.partition(". ")[0].rstrip(".")  # torch goes on with guesses of its own
    return f"backbone.weights: '{path}' is no weights file, or a damaged one ({reason}). Fetch it anew."


def as_float(value: Tensor) -> Tensor:
    """Return a tensor of any floating point type in fp32, others as they are."""
    return value.float() if value.is_floating_point() else value


def _tensors(content: object) -> StateDict:
    """Find the mapping of tensors: the file itself, or under one of the usual names."""
    if not isinstance(content, Mapping):
        return {}
    for key in _WRAPPERS:
        if isinstance(content.get(key), Mapping):
            return _tensors(content[key])
    return {str(name): value for name, value in content.items() if isinstance(value, Tensor)}


def _without_prefixes(name: str) -> str:
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name


def load_into(net: nn.Module, weights: StateDict, *, where: str, source: object) -> None:
    """Give a network its weights.

    Args:
        net: changed in place.
        weights: exactly the network's; counters of batch normalization may be absent, old files have none.
        where: who wants them, e.g. `backbone (resnet18)`.
        source: file they come from.

    Raises:
        ConfigError: they belong to another network; lists what is only in the file (+), only in the network (-), and
            what differs in shape.
    """
    own = net.state_dict()
    extra = [name for name in weights if name not in own]
    missing = [name for name in own if name not in weights and not name.endswith("num_batches_tracked")]
    reshaped = [
        f"{name} {_shape(weights[name])} for {_shape(own[name])}"
        for name in own
        if name in weights and weights[name].shape != own[name].shape
    ]
    if extra or missing or reshaped:
        lines = [f"{where}: the weights in '{source}' are another network's, {len(weights)} tensors for {len(own)}."]
        lines += [*_listed("+", extra, "only in the file"), *_listed("-", missing, "only in the network")]
        lines += [*_listed("*", reshaped, "of another shape"), "  Name the network that they come from: backbone=..."]
        raise ConfigError("\n".join(lines))
    net.load_state_dict(weights, strict=False)


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "()"


def _listed(mark: str, names: Iterable[str], what: str) -> list[str]:
    listed = list(names)
    more = [f"  {mark} and {len(listed) - _NAMED} more {what}"] if len(listed) > _NAMED else []
    return [f"  {mark} {name}  ({what})" for name in listed[:_NAMED]] + more


def num_outputs(weights: StateDict, layer: str, *, otherwise: int) -> int:
    """Return how many classes the last layer of some weights tells apart; `otherwise` where they have no such layer."""
    weight = weights.get(f"{layer}.weight")
    return otherwise if weight is None else len(weight)


def without(weights: StateDict, unwanted: Callable[[str], bool]) -> StateDict:
    """Return the weights whose name is not unwanted."""
    return {name: value for name, value in weights.items() if not unwanted(name)}


def hash_module(module: torch.nn.Module) -> str:
    """Return 16 hex digits for a module: the names and values of its tensors."""
    digest = hashlib.blake2b(digest_size=8)
    for name, value in module.state_dict().items():
        digest.update(f"{name} {tuple(value.shape)} {value.dtype}".encode())
        digest.update(value.detach().cpu().contiguous().numpy().data if value.ndim else str(value.item()).encode())
    return digest.hexdigest()
