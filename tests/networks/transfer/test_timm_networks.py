"""timm's networks as backbones: names, weights and where they lie, images, and what is said where there are none."""

import re

import numpy as np
import pytest
import safetensors.torch
import timm
import torch
from PIL import Image
from timm.data import create_transform, resolve_data_config, resolve_model_data_config

from cnnlab.base.errors import ConfigError
from cnnlab.building.parts import ImageSpec
from cnnlab.data.image_folders.decoding import decode
from cnnlab.data.image_normalization import Normalization
from cnnlab.networks.transfer import timm_networks
from cnnlab.networks.transfer.published import published_backbone
from cnnlab.networks.transfer.timm_networks import Timm

GENERATED = {"test_vit": 160, "test_efficientnet": 160, "mobilenetv3_small_050": 224}
"""A transformer, a convolutional network, and one of other images -> their height and width."""


def make(name, *, seed=0, weights="imagenet", layer="penultimate", loads=True):
    return published_backbone(
        Timm(), name, seed, weights=weights, layer=layer, loads=loads, progress=None, called="timm"
    )


def generated(name):
    torch.manual_seed(1)
    return timm.create_model(name).eval()


@pytest.fixture
def caches(tmp_path, monkeypatch):
    """Folders of Hugging Face's and of torch's cache, empty."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hf"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path / "hf", tmp_path / "torch" / "hub" / "checkpoints"


@pytest.mark.parametrize(("name", "size"), GENERATED.items())
def test_file_in_timms_format_makes_a_backbone_with_timms_features_outputs_and_images(tmp_path, name, size):
    net, file = generated(name), tmp_path / "model.safetensors"
    safetensors.torch.save_file(net.state_dict(), file)
    images = torch.randn(2, 3, size, size)
    backbone, whole = make(name, weights=file).eval(), make(name, weights=file, layer="last").eval()
    with torch.inference_mode():
        torch.testing.assert_close(whole(images), net(images), rtol=0, atol=1e-5)
        own = net.forward_head(net.forward_features(images), pre_logits=True)
        torch.testing.assert_close(backbone(images), own, rtol=0, atol=1e-5)
    assert backbone.num_features == own.shape[1]
    assert backbone.layers[-1][0] in ("norm", "bn2", "conv_head")
    config = resolve_model_data_config(net)
    expected = backbone.expected
    assert (expected.mean, expected.std, expected.image_size) == (config["mean"], config["std"], size)
    resize, crop, *_ = create_transform(**config).transforms
    resized = resize.size if isinstance(resize.size, int) else resize.size[0]
    assert (expected.resize, expected.interpolation) == (resized, resize.interpolation.value)
    assert tuple(crop.size) == (expected.image_size,) * 2


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("dm_nfnet_f0", "squash"),
        ("convnext_tiny.in12k_ft_in1k_384", "squash"),
        ("test_vit", "center"),
        ("deepseek_vit_412m", "border"),
    ],
)
@pytest.mark.parametrize("size", [(300, 200), (91, 250), (448, 448), (1001, 640), (2, 700)])
def test_pixels_are_those_of_timms_transform_whatever_its_way_to_a_square(tmp_path, name, mode, size):
    file, draw = tmp_path / "photograph.png", np.random.default_rng(0)
    Image.fromarray(draw.integers(0, 256, (*size, 3), dtype=np.uint8)).save(file)
    config = timm.get_pretrained_cfg(name)
    assert config.crop_mode == mode
    expected = Timm().expected(name, "imagenet")
    images = ImageSpec(
        ("a",), 3, expected.image_size, Normalization(expected.mean, expected.std), resize=expected.resize,
        interpolation=expected.interpolation, is_published=True, is_squashed=expected.is_squashed,
        border=expected.border,
    )  # fmt: skip
    pixels = decode(file, 3, images.file_size, images.file_size, images.scaling)
    own = images.prepare(torch.from_numpy(pixels.copy())[None])[0]
    transform = create_transform(**resolve_data_config(pretrained_cfg=config.to_dict()))
    with Image.open(file) as image:
        torch.testing.assert_close(own, transform(image), rtol=0, atol=2e-6)


def test_weights_come_from_the_cache_of_hugging_face_or_torchs(caches):
    hugging, torchs = caches
    snapshot = hugging / "models--timm--test_resnet.r160_in1k" / "snapshots" / "0123"
    (snapshot.parents[1] / "refs").mkdir(parents=True)
    (snapshot.parents[1] / "refs" / "main").write_text("0123")
    for folder, file in ((snapshot, "model.safetensors"), (torchs, "test_resnet.r160_in1k.safetensors")):
        folder.mkdir(parents=True)
        net = generated("test_resnet")
        safetensors.torch.save_file(net.state_dict(), folder / file)
        backbone = make("test_resnet")
        torch.testing.assert_close(backbone.net.layer4.state_dict(), net.layer4.state_dict(), rtol=0, atol=0)
        (folder / file).unlink()


def test_names_that_timm_knows_from_elsewhere_are_understood(tmp_path):
    """Those of the original vision transformers of DINOv2, for example, have a token for masked patches."""
    net, file = generated("test_vit"), tmp_path / "w.pth"
    torch.save(net.state_dict() | {"mask_token": torch.zeros(1, 64)}, file)
    backbone = make("test_vit", weights=file)
    torch.testing.assert_close(backbone.net.norm.state_dict(), net.norm.state_dict(), rtol=0, atol=0)


def test_without_network_and_cache_it_is_said_what_to_put_where(caches, offline):
    file = caches[1] / "test_resnet.r160_in1k.safetensors"
    message = (
        "backbone (timm test_resnet): cannot be downloaded ([Errno -2] Name or service not known). "
        f"Put it there as {file}, from "
        "https://huggingface.co/timm/test_resnet.r160_in1k/resolve/main/model.safetensors, or name the file: "
        "backbone.weights=test_resnet.r160_in1k.safetensors. What works offline:\n"
        "  cnnlab transfer backbone=efficientnet_lite0\n"
        "  cnnlab transfer backbone=timm backbone.model=test_resnet transfer=scratch"
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        make("test_resnet")
    assert not caches[1].exists()
    make("test_resnet", loads=False)  # nothing is looked for


def test_network_without_published_weights_and_unknown_ones_are_named(caches):
    with pytest.raises(ConfigError, match=r"^backbone\.weights: none are published for timm's 'resnet50_mlp'\. Give a"):
        make("resnet50_mlp")
    message = r"^backbone\.model: timm has no 'tset_vit'\. Did you mean 'test_vit'\? They are listed by: cnnlab list"
    with pytest.raises(ConfigError, match=message):
        make("tset_vit")
    with pytest.raises(ConfigError, match=r"timm has no 'hf-hub:someone/model'\."):
        make("hf-hub:someone/model")


def test_weights_of_another_network_are_refused(tmp_path):
    torch.save(generated("test_resnet").state_dict(), tmp_path / "w.pth")
    with pytest.raises(ConfigError, match=r"^backbone \(timm\): the weights in '.*w\.pth' are another network's"):
        make("test_vit", weights=tmp_path / "w.pth")


def test_random_weights_follow_the_seed_and_take_images_of_any_size_unless_the_network_does_not():
    first, same, other = (make("test_resnet", weights="none", seed=seed).state_dict() for seed in (0, 0, 1))
    torch.testing.assert_close(first, same, rtol=0, atol=0)
    assert any((first[key] != other[key]).any() for key in first)
    assert make("test_resnet", weights="none").expected.image_size is None
    assert make("test_vit", weights="none").expected.image_size == 160


@pytest.mark.parametrize(
    "name",
    ["test_byobnet", "test_convnext", "test_efficientnet", "test_mambaout", "test_maxvit", "test_nfnet", "test_vit3"],
)
def test_features_have_the_length_that_is_told_whatever_the_family(name):
    backbone = make(name, weights="none").eval()
    size = backbone.expected.image_size or 160
    assert backbone(torch.zeros(2, 3, size, size)).shape == (2, backbone.num_features)
    assert backbone(torch.zeros(2, 1, size, size)).shape == (2, backbone.num_features)
    assert len(backbone.layers) > 2


def test_network_that_gives_tokens_has_their_mean_and_length_as_features():
    with torch.device("meta"):  # 88 million parameters, of which none is looked at
        backbone = make("qwen3_vit_88m_enc", weights="none").eval()
        assert backbone.net(torch.zeros(2, 3, 96, 96)).shape == (2, 9, 1024)
        assert backbone(torch.zeros(2, 3, 96, 96)).shape == (2, backbone.num_features)


def test_names_are_those_of_all_networks_with_and_without_tags():
    assert {"resnet18", "resnet18.a1_in1k"} <= set(timm_networks.names())
