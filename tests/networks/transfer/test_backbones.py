"""The table of backbones: what is in it, and that a request reaches what is built."""

import pytest
import torch
import torchvision

from cnnlab.base.errors import ConfigError
from cnnlab.networks.transfer.backbone_request import Request
from cnnlab.networks.transfer.backbones import BACKBONES
from cnnlab.networks.transfer.embedded_networks import PACKAGES
from cnnlab.networks.transfer.published import published_backbone
from cnnlab.networks.transfer.sources import SOURCES


def make(name, *, loads=True, seed=0, open_run=None, **options):
    return BACKBONES[name](Request(name, seed, open_run, loads), **options)


def test_table_holds_all_classification_networks_of_torchvision_and_the_embedded_ones():
    known = set(torchvision.models.list_models(module=torchvision.models))
    assert set(BACKBONES) - {"run", "timm"} == known | set(PACKAGES)


def test_network_is_made_as_requested():
    made = make("squeezenet1_1", weights="none", layer="last", seed=1)
    same = published_backbone(
        SOURCES["torchvision"], "squeezenet1_1", 1, weights="none", layer="last", loads=True, progress=None, called="x"
    )
    torch.testing.assert_close(made.state_dict(), same.state_dict(), rtol=0, atol=0)


def test_run_wants_a_run(tmp_path):
    with pytest.raises(ConfigError, match=r"backbone\.weights: must be a finished run, got imagenet\. Name it: "):
        make("run", weights="imagenet")
    with pytest.raises(ConfigError, match=rf"backbone \(resnet18\): '{tmp_path}' is a run, which brings its own"):
        make("resnet18", weights=tmp_path)


def test_run_is_opened_by_what_the_request_brings(tmp_path):
    def open_run(path, seed, *, layer, loads):
        return path, seed, layer, loads

    opened = make("run", weights=tmp_path, layer="last", seed=7, loads=False, open_run=open_run)
    assert opened == (tmp_path, 7, "last", False)


def test_timm_wants_the_name_of_a_network():
    with pytest.raises(ConfigError, match=r"backbone\.model: must be one of timm's networks, got null\. Name it: "):
        make("timm")
