"""Files of weights as people have them: what wraps the network comes off, and what is none says what it is."""

import argparse
import gzip
import json
import pickle
import re
import zipfile

import numpy as np
import pytest
import torch
import torchvision

from cnnlab.base.errors import ConfigError
from cnnlab.networks.transfer.published import published_backbone
from cnnlab.networks.transfer.torchvision_networks import Torchvision
from cnnlab.networks.transfer.weights_files import read_weights
from tests.networks.transfer.weights_maker import Bomb

WEIGHTS = {"0.weight": torch.tensor([[0.5, 1.5]]), "0.bias": torch.tensor([2.0])}


def saved(folder, content):
    torch.save(content, folder / "weights.pth")
    return folder / "weights.pth"


def safetensors_file(folder, **tensors):
    """Write float32 vectors as the format wants them: length of the header, header, values."""
    header, values = {}, b""
    for name, tensor in tensors.items():
        start, values = len(values), values + tensor.numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [start, len(values)]}
    text = json.dumps(header).encode()
    (folder / "weights.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + values)
    return folder / "weights.safetensors"


def prefixed(prefix, **more):
    return {f"{prefix}{name}": value for name, value in WEIGHTS.items()} | more


HIMSELF = {"epoch": 1, "state_dict": WEIGHTS}
HIMSELF["model"] = HIMSELF
FORMS = {
    "plain": WEIGHTS,
    "half precision": {name: value.half() for name, value in WEIGHTS.items()},
    "wrapped": {"state_dict": WEIGHTS, "epoch": 3},
    "wrapped twice": {"model": {"state_dict": WEIGHTS}, "optimizer": {"state": {}, "param_groups": [{"lr": 0.1}]}},
    "beside its settings": {"model": {"name": "resnet"}, "state_dict": WEIGHTS},
    "averaged": {"ema": {"module": WEIGHTS}, "epoch": 1},
    "beside its average": {"model_ema": {"0.weight": torch.zeros(1, 2)}, "model": WEIGHTS},
    "in itself": HIMSELF,
    "data parallel": {"model": prefixed("module.")},
    "compiled": prefixed("_orig_mod."),
    "timm's, in Hugging Face's wrapper": prefixed("timm_model."),
    "averaged, of Lightning": {"state_dict": prefixed("ema_model.module.", **{"ema_model.step": torch.tensor(3)})},
    "compiled, in parallel": prefixed("module._orig_mod."),
    "in parallel, compiled": prefixed("_orig_mod.module."),
    "of Lightning": {"state_dict": prefixed("model."), "pytorch-lightning_version": "2.4", "loops": {}},
    "compiled, of Lightning": {"state_dict": prefixed("net._orig_mod.")},
    "in a module of one's own": prefixed("model.backbone.module.net."),
    "with a loss": {"state_dict": prefixed("model.", **{"loss.weight": torch.ones(10)})},
    "with another head": prefixed("backbone.", **{"head.weight": torch.ones(3, 4), "head.bias": torch.ones(3)}),
    "of AveragedModel": prefixed("module.", n_averaged=torch.tensor(5)),
    "a part in parallel": {"0.module.weight": WEIGHTS["0.weight"], "0.bias": WEIGHTS["0.bias"]},
    "a part compiled": {f"0._orig_mod.{name[2:]}": value for name, value in WEIGHTS.items()},
}


@pytest.mark.parametrize("form", FORMS)
def test_weights_are_read_in_whatever_form_they_were_saved(tmp_path, form):
    torch.testing.assert_close(read_weights(saved(tmp_path, FORMS[form])), WEIGHTS, rtol=0, atol=0)


def test_two_networks_in_one_file_are_left_as_they_are(tmp_path):
    both = prefixed("net.") | prefixed("backbone.")
    assert read_weights(saved(tmp_path, both)).keys() == both.keys()


def test_names_of_a_network_are_no_wrappers(tmp_path):
    """Every tensor of a network that torchvision knows keeps its name, wherever it was wrapped."""
    for name in ("squeezenet1_1", "shufflenet_v2_x0_5", "swin_t", "vit_b_32"):
        with torch.device("meta"):
            state = torchvision.models.get_model(name).state_dict()
        state = {key: torch.zeros(1) for key in state}
        for wrap in ("", "module.", "model.backbone._orig_mod."):
            path = saved(tmp_path, {"state_dict": {f"{wrap}{key}": value for key, value in state.items()}})
            assert read_weights(path).keys() == state.keys()


def test_a_checkpoint_of_lightning_makes_a_backbone(tmp_path):
    state = torchvision.models.squeezenet1_1().state_dict()
    path = saved(tmp_path, {"state_dict": {f"model.module.{key}": value for key, value in state.items()}})
    backbone = published_backbone(
        Torchvision(), "squeezenet1_1", 0, weights=path, layer="last", loads=True, progress=None, called="x"
    )
    assert backbone.num_features == 1000
    torch.testing.assert_close(backbone.net.state_dict(), state, rtol=0, atol=0)


def test_safetensors_are_read(tmp_path):
    path = safetensors_file(tmp_path, **{"model.0.bias": torch.tensor([2.0])})
    torch.testing.assert_close(read_weights(path), {"0.bias": torch.tensor([2.0])})
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(ConfigError, match=r"is not a weights file, or is damaged \(safetensors: .*\)\. Fetch it"):
        read_weights(path)


def zipped(*names):
    def write(path):
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, b"content")

    return write


