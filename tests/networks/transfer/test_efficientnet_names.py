"""EfficientNets in files with the names of others: read by these, and only by a network that computes as theirs."""

import re

import pytest
import safetensors.torch
import timm
import torch

from cnnlab.base.errors import ConfigError
from cnnlab.networks.transfer.efficientnet_names import TRANSFORMERS
from cnnlab.networks.transfer.published import published_backbone
from cnnlab.networks.transfer.sources import SOURCES

B0 = "tf_efficientnet_b0"
CONV, BIASED = ("weight",), ("weight", "bias")
NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
TRANSFORMERS_PARTS = (
    "efficientnet.embeddings.convolution", "efficientnet.embeddings.batchnorm", "efficientnet.encoder.blocks",
    "expansion.expand_conv", "expansion.expand_bn", "depthwise_conv.depthwise_conv", "depthwise_conv.depthwise_norm",
    "squeeze_excite.reduce", "squeeze_excite.expand", "projection.project_conv", "projection.project_bn",
    "efficientnet.encoder.top_conv", "efficientnet.encoder.top_bn", "classifier",
)  # fmt: skip
"""As EfficientNetForImageClassification of transformers 5.24 calls its modules, in their order, which is timm's."""
PYTORCH_PARTS = (
    "_conv_stem", "_bn0", "_blocks", "_expand_conv", "_bn0", "_depthwise_conv", "_bn1", "_se_reduce", "_se_expand",
    "_project_conv", "_bn2", "_conv_head", "_bn1", "_fc",
)  # fmt: skip
"""As EfficientNet-PyTorch calls them."""


def make(name, weights, *, source="timm", layer="last"):
    return published_backbone(
        SOURCES[source], name, 0, weights=weights, layer=layer, loads=True, progress=None, called=name
    )


def names_of(parts, *, num_blocks=16, num_plain=1):
    """Return the names of all tensors, in order; the first blocks do not widen their input."""
    conv, norm, blocks, *inner, head, head_norm, last = parts
    kinds = (CONV, NORM, CONV, NORM, BIASED, BIASED, CONV, NORM)
    listed = [(conv, CONV), (norm, NORM)]
    for block in range(num_blocks):
        of_block = list(zip(inner, kinds, strict=True))[2 if block < num_plain else 0 :]
        listed += [(f"{blocks}.{block}.{part}", tensors) for part, tensors in of_block]
    listed += [(head, CONV), (head_norm, NORM), (last, BIASED)]
    return [f"{part}.{tensor}" for part, tensors in listed for tensor in tensors]


@pytest.fixture(scope="module")
def tensors():
    """Those of timm's smallest EfficientNet, by its names."""
    torch.manual_seed(1)
    return timm.create_model(B0).state_dict()


def test_efficientnet_of_transformers_is_read_by_its_names_with_and_without_the_last_layer(tmp_path, tensors):
    theirs, file = (
        dict(zip(names_of(TRANSFORMERS_PARTS), tensors.values(), strict=True)),
        tmp_path / "model.safetensors",
    )
    safetensors.torch.save_file(theirs, file)  # sorts them by name
    backbone = make(B0, file)
    torch.testing.assert_close(dict(backbone.net.state_dict()), dict(tensors), rtol=0, atol=0)
    note = f"'{file}' has the names of transformers' EfficientNet: its 360 tensors were renamed"
    assert backbone.notes == (f"backbone.weights: {note}",)
    body = {name.removeprefix("efficientnet."): value for name, value in theirs.items() if "classifier" not in name}
    safetensors.torch.save_file(body, file)
    again = make(B0, file, layer="penultimate").net.state_dict()
    torch.testing.assert_close(
        again["blocks.6.0.bn3.running_var"], tensors["blocks.6.0.bn3.running_var"], rtol=0, atol=0
    )


def test_blocks_are_counted_through_stages_of_whatever_length():
    with torch.device("meta"):
        own = list(timm.create_model("tf_efficientnet_b1").state_dict())
    names = [name.removeprefix("efficientnet.") for name in names_of(TRANSFORMERS_PARTS, num_blocks=23, num_plain=2)]
    assert TRANSFORMERS.ours(own) == dict(zip(names, own, strict=True))


def test_efficientnet_pytorch_is_read_by_its_names(tmp_path, tensors):
    theirs, file = dict(zip(names_of(PYTORCH_PARTS), tensors.values(), strict=True)), tmp_path / "efficientnet-b0.pth"
    torch.save(dict(sorted(theirs.items())), file)
    backbone = make(B0, file)
    torch.testing.assert_close(dict(backbone.net.state_dict()), dict(tensors), rtol=0, atol=0)
    assert backbone.notes == (
        f"backbone.weights: '{file}' has the names of EfficientNet-PyTorch: its 360 tensors were renamed",
    )


@pytest.mark.parametrize(("source", "name"), [("timm", "efficientnet_b0"), ("torchvision", "efficientnet_b0")])
def test_network_of_the_same_shapes_that_computes_otherwise_is_refused(tmp_path, tensors, source, name):
    torch.save(dict(zip(names_of(TRANSFORMERS_PARTS), tensors.values(), strict=True)), tmp_path / "w.pth")
    message = (
        "backbone.weights: transformers' EfficientNet computes as TensorFlow does, but this network does not. Take the "
        "one of its size that does: backbone=timm backbone.model=tf_efficientnet_b0"
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        make(name, tmp_path / "w.pth", source=source)


def test_another_size_is_refused_with_what_only_the_file_has(tmp_path):
    names = names_of(TRANSFORMERS_PARTS, num_blocks=23, num_plain=2)
    torch.save({name: torch.zeros(1) for name in names}, tmp_path / "w.pth")
    message = (
        r"(?s)another network's, 508 tensors for 360.*\+ efficientnet\.encoder\.blocks\.16\.\S+  \(only in the file\)"
    )
    with pytest.raises(ConfigError, match=message):
        make(B0, tmp_path / "w.pth")
