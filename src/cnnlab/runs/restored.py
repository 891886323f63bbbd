"""The network of a finished run, ready to compute, and what its scores are worth. Torch is imported when it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.base.printing import meanwhile
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.summary_file import known_summary

if TYPE_CHECKING:
    from cnnlab.base.runtime import Runtime
    from cnnlab.building.saved_network import SavedNetwork
    from cnnlab.config.run_config import RunConfig
    from cnnlab.runs.calibration import Calibration


def restore(folder: RunFolder, config: RunConfig, device_name: str) -> tuple[SavedNetwork, Runtime]:
    """Return the network, and how to compute with it: in the precision of the run, if this machine multiplies it.

    Args:
        folder: of the run.
        config: the run's own.
        device_name: auto, cpu, cuda, ...

    Raises:
        ConfigError: the run has no weights, or there is no such device.
        RunError: the weights are damaged, or gone.
    """
    meanwhile("loading torch")
    from cnnlab.base.runtime import start_runtime
    from cnnlab.building.saved_network import load_network

    precision = "fp32" if folder.read_environment().get("precision") == "fp32" else config.precision
    runtime = start_runtime(
        device=device_name, precision=precision, threads=config.threads, deterministic=config.deterministic
    )
    meanwhile("loading the network")
    trained = load_network(folder, config)
    trained.network.to(runtime.device)
    return trained, runtime


def calibration_of(folder: RunFolder, trained: SavedNetwork) -> Calibration | None:
    """Return what makes probabilities of a run's decision values; None where it has none, or needs none."""
    from cnnlab.networks.scores import PROBABILITIES
    from cnnlab.runs.calibration import saved_calibration

    return None if trained.scores_are == PROBABILITIES else saved_calibration(known_summary(folder))
