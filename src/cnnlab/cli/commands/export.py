"""`cnnlab export RUN`: a run as one file to give away."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from cnnlab.base.errors import ConfigError
from cnnlab.base.paths import given_path
from cnnlab.base.printing import meanwhile, tell
from cnnlab.base.stopping import Stop
from cnnlab.cli.own_arguments import Parser
from cnnlab.outputs.finding import find_run
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.exporting.formats import FORMATS, format_of
from cnnlab.runs.saved_config import saved_config


def main(args: Sequence[str], stop: Stop) -> int:
    """Run the command; return its exit code."""
    options = _parser().read(args)
    folder = find_run(options.run)
    chosen = FORMATS[options.format or _meant(options.to)]
    file = _file(options.to, folder, chosen.suffix)
    config = saved_config(folder, options.plugins)
    stop.look()
    meanwhile("writing the file")
    try:
        said = chosen.write(folder, config, file)
    except OSError as error:
        raise ConfigError(f"--to: cannot write '{file}' ({error.strerror}).") from error
    print(f"run      {folder.run_id}")
    for line in said:
        tell(line)
    tell(f"open     {file}\n{'':9}{file.stat().st_size / 1e6:.1f} MB, {chosen.inside}")
    if chosen.opened_by is not None:
        print(f"next     {shlex.join([*chosen.opened_by, str(file)])} IMAGE...")
    return 0


def _parser() -> Parser:
    parser = Parser(
        "export",
        description="Make a finished run into one file that needs nothing else: its weights with those of the "
        "backbone, classes, and how images are read. cnnlab: an archive with a model card, for `cnnlab predict FILE "
        "IMAGE...` wherever cnnlab is installed. onnx and torch: one graph from grey levels to probabilities, "
        "checked against the run, for onnxruntime and torch.export.load; safetensors: the weights alone.",
        epilog="example: cnnlab export best --to ants_or_bees.onnx",
        example="latest",
    )
    parser.add_run()
    parser.add_argument(
        "--format", choices=tuple(FORMATS), help="what it is made into; else as the end of FILE says, or cnnlab"
    )
    parser.add_argument(
        "--to", type=partial(given_path, "--to"), metavar="FILE", help="the file; else it is called after the run, here"
    )
    parser.add_plugins()
    return parser


def _meant(to: Path | None) -> str:
    """Return the format that a file's name asks for.

    Raises:
        ConfigError: it asks for none.
    """
    found = "cnnlab" if to is None else format_of(to)
    if found is None:
        *some, last = [form.suffix for form in FORMATS.values()]
        raise ConfigError(f"--to: must end with {', '.join(some)} or {last}, got '{to}'.")
    return found


def _file(to: Path | None, folder: RunFolder, suffix: str) -> Path:
    """Return the file to be written.

    Raises:
        ConfigError: it is there already, is to be another kind of file, or its folder is not there.
    """
    file = Path(f"{folder.run_id}{suffix}") if to is None else to
    if file.suffix != suffix:
        raise ConfigError(f"--to: must end with {suffix}, got '{file}'.")
    if file.exists():
        raise ConfigError(f"--to: '{file}' is there already. Name another file, or delete it.")
    if not file.parent.is_dir():
        raise ConfigError(f"--to: no folder '{file.parent}'. Make it first.")
    return file
