"""MLflow: a server, or a database beside the runs."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from cnnlab.base.locks import locked
from cnnlab.runs.tracking.tracker import PROJECT, End, TrackedRun

if TYPE_CHECKING:
    from mlflow.entities import Metric

_STATES = {
    "finished": "FINISHED", "failed": "FAILED", "diverged": "FAILED", "interrupted": "KILLED", "pruned": "KILLED",
}  # fmt: skip
_IN_EVERY_ROW = "train_loss"


class MLflow:
    """A run of the experiment `cnnlab`, in outputs/mlflow.db unless MLFLOW_TRACKING_URI names another place.

    Args:
        run: what is told of.
    """

    def __init__(self, run: TrackedRun) -> None:
        os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # it warns where there is no git
        from mlflow import MlflowClient

        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.ERROR)
        outputs = run.outputs.absolute()
        uri = os.environ.get("MLFLOW_TRACKING_URI")
        with locked(FileLock(outputs / ".mlflow.lock")) if not uri else contextlib.nullcontext():  # makes its tables
            self._client = MlflowClient(uri or f"sqlite:///{outputs / 'mlflow.db'}")
            experiment = self._experiment(None if uri else outputs / "mlflow")
        found = None if run.is_anew else self._found(experiment, run)
        self._run_id = self._begun(experiment, run) if found is None else found
        self.last_epoch = 0 if found is None else self._known_epoch()
        self._client.update_run(self._run_id, status="RUNNING")

    def _experiment(self, artifacts: Path | None) -> str:
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or PROJECT
        found = self._client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        try:
            return str(self._client.create_experiment(name, None if artifacts is None else artifacts.as_uri()))
        except Exception:
            if (found := self._client.get_experiment_by_name(name)) is None:  # another run has just made it
                raise
            return str(found.experiment_id)

    def _found(self, experiment: str, run: TrackedRun) -> str | None:
        """Return MLflow's own id of a run that it has been told of."""
        query = f"tags.run_id = '{run.run_id}'"
        found = self._client.search_runs([experiment], query, max_results=1, order_by=["attributes.start_time DESC"])
        return str(found[0].info.run_id) if found else None

    def _begun(self, experiment: str, run: TrackedRun) -> str:
        from mlflow.entities import Param

        tags = {"run_id": run.run_id, **({} if run.study is None else {"study": run.study})}
        tags |= {f"tag.{tag}": "true" for tag in run.tags}
        begun = self._client.create_run(experiment, tags=tags, run_name=run.run_id)
        params = [Param(key, value or "''") for key, value in run.settings.items()]
        for first in range(0, len(params), 100):  # the most that MLflow takes at once
            self._client.log_batch(begun.info.run_id, params=params[first : first + 100])
        return str(begun.info.run_id)

    def _known_epoch(self) -> int:
        history = self._client.get_metric_history(self._run_id, _IN_EVERY_ROW)
        return max((metric.step for metric in history), default=0)

    def log(self, epoch: int, figures: Mapping[str, float]) -> None:
        """Write an epoch's metrics."""
        self._client.log_batch(self._run_id, metrics=_metrics(figures, epoch))

    def end(self, end: End) -> None:
        """Write the figures, the pictures and how the run ended."""
        self._client.log_batch(self._run_id, metrics=_metrics(end.figures, 0))  # one point at step 0 is drawn as a bar
        for path in end.pictures:
            self._client.log_artifact(self._run_id, str(path), "plots")
        self._client.set_tag(self._run_id, "status", end.status)
        if (state := _STATES.get(end.status)) is not None:
            self._client.set_terminated(self._run_id, status=state)


def _metrics(figures: Mapping[str, float], epoch: int) -> list[Metric]:
    from mlflow.entities import Metric

    now = int(1000 * time.time())  # ms
    return [Metric(name, value, now, epoch) for name, value in figures.items()]
