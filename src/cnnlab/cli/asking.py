"""What `cnnlab predict` asks: a run, or a file that `cnnlab export` made of one. Torch is imported when it is used."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cnnlab.base.errors import ConfigError
from cnnlab.base.paths import given_path
from cnnlab.base.printing import meanwhile
from cnnlab.base.stopping import Stop
from cnnlab.outputs.exported import opened_run
from cnnlab.outputs.finding import BY_WORD
from cnnlab.runs.exporting.formats import format_of
from cnnlab.runs.saved_config import saved_config

if TYPE_CHECKING:
    from cnnlab.runs.predicting.sources import ExportedModel, Source


@contextmanager
def opened_source(options: argparse.Namespace, stop: Stop) -> Iterator[Source]:
    """Give what the words of the command name, for as long as it is needed.

    Raises:
        ConfigError: there is no such run, its file is damaged, or is not used so.
        RunError: the run's weights are damaged.
    """
    path = given_path("run", options.run)
    kind = format_of(path) if path.is_file() else None
    if kind in (None, "cnnlab"):
        with opened_run(options.run) as folder:
            if options.run in BY_WORD:
                print(f"run      {folder.run_id}")
            config = saved_config(folder, options.plugins)
            stop.look()
            meanwhile("loading torch")
            from cnnlab.runs.predicting.sources import SavedRun

            yield SavedRun(folder, config, device=options.device)
    else:
        _check(options, path, kind)
        yield _opened_model(path, kind)


def _check(options: argparse.Namespace, path: Path, kind: str) -> None:
    """Refuse a file that cannot be asked, and options that are of a run.

    Raises:
        ConfigError: so it is.
    """
    if kind == "safetensors":
        raise ConfigError(
            f"run: '{path}' holds weights without a network. cnnlab predict takes a run, and what cnnlab export makes "
            "of one with --format cnnlab or onnx."
        )
    if options.features is not None:
        raise ConfigError(f"--features: '{path}' is one graph, whose layers are not known. Name the run.")
    if options.device not in ("auto", "cpu"):
        raise ConfigError(f"--device: '{path}' computes on the CPU, got {options.device}. Name the run.")
    if kind == "torch" and not options.trust:
        raise ConfigError(
            f"run: torch reads '{path}' by pickle, which can run code. Where you trust whoever made it, add --trust; a "
            "file of --format onnx or cnnlab needs none."
        )


def _opened_model(path: Path, kind: str) -> ExportedModel:
    meanwhile("loading torch")
    from cnnlab.runs.predicting.model_files import open_onnx, open_program

    meanwhile("loading the network")
    return open_onnx(path) if kind == "onnx" else open_program(path)
