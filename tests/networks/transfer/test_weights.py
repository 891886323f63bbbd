import re

import pytest
import torch
from torch import nn

from cnnlab.base.errors import ConfigError
from cnnlab.networks.transfer.weights import load_into, matched


def test_mismatch_lists_what_is_only_in_the_file_and_only_in_the_network():
    net = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 4))
    weights = {"0.weight": torch.ones(3, 5), "0.bias": torch.ones(3), "stem.weight": torch.ones(1)}
    expected = [
        "backbone (net): the weights in 'file' are another network's, 3 tensors for 4.",
        "  + stem.weight  (only in the file)",
        "  - 1.weight  (only in the network)",
        "  - 1.bias  (only in the network)",
        "  * 0.weight 3x5 for 3x2  (of another shape)",
        "  Name the network that they come from: backbone=...",
    ]
    with pytest.raises(ConfigError, match=re.escape("\n".join(expected))):
        load_into(net, weights, where="backbone (net)", source="file")


def test_long_mismatch_is_counted():
    net = nn.Sequential(*(nn.Linear(1, 1) for _ in range(10)))
    with pytest.raises(ConfigError, match=r"  - and 14 more only in the network"):
        load_into(net, {}, where="x", source="y")


def test_counters_of_batch_normalization_may_be_absent():
    net = nn.BatchNorm1d(2)
    weights = {name: value + 1 for name, value in net.state_dict().items() if name != "num_batches_tracked"}
    load_into(net, weights, where="x", source="y")
    assert net.weight.tolist() == [2, 2]


def test_tensors_of_other_names_are_matched_by_order_where_all_shapes_agree():
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 4))
    own = net.state_dict()
    tensors = [value + 1 for name, value in own.items() if not name.endswith("num_batches_tracked")]
    given = {f"x{number}": value for number, value in enumerate(tensors)}
    fitted, said = matched(given, net, ["2"])
    assert said == "has other names: its 8 tensors were matched by order, all shapes agree"
    assert list(fitted.values()) == tensors
    assert [name for name in own if name not in fitted] == ["1.num_batches_tracked"]
    other_head = given | {"x6": torch.ones(9, 3), "x7": torch.ones(9)}
    assert matched(other_head, net, ["2"])[0]["2.weight"].shape == (9, 3)
    body = {name: value for name, value in given.items() if name not in ("x6", "x7")}
    assert matched(body, net, ["2"])[0].keys() == {name for name in fitted if not name.startswith("2")}


def test_order_tells_nothing_where_a_file_has_sorted_the_names():
    """As safetensors does: a mean would be taken for a weight, and all shapes agree."""
    net = nn.Sequential(nn.Conv2d(3, 3, 1, bias=False), nn.BatchNorm2d(3))
    given = {f"stem.{name}": value for name, value in net.state_dict().items()}
    assert matched(given, net, [])[1] is not None
    by_name = dict(sorted(given.items()))
    assert matched(by_name, net, []) == (by_name, None)


def test_names_count_first_and_one_other_shape_leaves_all_as_they_are():
    net = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 4))
    named = {"0.weight": torch.ones(3, 2), "0.bias": torch.ones(3), "x": torch.ones(4, 3), "y": torch.ones(4)}
    assert matched(named, net, ["1"]) == (named, None)
    other = {"a": torch.ones(3, 2), "b": torch.ones(3, 1), "c": torch.ones(4, 3), "d": torch.ones(4)}
    assert matched(other, net, ["1"]) == (other, None)
