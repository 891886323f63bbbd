"""Normalizations, and what stands in their place: (num_features, spatial_dims) -> module that keeps the shape.

`spatial_dims` is 2 for images (N, C, H, W) with C = num_features, 0 for features (N, D) with D = num_features.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from cnnlab.base.schema import Fraction, Portion, Positive, PositiveInt
from cnnlab.networks.batch_norm import BatchNorm1d, BatchNorm2d


def none(num_features: int, spatial_dims: int) -> nn.Module:  # noqa: ARG001 - the table's signature
    """No normalization."""
    return nn.Identity()  # a module all the same, so that the names of the others stay


def batch(num_features: int, spatial_dims: int, *, momentum: Portion = 0.1, eps: Positive = 1e-5) -> nn.Module:
    """Batch normalization, per channel over the batch (Ioffe and Szegedy 2015, arXiv:1502.03167)."""
    kind = BatchNorm2d if spatial_dims else BatchNorm1d
    return kind(num_features, momentum=momentum, eps=eps)


def dropout(num_features: int, spatial_dims: int, *, p: Fraction = 0.2) -> nn.Module:  # noqa: ARG001
    """Dropout in place of normalization: of whole channels in images, of single values in features."""
    return nn.Dropout2d(p) if spatial_dims else nn.Dropout(p)


def layer(num_features: int, spatial_dims: int, *, eps: Positive = 1e-5) -> nn.Module:
    """Layer normalization, over all values of one image (Ba et al. 2016, arXiv:1607.06450)."""
    return nn.GroupNorm(1, num_features, eps=eps) if spatial_dims else nn.LayerNorm(num_features, eps=eps)


def group(num_features: int, spatial_dims: int, *, groups: PositiveInt = 8, eps: Positive = 1e-5) -> nn.Module:
    """Group normalization in the largest number of equal groups up to `groups` (Wu and He 2018, arXiv:1803.08494)."""
    return nn.GroupNorm(_num_groups(num_features, spatial_dims, at_most=groups), num_features, eps=eps)


def instance(num_features: int, spatial_dims: int, *, eps: Positive = 1e-5) -> nn.Module:
    """Instance normalization, per image and channel over the pixels; of features as layer (arXiv:1607.08022)."""
    # One feature has nothing to be compared with but the other features of its image.
    return (
        nn.InstanceNorm2d(num_features, eps=eps, affine=True) if spatial_dims else nn.LayerNorm(num_features, eps=eps)
    )


def norm_biases(network: nn.Module) -> list[nn.Parameter]:
    """Return the biases of a network's normalizations that learn."""
    kinds = (nn.modules.batchnorm._NormBase, nn.GroupNorm, nn.LayerNorm)
    biases = [module.bias for module in network.modules() if isinstance(module, kinds)]
    return [bias for bias in biases if bias is not None and bias.requires_grad]


def _num_groups(num_features: int, spatial_dims: int, *, at_most: int) -> int:
    """Return the largest divisor of `num_features` that is <= `at_most`.

    Without pixels a group holds two features or more: a single value less its own mean would always be 0.
    """
    limit = min(at_most, num_features if spatial_dims else max(1, num_features // 2))
    return next(groups for groups in range(limit, 0, -1) if num_features % groups == 0)


NORMALIZATIONS: dict[str, Callable[..., nn.Module]] = {
    "none": none,
    "batch": batch,
    "dropout": dropout,
    "layer": layer,
    "group": group,
    "instance": instance,
}
