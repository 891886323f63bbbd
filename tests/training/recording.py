"""Tracks on the CPU that record as a GPU does, or as one that cannot."""

from cnnlab.training.tracks import Track


class RecordingTrack(Track):
    """Records a step, and replays it by taking it again."""

    can_record = True

    def __init__(self):
        super().__init__()
        self.num_recorded = self.num_replayed = 0

    def record(self, run):
        self.num_recorded += 1
        with self:
            run()  # whatever a recording changes has to be put back

        def replay():
            self.num_replayed += 1
            run()

        return replay


class BrokenTrack(RecordingTrack):
    """Cannot record: the first error is the reason, the second one follows from it."""

    def record(self, run):
        self.num_recorded += 1
        try:
            raise RuntimeError("operation not permitted when stream is capturing\nSee the manual.")
        except RuntimeError:
            raise RuntimeError("the capture was invalidated")  # noqa: B904 - as torch does


class FrozenTrack(RecordingTrack):
    """Replays what a step did when it was recorded: nothing follows from what has changed since."""

    def record(self, run):
        super().record(run)
        return lambda: None


class FrozenRates(RecordingTrack):
    """Replays a step at the learning rates that it was recorded with, as one that read them on the host."""

    def record(self, run):
        table = run.__self__.workspace._table
        recorded = table.clone()
        super().record(run)

        def replay():
            now = table.clone()
            table.copy_(recorded)
            run()
            table.copy_(now)

        return replay
