"""Torchvision's networks as backbones: their layers, their weights, and what is said where weights cannot be had."""

import pickle
import re

import pytest
import torch
import torchvision

from cnnlab.base.errors import ConfigError
from cnnlab.networks.batch_norm import BatchNorm2d
from cnnlab.networks.transfer import torchvision_networks
from cnnlab.networks.transfer.published import published_backbone
from cnnlab.networks.transfer.torchvision_networks import Torchvision, imagenet_classes, last_layer_name
from tests.networks.transfer.weights_maker import Bomb

SMALL = "squeezenet1_1"
ONE_PER_FAMILY = [
    "alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "googlenet", "mnasnet0_5", "mobilenet_v2",
    "mobilenet_v3_small", "regnet_x_400mf", "resnet18", "shufflenet_v2_x0_5", "squeezenet1_1", "vit_b_32",
]  # fmt: skip


def make(name, *, seed=0, weights="imagenet", layer="penultimate", loads=True):
    return published_backbone(
        Torchvision(), name, seed, weights=weights, layer=layer, loads=loads, progress=None, called=name
    )


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Folder of torchvision's cache, empty; nothing can be downloaded."""

    def offline(*args, **kwargs):
        raise OSError("no network")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", offline)
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def imagenet_file(cache):
    """File in torchvision's cache, as it names them, with random weights."""
    torch.manual_seed(1)
    path = cache / "squeezenet1_1-b8a52dc0.pth"
    torch.save(torchvision.models.squeezenet1_1().state_dict(), path)
    return path


@pytest.mark.parametrize("name", ONE_PER_FAMILY)
def test_last_layer_is_the_one_with_a_thousand_outputs(name):
    with torch.device("cpu" if "regnet" in name else "meta"):  # without weights; regnet computes its widths as tensors
        net = Torchvision().initial(name, is_published=False)
    layer = net.get_submodule(last_layer_name(net))
    assert 1000 in (getattr(layer, "out_features", None), getattr(layer, "out_channels", None))


@pytest.mark.parametrize(("name", "size"), [("resnet18", 32), ("squeezenet1_1", 32), ("mobilenet_v3_small", 32)])
def test_features_have_the_length_that_is_told(name, size):
    images = torch.zeros(2, 3, size, size)
    for layer, length in (("penultimate", None), ("last", 1000)):
        backbone = make(name, weights="none", layer=layer).eval()
        assert backbone.num_features == (length or backbone.num_features)
        assert backbone(images).shape == (2, backbone.num_features)


def test_resnet_has_six_layers():
    names = [name for name, _ in make("resnet18", weights="none").layers]
    assert names == ["conv1", "bn1", "layer1", "layer2", "layer3", "layer4"]


def test_random_weights_follow_the_seed():
    first, same, other = (make(SMALL, weights="none", seed=seed).state_dict() for seed in (0, 0, 1))
    torch.testing.assert_close(first, same, rtol=0, atol=0)
    assert any((first[key] != other[key]).any() for key in first)


def test_batch_norm_corrects_statistics_that_start_here_and_takes_loaded_ones_as_they_are(tmp_path):
    net = torchvision.models.resnet18()
    torch.save(net.state_dict(), tmp_path / "resnet18.pth")
    random, loaded = make("resnet18", weights="none"), make("resnet18", weights=tmp_path / "resnet18.pth")
    assert (type(random.net.bn1), type(loaded.net.bn1)) == (BatchNorm2d, torch.nn.BatchNorm2d)
    assert torch.equal(loaded.net.bn1.num_batches_tracked, net.bn1.num_batches_tracked)


def test_imagenet_weights_come_from_torchvisions_cache(imagenet_file):
    backbone, file = make(SMALL), torch.load(imagenet_file, weights_only=True)
    torch.testing.assert_close(backbone.net.features[0].weight, torch.nn.Parameter(file["features.0.weight"]))
    expected = backbone.expected
    assert (expected.resize, expected.image_size, expected.interpolation) == (256, 224, "bilinear")
    assert expected.mean == (0.485, 0.456, 0.406)


