"""Files with the names that Hugging Face's transformers gives, as `save_pretrained` writes them."""

import re

import pytest
import safetensors.torch
import torch

from cnnlab.base.errors import ConfigError
from cnnlab.networks.transfer.published import published_backbone
from cnnlab.networks.transfer.sources import SOURCES


def make(name, *, source="torchvision", weights="none", layer="last"):
    return published_backbone(
        SOURCES[source], name, 0, weights=weights, layer=layer, loads=True, progress=None, called=name
    )


def in_transformers_names(key):
    """Return what transformers' ResNet calls one of torchvision's tensors, the other way round than the rule."""
    if key.startswith("fc."):
        return key.replace("fc.", "classifier.1.")
    if not key.startswith("layer"):
        return key.replace("conv1.", "resnet.embedder.embedder.convolution.").replace(
            "bn1.", "resnet.embedder.embedder.normalization."
        )
    stage, block, part, *rest = key.removeprefix("layer").split(".")
    if part == "downsample":
        inner = f"shortcut.{['convolution', 'normalization'][int(rest.pop(0))]}"
    else:
        inner = f"layer.{int(part[-1]) - 1}.{'convolution' if part.startswith('conv') else 'normalization'}"
    return ".".join([f"resnet.encoder.stages.{int(stage) - 1}.layers.{block}.{inner}", *rest])


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_resnet_of_transformers_is_read_under_its_own_names(tmp_path, name):
    net, file = make(name).net, tmp_path / "model.safetensors"
    theirs = {in_transformers_names(key): value for key, value in net.state_dict().items()}
    assert {
        "resnet.embedder.embedder.convolution.weight",
        "resnet.encoder.stages.1.layers.0.shortcut.normalization.running_mean",
        "resnet.encoder.stages.3.layers.1.layer.1.convolution.weight",
        "classifier.1.bias",
    } <= theirs.keys()
    safetensors.torch.save_file(theirs, file)
    for source in ("torchvision", "timm"):
        backbone = make(name, source=source, weights=file)
        torch.testing.assert_close(dict(backbone.net.state_dict()), dict(net.state_dict()), rtol=0, atol=0)
        note = f"'{file}' has the names of transformers' ResNet: its {len(theirs)} tensors were renamed"
        assert backbone.notes == (f"backbone.weights: {note}",)
    headless = {key.removeprefix("resnet."): value for key, value in theirs.items() if not key.startswith("class")}
    torch.save(headless, tmp_path / "pytorch_model.bin")
    body = make(name, weights=tmp_path / "pytorch_model.bin", layer="penultimate").net
    torch.testing.assert_close(body.layer4.state_dict(), net.layer4.state_dict(), rtol=0, atol=0)


def test_another_resnet_of_transformers_is_refused_by_todays_names(tmp_path):
    torch.save(
        {in_transformers_names(key): value for key, value in make("resnet18").net.state_dict().items()}, tmp_path / "w"
    )
    with pytest.raises(ConfigError, match=r"(?s)another network's, 122 tensors for 218.*only in the network"):
        make("resnet34", weights=tmp_path / "w")


def test_transformer_with_queries_keys_and_values_apart_is_refused_in_one_message(tmp_path):
    torch.save(
        {
            "vit.embeddings.cls_token": torch.zeros(1, 1, 64),
            "vit.encoder.layer.0.attention.attention.query.weight": torch.zeros(64, 64),
            "vit.encoder.layer.0.attention.attention.key.weight": torch.zeros(64, 64),
        },
        tmp_path / "w.pth",
    )
    message = (
        "backbone.weights: a transformer in Hugging Face's own format is not read, got "
        "'vit.encoder.layer.0.attention.attention.query.weight'. There queries, keys and values are apart. Take the "
        "same network of timm, or of torchvision: backbone=timm backbone.model=vit_base_patch16_224"
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        make("test_vit", source="timm", weights=tmp_path / "w.pth")
