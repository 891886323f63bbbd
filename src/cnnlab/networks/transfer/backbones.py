"""Backbones: (name, seed) -> network with weights, its last layer taken off; torchvision is imported when one is built.

The literal below holds all of torchvision's classification networks (`torchvision.models.list_models`), so that the
command line knows them without importing torchvision. A test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cnnlab.base.errors import ConfigError
from cnnlab.base.progress import Progress
from cnnlab.networks.transfer.network import Backbone
from cnnlab.networks.transfer.torchvision_networks import Layer, Weights, torchvision_backbone


class OpenRun(Protocol):
    """A finished run's folder -> its network as a backbone."""

    def __call__(self, path: Path, seed: int, *, layer: Layer, loads: bool) -> Backbone:
        """Return the network, of initial weights where `loads` is false."""


@dataclass(frozen=True)
class Request:
    """What a run wants of a backbone, besides the user's options."""

    name: str
    """Its key in the table."""
    seed: int
    """Of the initial weights, which stay where no others are loaded."""
    open_run: OpenRun
    """Makes a backbone of a finished run, of whose files networks know nothing."""
    loads: bool = True
    """False leaves the weights out, for a training from scratch or for others to be loaded."""
    progress: Progress | None = None
    """Told of a download."""


def torchvision_network(explanation: str) -> Callable[..., Backbone]:
    """Return the factory of one of torchvision's networks: that whose name is requested."""

    def build(request: Request, *, weights: Weights = "imagenet", layer: Layer = "penultimate") -> Backbone:
        if isinstance(weights, Path) and weights.is_dir():
            raise ConfigError(
                f"backbone ({request.name}): '{weights}' is a run, which brings its own network. Use backbone=run."
            )
        return torchvision_backbone(
            request.name, request.seed, weights=weights, layer=layer, loads=request.loads, progress=request.progress
        )

    build.__doc__ = explanation
    return build


def run(request: Request, *, weights: Weights = "none", layer: Layer = "penultimate") -> Backbone:
    """The network of a finished run of cnnlab: backbone.weights=outputs/runs/<run id>."""
    if not isinstance(weights, Path):
        raise ConfigError(
            f"backbone.weights: must be a finished run, got {weights}. "
            "Name it: backbone=run backbone.weights=outputs/runs/<run id>."
        )
    return request.open_run(weights, request.seed, layer=layer, loads=request.loads)


