"""timm's networks: found by name, built, their weights from its cache or its hub. timm is imported where it is used."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from cnnlab.base.downloads import download, quiet
from cnnlab.base.errors import ConfigError, did_you_mean
from cnnlab.base.progress import Progress
from cnnlab.networks.transfer.network import Expected
from cnnlab.networks.transfer.published import Weights
from cnnlab.networks.transfer.torchvision_networks import imagenet_classes
from cnnlab.networks.transfer.weights import StateDict
from cnnlab.networks.transfer.weights_files import read_weights

if TYPE_CHECKING:
    from timm.models import PretrainedCfg

_OPENED = ("blocks", "stages", "layers", "features")
"""Children that hold most of a network: their own children are counted in their place."""
_ON_HUB = "model.safetensors"  # what the hub calls any network's weights
_LISTED = "They are listed by: cnnlab list backbone 'timm/*'"


class Timm:
    """timm's networks, by the names of `timm.list_models` and `timm.list_pretrained`; see `Source`."""

    def initial(self, name: str, *, is_published: bool) -> nn.Module:  # noqa: ARG002
        """Return the network as timm initialises it."""
        import timm

        net: nn.Module = timm.create_model(_known(name), pretrained=False)
        return net

    def published(self, name: str, progress: Progress | None) -> StateDict:
        """Return the weights of the name's tag, or of timm's default one, from a cache or through its hub."""
        config = _config(name)
        file = next((path for path in _cached(config) if path.is_file()), None)
        return read_weights(_downloaded(name, config, progress) if file is None else file)

    def renamed(self, name: str, weights: StateDict, own: StateDict) -> StateDict:
        """Return weights by today's names, where timm knows them from elsewhere."""
        import timm

        if weights.keys() <= own.keys():
            return weights
        try:
            with quiet():
                overlay = {"state_dict": dict(weights), "custom_load": False}
                net: nn.Module = timm.create_model(name, pretrained=True, pretrained_cfg_overlay=overlay)
        except (RuntimeError, KeyError, ValueError, AttributeError, TypeError, IndexError):
            return weights  # what they differ in is said where they are loaded
        return net.state_dict()

    def last_layers(self, net: nn.Module) -> Sequence[str]:
        """Return the names that timm keeps; of a distilled network both, of one that has learned no classes none."""
        names = net.pretrained_cfg["classifier"]  # type: ignore[index]
        if not net.num_classes or names is None:
            return ()
        return (names,) if isinstance(names, str) else tuple(names)

    def layers(self, net: nn.Module) -> list[str]:
        """Return the names of the children, of stages and blocks each."""
        return list(_counted(net.named_children()))

    def expected(self, name: str, weights: Weights) -> Expected:
        """Return what the network's own configuration says."""
        config = _config(name)
        side = config.input_size[-1]
        at_least = 1 if config.min_input_size is None else config.min_input_size[-1]
        if weights == "none" and not config.fixed_input_size:
            return Expected(config.mean, config.std, at_least=at_least)
        return Expected(
            config.mean, config.std, side, resize=math.floor(side / config.crop_pct),
            interpolation=config.interpolation, is_published=True, is_squashed=config.crop_mode == "squash",
            border=tuple(round(255 * mean) for mean in config.mean) if config.crop_mode == "border" else None,
            at_least=at_least,
        )  # fmt: skip

    def classes(self, name: str) -> Sequence[str]:  # noqa: ARG002
        """Return the names that torchvision gives ImageNet's classes; timm has them in the same order."""
        return imagenet_classes("resnet18")


def names() -> list[str]:
    """Return the names of all networks, without a tag and with that of each of their weights, in timm's order."""
    import timm

    return [*timm.list_models(), *timm.list_pretrained()]


def _known(name: str) -> str:
    """Return the name.

    Raises:
        ConfigError: timm has no such network.
    """
    known = names()
    if name not in known:
        raise ConfigError(f"backbone.model: timm has no '{name}'.{did_you_mean(name, known)} {_LISTED}")
    return name


def _config(name: str) -> PretrainedCfg:
    """Return what timm knows of a network's weights and of the images that they were trained on."""
    import timm

    config = timm.get_pretrained_cfg(_known(name))
    return timm.models.PretrainedCfg() if config is None else config


def _counted(children: Iterable[tuple[str, nn.Module]]) -> Iterable[str]:
    for name, child in children:
        if name in _OPENED and any(True for _ in child.children()):
            yield from (f"{name}.{inner}" for inner, _ in child.named_children())
        else:
            yield name


def _cached(config: PretrainedCfg) -> Iterable[Path]:
    """Yield where the weights may lie: in the cache of Hugging Face, as timm leaves them, and in torch's."""
    from huggingface_hub import try_to_load_from_cache

    if config.hf_hub_id:
        for file in (_ON_HUB, "pytorch_model.bin"):
            found = try_to_load_from_cache(config.hf_hub_id, file)
            if isinstance(found, str):
                yield Path(found)
    for url in (_hub_url(config), config.url):
        if url:
            yield _in_torchs_cache(config, str(url))


def _hub_url(config: PretrainedCfg) -> str | None:
    from huggingface_hub import hf_hub_url

    return hf_hub_url(config.hf_hub_id, _ON_HUB) if config.hf_hub_id else None


def _in_torchs_cache(config: PretrainedCfg, url: str) -> Path:
    """Return where a download goes; the hub calls all weights the same, so there they are called by the network."""
    name = url.rpartition("/")[2]
    name = f"{str(config.hf_hub_id).rpartition('/')[2]}.safetensors" if name == _ON_HUB else name
    return Path(torch.hub.get_dir()) / "checkpoints" / name


def _downloaded(name: str, config: PretrainedCfg, progress: Progress | None) -> Path:
    """Fetch weights into torch's cache; not by the hub's own client, which tries for a minute where there is no net."""
    url = _hub_url(config) or config.url
    if not url:
        raise ConfigError(
            f"backbone.weights: none are published for timm's '{name}'. "
            "Give a file, backbone.weights=weights.safetensors, or train random ones: transfer=scratch"
        )
    file = _in_torchs_cache(config, str(url))

    def fetch() -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(str(url), str(file), progress=False)

    advice = (
        f"Put it there as {file}, from {url}, or name the file: backbone.weights={file.name}. What works offline:\n"
        "  cnnlab transfer backbone=efficientnet_lite0\n"
        f"  cnnlab transfer backbone=timm backbone.model={name} transfer=scratch"
    )
    download(f"timm {name}", fetch, key="backbone", folder=file.parent, advice=advice, progress=progress)
    return file
