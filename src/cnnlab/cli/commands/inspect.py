"""`cnnlab inspect RUN`: a look into a run's network, as one page and as files."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import partial

from cnnlab.base.errors import ConfigError
from cnnlab.base.paths import given_path
from cnnlab.base.printing import meanwhile, tell
from cnnlab.base.stopping import Stop
from cnnlab.cli.own_arguments import Parser
from cnnlab.outputs.finding import find_run
from cnnlab.runs.saved_config import saved_config

MOST = 2000
"""Images of a split that the network is shown, unless another number is asked for."""


def main(args: Sequence[str], stop: Stop) -> int:
    """Run the command; return its exit code."""
    options = _parser().read(args)
    into = options.out
    if into is not None and into.exists() and not into.is_dir():
        raise ConfigError(f"--out: '{into}' is no folder. Name one; it is made if it is not there.")
    folder = find_run(options.run)

    from cnnlab.runs.inspecting.standing import check_has_weights

    check_has_weights(folder)
    config = saved_config(folder, options.plugins)
    stop.look()
    meanwhile("loading torch")
    from cnnlab.runs.inspecting.inspection import inspect
    from cnnlab.runs.inspecting.said import said_lines
    from cnnlab.runs.inspecting.writing import write
    from cnnlab.runs.predicting.classifier import load_classifier

    trained, runtime, wording = load_classifier(folder, config, device=options.device)
    found = inspect(config, trained, runtime, wording.calibration, most=options.images, look_up=stop.look)
    meanwhile("writing the page")
    try:
        page = write(folder, found, into=into, classes=trained.images.classes)
    except OSError as error:
        where = "--out" if into is not None else "inspect"
        advice = "" if into is not None else " Write elsewhere: --out DIR"
        raise ConfigError(f"{where}: cannot write into '{into or folder.path}' ({error.strerror}).{advice}") from error
    print(f"run      {folder.run_id}")
    for line in said_lines(found, trained.images.classes):
        tell(line)
    print(f"open     {page}")
    print(f"next     {shlex.join(['cnnlab', 'predict', options.run])} IMAGE...")
    return 0


def _parser() -> Parser:
    parser = Parser(
        "inspect",
        description="Look into the network of a finished run: where it finds classes in the images that it gets wrong "
        "(Grad-CAM), how far its probabilities can be believed, labels that are likely wrong, where images lie by "
        "their features, dead and saturated units, filters and feature maps. One page, report.html, with its pictures "
        "and numbers as files. Validation and test images are shown to it, none that it has learnt from.",
        epilog="example: cnnlab inspect best",
        example="latest",
    )
    parser.add_run()
    parser.add_argument(
        "--out", type=partial(given_path, "--out"), metavar="DIR", help="where it all goes; else the run's folder"
    )
    parser.add_argument(
        "--images", type=_count, default=MOST, metavar="N",
        help=f"images of each of the two splits at most, evenly over it (default: {MOST})",
    )  # fmt: skip
    parser.add_device()
    parser.add_plugins()
    return parser


def _count(text: str) -> int:
    """Return the number of images.

    Raises:
        ConfigError: it is no whole number above 0.
    """
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise ConfigError(f"--images: must be a whole number > 0, got {text}.")
    return number
