"""What a run says before it starts: what it is, what it learns from, what it computes on."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from cnnlab.base.runtime import Runtime, device_name
from cnnlab.base.texts import cut_middle, names_fitting, quantity
from cnnlab.building.networks import NetworkSize
from cnnlab.building.parts import Parts
from cnnlab.config.run_config import Choice, RunConfig
from cnnlab.networks.transfer.class_mapping import ClassMapping
from cnnlab.runs.found import data_lines

_CLASSES = 8  # of a mapping that are named
_WIDTH = 80  # of a line, in columns
_NAME = 30  # characters of a long name that has to fit into one


def opening_lines(
    run_id: str, config: RunConfig, parts: Parts, runtime: Runtime, *, size: NetworkSize, epochs_done: int
) -> list[str]:
    """Return the lines that say what a run is, before it starts."""
    precision = f"{runtime.precision}{' (auto)' if config.precision == 'auto' else ''}"
    lines = [
        f"run      {run_id}",
        *data_lines(config, parts.data, parts.images),
        *_model_lines(config),
        f"         {size.parameters:,} parameters, {_flops(size.flops)} per image",
        *([] if parts.mapping is None else mapping_lines(parts.mapping)),
        *_training_lines(config, len(parts.data.train)),
        f"device   {device_name(runtime.device)}, {quantity(runtime.threads, 'thread')}, {precision}",
    ]  # fmt: skip
    return [*lines, f"resumed  after epoch {epochs_done}"] if epochs_done else lines


def _model_lines(config: RunConfig) -> list[str]:
    if config.command == "train":
        model, normalization, activation = (
            config.chosen(group).name for group in ("model", "normalization", "activation")
        )
        return [f"model    {model}, normalization {normalization}, activation {activation}"]
    backbone, parts = config.chosen("backbone"), {"transfer": config.transfer, "head": config.head}
    chosen = [f"{group} {_with_options(part)}" for group, part in parts.items() if part is not None]
    own = {key: value for key, value in backbone.options.items() if key not in ("weights", "layer")}
    named = _with_options(dataclasses.replace(backbone, options=own))
    return [f"backbone {named}, weights {backbone.options['weights']}", f"         {', '.join(chosen)}"]


def _with_options(part: Choice) -> str:
    options = (f"{key}={value}" for key, value in part.options.items() if value is not None)
    return " ".join((part.name, *options))


def mapping_lines(mapping: ClassMapping) -> list[str]:
    """Return which of ImageNet's classes stand for which of the data set's, the first ones, and which have none."""
    named = [(name, members) for name, members in mapping.as_names().items() if members]
    lines = [_listed(f"         {cut_middle(name, _NAME)}: ", members) for name, members in named[:_CLASSES]]
    if len(named) > _CLASSES:
        lines.append(f"         and {len(named) - _CLASSES:,} more, all in summary.json")
    lines.append(f"         {mapping.takes_rest}: the rest of ImageNet's {len(mapping.names):,}")
    if mapping.unmapped:
        of_two_meanings = [name for name in mapping.unmapped if name in mapping.ambiguous]
        unknown = [name for name in mapping.unmapped if name not in mapping.ambiguous]
        lines += [_listed("unmapped ", unknown)] if unknown else []
        lines += [_listed("unmapped, since ambiguous: ", of_two_meanings)] if of_two_meanings else []
        lines.append("         say what stands for them: transfer.mapping=file.yaml")
    return ["mapping " + lines[0][8:], *lines[1:]]


def _listed(start: str, names: Sequence[str]) -> str:
    """Return a line of at most 80 columns with as many names as there is room for, and the number of the others."""
    return f"{start}{names_fitting(names, _WIDTH - len(start))}"


def _training_lines(config: RunConfig, num_train: int) -> list[str]:
    if config.learns != "in steps":
        return [f"train    seed {config.seed}"]
    optimizer, augmentation = config.chosen("optimizer"), config.augmentation or Choice("none")
    epochs, batch = quantity(config.epochs, "epoch"), _batch(config.batch_size, num_train)
    return [
        f"train    {optimizer.name}, lr {optimizer.options['lr']:g}, {config.chosen('scheduler').name}, "
        f"{config.chosen('loss').name}, augmentation {augmentation.name}",
        f"         {epochs}, batch {batch}, seed {config.seed}",
    ]


def _batch(size: int, num_train: int) -> str:
    return str(size) if size <= num_train else f"{num_train}, the whole training split"


def _flops(flops: int) -> str:
    for size, unit in ((1e9, "GFLOPs"), (1e6, "MFLOPs"), (1e3, "kFLOPs")):
        if flops >= size:
            return f"{flops / size:.1f} {unit}"
    return f"{flops} FLOPs"
