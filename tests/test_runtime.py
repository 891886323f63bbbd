import re
import subprocess
from pathlib import Path

import hydra
import numpy as np
import pytest
import torch

from cnnlab.errors import ConfigError, RunError
from cnnlab.runtime import environment, memory_errors, peak_memory_bytes, release_memory, start_runtime


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


def test_peak_memory_is_that_of_the_process():
    assert peak_memory_bytes(torch.device("cpu")) > 2**26  # torch alone takes more


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_cuda_is_taken_where_it_is():
    assert started(device="auto").device.type == "cuda"


@pytest.mark.parametrize(
    ("error", "size"),
    [
        (MemoryError(), ""),
        (MemoryError("Unable to allocate 1.50 TiB for an array with shape (9, 9)"), " (it takes 1,536.0 GiB)"),
        (OverflowError("int too large to convert to float"), ""),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0"), " (it takes 20.0 GiB)"),
        (
            RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 2147483648 bytes."),
            " (it takes 2.0 GiB)",
        ),
        (RuntimeError("Storage size calculation overflowed with sizes=[9, 9]"), ""),
        (ValueError("Maximum allowed dimension exceeded"), ""),
    ],
)
def test_memory_that_does_not_suffice_is_one_message(error, size):
    message = rf"^not enough memory for the model{re.escape(size)}\. Make smaller: model\.width, batch_size\.$"
    with pytest.raises(RunError, match=message), memory_errors("the model", "model.width", "batch_size"):
        raise error


def test_error_that_has_nothing_to_do_with_memory_goes_on():
    with pytest.raises(RuntimeError, match=r"^shapes differ$"), memory_errors("the model", "model.width"):
        raise RuntimeError("shapes differ")


@pytest.mark.parametrize(
    "make", [lambda: torch.empty(2**40, 2**20), lambda: torch.empty(2**62, 2**62), lambda: bytes(2**60)]
)
def test_message_stands_for_what_torch_and_python_really_raise(make):
    with pytest.raises(RunError, match=r"^not enough memory for it"), memory_errors("it", "a"):
        make()


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_memory_of_a_run_is_given_back():
    before = torch.cuda.memory_reserved()
    held = torch.zeros(2**24, device="cuda")
    assert torch.cuda.memory_reserved() > before
    del held
    release_memory()
    assert torch.cuda.memory_reserved() <= before


def test_without_a_gpu_there_is_nothing_to_give_back():
    release_memory()
    assert not torch.cuda.is_initialized()
