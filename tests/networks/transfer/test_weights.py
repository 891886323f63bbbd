import re

import pytest
import torch
from torch import nn

from cnnlab.base.errors import ConfigError
from cnnlab.networks.transfer.weights import load_into


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
