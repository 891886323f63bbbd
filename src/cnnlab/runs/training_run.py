"""One run that is not finished: lock, resume, the epoch loop, artifacts."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence

from cnnlab.base.memory import memory_errors
from cnnlab.base.runtime import Runtime, environment, start_runtime
from cnnlab.base.schema import Plain
from cnnlab.base.turns import Turns
from cnnlab.building.data import check_batch_size
from cnnlab.building.networks import size_of
from cnnlab.building.parts import Parts
from cnnlab.building.procedures import build_parts
from cnnlab.config.identity import Identity
from cnnlab.config.part_rules import check_parts
from cnnlab.config.run_config import RunConfig, cache_dir, size_keys, to_plain, with_whole_paths
from cnnlab.outputs.first_batch import write_first_batch
from cnnlab.outputs.lock import disk_errors, held
from cnnlab.outputs.reaching import Goals
from cnnlab.outputs.run_folder import SCHEMA, RunFolder
from cnnlab.outputs.status import write_status
from cnnlab.runs.clock import Clock
from cnnlab.runs.endings import STOPPING, recorded
from cnnlab.runs.extending import begin_with_stage, is_gone_on_from
from cnnlab.runs.finished import RunEnd, finished
from cnnlab.runs.first_batch import first_batch
from cnnlab.runs.loop import EpochLoop
from cnnlab.runs.opening import opening_lines
from cnnlab.runs.result_lines import summary_lines
from cnnlab.runs.results import score_selected_weights
from cnnlab.runs.run_context import RunContext
from cnnlab.runs.summary import SummaryWriter
from cnnlab.runs.training_state import TrainingState, from_checkpoint

_AGAINST_DIVERGENCE = "Try a smaller optimizer.lr, scheduler.warmup_epochs=1 or grad_clip_norm=1."
_WHY_PRUNED = "its validation accuracy is below that of others; cnnlab resume goes on with it"


def train(
    config: RunConfig, folder: RunFolder, *, identity: Identity, context: RunContext, overrides: Sequence[str]
) -> Turns[RunEnd]:
    """Train a run from where it stands to its end, and yield wherever another run may have a turn.

    Args:
        config: what to run.
        folder: of the run.
        identity: of the run.
        context: as of `runs.run.execute`.
        overrides: likewise.

    Raises:
        ConfigError, Busy, RunError, Interrupted: as of `runs.run.execute`.
    """
    check_parts(config)
    console, library, stop = context.console, context.library, context.stop
    began = time.perf_counter()
    with held(folder):
        if not config.rerun and (done := finished(folder)) is not None:
            return done  # by another process, just now
        threads = _threads_before(folder) if config.threads is None and not config.rerun else config.threads
        runtime = start_runtime(
            device=config.device, precision=config.precision, threads=threads, deterministic=config.deterministic,
            compiles=config.compile,
        )  # fmt: skip
        stop.look()
        with disk_errors(cache_dir(config)):  # the images' cache is written while the data is loaded
            parts = build_parts(
                config, runtime, library=library, data_content=identity.data_content, progress=console.preparing
            )
        if any(text.lstrip("+").startswith("batch_size=") for text in overrides):
            check_batch_size(config, len(parts.data.train))
        stop.look()
        made_in: Plain = {"schema": SCHEMA, **environment(runtime), "plugins": list(identity.plugins)}
        if not config.rerun:
            with disk_errors(folder.path):
                begin_with_stage(folder, config, made_in, hashes=library.hashes)
        if context.num_at_once > 1:
            made_in["num_at_once"] = context.num_at_once
        state = _begin(folder, config, parts, runtime, overrides, made_in)
        if config.plots and state.epoch == 0:
            with disk_errors(folder.path):
                write_first_batch(folder, first_batch(config, parts.data, parts.images))
        console.log = folder.append_log
        keys = size_keys(config, "batch_size", "model.width", "dataset.image_size")
        with recorded(folder, lambda: state.epoch, console.say, stop), memory_errors("training", *keys):
            clock = Clock(began, seconds_before=state.total_seconds)
            context.tracking.begin(config, folder, console, epochs_done=state.epoch)
            return (yield from _carry_out(config, folder, runtime, parts, state, clock, identity, context))


def _threads_before(folder: RunFolder) -> int | None:
    """Return the threads that a run was begun with, since they change its bits; None for one that was not begun."""
    if not folder.has_checkpoint("last.pt"):
        return None
    begun_with = folder.read_environment().get("threads")
    return begun_with if isinstance(begun_with, int) else None


def _begin(
    folder: RunFolder, config: RunConfig, parts: Parts, runtime: Runtime, overrides: Sequence[str], made_in: Plain
) -> TrainingState:
    """Take up the run where its last checkpoint is, or start it in an empty folder."""
    checkpoint = None if config.rerun else folder.load_checkpoint("last.pt")
    state = TrainingState() if checkpoint is None else from_checkpoint(checkpoint, parts, runtime)
    with disk_errors(folder.path):
        folder.remove_drafts()
        if checkpoint is None:
            folder.clear()
        else:
            folder.drop_epochs_after(state.epoch)
        write_status(folder, "running")
        folder.write_environment(made_in)
        # Wishes of a command, not of a run: saved, they would empty the folder again when the run goes on.
        saved = dataclasses.replace(with_whole_paths(config), rerun=False, plan=False, prune_below=None, stages=None)
        folder.write_config(to_plain(saved), overrides)
    return state


def _carry_out(
    config: RunConfig, folder: RunFolder, runtime: Runtime, parts: Parts, state: TrainingState, clock: Clock,
    identity: Identity, context: RunContext,
) -> Turns[RunEnd]:  # fmt: skip
    """Train the epochs that are missing, then score the selected weights."""
    console = context.console
    size = size_of(parts.network, parts.images, runtime.device)
    for line in opening_lines(folder.run_id, config, parts, runtime, size=size, epochs_done=state.epoch):
        console.say(line)
    console.meanwhile("training")
    loop = EpochLoop(config, folder, runtime, parts, state, clock, context)
    goals = Goals.of(config.seconds_to, config.reported)
    writer = SummaryWriter(
        folder, parts, runtime, clock=clock, size=size, goals=goals, content=identity.data_content, keep=config.keep,
        is_gone_on_from=is_gone_on_from(config), track=context.track,
    )  # fmt: skip
    try:
        with context.stop.waiting(lambda: not loop.is_saved(), lambda: console.warn(STOPPING)):
            yield from loop.turns()
            console.stop()
            if loop.is_pruned:
                write_status(folder, "pruned", epoch=state.epoch)
                console.say(f"pruned after epoch {state.epoch}: {_WHY_PRUNED}")
                return RunEnd(folder, "pruned", {}, is_new=True)
            if state.has_diverged:
                console.say(f"diverged: {state.stop_reason}. {_AGAINST_DIVERGENCE}")
                summary = writer.diverged(state)
            else:
                if parts.learning.remark is not None:
                    console.say(parts.learning.remark)
                console.meanwhile("testing the selected weights")
                figures = score_selected_weights(
                    folder, parts, runtime, state, evaluate_train=config.evaluate_train, tta=config.tta
                )
                if state.stop_reason is not None:
                    console.say(f"stopped after epoch {state.epoch}: {state.stop_reason}")
                summary = writer.finished(state, figures)
                for line in summary_lines(summary, epochs=config.epochs):
                    console.say(line)
            writer.write(summary)
            return RunEnd(folder, summary["status"], summary, is_new=True)
    finally:
        console.stop()
