"""One run from configuration to summary: skip, lock, resume, the epoch loop, artifacts."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.memory import memory_errors
from cnnlab.base.runtime import Runtime, environment, start_runtime
from cnnlab.base.schema import Plain
from cnnlab.building.networks import count_flops
from cnnlab.building.parts import Parts
from cnnlab.building.procedures import build_parts
from cnnlab.config.identity import Identity, identify
from cnnlab.config.run_config import RunConfig, cache_dir, size_keys, to_plain
from cnnlab.data.library import DataLibrary
from cnnlab.networks.transfer.solved_heads import SolvedHead
from cnnlab.outputs.files import GRADIENTS_COLUMNS, METRICS_COLUMNS, RUNS
from cnnlab.outputs.lock import disk_errors, held
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import FINAL
from cnnlab.outputs.summary_file import read_summary
from cnnlab.runs.console import RunConsole, opening_lines, summary_lines
from cnnlab.runs.endings import StopSignal, recorded
from cnnlab.runs.records import gradient_rows, metrics_row
from cnnlab.runs.results import data_figures, score_selected_weights, training_figures
from cnnlab.runs.training_state import TrainingState, from_checkpoint, to_checkpoint
from cnnlab.training.engine import Batch, Clipping, EpochRecord, fit
from cnnlab.training.schedulers import Plateau
from cnnlab.training.selection import reason_to_stop
from cnnlab.training.solving import solve


@dataclass(frozen=True)
class RunEnd:
    """How a run stands after the command."""

    folder: RunFolder
    status: str
    summary: Plain
    is_new: bool
    """Whether this command trained it; False if it was finished before."""


def execute(
    config: RunConfig, *, overrides: Sequence[str] = (), console: RunConsole | None = None, runs: Path = RUNS,
    library: DataLibrary | None = None,
) -> RunEnd:  # fmt: skip
    """Train one run to its end, or find it finished.

    Args:
        config: what to run.
        overrides: what the user typed, kept beside the configuration.
        console: where it is told.
        runs: the folder of all runs.
        library: holds what earlier runs of the process have read; None: nothing.

    Raises:
        ConfigError: the configuration does not fit the data, the machine or the run's earlier part; nothing is written.
        Busy: another process is at the run.
        RunError: the run failed.
        Interrupted: the user stopped it; what is done is kept.
    """
    console, library = console or RunConsole(), DataLibrary() if library is None else library
    identity = identify(config, library.hashes)
    folder = RunFolder(runs / identity.run_id)
    if (done := _finished(folder, config)) is not None:
        return done
    sitting = time.perf_counter()
    with held(folder):
        if (done := _finished(folder, config)) is not None:
            return done  # by another process, just now
        runtime = start_runtime(
            device=config.device, precision=config.precision, threads=_threads(config, folder),
            deterministic=config.deterministic,
        )  # fmt: skip
        with disk_errors(cache_dir(config)):  # the images' cache is written while the data is loaded
            parts = build_parts(
                config, runtime, library=library, data_content=identity.data_content, progress=console.preparing
            )
        state = _begin(folder, config, parts, runtime, overrides, identity)
        console.log = folder.log
        keys = size_keys(config, "batch_size", "model.width", "dataset.image_size")
        with recorded(folder, lambda: state.epoch, console.say), memory_errors("training", *keys):
            return _Training(config, folder, console, runtime, parts, state, sitting, identity).carry_out()


def _threads(config: RunConfig, folder: RunFolder) -> int | None:
    """Return the threads asked for; where none are, those that the run was begun with, since they change its bits."""
    if config.threads is not None or config.rerun or not (folder.checkpoints / "last.pt").exists():
        return config.threads
    begun_with = folder.read_json("env.json").get("threads")
    return begun_with if isinstance(begun_with, int) else None


def _finished(folder: RunFolder, config: RunConfig) -> RunEnd | None:
    status = folder.read_json("status.json").get("status")
    if status not in FINAL or config.rerun:
        return None
    return RunEnd(folder, status, read_summary(folder), is_new=False)


def _begin(
    folder: RunFolder, config: RunConfig, parts: Parts, runtime: Runtime, overrides: Sequence[str], identity: Identity
) -> TrainingState:
    """Take up the run where its last checkpoint is, or start it in an empty folder."""
    checkpoint = None if config.rerun else folder.load_checkpoint("last.pt")
    state = TrainingState() if checkpoint is None else from_checkpoint(checkpoint, parts, runtime)
    with disk_errors(folder.path):
        if checkpoint is None:
            folder.clear()
        else:
            folder.drop_epochs_after(state.epoch)
        folder.write_status("running")
        # Wishes of a command, not of a run: saved, they would empty the folder again when the run goes on.
        folder.write_config(to_plain(dataclasses.replace(config, rerun=False, plan=False)), overrides)
        folder.write_json("env.json", {**environment(runtime), "plugins": list(identity.plugins)})
    return state


class _Training:
    """The epoch loop around `fit`, and what follows it.

    Args:
        sitting: clock reading, in seconds, at which this process began with the run.
    """

    def __init__(
        self, config: RunConfig, folder: RunFolder, console: RunConsole, runtime: Runtime, parts: Parts,
        state: TrainingState, sitting: float, identity: Identity,
    ) -> None:  # fmt: skip
        self.config, self.folder, self.console, self.runtime = config, folder, console, runtime
        self.parts, self.state, self.sitting, self.identity = parts, state, sitting, identity
        self.parameters = sum(p.numel() for p in parts.network.parameters())
        self.flops = count_flops(parts.network, parts.images, runtime.device)
        self.last_record: EpochRecord | None = None
        self.first_batch_seconds: float | None = None
        self.saved_epoch, self.saved_at = state.epoch, time.perf_counter()

    def carry_out(self) -> RunEnd:
        """Train the epochs that are missing, then score the selected weights."""
        for line in opening_lines(
            self.folder.run_id, self.config, self.parts, self.runtime,
            parameters=self.parameters, flops=self.flops, epochs_done=self.state.epoch,
        ):  # fmt: skip
            self.console.say(line)
        try:
            with StopSignal(lambda: self.saved_epoch == self.state.epoch, self.console.warn) as stop:
                for record in self._records():
                    self._take(record)
                    if stop.is_wanted:
                        self._save()
                        raise KeyboardInterrupt
                    if self.state.stop_reason is not None:
                        break
                self.console.stop()
                return self._diverge() if self.state.has_diverged else self._finish()
        finally:
            self.console.stop()

    def _records(self) -> Iterable[EpochRecord]:
        if self.state.stop_reason is not None:
            return ()  # the checkpoint was taken after the last epoch
        config, parts = self.config, self.parts
        if isinstance(parts.model, SolvedHead):
            return solve(
                parts.model, parts.train, loss_fn=parts.loss_fn, seed=config.seed, epochs_done=self.state.epoch,
                val=parts.val, test=parts.test if config.watch_test else None,
            )  # fmt: skip
        if parts.optimizer is None:
            return ()
        return fit(
            parts.model,
            self._batches,
            loss_fn=parts.loss_fn,
            optimizer=parts.optimizer,
            schedule=parts.schedule,
            steps_per_epoch=len(parts.train),
            epochs=config.epochs,
            start_epoch=self.state.epoch,
            seed=config.seed,
            val=None if parts.val is None else parts.val.in_order,
            test=parts.test.in_order if config.watch_test else None,
            autocast=self.runtime.autocast,
            clipping=Clipping(config.grad_clip_norm, config.grad_clip_value),
            average=parts.average,
        )

    def _batches(self, epoch: int) -> Iterable[Batch]:
        """Yield an epoch's batches, and move the live line as they are used."""
        config, train = self.config, self.parts.train
        seen, total = epoch * train.num_images, config.epochs * train.num_images
        for batch in train.epoch(
            epoch,
            seed=config.seed,
            augmentation=self.parts.augmentation,
            shuffle=config.dataset.shuffle,
            images_per_class=getattr(self.parts.loss_fn, "images_per_class", None),
        ):
            self.console.training(epoch + 1, config.epochs, seen, total, self.last_record, self.state.selection)
            asked = time.perf_counter()
            yield batch
            seen += len(batch[1])
            if self.first_batch_seconds is None:
                now = time.perf_counter()
                self.first_batch_seconds = now - self.sitting
                if config.compile:
                    self.console.say(f"compiled in {now - asked:.1f} s, the first step's time")

    def _take(self, record: EpochRecord) -> None:
        """Write an epoch down, keep the best weights, decide whether to go on, save."""
        config, state = self.config, self.state
        self.last_record = record
        state.count(record, self.parts.train.num_images)
        if isinstance(self.parts.schedule, Plateau) and record.val is not None:
            self.parts.schedule.observe(record.val.loss)
        if record.diverged_at_step is not None:
            state.stop_reason = f"the loss is not finite at step {record.diverged_at_step} of epoch {record.epoch}"
        else:
            if state.selection.update(record, min_delta=config.min_delta):
                state.keep_weights(self.parts)
            state.stop_reason = reason_to_stop(
                record, state.selection, patience=config.patience, stop_below_loss=config.stop_below_loss,
                max_minutes=config.max_minutes, train_seconds=state.train_seconds,
            )  # fmt: skip
        self.folder.append_rows("metrics.csv", METRICS_COLUMNS, [metrics_row(record)])
        self.folder.append_rows("gradients.csv", GRADIENTS_COLUMNS, gradient_rows(record))
        seconds_left = state.train_seconds / state.epoch * (config.epochs - state.epoch)
        self.console.epoch(record, config.epochs, state.selection, seconds_left)
        is_last = state.epoch == config.epochs or state.stop_reason is not None
        if is_last or time.perf_counter() - self.saved_at >= config.checkpoint_seconds:
            self._save()

    def _save(self) -> None:
        now = time.perf_counter()
        self.state.total_seconds, self.sitting = self.state.total_seconds + now - self.sitting, now
        self.folder.save_checkpoint("last.pt", to_checkpoint(self.state, self.parts, self.runtime))
        self.saved_epoch, self.saved_at = self.state.epoch, time.perf_counter()

    def _finish(self) -> RunEnd:
        if isinstance(self.parts.model, SolvedHead) and self.parts.model.remark is not None:
            self.console.say(self.parts.model.remark)
        is_solved = self.parts.optimizer is None  # then its figures cost little, and there are no running means
        figures = score_selected_weights(
            self.folder, self.parts, self.runtime, self.state, evaluate_train=self.config.evaluate_train or is_solved
        )
        if self.state.stop_reason is not None:
            self.console.say(f"stopped after epoch {self.state.epoch}: {self.state.stop_reason}")
        summary = self._summary("finished", figures)
        for line in summary_lines(summary, epochs=self.config.epochs):
            self.console.say(line)
        return self._close(summary)

    def _diverge(self) -> RunEnd:
        advice = "Try a smaller optimizer.lr, scheduler.warmup_epochs=1 or grad_clip_norm=1."
        self.console.say(f"diverged: {self.state.stop_reason}. {advice}")
        nothing = {"train": None, "val": None, "test": None, "error": self.state.stop_reason}
        return self._close(self._summary("diverged", nothing))

    def _summary(self, status: str, figures: Plain) -> Plain:
        seconds = {
            "train": self.state.train_seconds,
            "total": self.state.total_seconds + time.perf_counter() - self.sitting,
            "first_batch": self.first_batch_seconds,
            "features": self.parts.features_seconds,
        }
        return {
            **training_figures(self.folder, self.parts, self.runtime, self.state, status=status),
            **figures,
            "data": data_figures(self.parts, self.identity.data_content),
            "parameters": self.parameters,
            "flops_per_image": self.flops,
            "seconds": seconds,
        }

    def _close(self, summary: Plain) -> RunEnd:
        """Write the summary; the status comes last, since it says that all is there."""
        self.folder.write_json("summary.json", summary)
        status = summary["status"]
        error = {"error": summary["error"]} if status == "diverged" else {}
        self.folder.write_status(status, epoch=self.state.epoch, stop_reason=self.state.stop_reason, **error)
        self.folder.delete_checkpoint("last.pt")
        return RunEnd(self.folder, status, summary, is_new=True)
