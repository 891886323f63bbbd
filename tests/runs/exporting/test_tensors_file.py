import json

import torch
from safetensors import safe_open

from cnnlab.building.saved_network import load_network
from cnnlab.runs.exporting.tensors_file import write_tensors
from cnnlab.runs.run import execute
from cnnlab.runs.saved_config import saved_config
from tests.conftest import tiny, tiny_transfer


def test_tensors_and_what_is_told_of_them_are_read_by_safetensors_alone(in_empty_folder):
    config = tiny("epochs=1")
    folder = execute(config).folder
    (line,) = write_tensors(folder, saved_config(folder, None), in_empty_folder / "a.safetensors")
    state = load_network(folder, config).network.state_dict()
    with safe_open("a.safetensors", "pt") as file:
        found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
        told = file.metadata()
    assert found.keys() == state.keys()
    assert all(torch.equal(found[name], value) for name, value in state.items())
    assert (json.loads(told["classes"]), json.loads(told["size"])) == (["0", "1", "2"], 8)
    assert line == f"tensors  {len(state)}, of {sum(value.numel() for value in state.values()):,} values"


def test_which_outputs_stand_for_a_class_is_told(imagenet_file, in_empty_folder):
    (in_empty_folder / "m.yaml").write_text("'0': [1, 2]\n'1': [3]\n'2': [7]\n")
    network = ("backbone=squeezenet1_1", "backbone.weights=imagenet", "transfer=zero_shot")
    folder = execute(tiny_transfer(*network, "transfer.mapping=m.yaml")).folder
    write_tensors(folder, saved_config(folder, None), in_empty_folder / "a.safetensors")
    with safe_open("a.safetensors", "pt") as file:
        assert json.loads(file.metadata()["columns"])[:3] == [[1, 2], [3], [7]]
