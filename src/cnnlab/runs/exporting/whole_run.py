"""A finished run in one piece: its network from grey levels to probabilities, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass

from cnnlab.base.schema import Plain
from cnnlab.building.saved_network import SavedNetwork, load_network
from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.summary_file import known_summary
from cnnlab.runs.calibration import calibration_of
from cnnlab.runs.exporting.description import describe
from cnnlab.runs.exporting.whole_network import WholeNetwork


@dataclass(frozen=True)
class WholeRun:
    """What is made into a file."""

    run_id: str
    trained: SavedNetwork
    network: WholeNetwork
    """In eval mode, on the CPU, in fp32."""
    told: Plain


def whole_run(folder: RunFolder, config: RunConfig) -> WholeRun:
    """Return a finished run.

    Raises:
        ConfigError, RunError: as `load_network`.
    """
    trained = load_network(folder, config)
    calibration = calibration_of(known_summary(folder), trained.scores_are)
    told = describe(folder.run_id, trained, calibration)
    return WholeRun(folder.run_id, trained, WholeNetwork(trained, calibration).eval(), told)
