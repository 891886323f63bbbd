"""One run as a job: from plain configuration to outcome, whatever goes wrong."""

from __future__ import annotations

import re
import traceback
from collections.abc import Sequence

from cnnlab.base.errors import Busy, ConfigError, RunError, TakenOver
from cnnlab.base.schema import PlainMapping
from cnnlab.base.turns import Turns
from cnnlab.config.identity import identify
from cnnlab.config.load import load
from cnnlab.config.options import groups
from cnnlab.config.plugins import load_plugins
from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.files import outputs_dir, pictures_in, runs_dir
from cnnlab.outputs.lock import disk_errors
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import FINAL, read_status
from cnnlab.runs.console import RunConsole
from cnnlab.runs.draughtsman import Draughtsman
from cnnlab.runs.finished import RunEnd
from cnnlab.runs.outcome import Outcome
from cnnlab.runs.result_lines import summary_lines, to_open
from cnnlab.runs.run import turns
from cnnlab.runs.run_context import RunContext


def run(plain: PlainMapping, overrides: Sequence[str], *, context: RunContext) -> Turns[int]:
    """Train the composed configuration, or find it finished; yield wherever another run may have a turn.

    Args:
        plain: the configuration in plain values.
        overrides: what the user typed.
        context: what it is told besides, of this run alone.

    Returns:
        The exit code: 0, or 1 for a run that diverged.

    Raises:
        ConfigError: the configuration is wrong.
        RunError: the run failed.
    """
    load_plugins(plain.get("plugins") or ())
    config = load(plain)
    if config.outputs is not None and config.outputs.absolute() != outputs_dir().absolute():
        raise ConfigError(f"outputs: counts on the command line only, got '{config.outputs}'. Type it there.")
    if config.plan:
        return show_plan(config, context)
    if idle := without_effect(config, overrides):
        context.console.say(f"note     no effect, since nothing is trained in steps: {', '.join(idle)}")
    with Draughtsman() as draughtsman:
        begins = draughtsman.get_ready if config.plots and not context.in_sweep else None
        outcome = yield from turns(config, context=context, overrides=overrides, begins=begins)
        if not context.in_sweep:
            return report(outcome, config, context=context, draughtsman=draughtsman)
        if config.plots and config.tracker and outcome.is_new:
            _draw(outcome, context.console, draughtsman)  # trackers get them; else the sweep draws, at its end
        return _code(outcome)


def without_effect(config: RunConfig, overrides: Sequence[str]) -> list[str]:
    """Return the overrides of what takes no part in the run."""
    absent = {group for group in groups() if getattr(config, group) is None}
    absent |= set() if config.learns == "in steps" else {"epochs"}
    return [text for text in overrides if re.split(r"[.=]", text.lstrip("+"))[0] in absent]


def show_plan(config: RunConfig, context: RunContext) -> int:
    """Say which run the configuration stands for and how it stands; train nothing.

    Of images of one's own, say what was found, and draw the first batch of a run that has not begun.
    """
    console = context.console
    identity = identify(config, context.library.hashes, progress=console.preparing)
    folder = RunFolder(runs_dir() / identity.run_id)
    status = read_status(folder).get("status")
    if status not in FINAL:
        console.meanwhile("loading torch")
        from cnnlab.config.part_rules import check_parts  # loads torch; a run that is finished has been through it

        check_parts(config)
    console.say(f"{status or 'to do':12}{folder.path}")
    if config.dataset.options.get("root") is not None:
        console.meanwhile("looking at the images")
        from cnnlab.runs.planned import show_images

        draws = config.plots and status is None
        show_images(config, folder, context=context, data_content=identity.data_content, draws=draws)
    return 0


def report(outcome: RunEnd, config: RunConfig, *, context: RunContext, draughtsman: Draughtsman) -> int:
    """Draw the pictures if wanted, say how a run ended and which file to open; return the exit code.

    Args:
        outcome: of the run.
        config: of the run.
        context: of the run; its tracking ends once the pictures are there.
        draughtsman: draws.
    """
    console = context.console
    if config.plots:
        _draw(outcome, console, draughtsman)
    context.tracking.end()
    if not outcome.is_new:
        console.say(f"run      {outcome.folder.run_id}")
        if outcome.status == "finished":
            console.say("finished before; nothing was trained (rerun=true trains again)")
            for line in summary_lines(outcome.summary, epochs=config.epochs):
                console.say(line)
        else:
            console.say(f"{outcome.status} before: {outcome.summary.get('error')} (rerun=true trains again)")
    for line in to_open(outcome.folder):
        console.say(line)
    return _code(outcome)


def _draw(outcome: RunEnd, console: RunConsole, draughtsman: Draughtsman) -> None:
    """Draw the pictures of a run that has none yet."""
    if not pictures_in(outcome.folder.path):
        from cnnlab.runs.inspecting.page import write_page_of  # loads numpy, and values are refused without

        console.meanwhile("drawing the pictures")
        with disk_errors(outcome.folder.path):
            draughtsman.draw(outcome.folder.path)
            write_page_of(outcome.folder.path)


def _failed(error: RunError) -> Outcome:
    """Return the outcome of a run that could not be carried out, and whether that was the device's doing."""
    is_short = type(error.__cause__).__name__ == "OutOfMemoryError"  # torch's, which may never have been loaded
    is_lost = not is_short and "CUDA error" in str(error.__cause__)
    return Outcome(
        1, str(error), is_busy=isinstance(error, Busy), is_taken_over=isinstance(error, TakenOver),
        is_short_of_memory=is_short, is_device_lost=is_lost,
    )  # fmt: skip


def _code(outcome: RunEnd) -> int:
    return 0 if outcome.status in ("finished", "pruned") else 1


def attempt(plain: PlainMapping, overrides: Sequence[str], *, context: RunContext) -> Turns[Outcome]:
    """Carry out one run; what goes wrong is returned, so that the next one can start. What it held is not released.

    Args:
        plain: as of `run`.
        overrides: likewise.
        context: likewise.

    Raises:
        KeyboardInterrupt: the user wants to stop.
    """
    try:
        with disk_errors(runs_dir()):
            with context.tracking:
                code = yield from run(plain, overrides, context=context)
            return Outcome(code, notes=tuple(context.tracking.notes))
    except ConfigError as error:
        context.stop.look()
        return Outcome(2, str(error))
    except RunError as error:
        return _failed(error)
    except Exception as error:
        context.stop.look()  # libraries make another error of it, such as one of the import that they were at
        told = f"{type(error).__name__}: {error}".splitlines()[0]
        return Outcome(1, told, traceback=traceback.format_exc().rstrip())
