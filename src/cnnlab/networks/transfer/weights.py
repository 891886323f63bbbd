"""Weights of a backbone: fitted to the network, every difference named."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor, nn

from cnnlab.base.errors import ConfigError
from cnnlab.base.texts import and_more
from cnnlab.networks.transfer.renamings import renamed

StateDict = dict[str, Tensor]

_COUNTER = "num_batches_tracked"  # of batch normalization; old files have none
_KINDS = frozenset({"weight", "bias", "running_mean", "running_var"})
_NAMED = 6  # differences of each kind; the rest is counted


def as_float(value: Tensor) -> Tensor:
    """Return a tensor of any floating point type in fp32, others as they are."""
    return value.float() if value.is_floating_point() else value


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
    missing = [name for name in own if name not in weights and not name.endswith(_COUNTER)]
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


def matched(weights: StateDict, net: nn.Module, last: Sequence[str]) -> tuple[StateDict, str | None]:
    """Return a file's weights by the network's names, and what is to be said of it.

    Names count first, but for those of the last layers, which many call the same; then names that are known from
    elsewhere. Where none agrees, as many tensors of the same shapes in the same order are taken for the same; the last
    layers may be absent, or be for other classes.

    Args:
        weights: as they were read.
        net: the whole network.
        last: names of its last layers.

    Raises:
        ConfigError: the names are known from elsewhere, but what they name cannot be taken over.
    """
    ends, own = tuple(f"{layer}." for layer in last), net.state_dict()
    body = without(own, lambda key: key.startswith(ends))
    if not weights.keys().isdisjoint(body):
        return weights, None
    if (known := renamed(weights, net)) is not None:
        return known[0], f"has the names of {known[1]}: its {len(weights)} tensors were renamed"
    given = {key: value for key, value in weights.items() if not key.endswith(_COUNTER)}
    for wanted in (own, body):
        names = [key for key in wanted if not key.endswith(_COUNTER)]
        if len(names) == len(given) and all(
            value.shape[is_last:] == own[name].shape[is_last:] and _is_same_kind(key, name)
            for name, (key, value) in zip(names, given.items())
            for is_last in [name.startswith(ends)]
        ):
            how = f"has other names: its {len(names)} tensors were matched by order, all shapes agree"
            return dict(zip(names, given.values())), how
    return weights, None


def _is_same_kind(theirs: str, ours: str) -> bool:
    """Tell whether names may be those of one tensor: safetensors sorts by name, so all of a layer's may be mixed up."""
    kind = theirs.rpartition(".")[2]
    return kind not in _KINDS or kind == ours.rpartition(".")[2]


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "()"


def _listed(mark: str, names: Iterable[str], what: str) -> list[str]:
    listed = list(names)
    more = and_more(len(listed) - _NAMED, what)
    return [*(f"  {mark} {name}  ({what})" for name in listed[:_NAMED]), *([f"  {mark}{more}"] if more else [])]


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
