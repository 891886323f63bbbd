"""`cnnlab watch [STUDY or RUN]`: how a sweep goes, from another terminal. It reads files, and writes none."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlab.base.errors import Interrupted
from cnnlab.base.paths import given_path
from cnnlab.base.stopping import Stop
from cnnlab.cli.own_arguments import Parser
from cnnlab.outputs.files import outputs_dir
from cnnlab.outputs.finding import find_run
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.sweeps.onlooking import look_on_run, look_on_sweep, what_goes_on


def main(args: Sequence[str], stop: Stop) -> int:
    """Run the command; return its exit code: 0 when what it looks on at has ended, however it has."""
    parser = Parser(
        "watch",
        description="Watch a sweep, a tuning or a run until it ends. Nothing is written, and Ctrl-C ends only the "
        "watching.",
        epilog="examples: cnnlab watch · cnnlab watch optimizer · ssh -t host 'cd work && cnnlab watch'",
        example="",
    )
    parser.add_argument(
        "name",
        nargs="?",
        metavar="STUDY or RUN",
        help="a study's name, or a run as of cnnlab resume; none: what is running",
    )
    options = parser.read(args)
    watched = what_goes_on() if options.name is None else _named(options.name)
    try:
        if isinstance(watched, StudyFolder):
            look_on_sweep(watched, stop)
        else:
            look_on_run(watched, stop)
    except KeyboardInterrupt:
        raise Interrupted from None
    return 0


def _named(name: str) -> StudyFolder | RunFolder:
    path = given_path("watch", name)
    for folder in (outputs_dir() / path, path):
        if (folder / "runs.csv").is_file():
            return StudyFolder(folder)
    return find_run(name)
