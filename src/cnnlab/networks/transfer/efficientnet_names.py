"""EfficientNet's tensors by names of others, who count blocks through all stages; timm counts them in each stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from torch import nn

from cnnlab.base.errors import ConfigError

_EPSILON = 1e-3  # that TensorFlow's batch normalization adds to a variance, and with it all who took over its weights


@dataclass(frozen=True)
class EfficientNetNames:
    """Somebody's names for the tensors of EfficientNet; each mapping is of timm's names to theirs."""

    whose: str
    prefix: str
    """Before all names but the last layer's, unless the network was saved without that layer."""
    blocks: str
    """Before a block's number."""
    outside: Mapping[str, str]
    """What is not in a block."""
    widening: Mapping[str, str]
    """The parts of a block that widens its input before it convolves it."""
    plain: Mapping[str, str]
    """The parts of a block that does not."""

    def apply(self, names: Sequence[str], net: nn.Module) -> dict[str, str] | None:
        """Return timm's name of each, or the same where the network has no such tensor; None of other networks' names.

        Raises:
            ConfigError: the network computes otherwise than that which the tensors come from.
        """
        if not {f"{prefix}{self.blocks}.0.{self.plain['conv_dw']}.weight" for prefix in ("", self.prefix)} & set(names):
            return None
        if any(module.eps != _EPSILON for module in net.modules() if isinstance(module, nn.BatchNorm2d)):
            raise ConfigError(
                f"backbone.weights: {self.whose} computes as TensorFlow does, but this network does not. Take the one "
                "of its size that does: backbone=timm backbone.model=tf_efficientnet_b0"
            )
        ours = self.ours(list(net.state_dict()))
        return {name: ours.get(name.removeprefix(self.prefix), name) for name in names}

    def ours(self, own: Sequence[str]) -> dict[str, str]:
        """Return for each of their names, without the prefix, that of timm's network whose names are given."""
        return dict(self._pairs(own))

    def _pairs(self, own: Sequence[str]) -> Iterator[tuple[str, str]]:
        blocks = list(dict.fromkeys(_block(name) for name in own if name.startswith("blocks.")))
        widening = {_block(name) for name in own if ".conv_pwl." in name}
        for name in own:
            part, _, tensor = name.rpartition(".")
            if name.startswith("blocks."):
                block = _block(name)
                parts, part = self.widening if block in widening else self.plain, part.removeprefix(f"{block}.")
                if part in parts:
                    yield f"{self.blocks}.{blocks.index(block)}.{parts[part]}.{tensor}", name
            elif part in self.outside:
                yield f"{self.outside[part]}.{tensor}", name


def _block(name: str) -> str:
    """Return the name of the block that a tensor is in: blocks.<stage>.<number>."""
    return ".".join(name.split(".")[:3])


EFFICIENTNET_PYTORCH = EfficientNetNames(
    "EfficientNet-PyTorch",
    prefix="",
    blocks="_blocks",
    outside={
        "conv_stem": "_conv_stem", "bn1": "_bn0", "conv_head": "_conv_head", "bn2": "_bn1", "classifier": "_fc",
    },
    widening={
        "conv_pw": "_expand_conv", "bn1": "_bn0", "conv_dw": "_depthwise_conv", "bn2": "_bn1",
        "se.conv_reduce": "_se_reduce", "se.conv_expand": "_se_expand", "conv_pwl": "_project_conv", "bn3": "_bn2",
    },
    plain={
        "conv_dw": "_depthwise_conv", "bn1": "_bn1", "se.conv_reduce": "_se_reduce", "se.conv_expand": "_se_expand",
        "conv_pw": "_project_conv", "bn2": "_bn2",
    },
)  # fmt: skip
"""Of the packages of weights, and of the library that they were made with."""
TRANSFORMERS = EfficientNetNames(
    "transformers' EfficientNet",
    prefix="efficientnet.",
    blocks="encoder.blocks",
    outside={
        "conv_stem": "embeddings.convolution", "bn1": "embeddings.batchnorm", "conv_head": "encoder.top_conv",
        "bn2": "encoder.top_bn", "classifier": "classifier",
    },
    widening={
        "conv_pw": "expansion.expand_conv", "bn1": "expansion.expand_bn", "conv_dw": "depthwise_conv.depthwise_conv",
        "bn2": "depthwise_conv.depthwise_norm", "se.conv_reduce": "squeeze_excite.reduce",
        "se.conv_expand": "squeeze_excite.expand", "conv_pwl": "projection.project_conv",
        "bn3": "projection.project_bn",
    },
    plain={
        "conv_dw": "depthwise_conv.depthwise_conv", "bn1": "depthwise_conv.depthwise_norm",
        "se.conv_reduce": "squeeze_excite.reduce", "se.conv_expand": "squeeze_excite.expand",
        "conv_pw": "projection.project_conv", "bn2": "projection.project_bn",
    },
)  # fmt: skip
