"""A saved run made ready to classify: its network, how to compute with it, how its answers are put into words."""

from __future__ import annotations

from cnnlab.base.printing import meanwhile
from cnnlab.base.runtime import Runtime, start_runtime
from cnnlab.building.saved_network import SavedNetwork, load_network
from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.summary_file import known_summary
from cnnlab.runs.calibration import calibration_of
from cnnlab.runs.predicting.answer_lines import Wording


def load_classifier(folder: RunFolder, config: RunConfig, *, device: str) -> tuple[SavedNetwork, Runtime, Wording]:
    """Return the network of a run, on a device and in the run's precision, if this machine multiplies it.

    Args:
        folder: of the run.
        config: the run's own.
        device: as of the command line.

    Raises:
        ConfigError: there is no such device, or the run has no weights yet.
        RunError: the weights are damaged, or gone.
    """
    precision = "fp32" if folder.read_environment().get("precision") == "fp32" else config.precision
    runtime = start_runtime(
        device=device, precision=precision, threads=config.threads, deterministic=config.deterministic
    )
    meanwhile("loading the network")
    trained = load_network(folder, config)
    trained.network.to(runtime.device)
    calibration = calibration_of(known_summary(folder), trained.scores_are)
    return trained, runtime, Wording(trained.images.classes, trained.scores_are, calibration)
