"""The one table of sources: what each of its entries keeps, whatever it is."""

import pytest
import torch

from cnnlab.networks.transfer.sources import SOURCES

ONE_OF_EACH = {"embedded": "efficientnet_lite0", "timm": "test_resnet", "torchvision": "resnet18"}


@pytest.mark.parametrize("source", SOURCES)
def test_source_knows_its_networks_layers_images_and_classes(source):
    name, own = ONE_OF_EACH[source], SOURCES[source]
    torch.manual_seed(0)
    net = own.initial(name, is_published=True)
    assert [net.get_submodule(layer).out_features for layer in own.last_layers(net)] == [1000]
    assert len([net.get_submodule(layer) for layer in own.layers(net)]) > 5
    expected, free = own.expected(name, "imagenet"), own.expected(name, "none")
    assert expected.is_published
    assert expected.resize >= expected.image_size >= 160
    assert (free.image_size, free.mean) == (None, expected.mean)
    assert len(set(own.classes(name))) == 1000


def test_classes_stand_in_the_same_order_in_all_sources():
    first, *others = (own.classes(ONE_OF_EACH[source]) for source, own in SOURCES.items())
    assert all(list(other) == list(first) for other in others)
