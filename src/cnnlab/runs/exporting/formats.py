"""What a run can be made into: one table. Torch is imported when a file is written.

One more is a function and a line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cnnlab.outputs.run_folder import RunFolder

if TYPE_CHECKING:
    from cnnlab.config.run_config import RunConfig


@dataclass(frozen=True)
class Format:
    """A form in which a run is given away."""

    suffix: str
    """Of the file."""
    inside: str
    """What it holds beside the weights, in words."""
    write: Callable[[RunFolder, RunConfig, Path], Sequence[str]]
    """Writes the file, and returns what is to be said of it, a line each."""
    opened_by: tuple[str, ...] | None
    """The words before the file that classify images with it; None: cnnlab does not."""


def _cnnlab(folder: RunFolder, config: RunConfig, file: Path) -> Sequence[str]:
    from cnnlab.runs.exporting.archive import write_archive

    return write_archive(folder, config, file)


def _onnx(folder: RunFolder, config: RunConfig, file: Path) -> Sequence[str]:
    from cnnlab.runs.exporting.onnx_file import write_onnx

    return write_onnx(folder, config, file)


def _torch(folder: RunFolder, config: RunConfig, file: Path) -> Sequence[str]:
    from cnnlab.runs.exporting.program_file import write_program

    return write_program(folder, config, file)


def _safetensors(folder: RunFolder, config: RunConfig, file: Path) -> Sequence[str]:
    from cnnlab.runs.exporting.tensors_file import write_tensors

    return write_tensors(folder, config, file)


_PREDICT = ("cnnlab", "predict")
_TOLD = "classes and preprocessing inside"
FORMATS: dict[str, Format] = {
    "cnnlab": Format(".zip", "a model card inside: README.md", _cnnlab, _PREDICT),
    "onnx": Format(".onnx", _TOLD, _onnx, _PREDICT),
    "torch": Format(".pt2", _TOLD, _torch, (*_PREDICT, "--trust")),
    "safetensors": Format(".safetensors", "weights alone, classes and preprocessing beside them", _safetensors, None),
}


def format_of(file: Path) -> str | None:
    """Return the form that a file has by its suffix, None if it is none of them."""
    return next((name for name, form in FORMATS.items() if form.suffix == file.suffix), None)
