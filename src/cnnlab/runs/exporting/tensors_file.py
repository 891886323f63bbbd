"""A run's weights as safetensors, for whoever builds the network himself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import save

from cnnlab.config.run_config import RunConfig
from cnnlab.networks.transfer.network import TransferNetwork
from cnnlab.networks.transfer.zero_shot import MappedClasses
from cnnlab.outputs.files import replacing
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.exporting.description import as_texts
from cnnlab.runs.exporting.whole_run import whole_run


def write_tensors(folder: RunFolder, config: RunConfig, file: Path) -> Sequence[str]:
    """Write the tensors by their names in the network, what `describe` tells as JSON texts in the header."""
    run = whole_run(folder, config)
    network, told = run.trained.network, run.told
    if isinstance(network, TransferNetwork) and isinstance(network.head, MappedClasses):
        told = told | {"columns": network.head.columns}  # which of ImageNet's outputs stand for a class: no tensor
    tensors = {name: value.clone().contiguous() for name, value in network.state_dict().items()}  # none shared
    with replacing(file) as opened:
        opened.write(save(tensors, as_texts(told)))
    return (f"tensors  {len(tensors)}, of {sum(value.numel() for value in tensors.values()):,} values",)
