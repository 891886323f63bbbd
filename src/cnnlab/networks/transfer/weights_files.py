"""Files of weights as people have them: read without running code, unwrapped, or refused with the true reason."""

from __future__ import annotations

import errno
import pickle
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import torch
from torch import Tensor

from cnnlab.base.errors import ConfigError
from cnnlab.base.texts import printable
from cnnlab.networks.transfer.weights import StateDict, as_float

UNREADABLE = (OSError, EOFError, RuntimeError, ValueError, TypeError, KeyError, pickle.UnpicklingError)
"""What torch raises on files that are damaged, are no weights, or want to run code."""
_WRAPPERS = (
    "state_dict", "model_state_dict", "model_state", "model", "module", "network", "net", "backbone", "weights",
    "params", "ema", "model_ema", "state_dict_ema", "ema_state_dict",
)  # fmt: skip
"""Keys under which training scripts put the weights; averaged ones count where there are no others."""
_DEPTH = 5  # wrappers in wrappers; a file can hold itself
_PREFIXES = frozenset(
    {"module", "_orig_mod", "model", "network", "net", "backbone", "timm_model", "ema_model", "model_ema"}
)
"""What DataParallel, torch.compile, Lightning, Hugging Face, averages and people's own modules put before the names of
a network."""
_INNER = re.compile(r"(?<=\.)(module|_orig_mod)\.")  # of a part that was wrapped alone, as in `features.module.0.bias`
_ANEW = "Fetch it again, or take the weights of an earlier epoch."
_TAKES = "It takes a state dict."
_ALONE = "Save the state dict alone: torch.save(model.state_dict(), 'weights.pth')."
_MARKS = (
    (b"version https://git-lfs", "a Git LFS pointer in place of the file. Fetch it: git lfs pull"),
    (b"\x89HDF", "an HDF5 file, as Keras writes them. It takes weights of PyTorch"),
    (b"\x93NUMPY", "an array of numpy. It takes weights of PyTorch"),
    (b"\x1f\x8b", "packed with gzip. Unpack it"),
    (b"\x80\x04", "a pickle that torch has not written, and could run code. Not loaded. Save it with torch.save"),
    (b"\x80\x05", "a pickle that torch has not written, and could run code. Not loaded. Save it with torch.save"),
)
_PAGES = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<error")
_OF_WEIGHTS = (".pth", ".pt", ".bin", ".ckpt", ".tar", ".safetensors")


def read_weights(path: Path) -> StateDict:
    """Return the tensors of a weights file by name, in fp32, what wraps the network taken off.

    Raises:
        ConfigError: it is not there, cannot be read, is something else, holds no weights or such as are not finite, or
            wants to run code.
    """
    try:
        if (what := _what_it_is(path)) is not None:
            raise ConfigError(f"backbone.weights: '{path}' is {what}.")
        content = _safe_tensors(path) if _is_safetensors(path) else torch.load(path, "cpu", weights_only=True)
    except UNREADABLE as error:
        raise ConfigError(unreadable(path, error)) from error
    tensors = _tensors(content, _DEPTH)
    if not tensors:
        keys = ", ".join(printable(str(key)) for key in list(content)[:6]) if isinstance(content, Mapping) else ""
        holds = f", but {keys}" if keys else ""
        raise ConfigError(f"backbone.weights: '{path}' holds no tensors by name{holds}. {_TAKES}")
    if strange := next((name for name, value in tensors.items() if not value.isfinite().all()), None):
        raise ConfigError(f"backbone.weights: '{path}' holds values that are not finite, first in '{strange}'. {_ANEW}")
    return {name: as_float(value) for name, value in _unwrapped(tensors).items()}


def _is_safetensors(path: Path) -> bool:
    with path.open("rb") as file:
        length, start = int.from_bytes(file.read(8), "little"), file.read(2)
    return start == b'{"' and length < path.stat().st_size


def _safe_tensors(path: Path) -> StateDict:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return dict(load_file(path))
    except SafetensorError as error:
        raise ValueError(f"safetensors: {error}") from error


def _tensors(content: object, depth: int) -> StateDict:
    """Find the mapping of tensors: under one of the usual names, or the content itself."""
    if not isinstance(content, Mapping):
        return {}
    for key in _WRAPPERS:
        if depth and (inner := _tensors(content.get(key), depth - 1)):
            return inner
    return {str(name): value for name, value in content.items() if isinstance(value, Tensor)}


def _unwrapped(tensors: StateDict) -> StateDict:
    """Return the weights of the network alone, by its own names.

    What wraps a network has one name before all of the network's; what stands beside is of the training, such as a
    loss's weights or the count of an average.
    """
    while len(prefixes := {name.partition(".")[0] for name in tensors if "." in name} & _PREFIXES) == 1:
        prefix = f"{prefixes.pop()}."
        tensors = {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
    plain = {_INNER.sub("", name): value for name, value in tensors.items()}
    return plain if len(plain) == len(tensors) else tensors


def unreadable(path: Path, error: BaseException) -> str:
    """Say why a weights file cannot be read."""
    if isinstance(error, FileNotFoundError):
        return f"backbone.weights: no file '{path}'. Put it there."
    where = f"backbone.weights: '{path}'"
    if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):  # of a seek, in a file that is cut
        return f"{where} cannot be read ({error.strerror})."
    if (what := _what_it_is(path)) is not None:
        return f"{where} is {what}."
    if held := re.search(r"GLOBAL (\S+) (?:was not|whose)", str(error)):
        more = f"more than tensors and plain values ({printable(held[1])}), and could run code"
        return f"{where} holds {more}. Not loaded. {_ALONE}"
    line = next(iter(str(error).strip().splitlines()), type(error).__name__)
    reason = line.partition(". ")[0].rstrip(".")  # torch goes on with guesses of its own
    return f"{where} is not a weights file, or is damaged ({reason}). Fetch it again."


def _what_it_is(path: Path) -> str | None:
    """Return what a file is if no weights; None where that is not known."""
    with path.open("rb") as file:
        head = file.read(512)
    if not any(head):
        return f"{'nothing but zeros, left by a copy that did not finish' if head else 'empty'}. Fetch it again"
    for mark, what in _MARKS:
        if head.startswith(mark):
            return what
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_PAGES):
        return "a web page, which a download left in place of the file. Fetch the file itself"
    if re.fullmatch(rb"[\t\r\n -~]+", head):
        return "a text. Fetch the file anew"
    return _what_archive(path) if zipfile.is_zipfile(path) else None


def _what_archive(path: Path) -> str | None:
    """Return what a zip archive is if not one that torch.save has written."""
    with zipfile.ZipFile(path) as archive:
        names = [PurePosixPath(name) for name in archive.namelist()]
    if any(name.name == "constants.pkl" for name in names):
        return "an archive of TorchScript, which is code. Not loaded. " + _ALONE.rstrip(".")
    if any(name.name == "data.pkl" for name in names):
        return None
    weights = next((name for name in names if name.suffix in _OF_WEIGHTS), None)
    if weights is None:
        return f"a zip archive without weights. {_TAKES.rstrip('.')}"
    return f"a zip archive of '{printable(str(weights))}'. Unpack it"
