"""The epochs of a run, one after the other: each is weighed and written down, and now and then all is saved."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from cnnlab.base.runtime import Runtime
from cnnlab.building.parts import Parts
from cnnlab.config.run_config import RunConfig
from cnnlab.data.batches import Piece
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.clock import Clock
from cnnlab.runs.judging import reaches_bar
from cnnlab.runs.records import gradient_rows, metrics_row
from cnnlab.runs.run_context import RunContext
from cnnlab.runs.training_state import TrainingState, to_checkpoint
from cnnlab.training.engine import EpochRecord, Manner
from cnnlab.training.selection import reason_to_stop


class EpochLoop:
    """The loop around the records of a run.

    Args:
        config: of the run.
        folder: of the run.
        runtime: of the run.
        parts: with the states of the epochs done.
        state: where training stands; goes along.
        clock: of the run.
        context: of the run.
    """

    def __init__(
        self, config: RunConfig, folder: RunFolder, runtime: Runtime, parts: Parts, state: TrainingState, clock: Clock,
        context: RunContext,
    ) -> None:  # fmt: skip
        self._config, self._folder, self._runtime, self._parts = config, folder, runtime, parts
        self._state, self._clock, self._context, self._console = state, clock, context, context.console
        learns_in_steps = config.learns == "in steps"  # what is learnt at once has one epoch, whatever `epochs` says
        self._bars = (config.prune_below or ()) if learns_in_steps else ()
        self._last_record: EpochRecord | None = None
        self._saved_epoch, self._saved_at = state.epoch, time.perf_counter()

    def is_saved(self) -> bool:
        """Tell whether all epochs done are in a checkpoint."""
        return self._saved_epoch == self._state.epoch

    @property
    def is_pruned(self) -> bool:
        """Whether the run is to end early, since others are better."""
        state = self._state
        is_open = state.stop_reason is None and state.epoch < self._config.epochs
        return is_open and not reaches_bar(self._bars, state.epoch, state.selection.accuracy)

    def turns(self) -> Iterator[None]:
        """Go through the epochs that are missing, to the last one or to a reason to stop; yield between pieces of them.

        Raises:
            KeyboardInterrupt: the user wants to stop; all is saved.
        """
        if self._state.stop_reason is not None or self.is_pruned:
            return  # the checkpoint was taken after the last epoch
        self._context.stop.look()
        for record in self._records():
            if record is None:
                yield
                continue
            self._weigh(record)
            self._write_down(record)
            if self._is_time_to_save() or self.is_pruned:
                self._save()
            if self._context.stop.is_wanted:
                self._save()
                self._context.stop.look()
            if self._state.stop_reason is not None or self.is_pruned:
                return

    def _records(self) -> Iterator[EpochRecord | None]:
        parts = self._parts
        manner = Manner(track=self._context.track, captures=self._config.capture == "auto", say=self._console.say)
        return parts.learning.turns(
            parts.train, val=parts.val, test=parts.test if self._config.watch_test else None,
            epochs_done=self._state.epoch, watch=self._watched, manner=manner,
        )  # fmt: skip

    def _watched(self, epoch: int, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """Yield an epoch's pieces, and move the live line as they are used."""
        epochs, num_images = self._config.epochs, self._parts.train.num_images
        seen = epoch * num_images
        for piece in pieces:
            self._console.training(
                epoch + 1, epochs, seen, epochs * num_images, self._last_record, self._state.selection
            )
            asked = time.perf_counter()
            yield piece
            seen += len(piece.targets)
            if self._clock.first_batch_seconds is None:
                self._clock.end_first_batch()
                if self._config.compile:
                    self._console.say(f"compiled in {time.perf_counter() - asked:.1f} s, the first step's time")

    def _weigh(self, record: EpochRecord) -> None:
        """Count an epoch, keep its weights where they are the best, and decide whether it is the last."""
        config, state = self._config, self._state
        self._last_record = record
        state.count(record, self._parts.train.num_images)
        if record.diverged_at_step is not None:
            state.stop_reason = f"the loss is not finite at step {record.diverged_at_step} of epoch {record.epoch}"
            return
        if state.selection.update(record, min_delta=config.min_delta):
            state.keep_weights(self._parts)
        state.stop_reason = reason_to_stop(
            record, state.selection, patience=config.patience, stop_below_loss=config.stop_below_loss,
            max_minutes=config.max_minutes, train_seconds=state.train_seconds,
        )  # fmt: skip

    def _write_down(self, record: EpochRecord) -> None:
        """Write an epoch into the run's files, and tell of it."""
        epochs, state = self._config.epochs, self._state
        row = metrics_row(record)
        self._folder.append_epoch(row, gradient_rows(record))
        self._context.tracking.epoch(row)
        seconds_left = state.train_seconds / state.epoch * (epochs - state.epoch)
        self._console.epoch(record, epochs, state.selection, seconds_left)
        if record.startup_seconds:
            self._console.say(f"started in {record.startup_seconds:.1f} s: the first steps, which no epoch counts")

    def _is_time_to_save(self) -> bool:
        is_last = self._state.epoch == self._config.epochs or self._state.stop_reason is not None
        return is_last or time.perf_counter() - self._saved_at >= self._config.checkpoint_seconds

    def _save(self) -> None:
        """Take a checkpoint, unless the last one was taken after this epoch."""
        if self.is_saved():
            return
        self._state.total_seconds = self._clock.total_seconds
        self._folder.save_checkpoint("last.pt", to_checkpoint(self._state, self._parts, self._runtime))
        self._saved_epoch, self._saved_at = self._state.epoch, time.perf_counter()
