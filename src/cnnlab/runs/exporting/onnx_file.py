"""A run as an ONNX file: one graph from grey levels to probabilities, for onnxruntime and whatever else reads it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import torch

from cnnlab.base.errors import ConfigError
from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.files import replacing
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.exporting.checking import check_model
from cnnlab.runs.exporting.description import as_texts
from cnnlab.runs.exporting.onnx_packages import onnx_package, session_of
from cnnlab.runs.exporting.whole_network import INPUT, WholeNetwork, batch, graph_of
from cnnlab.runs.exporting.whole_run import whole_run

OPSET = 18
"""What torch translates to without a conversion; onnxruntime reads it since 1.14."""
_LARGEST = 2**31  # bytes of one file, by its format


def write_onnx(folder: RunFolder, config: RunConfig, file: Path) -> Sequence[str]:
    """Write the graph, its metadata what `describe` tells, as JSON texts.

    Raises:
        ConfigError: packages are missing, or the network is no graph, or is too large.
        RunError: the graph would not answer as the run does.
    """
    for package in ("onnx", "onnxscript", "onnxruntime"):  # before anything takes long
        onnx_package(package, "--format onnx")
    run = whole_run(folder, config)
    content = onnx_content(run.network, folder.run_id, as_texts(run.told))
    session = session_of(content, "--format onnx")
    said = check_model(run, config, lambda pixels: session.run(run.network.names[:1], {INPUT: pixels.numpy()})[0])
    with replacing(file) as opened:
        opened.write(content)
    return said


def onnx_content(network: WholeNetwork, run_id: str, told: dict[str, str]) -> bytes:
    """Return the file of a network.

    Raises:
        ConfigError: it is no graph, or too large.
    """
    if (size := sum(value.nbytes for value in network.state_dict().values())) >= _LARGEST:
        raise ConfigError(
            f"--format: an ONNX file holds 2 GB, the weights of {run_id} have {size / 1e9:.1f}. Take --format torch."
        )
    program = graph_of(network, run_id)
    assert program.example_inputs is not None  # it was traced with one
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what torch and onnxscript use of each other
        translated = torch.onnx.export(
            program, program.example_inputs[0], input_names=[INPUT], output_names=list(network.names),
            opset_version=OPSET, dynamo=True, dynamic_shapes=batch(), verbose=False,
        )  # fmt: skip
    assert translated is not None  # it was given no file
    proto = translated.model_proto
    for node in proto.graph.node:
        del node.metadata_props[:]  # which line of which file it stands for, with the folders of this machine
    for key, text in told.items():
        entry = proto.metadata_props.add()
        entry.key, entry.value = key, text
    content: bytes = proto.SerializeToString(deterministic=True)
    return content
