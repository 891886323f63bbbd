import subprocess
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
    assert {"torchvision", "cuda", "cudnn"} <= set(recorded)


def test_environment_records_the_commit_of_cnnlab_itself(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # in no checkout
    recorded = environment(started())
    own = subprocess.run(["git", "-C", Path(__file__).parent, "rev-parse", "HEAD"], capture_output=True, text=True)
    assert recorded["git_commit"] is None
    assert recorded["cnnlab_git_commit"] == (own.stdout.strip() or None)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_cuda_is_taken_where_it_is():
    assert started(device="auto").device.type == "cuda"
