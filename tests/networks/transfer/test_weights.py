import re

import pytest
import torch
from torch import nn

from cnnlab.base.errors import ConfigError
from cnnlab.networks.transfer.weights import load_into, read_weights
from tests.networks.transfer.weights_maker import Bomb


def saved(folder, content):
    torch.save(content, folder / "weights.pth")
    return folder / "weights.pth"


@pytest.mark.parametrize(
    "wrap",
    [
        lambda weights: weights,
        lambda weights: {"state_dict": weights, "epoch": 3},
        lambda weights: {"model": {f"module.{name}": value for name, value in weights.items()}},
        lambda weights: {f"_orig_mod.{name}": value for name, value in weights.items()},
        lambda weights: {name: value.half() for name, value in weights.items()},
    ],
    ids=["plain", "wrapped", "data parallel", "compiled", "half precision"],
)
def test_weights_are_read_in_whatever_form_they_were_saved(tmp_path, wrap):
    weights = {"0.weight": torch.tensor([[0.5, 1.5]]), "0.bias": torch.tensor([2.0])}
    torch.testing.assert_close(read_weights(saved(tmp_path, wrap(weights))), weights, rtol=0, atol=0)


def test_file_that_could_run_code_is_refused_and_runs_none(in_empty_folder):
    message = r"backbone\.weights: '.*weights\.pth' holds more than tensors and plain values, and could run code\."
    with pytest.raises(ConfigError, match=message):
        read_weights(saved(in_empty_folder, {"0.weight": torch.ones(1), "more": Bomb()}))
    assert not (in_empty_folder / "executed").exists()


def test_truncated_file_is_refused(tmp_path):
    path = saved(tmp_path, {"0.weight": torch.ones(1000)})
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(  # without torch's guesses
        ConfigError, match=r"backbone\.weights: '.*' is no weights file, or a damaged one \([^.]*\)\. Fetch"
    ):
        read_weights(path)


@pytest.mark.parametrize("content", [{"epoch": 3}, [torch.ones(1)], torch.ones(1)])
def test_file_without_named_tensors_is_refused(tmp_path, content):
    with pytest.raises(ConfigError, match=r"holds no tensors by name\. It takes a state dict\."):
        read_weights(saved(tmp_path, content))


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


def test_weights_that_are_not_finite_are_refused_with_the_first_of_them(tmp_path):
    path = tmp_path / "w.pth"
    torch.save({"a": torch.ones(2), "b.bias": torch.tensor([1.0, float("nan")]), "c": torch.tensor([1])}, path)
    message = r"backbone\.weights: '\S+w\.pth' holds values that are not finite, first in 'b\.bias'\. Fetch it anew"
    with pytest.raises(ConfigError, match=message):
        read_weights(path)
