"""The trackers by their names, which are those of their libraries and of the extras that bring them."""

from __future__ import annotations

from collections.abc import Mapping

from cnnlab.runs.tracking.mlflow import MLflow
from cnnlab.runs.tracking.tensorboard import TensorBoard
from cnnlab.runs.tracking.tracker import Open
from cnnlab.runs.tracking.trackio import Trackio
from cnnlab.runs.tracking.wandb import WeightsAndBiases

TRACKERS: Mapping[str, Open] = {
    "tensorboard": TensorBoard,
    "mlflow": MLflow,
    "wandb": WeightsAndBiases,
    "trackio": Trackio,
}