NO_WEIGHTS = {
    "is empty. Fetch it again.": b"",
    "is nothing but zeros, left by a copy that did not finish. Fetch it again.": bytes(4096),
    "is a web page, which a download left in place of the file. Fetch the file itself.":
        "\ufeff\n<!DOCTYPE html><html><title>Sign in</title></html>".encode(),
    "is a Git LFS pointer in place of the file. Fetch it: git lfs pull.":
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 46830571\n",
    "is a text. Fetch the file anew.": b"Not Found\n",
    "is an HDF5 file, as Keras writes them. It takes weights of PyTorch.": b"\x89HDF\r\n\x1a\n" + bytes(600),
    "is an array of numpy. It takes weights of PyTorch.": b"\x93NUMPY\x01\x00",
    "is packed with gzip. Unpack it.": gzip.compress(b"weights"),
    "is a zip archive of 'resnet18.pth'. Unpack it.": zipped("read.me", "resnet18.pth"),
    "is a zip archive without weights. It takes a state dict.": zipped("arr_0.npy"),
    "is a pickle that torch has not written, and could run code. Not loaded. Save it with torch.save.":
        pickle.dumps({"0.bias": np.ones(3)}),
    "is an archive of TorchScript, which is code. Not loaded. Save the state dict alone: torch.save(":
        zipped("m/data.pkl", "m/code/__torch__.py", "m/constants.pkl"),
    "holds more than tensors and plain values (argparse.Namespace), and could run code. Not loaded. Save the state":
        lambda path: torch.save({"state_dict": WEIGHTS, "args": argparse.Namespace(lr=1)}, path),
    "holds more than tensors and plain values (torch.nn.modules.linear.Linear), and could run code. Not loaded.":
        lambda path: torch.save(torch.nn.Linear(1, 1), path),
    "holds no tensors by name, but epoch, student, teacher. It takes a state dict.":
        lambda path: torch.save({"epoch": 3, "student": WEIGHTS, "teacher": WEIGHTS}, path),
    "holds no tensors by name. It takes a state dict.": lambda path: torch.save([torch.ones(1)], path),
}  # fmt: skip


@pytest.mark.parametrize("message", NO_WEIGHTS)
def test_what_is_no_weights_file_is_called_what_it_is(tmp_path, message):
    content, path = NO_WEIGHTS[message], tmp_path / "weights.pth"
    content(path) if callable(content) else path.write_bytes(content)
    with pytest.raises(ConfigError, match=re.escape(f"backbone.weights: '{path}' {message}")):
        read_weights(path)


def test_file_that_could_run_code_is_refused_and_runs_none(in_empty_folder):
    for is_zip in (True, False):
        path = in_empty_folder / f"{is_zip}.pth"
        torch.save({"0.weight": torch.ones(1), "more": Bomb()}, path, _use_new_zipfile_serialization=is_zip)
        with pytest.raises(ConfigError, match=r"plain values \((posix|nt)\.mkdir\), and could run code\. Not loaded\."):
            read_weights(path)
    assert not (in_empty_folder / "executed").exists()


def test_truncated_file_is_refused(tmp_path):
    path = saved(tmp_path, {"0.weight": torch.ones(1000)})
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(  # without torch's guesses
        ConfigError, match=r"backbone\.weights: '.*' is not a weights file, or is damaged \([^.]*\)\. Fetch"
    ):
        read_weights(path)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, r"^backbone\.weights: no file '.*w\.pth'\. Put it there\.$"),
        (lambda path: path.mkdir(), r"'.*w\.pth' cannot be read \(Is a directory\)\.$"),
    ],
    ids=["missing", "a folder"],
)
def test_file_that_cannot_be_read_is_told(tmp_path, make, message):
    make(tmp_path / "w.pth")
    with pytest.raises(ConfigError, match=message):
        read_weights(tmp_path / "w.pth")


def test_weights_that_are_not_finite_are_refused_with_the_first_of_them(tmp_path):
    path = saved(tmp_path, {"a": torch.ones(2), "b.bias": torch.tensor([1.0, float("nan")]), "c": torch.tensor([1])})
    message = r"backbone\.weights: '\S+weights\.pth' holds values that are not finite, first in 'b\.bias'\. Fetch it"
    with pytest.raises(ConfigError, match=message):
        read_weights(path)