BACKBONES: dict[str, Callable[..., Backbone]] = {
    "run": run,
    "alexnet": torchvision_network(
        "Five convolutions and three linear layers (Krizhevsky 2014, arXiv:1404.5997), 61.1 M parameters."
    ),
    "convnext_base": torchvision_network(
        "Convolutions arranged as in transformers (Liu et al. 2022, arXiv:2201.03545), 88.6 M parameters."
    ),
    "convnext_large": torchvision_network(
        "Convolutions arranged as in transformers (Liu et al. 2022, arXiv:2201.03545), 198 M parameters."
    ),
    "convnext_small": torchvision_network(
        "Convolutions arranged as in transformers (Liu et al. 2022, arXiv:2201.03545), 50.2 M parameters."
    ),
    "convnext_tiny": torchvision_network(
        "Convolutions arranged as in transformers (Liu et al. 2022, arXiv:2201.03545), 28.6 M parameters."
    ),
    "densenet121": torchvision_network(
        "Each layer sees all before it (Huang et al. 2017, arXiv:1608.06993), 8.0 M parameters."
    ),
    "densenet161": torchvision_network(
        "Each layer sees all before it (Huang et al. 2017, arXiv:1608.06993), 28.7 M parameters."
    ),
    "densenet169": torchvision_network(
        "Each layer sees all before it (Huang et al. 2017, arXiv:1608.06993), 14.1 M parameters."
    ),
    "densenet201": torchvision_network(
        "Each layer sees all before it (Huang et al. 2017, arXiv:1608.06993), 20.0 M parameters."
    ),
    "efficientnet_b0": torchvision_network(
        "Depth, width and image size scaled together (Tan and Le 2019, arXiv:1905.11946), 5.3 M parameters."
    ),
    "efficientnet_b1": torchvision_network(
        "Depth, width and image size scaled together (Tan and Le 2019, arXiv:1905.11946), 7.8 M parameters."
    ),
    "efficientnet_b2": torchvision_network(
        "Depth, width and image size scaled together (Tan and Le 2019, arXiv:1905.11946), 9.1 M parameters."
    ),
    "efficientnet_b3": torchvision_network(
        "Depth, width and image size scaled together (Tan and Le 2019, arXiv:1905.11946), 12.2 M parameters."
    ),
    "efficientnet_b4": torchvision_network(
        "Depth, width and image size scaled together (Tan and Le 2019, arXiv:1905.11946), 19.3 M parameters."
    ),
    "efficientnet_b5": torchvision_network(
        "Depth, width and image size scaled together (Tan and Le 2019, arXiv:1905.11946), 30.4 M parameters."
    ),
    "efficientnet_b6": torchvision_network(
        "Depth, width and image size scaled together (Tan and Le 2019, arXiv:1905.11946), 43.0 M parameters."
    ),
    "efficientnet_b7": torchvision_network(
        "Depth, width and image size scaled together (Tan and Le 2019, arXiv:1905.11946), 66.3 M parameters."
    ),
    "efficientnet_v2_l": torchvision_network(
        "EfficientNet, faster to train (Tan and Le 2021, arXiv:2104.00298), 119 M parameters."
    ),
    "efficientnet_v2_m": torchvision_network(
        "EfficientNet, faster to train (Tan and Le 2021, arXiv:2104.00298), 54.1 M parameters."
    ),
    "efficientnet_v2_s": torchvision_network(
        "EfficientNet, faster to train (Tan and Le 2021, arXiv:2104.00298), 21.5 M parameters."
    ),
    "googlenet": torchvision_network("Inception blocks (Szegedy et al. 2015, arXiv:1409.4842), 6.6 M parameters."),
    "inception_v3": torchvision_network(
        "Inception blocks of small and long convolutions (Szegedy et al. 2016, arXiv:1512.00567), 27.2 M parameters."
    ),
    "maxvit_t": torchvision_network(
        "Attention in blocks and over a grid (Tu et al. 2022, arXiv:2204.01697), 30.9 M parameters."
    ),
    "mnasnet0_5": torchvision_network(
        "Searched for speed on phones (Tan et al. 2019, arXiv:1807.11626), 2.2 M parameters."
    ),
    "mnasnet0_75": torchvision_network(
        "Searched for speed on phones (Tan et al. 2019, arXiv:1807.11626), 3.2 M parameters."
    ),
    "mnasnet1_0": torchvision_network(
        "Searched for speed on phones (Tan et al. 2019, arXiv:1807.11626), 4.4 M parameters."
    ),
    "mnasnet1_3": torchvision_network(
        "Searched for speed on phones (Tan et al. 2019, arXiv:1807.11626), 6.3 M parameters."
    ),
    "mobilenet_v2": torchvision_network(
        "Inverted residuals with narrow ends (Sandler et al. 2018, arXiv:1801.04381), 3.5 M parameters."
    ),
    "mobilenet_v3_large": torchvision_network(
        "MobileNet, searched further (Howard et al. 2019, arXiv:1905.02244), 5.5 M parameters."
    ),
    "mobilenet_v3_small": torchvision_network(
        "MobileNet, searched further (Howard et al. 2019, arXiv:1905.02244), 2.5 M parameters."
    ),
    "regnet_x_1_6gf": torchvision_network(
        "Residual network of a regular design (Radosavovic et al. 2020, arXiv:2003.13678), 9.2 M parameters."
    ),
    "regnet_x_3_2gf": torchvision_network(
        "Residual network of a regular design (Radosavovic et al. 2020, arXiv:2003.13678), 15.3 M parameters."
    ),
    "regnet_x_8gf": torchvision_network(
        "Residual network of a regular design (Radosavovic et al. 2020, arXiv:2003.13678), 39.6 M parameters."
    ),
    "regnet_x_16gf": torchvision_network(
        "Residual network of a regular design (Radosavovic et al. 2020, arXiv:2003.13678), 54.3 M parameters."
    ),
    "regnet_x_32gf": torchvision_network(
        "Residual network of a regular design (Radosavovic et al. 2020, arXiv:2003.13678), 108 M parameters."
    ),
    "regnet_x_400mf": torchvision_network(
        "Residual network of a regular design (Radosavovic et al. 2020, arXiv:2003.13678), 5.5 M parameters."
    ),
    "regnet_x_800mf": torchvision_network(
        "Residual network of a regular design (Radosavovic et al. 2020, arXiv:2003.13678), 7.3 M parameters."
    ),
    "regnet_y_1_6gf": torchvision_network(
        "RegNet with squeeze and excitation (Radosavovic et al. 2020, arXiv:2003.13678), 11.2 M parameters."
    ),
    "regnet_y_3_2gf": torchvision_network(
        "RegNet with squeeze and excitation (Radosavovic et al. 2020, arXiv:2003.13678), 19.4 M parameters."
    ),
    "regnet_y_8gf": torchvision_network(
        "RegNet with squeeze and excitation (Radosavovic et al. 2020, arXiv:2003.13678), 39.4 M parameters."
    ),
    "regnet_y_16gf": torchvision_network(
        "RegNet with squeeze and excitation (Radosavovic et al. 2020, arXiv:2003.13678), 83.6 M parameters."
    ),
    "regnet_y_32gf": torchvision_network(
        "RegNet with squeeze and excitation (Radosavovic et al. 2020, arXiv:2003.13678), 145 M parameters."
    ),
    "regnet_y_128gf": torchvision_network(
        "RegNet with squeeze and excitation (Radosavovic et al. 2020, arXiv:2003.13678), 645 M parameters."
    ),
    "regnet_y_400mf": torchvision_network(
        "RegNet with squeeze and excitation (Radosavovic et al. 2020, arXiv:2003.13678), 4.3 M parameters."
    ),
    "regnet_y_800mf": torchvision_network(
        "RegNet with squeeze and excitation (Radosavovic et al. 2020, arXiv:2003.13678), 6.4 M parameters."
    ),
    "resnet18": torchvision_network("Residual network (He et al. 2015, arXiv:1512.03385), 11.7 M parameters."),
    "resnet34": torchvision_network("Residual network (He et al. 2015, arXiv:1512.03385), 21.8 M parameters."),
    "resnet50": torchvision_network("Residual network (He et al. 2015, arXiv:1512.03385), 25.6 M parameters."),
    "resnet101": torchvision_network("Residual network (He et al. 2015, arXiv:1512.03385), 44.5 M parameters."),
    "resnet152": torchvision_network("Residual network (He et al. 2015, arXiv:1512.03385), 60.2 M parameters."),
    "resnext50_32x4d": torchvision_network(
        "Residual network of grouped convolutions (Xie et al. 2017, arXiv:1611.05431), 25.0 M parameters."
    ),
    "resnext101_32x8d": torchvision_network(
        "Residual network of grouped convolutions (Xie et al. 2017, arXiv:1611.05431), 88.8 M parameters."
    ),
    "resnext101_64x4d": torchvision_network(
        "Residual network of grouped convolutions (Xie et al. 2017, arXiv:1611.05431), 83.5 M parameters."
    ),
    "shufflenet_v2_x0_5": torchvision_network(
        "Grouped convolutions and shuffled channels (Ma et al. 2018, arXiv:1807.11164), 1.4 M parameters."
    ),
    "shufflenet_v2_x1_0": torchvision_network(
        "Grouped convolutions and shuffled channels (Ma et al. 2018, arXiv:1807.11164), 2.3 M parameters."
    ),
    "shufflenet_v2_x1_5": torchvision_network(
        "Grouped convolutions and shuffled channels (Ma et al. 2018, arXiv:1807.11164), 3.5 M parameters."
    ),
    "shufflenet_v2_x2_0": torchvision_network(
        "Grouped convolutions and shuffled channels (Ma et al. 2018, arXiv:1807.11164), 7.4 M parameters."
    ),
    "squeezenet1_0": torchvision_network(
        "1x1 convolutions that squeeze the channels (Iandola et al. 2016, arXiv:1602.07360), 1.2 M parameters."
    ),
    "squeezenet1_1": torchvision_network(
        "1x1 convolutions that squeeze the channels (Iandola et al. 2016, arXiv:1602.07360), 1.2 M parameters."
    ),
    "swin_b": torchvision_network(
        "Attention in shifted windows (Liu et al. 2021, arXiv:2103.14030), 87.8 M parameters."
    ),
    "swin_s": torchvision_network(
        "Attention in shifted windows (Liu et al. 2021, arXiv:2103.14030), 49.6 M parameters."
    ),
    "swin_t": torchvision_network(
        "Attention in shifted windows (Liu et al. 2021, arXiv:2103.14030), 28.3 M parameters."
    ),
    "swin_v2_b": torchvision_network(
        "Attention in shifted windows, scaled up (Liu et al. 2022, arXiv:2111.09883), 87.9 M parameters."
    ),
    "swin_v2_s": torchvision_network(
        "Attention in shifted windows, scaled up (Liu et al. 2022, arXiv:2111.09883), 49.7 M parameters."
    ),
    "swin_v2_t": torchvision_network(
        "Attention in shifted windows, scaled up (Liu et al. 2022, arXiv:2111.09883), 28.4 M parameters."
    ),
    "vgg11": torchvision_network(
        "Stacks of 3x3 convolutions (Simonyan and Zisserman 2015, arXiv:1409.1556), 133 M parameters."
    ),
    "vgg11_bn": torchvision_network(
        "Stacks of 3x3 convolutions (Simonyan and Zisserman 2015, arXiv:1409.1556), 133 M parameters."
    ),
    "vgg13": torchvision_network(
        "Stacks of 3x3 convolutions (Simonyan and Zisserman 2015, arXiv:1409.1556), 133 M parameters."
    ),
    "vgg13_bn": torchvision_network(
        "Stacks of 3x3 convolutions (Simonyan and Zisserman 2015, arXiv:1409.1556), 133 M parameters."
    ),
    "vgg16": torchvision_network(
        "Stacks of 3x3 convolutions (Simonyan and Zisserman 2015, arXiv:1409.1556), 138 M parameters."
    ),
    "vgg16_bn": torchvision_network(
        "Stacks of 3x3 convolutions (Simonyan and Zisserman 2015, arXiv:1409.1556), 138 M parameters."
    ),
    "vgg19": torchvision_network(
        "Stacks of 3x3 convolutions (Simonyan and Zisserman 2015, arXiv:1409.1556), 144 M parameters."
    ),
    "vgg19_bn": torchvision_network(
        "Stacks of 3x3 convolutions (Simonyan and Zisserman 2015, arXiv:1409.1556), 144 M parameters."
    ),
    "vit_b_16": torchvision_network(
        "Vision transformer (Dosovitskiy et al. 2021, arXiv:2010.11929), 86.6 M parameters."
    ),
    "vit_b_32": torchvision_network(
        "Vision transformer (Dosovitskiy et al. 2021, arXiv:2010.11929), 88.2 M parameters."
    ),
    "vit_h_14": torchvision_network(
        "Vision transformer (Dosovitskiy et al. 2021, arXiv:2010.11929), 633 M parameters."
    ),
    "vit_l_16": torchvision_network(
        "Vision transformer (Dosovitskiy et al. 2021, arXiv:2010.11929), 304 M parameters."
    ),
    "vit_l_32": torchvision_network(
        "Vision transformer (Dosovitskiy et al. 2021, arXiv:2010.11929), 307 M parameters."
    ),
    "wide_resnet50_2": torchvision_network(
        "Residual network of twice the width (Zagoruyko and Komodakis 2016, arXiv:1605.07146), 68.9 M parameters."
    ),
    "wide_resnet101_2": torchvision_network(
        "Residual network of twice the width (Zagoruyko and Komodakis 2016, arXiv:1605.07146), 127 M parameters."
    ),
}
