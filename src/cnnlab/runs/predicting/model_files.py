"""Files that `cnnlab export` made of a run, opened without the run: ONNX files and programs of torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import Plain
from cnnlab.runs.exporting.description import Description, described, of_texts
from cnnlab.runs.exporting.onnx_packages import session_of
from cnnlab.runs.exporting.program_file import DESCRIPTION
from cnnlab.runs.exporting.whole_network import INPUT, OUTPUTS
from cnnlab.runs.predicting.sources import ExportedModel


def open_onnx(file: Path) -> ExportedModel:
    """Return the model in an ONNX file; onnxruntime runs it, nothing in it is code.

    Raises:
        ConfigError: onnxruntime is not installed, or the file is damaged or of another program.
    """
    session = session_of(file.read_bytes(), f"run: '{file}'")
    told = _described(of_texts(session.get_modelmeta().custom_metadata_map), file)
    return ExportedModel(told, lambda pixels: session.run(OUTPUTS[:1], {INPUT: pixels.numpy()})[0])


def open_program(file: Path) -> ExportedModel:
    """Return the model in a .pt2 file, which torch reads by pickle: its content may be code, and is run.

    Raises:
        ConfigError: the file is damaged or of another program.
    """
    extra: dict[str, str] = {DESCRIPTION: ""}
    try:
        program = torch.export.load(file, extra_files=extra).module()
    except Exception as error:  # torch raises nearly anything on damaged files
        reason = str(error).strip().partition("\n")[0]
        raise ConfigError(f"run: '{file}' is not a program that torch can load ({reason}). Get it again.") from error
    told = _described(of_texts({DESCRIPTION: extra[DESCRIPTION]}).get(DESCRIPTION), file)

    @torch.inference_mode()
    def outputs(pixels: torch.Tensor) -> npt.NDArray[np.float32]:
        found: npt.NDArray[np.float32] = program(pixels)[0].numpy()
        return found

    return ExportedModel(told, outputs)


def _described(plain: Plain | None, file: Path) -> Description:
    try:
        return described(plain or {})
    except (KeyError, TypeError) as error:
        raise ConfigError(
            f"run: '{file}' does not say what its classes are and how images are read: cnnlab export did not make it. "
            "cnnlab predict takes runs, and the files that cnnlab export makes of them."
        ) from error
