"""Where published networks come from: the one table of sources. What is special about one lives in its own module."""

from __future__ import annotations

from cnnlab.networks.transfer.embedded_networks import Embedded
from cnnlab.networks.transfer.published import Source
from cnnlab.networks.transfer.timm_networks import Timm
from cnnlab.networks.transfer.torchvision_networks import Torchvision

SOURCES: dict[str, Source] = {
    "embedded": Embedded(),
    "timm": Timm(),
    "torchvision": Torchvision(),
}
