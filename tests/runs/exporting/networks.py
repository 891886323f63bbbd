"""Small networks that are exported, and images for them."""

import torch
from torch import nn

from cnnlab.building.parts import ImageSpec
from cnnlab.building.saved_network import SavedNetwork
from cnnlab.data.image_normalization import Normalization
from cnnlab.networks.batch_norm import take_as_they_are
from cnnlab.networks.transfer.network import Backbone, Expected, TransferNetwork
from cnnlab.networks.transfer.solved_heads import KernelSVM, LinearSVM, LogisticRegression, NearestNeighbours
from cnnlab.networks.transfer.zero_shot import MappedClasses
from tests.conftest import built, tiny

NORMALIZATION = Normalization((0.4, 0.5, 0.6), (0.2, 0.3, 0.2))
IMAGES = ImageSpec(("a", "b", "c"), 3, 8, NORMALIZATION)
NUM_FEATURES = 12

HEADS = {
    "linear": lambda: nn.Linear(NUM_FEATURES, 3),
    "svm": lambda: LinearSVM(NUM_FEATURES, 3, C=1.0),
    "rbf": lambda: KernelSVM(3, C=1.0),
    "logistic": lambda: LogisticRegression(NUM_FEATURES, 3, C=1.0),
    "knn": lambda: NearestNeighbours(3, k=3, metric="cosine"),
    "knn by distance": lambda: NearestNeighbours(3, k=3, metric="euclidean"),
    "zero-shot": lambda: MappedClasses([[1, 2], [], [0, 5]]),
}


def learnt(name):
    """Return a head that has learnt from features without meaning."""
    head = HEADS[name]()
    if hasattr(head, "learn"):
        draw = torch.Generator().manual_seed(0)
        head.learn(torch.rand(40, NUM_FEATURES, generator=draw), torch.arange(40) % 3, 0)
    return head


def with_head(head, *, images=IMAGES, scores_are="decision values"):
    """Return a small backbone with a head on it."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, NUM_FEATURES, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    backbone = Backbone(net, NUM_FEATURES, expected=Expected((0.5,) * 3, (0.5,) * 3), source="nowhere")
    return SavedNetwork(TransferNetwork(backbone, head, trainable_layers=None).eval(), images, scores_are)


def of_family(name):
    """Return a narrow model with random weights and statistics, as it is restored."""
    parts = built(tiny(f"model={name}", "dataset.image_size=32", "model.width=0.1"))
    network = parts.network.eval()
    take_as_they_are(network)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2)
    return SavedNetwork(network, parts.images, "probabilities")


def pixels(images, num):
    """Return images of noise."""
    size = images.stored_size
    draw = torch.Generator().manual_seed(num)
    return torch.randint(256, (num, images.channels, size, size), dtype=torch.uint8, generator=draw)


def outputs_of(trained, given):
    """Return what a saved network makes of pixels, as an array."""
    with torch.inference_mode():
        return trained.network(trained.images.prepare(given)).float().numpy()
