"""The machine: device, precision, threads, and what is recorded of it."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import platform
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from cnnlab.base.errors import ConfigError
from cnnlab.base.memory import hold_freed_memory, reset_peak_memory
from cnnlab.base.version import __version__

_CPU_BF16 = ("amx_bf16", "avx512_bf16")  # as /proc/cpuinfo names them


@dataclass(frozen=True)
class Runtime:
    """Where and how a run computes."""

    device: torch.device
    precision: str
    """fp32 or bf16: what `auto` became."""
    threads: int
    compiles: bool = False
    """Whether the network is compiled, which changes bits a little."""

    @property
    def autocast(self) -> torch.dtype | None:
        """Dtype of the forward pass, None for fp32."""
        return torch.bfloat16 if self.precision == "bf16" else None


def start_runtime(
    *, device: str, precision: str, threads: int | None, deterministic: bool | None, compiles: bool = False
) -> Runtime:
    """Set torch's process-wide switches and say what was chosen.

    Args:
        device: auto, cpu, cuda or cuda:<number>.
        precision: auto, fp32 or bf16.
        threads: of the CPU; None: what torch finds.
        deterministic: whether each algorithm has to give the same bits again; True: one that cannot is an error. None:
            on a GPU, and one that cannot warns.
        compiles: whether the network will be compiled.

    Raises:
        ConfigError: the device is unknown or not there.
    """
    for kind in (np.float32, np.float64):
        np.finfo(kind)  # numpy before 2 looks once, and warns where it finds no denormals
    torch.set_flush_denormal(True)  # in this thread, and in those that begin later: it comes before they do
    wanted = threads or _default_threads()
    if wanted != torch.get_num_threads():
        torch.set_num_threads(wanted)
    chosen = choose_device(device)
    is_cuda = chosen.type == "cuda"
    _choose_algorithms(deterministic=is_cuda if deterministic is None else deterministic, warns=deterministic is None)
    if is_cuda:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # one for all runs: its size changes bits
        os.environ.setdefault("CUDA_DEVICE_MAX_CONNECTIONS", "32")  # streams that share a queue wait for each other
        if not torch.cuda.is_initialized():  # type: ignore[no-untyped-call] # later, a run may be capturing
            threading.Thread(target=torch.zeros, args=(1,), kwargs={"device": chosen}, daemon=True).start()
    hold_freed_memory()
    reset_peak_memory(chosen)
    return Runtime(chosen, _choose_precision(precision, chosen), torch.get_num_threads(), compiles)


def _choose_algorithms(*, deterministic: bool, warns: bool) -> None:
    """Set what torch may compute with, in the whole process."""
    # What is filled is never read: it is only there to make mistakes plain, and takes most of the time.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.backends.cudnn.benchmark = not deterministic
    is_set = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    if is_set != (deterministic, deterministic and warns):  # setting it loads torch's compiler: a second
        torch.use_deterministic_algorithms(deterministic, warn_only=warns)


@functools.cache
def _default_threads() -> int:
    """Return what torch chose by itself; first asked for before any run sets another number."""
    return torch.get_num_threads()


def choose_device(name: str) -> torch.device:
    """Return the device that is meant.

    Raises:
        ConfigError: there is none of this name.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ConfigError(f"device: must be auto, cpu, cuda or cuda:<number>, got {name!r}.") from error
    if device.type not in ("cpu", "cuda"):
        raise ConfigError(f"device: must be auto, cpu, cuda or cuda:<number>, got {name!r}.")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ConfigError(
            f"device: no {name} here, torch sees {torch.cuda.device_count()} CUDA devices. "
            "Use device=cpu or device=auto."
        )
    return device


def num_gpus() -> int:
    """Return how many GPUs torch sees."""
    return torch.cuda.device_count()


def _choose_precision(precision: str, device: torch.device) -> str:
    if precision != "auto":
        return precision
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    return "bf16" if _cpu_multiplies_bf16() else "fp32"


def _cpu_multiplies_bf16() -> bool:
    """Tell whether the CPU has instructions for bf16 products; without them torch converts there and back, slowly."""
    try:
        flags = set(Path("/proc/cpuinfo").read_text().split())
    except OSError:
        return False  # not Linux
    return not flags.isdisjoint(_CPU_BF16)


def device_name(device: torch.device) -> str:
    """Return the processor's name as a person would say it."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{_cpu_name()}, {os.cpu_count()} cores"


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def environment(runtime: Runtime) -> dict[str, object]:
    """Return what env.json holds: versions, code, hardware, precision."""
    return {
        "cnnlab": __version__,
        **{f"cnnlab_{key}": value for key, value in _own_git_state().items()},
        "python": platform.python_version(),
        "torch": torch.__version__,
        **{name: _version_of(name) for name in ("torchvision", "timm", "numpy", "hydra-core")},
        "cuda": torch.version.cuda,
        "cudnn": _cudnn_version() if runtime.device.type == "cuda" else None,
        "platform": platform.platform(),
        "host": platform.node(),
        **_git_state(Path.cwd()),
        "device": runtime.device.type,
        "device_name": device_name(runtime.device),
        "threads": runtime.threads,
        "precision": runtime.precision,
        "compile": runtime.compiles,
    }


def _cudnn_version() -> int | None:
    """Return the version that cuDNN tells, which is loaded for it: a tenth of the time that torch takes."""
    version = torch.backends.cudnn.version()  # type: ignore[no-untyped-call]
    return None if version is None else int(version)


def _version_of(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _own_git_state() -> dict[str, object]:
    """Return the state of cnnlab's own checkout; installed, it lies in no checkout, or in a stranger's."""
    root = Path(__file__).resolve().parents[3]
    is_checkout = (root / "conf" / "train.yaml").is_file()
    return _git_state(root) if is_checkout else {"git_commit": None, "git_dirty": None}


def _git_state(folder: Path) -> dict[str, object]:
    """Return commit and dirty flag of the checkout around `folder`, None where there is none."""
    # Without locks: a run that is killed here would leave one behind, and git would refuse to commit.
    look = ["git", "--no-optional-locks", "-C", str(folder)]
    command = [*look, "status", "--porcelain=v2", "--branch", "--untracked-files=no"]
    try:
        lines = subprocess.run(command, capture_output=True, text=True, check=True, timeout=5).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):
        return {"git_commit": None, "git_dirty": None}
    commit = next((line.split()[-1] for line in lines if line.startswith("# branch.oid")), None)
    return {"git_commit": commit, "git_dirty": any(not line.startswith("#") for line in lines)}