def test_weights_that_are_left_out_change_the_images_in_nothing(imagenet_file):
    assert make(SMALL).expected == make(SMALL, loads=False).expected
    imagenet_file.unlink()
    make(SMALL, loads=False)  # nothing is looked for


def test_without_network_and_cache_it_is_said_what_to_put_where(cache):
    message = (
        f"backbone (alexnet): cannot be downloaded (no network). Put alexnet-owt-7be5be79.pth into {cache}, from "
        "https://download.pytorch.org/models/alexnet-owt-7be5be79.pth. What works offline:\n"
        "  cnnlab transfer backbone=alexnet backbone.weights=none dataset.image_size=63\n"
        "  cnnlab transfer backbone=alexnet transfer=scratch dataset.image_size=63\n"
        "or a finished run's network: backbone=run backbone.weights=outputs/runs/<run id>"
    )
    with pytest.raises(ConfigError, match=re.escape(message)):
        make("alexnet")


def test_truncated_file_in_the_cache_is_refused(imagenet_file):
    imagenet_file.write_bytes(imagenet_file.read_bytes()[:5000])
    with pytest.raises(ConfigError, match=r"'.*squeezenet1_1-b8a52dc0\.pth' is not a weights file, or is damaged"):
        make(SMALL)


def test_pickle_with_code_in_the_cache_is_refused_and_runs_none(imagenet_file, in_empty_folder):
    torch.save({"features.0.weight": Bomb()}, imagenet_file)
    with pytest.raises(ConfigError, match=r"could run code\. Not loaded\."):
        make(SMALL)
    imagenet_file.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ConfigError, match=r"squeezenet1_1-b8a52dc0\.pth"):
        make(SMALL)
    assert not (in_empty_folder / "executed").exists()


def test_file_for_another_number_of_classes_is_taken(tmp_path):
    torch.save(torchvision.models.squeezenet1_1(num_classes=7).state_dict(), tmp_path / "seven.pth")
    assert make(SMALL, weights=tmp_path / "seven.pth").num_features == 512
    assert make(SMALL, weights=tmp_path / "seven.pth", layer="last").num_features == 7


def test_file_without_the_last_layer_is_taken_where_that_is_not_asked_for(tmp_path):
    state = torchvision.models.resnet18().state_dict()
    torch.save({key: value for key, value in state.items() if not key.startswith("fc.")}, tmp_path / "body.pth")
    assert make("resnet18", weights=tmp_path / "body.pth").num_features == 512
    with pytest.raises(ConfigError, match=r"  - fc\.weight  \(only in the network\)"):
        make("resnet18", weights=tmp_path / "body.pth", layer="last")


def test_weights_of_another_network_are_refused(tmp_path):
    torch.save(torchvision.models.squeezenet1_1().state_dict(), tmp_path / "w.pth")
    message = (
        r"backbone \(resnet18\): the weights in '.*w\.pth' are another network's, 52 tensors for 120\.\n  \+ features"
    )
    with pytest.raises(ConfigError, match=message):
        make("resnet18", weights=tmp_path / "w.pth")


def test_old_names_of_densenet_are_understood():
    assert torchvision_networks._OLD_DENSENET.sub(r"\1\2", "features.denseblock1.denselayer2.norm.1.weight") == (
        "features.denseblock1.denselayer2.norm1.weight"
    )


@pytest.mark.parametrize("name", ["googlenet", "inception_v3"])
def test_outputs_half_way_are_left_out(name):
    with torch.device("meta"):
        net = Torchvision().initial(name, is_published=False)
    assert not any("aux" in key.lower() for key in net.state_dict())


def test_imagenets_classes_are_a_thousand_different_names():
    assert len(set(imagenet_classes("resnet18"))) == 1000
