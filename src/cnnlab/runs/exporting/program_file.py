"""A run as a program of torch.export: a graph that torch alone loads and runs, without a line of cnnlab."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import torch

from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.files import replacing
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.exporting.checking import check_model
from cnnlab.runs.exporting.whole_network import graph_of
from cnnlab.runs.exporting.whole_run import whole_run

DESCRIPTION = "cnnlab.json"
"""The extra file in it that holds what `describe` tells."""


def write_program(folder: RunFolder, config: RunConfig, file: Path) -> Sequence[str]:
    """Write the program.

    Raises:
        ConfigError: the network is no graph.
        RunError: the program would not answer as the run does.
    """
    run = whole_run(folder, config)
    content = io.BytesIO()
    told = {DESCRIPTION: json.dumps(run.told, ensure_ascii=False, indent=1)}
    torch.export.save(graph_of(run.network, folder.run_id), content, extra_files=told)
    content.seek(0)
    program = torch.export.load(content).module()
    with torch.inference_mode():
        said = check_model(run, config, lambda pixels: program(pixels)[0].numpy())
    with replacing(file) as opened:
        opened.write(content.getbuffer())
    return said
