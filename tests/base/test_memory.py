import re
import subprocess
import sys

import pytest
import torch

from cnnlab.base.errors import RunError
from cnnlab.base.memory import memory_errors, peak_memory_bytes, release_memory

RESIDENT = """
import torch
from pathlib import Path
from cnnlab.base.memory import hold_freed_memory, release_memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) // 2**8  # pages of 4 KiB -> MiB

hold_freed_memory()
before = resident()
del_me = [torch.ones(2**21) for _ in range(24)]
last = torch.ones(1)
del del_me
print(resident() - before)
release_memory()
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc and /proc are Linux's")
def test_freed_memory_is_held_until_the_run_is_over():
    done = subprocess.run([sys.executable, "-c", RESIDENT], capture_output=True, text=True, check=True)
    held, released = map(int, done.stdout.split())
    assert held > 180  # of 192 MiB
    assert released < 20


def test_peak_memory_is_that_of_the_process():
    assert peak_memory_bytes(torch.device("cpu")) > 2**26  # torch alone takes more


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
    release_memory()
    before = torch.cuda.memory_reserved()
    held = torch.zeros(2**24, device="cuda")
    assert torch.cuda.memory_reserved() > before
    del held
    release_memory()
    assert torch.cuda.memory_reserved() <= before


def test_without_a_gpu_there_is_nothing_to_give_back():
    release_memory()
    assert not torch.cuda.is_initialized()
