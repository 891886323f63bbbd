import pytest

from cnnlab.building.procedures import BUILDERS
from cnnlab.cli.commands import COMPOSED
from cnnlab.networks.models.cnn6 import Cnn6
from cnnlab.networks.transfer.network import TransferNetwork
from tests.conftest import built, tiny, tiny_transfer


def test_every_composed_command_has_a_builder():
    assert set(BUILDERS) == set(COMPOSED)


def test_configuration_says_which_builder_is_meant():
    assert isinstance(built(tiny()).learning.model, Cnn6)
    assert isinstance(built(tiny_transfer("transfer=scratch", "batch_size=16")).learning.model, TransferNetwork)


@pytest.mark.parametrize("command", COMPOSED)
def test_command_of_a_configuration_is_told(command):
    assert (tiny() if command == "train" else tiny_transfer()).command == command
