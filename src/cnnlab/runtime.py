"""The machine: device, precision, threads, and what is recorded of it."""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib.metadata
import os
import platform
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from cnnlab import __version__
from cnnlab.errors import ConfigError, RunError

_CPU_BF16 = ("amx_bf16", "avx512_bf16")  # as /proc/cpuinfo names them


@dataclass(frozen=True)
class Runtime:
    """Where and how a run computes."""

    device: torch.device
    precision: str
    """fp32 or bf16: what `auto` became."""
    threads: int

    @property
    def autocast(self) -> torch.dtype | None:
        """Dtype of the forward pass, None for fp32."""
        return torch.bfloat16 if self.precision == "bf16" else None


def start_runtime(*, device: str, precision: str, threads: int | None, deterministic: bool) -> Runtime:
    """Set torch's process-wide switches and say what was chosen.

    Raises:
        ConfigError: the device is unknown or not there.
    """
    wanted = threads or _default_threads()
    if wanted != torch.get_num_threads():
        torch.set_num_threads(wanted)
    if deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # what CUDA's products need to be deterministic
    if deterministic != torch.are_deterministic_algorithms_enabled():  # setting it loads torch's compiler: a second
        torch.use_deterministic_algorithms(deterministic)
    chosen = _choose_device(device)
    if chosen.type == "cuda":
        torch.backends.cudnn.benchmark = not deterministic
    _reset_peak_memory(chosen)
    return Runtime(chosen, _choose_precision(precision, chosen), torch.get_num_threads())


@functools.cache
def _default_threads() -> int:
    """Return what torch chose by itself; first asked for before any run sets another number."""
    return torch.get_num_threads()


def _choose_device(name: str) -> torch.device:
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


def describe_device(device: torch.device) -> str:
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
        **{name: _version_of(name) for name in ("torchvision", "numpy", "hydra-core")},
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),  # type: ignore[no-untyped-call]
        "platform": platform.platform(),
        "host": platform.node(),
        **_git_state(Path.cwd()),
        "device": runtime.device.type,
        "device_name": describe_device(runtime.device),
        "threads": runtime.threads,
        "precision": runtime.precision,
    }


def _version_of(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _own_git_state() -> dict[str, object]:
    """Return the state of cnnlab's own checkout; installed, it lies in no checkout, or in a stranger's."""
    root = Path(__file__).resolve().parents[2]
    is_checkout = (root / "conf" / "train.yaml").is_file()
    return _git_state(root) if is_checkout else {"git_commit": None, "git_dirty": None}


def _git_state(folder: Path) -> dict[str, object]:
    """Return commit and dirty flag of the checkout around `folder`, None where there is none."""
    command = ["git", "-C", str(folder), "status", "--porcelain=v2", "--branch", "--untracked-files=no"]
    try:
        lines = subprocess.run(command, capture_output=True, text=True, check=True, timeout=5).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):
        return {"git_commit": None, "git_dirty": None}
    commit = next((line.split()[-1] for line in lines if line.startswith("# branch.oid")), None)
    return {"git_commit": commit, "git_dirty": any(not line.startswith("#") for line in lines)}


def _reset_peak_memory(device: torch.device) -> None:
    """Let the peak count from here: an earlier run of the process may have taken more."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    with contextlib.suppress(OSError):  # not Linux, or not allowed: the process's peak stands for the run's
        Path("/proc/self/clear_refs").write_text("5")


def release_memory() -> None:
    """Give back what a run held on the GPU: the next run of the process may need it, or another process."""
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        gc.collect()  # a failed run's tensors hang in the circle of its traceback
        torch.cuda.empty_cache()


@contextlib.contextmanager
def memory_errors(what: str, *keys: str) -> Iterator[None]:
    """Turn memory that does not suffice into one message, on the CPU and on a GPU.

    Args:
        what: that is made inside; ends `not enough memory for`.
        keys: what to make smaller.

    Raises:
        RunError: in place of an error of NumPy, Pillow, Python or torch.
    """
    try:
        yield
    except (MemoryError, OverflowError, RuntimeError, TypeError, ValueError) as error:
        text = str(error)
        is_clear = isinstance(error, MemoryError | OverflowError | torch.OutOfMemoryError)
        if not is_clear and not _OUT_OF_MEMORY.search(text):
            raise
        wanted = _WANTED.search(text)
        size = "" if wanted is None else f" (it takes {_gib(wanted[1], wanted[2])})"
        raise RunError(f"not enough memory for {what}{size}. Make smaller: {', '.join(keys)}.") from error


_OUT_OF_MEMORY = re.compile(  # what torch's CPU allocator and NumPy say of it, sizes beyond 64 bits included
    "can't allocate memory|not enough memory|calculation overflowed|multiplication overflow|Overflow when unpacking"
    "|array is too big|Maximum allowed dimension exceeded"
)
_WANTED = re.compile(r"allocate ([\d.]+) ?(bytes|[KMGTPE]iB)", re.IGNORECASE)


def _gib(number: str, unit: str) -> str:
    power = "KMGTPE".index(unit[0]) - 2 if unit.endswith("iB") else -3
    return f"{float(number) * 1024.0**power:,.1f} GiB"


def peak_memory_bytes(device: torch.device) -> int:
    """Return the most memory that was in use since the run began: of the GPU, or of this process on the CPU."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    with contextlib.suppress(OSError):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if platform.system() == "Darwin" else peak * 1024
