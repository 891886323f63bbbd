"""A finished run as a zip archive for `cnnlab predict`, which needs nothing outside it."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import Plain
from cnnlab.building.networks import procedure_of
from cnnlab.building.saved_network import BACKBONE_STATE, load_network, with_own_backbone
from cnnlab.config.load import load_saved
from cnnlab.config.run_config import RunConfig
from cnnlab.networks.transfer.network import TransferNetwork
from cnnlab.networks.transfer.zero_shot import MappedClasses
from cnnlab.outputs.exported import pack
from cnnlab.outputs.files import write_text
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.summary_file import known_summary
from cnnlab.runs.model_card import model_card

_BACKBONE = "backbone"  # folder of the run that another one stands on
_KNOWN_OF_MACHINE = (
    "schema", "cnnlab", "cnnlab_git_commit", "python", "torch", "torchvision", "timm", "numpy", "device", "device_name",
    "threads", "precision",
)  # fmt: skip


def write_archive(folder: RunFolder, config: RunConfig, file: Path) -> Sequence[str]:
    """Write weights, backbone included, classes, preprocessing and a model card: a run's folder.

    What tells of the machine or of the folders of whoever trained it stays behind.
    """
    with tempfile.TemporaryDirectory(prefix="cnnlab-") as above:
        whole = RunFolder(Path(above) / folder.run_id)
        _write_whole(folder, config, whole)
        summary, environment = known_summary(whole), whole.read_environment()
        command = ["cnnlab", config.command, *folder.read_overrides()]
        write_text(whole.path / "README.md", model_card(summary, whole.read_config(), environment, command, file.name))
        pack(whole.path, file)
    return ()


def _write_whole(folder: RunFolder, config: RunConfig, whole: RunFolder) -> None:
    """Write a run's folder that needs no other files.

    Raises:
        ConfigError: its backbone is gone or has changed, or it needs plugins.
        RunError: its weights are damaged.
    """
    if config.plugins:
        raise ConfigError(
            f"run: {folder.run_id} was trained with plugins, which are code; a file to give away holds none. Give "
            "away its folder and the plugins."
        )
    network = load_network(folder, config).network
    saved, plain = folder.load_checkpoint("best.pt"), _told(folder.read_config())
    assert saved is not None  # it was just loaded
    backbone = with_own_backbone(folder, config).backbone
    if backbone is not None and backbone.name == "run":
        _write_backbone(Path(str(backbone.options["weights"])), RunFolder(whole.path / _BACKBONE))
        plain["backbone"]["weights"] = _BACKBONE
    elif isinstance(network, TransferNetwork) and procedure_of(config.chosen("transfer")).has_frozen_features:
        state = network.backbone.net.state_dict()
        saved[BACKBONE_STATE] = {name: value.cpu().contiguous() for name, value in state.items()}
    if isinstance(network, TransferNetwork) and isinstance(network.head, MappedClasses):
        saved["columns"] = network.head.columns
    whole.save_checkpoint("best.pt", saved)
    whole.write_json("summary.json", known_summary(folder))
    environment = folder.read_environment()
    whole.write_environment({key: environment[key] for key in _KNOWN_OF_MACHINE if key in environment})
    whole.write_config(plain, folder.read_overrides())


def _write_backbone(path: Path, whole: RunFolder) -> None:
    """Write the run that another one stands on into its folder."""
    folder = RunFolder(path)
    _write_whole(folder, load_saved(folder.read_config()), whole)


def _told(plain: Plain) -> Plain:
    """Return a configuration without the folders of whoever trained it; of data and weights their names stay."""
    plain = copy.deepcopy(plain)
    plain |= {"data_dir": "data", "cache_dir": None}
    for group, key in (("dataset", "root"), ("backbone", "weights"), ("transfer", "mapping")):
        part = plain.get(group)
        if isinstance(part, dict) and isinstance(part.get(key), str):
            part[key] = Path(part[key]).name if key != "mapping" else None  # its columns are saved with the weights
    return plain
