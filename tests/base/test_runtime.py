import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import hydra
import numpy as np
import pytest
import torch

from cnnlab.base.errors import ConfigError
from cnnlab.base.runtime import environment, start_runtime


def started(**options):
    return start_runtime(**({"device": "cpu", "precision": "fp32", "threads": None, "deterministic": False} | options))


def test_threads_are_set():
    assert started(threads=1).threads == torch.get_num_threads() == 1


def test_automatic_precision_is_one_of_the_two():
    assert started(precision="auto").precision in ("fp32", "bf16")


@pytest.mark.parametrize(("precision", "dtype"), [("fp32", None), ("bf16", torch.bfloat16)])
def test_precision_decides_the_dtype_of_the_forward_pass(precision, dtype):
    assert started(precision=precision).autocast is dtype


@pytest.mark.parametrize("name", ["gpu", "mps", "cuda:x"])
def test_unknown_device_is_refused(name):
    with pytest.raises(ConfigError, match=rf"device: must be auto, cpu, cuda or cuda:<number>, got '{name}'\."):
        started(device=name)


def test_device_that_is_not_there_is_refused():
    with pytest.raises(ConfigError, match=r"device: no cuda:99 here, torch sees \d+ CUDA devices\. Use device=cpu"):
        started(device="cuda:99")


def test_environment_records_versions_and_hardware():
    recorded = environment(started(threads=1))
    assert recorded["torch"] == torch.__version__
    assert (recorded["device"], recorded["precision"], recorded["threads"]) == ("cpu", "fp32", 1)
    assert {"cnnlab", "python", "platform", "host", "git_commit", "git_dirty", "device_name"} <= set(recorded)
    assert recorded["numpy"] == np.__version__
    assert recorded["hydra-core"] == hydra.__version__
    assert recorded["timm"] == importlib.metadata.version("timm")
    assert {"torchvision", "cuda"} <= set(recorded)
    assert recorded["cudnn"] is None  # it takes no part, and would have to be loaded to be asked


def test_environment_records_the_commit_of_cnnlab_itself(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # in no checkout
    recorded = environment(started())
    own = subprocess.run(["git", "-C", Path(__file__).parent, "rev-parse", "HEAD"], capture_output=True, text=True)
    assert recorded["git_commit"] is None
    assert recorded["cnnlab_git_commit"] == (own.stdout.strip() or None)


def test_checkout_is_looked_at_and_nothing_is_written_in_it(tmp_path, monkeypatch):
    """A run that was killed while git wrote its index left a lock there, with which git commits nothing any more."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("a")
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"]):
        subprocess.run(["git", *words], check=True)
    os.utime(tmp_path / "file", (1e9, 1e9))  # of which git would make a note
    before = (tmp_path / ".git" / "index").read_bytes()
    assert environment(started())["git_dirty"] is False
    assert (tmp_path / ".git" / "index").read_bytes() == before


SMALL_NUMBERS = """
import torch
from cnnlab.base.runtime import start_runtime
start_runtime(device="cpu", precision="fp32", threads=2, deterministic=None)
tiny = torch.full((2**21,), 1e-38)
a = torch.full((256, 256), 1e-20)
x, w = (torch.full(shape, 1e-20, requires_grad=True) for shape in ((16, 8, 32, 32), (8, 8, 3, 3)))
y = torch.nn.functional.conv2d(x, w, padding=1)
(y.sum() * 1e-20).backward()
for name, values in {"parallel": tiny * 0.1, "product": a @ (a * 0.1), "convolution": y, "its slope": x.grad}.items():
    print(name, int((values.detach().contiguous().view(torch.int32) & 0x7FFFFFFF).count_nonzero()))
"""


def test_numbers_too_small_to_be_normal_are_zero_in_every_thread():
    """Running means of an optimizer decay to such ones where a unit is dead, and some CPUs take 100 times as long."""
    done = subprocess.run([sys.executable, "-c", SMALL_NUMBERS], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["parallel 0", "product 0", "convolution 0", "its slope 0"]


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_cuda_is_taken_where_it_is():
    assert started(device="auto").device.type == "cuda"
