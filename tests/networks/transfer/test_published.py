"""Published networks as backbones, of whatever source: files with other names, parts that learn."""

import pytest
import torch

from cnnlab.base.errors import ConfigError
from cnnlab.networks.transfer.network import TransferNetwork, check_images
from cnnlab.networks.transfer.published import published_backbone
from cnnlab.networks.transfer.sources import SOURCES


def make(source, name, *, weights="none", layer="penultimate"):
    return published_backbone(
        SOURCES[source], name, 0, weights=weights, layer=layer, loads=True, progress=None, called=name
    )


def test_file_with_other_names_is_matched_by_order_and_it_is_said(tmp_path):
    state = make("torchvision", "squeezenet1_1", layer="last").net.state_dict()
    file = tmp_path / "w.pth"
    torch.save({f"part{number}": value for number, value in enumerate(state.values())}, file)
    backbone = make("torchvision", "squeezenet1_1", weights=file, layer="last")
    torch.testing.assert_close(dict(backbone.net.state_dict()), dict(state), rtol=0, atol=0)
    note = f"backbone.weights: '{file}' has other names: its 52 tensors were matched by order, all shapes agree"
    assert backbone.notes == (note,)
    with pytest.raises(ConfigError, match="another network's"):
        make("torchvision", "resnet18", weights=file)


def test_outputs_for_imagenets_classes_have_their_names_and_features_none():
    assert make("torchvision", "squeezenet1_1", layer="last").classes[0] == "tench"
    assert make("torchvision", "squeezenet1_1").classes == ()


@pytest.mark.parametrize(
    ("source", "name"), [("embedded", "efficientnet_lite0"), ("timm", "test_vit"), ("torchvision", "squeezenet1_1")]
)
def test_gray_images_are_seen_as_colour_ones_and_no_others_are_taken(source, name):
    backbone, gray = make(source, name).eval(), torch.randn(2, 1, 160, 160)
    with torch.inference_mode():
        torch.testing.assert_close(backbone(gray), backbone(gray.expand(-1, 3, -1, -1)), rtol=0, atol=0)
    with pytest.raises(ConfigError, match=rf"^backbone \({name}\): takes images of 3 channels, got 2\.$"):
        check_images(name, backbone, 2, 160)


def test_what_is_frozen_is_all_but_the_last_layers_inside_of_stages_too():
    backbone = make("timm", "test_efficientnet")
    head = torch.nn.Linear(backbone.num_features, 2)
    names = [name for name, _ in backbone.layers]
    assert names[-4:] == [*[name for name in names if name.startswith("blocks.")][-2:], "conv_head", "bn2"]
    network = TransferNetwork(backbone, head, trainable_layers=3).train()
    learning = {name.removeprefix("backbone.net.") for name, p in network.named_parameters() if p.requires_grad}
    last = tuple(f"{name}." for name in names[-3:])
    assert learning - {"head.weight", "head.bias"} == {
        name for name, _ in backbone.net.named_parameters() if name.startswith(last)
    }
    training = [name for name, module in backbone.net.named_modules() if module.training and name]
    assert set(names[-3:]) <= set(training)
    assert not any(name.startswith(tuple(names[:-3])) for name in training)
