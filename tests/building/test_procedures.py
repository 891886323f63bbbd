import pytest
import torch

from cnnlab.base.runtime import Runtime
from cnnlab.building.procedures import BUILDERS, build_parts
from cnnlab.building.train import build
from cnnlab.cli.commands import COMPOSED
from cnnlab.networks.transfer.network import TransferNetwork
from tests.conftest import tiny, tiny_transfer

RUNTIME = Runtime(torch.device("cpu"), "fp32", 1)


def test_every_composed_command_has_a_builder():
    assert set(BUILDERS) == set(COMPOSED)


def test_configuration_says_which_builder_is_meant():
    parts = build_parts(tiny(), RUNTIME)
    torch.testing.assert_close(
        parts.learning.model.state_dict(), build(tiny(), RUNTIME).learning.model.state_dict(), rtol=0, atol=0
    )
    tuned = build_parts(tiny_transfer("transfer=scratch", "batch_size=16"), RUNTIME)
    assert isinstance(tuned.learning.model, TransferNetwork)


@pytest.mark.parametrize("command", COMPOSED)
def test_command_of_a_configuration_is_told(command):
    assert (tiny() if command == "train" else tiny_transfer()).command == command
