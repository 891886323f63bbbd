"""A run is named by its content: RunConfig -> run id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import Plain, PlainMapping
from cnnlab.base.sharing import shared
from cnnlab.config.keys import without
from cnnlab.config.roles import NOT_IDENTITY
from cnnlab.config.run_config import Choice, RunConfig, to_plain
from cnnlab.data.image_folders.listing import content_hash

SCHEMA = 1
"""Goes into every id; raised when the same configuration comes to mean another result."""


def run_id(config: RunConfig) -> str:
    """Return `<slug>-s<seed>-<10 hex>`: equal for equal results, whatever was typed.

    Raises:
        ConfigError: an image folder that enters the id cannot be read.
    """
    text = json.dumps({"schema": SCHEMA, **identity(config)}, sort_keys=True)
    return f"{slug(config)}-s{config.seed}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def slug(config: RunConfig) -> str:
    """Return the readable part of the id."""
    of_train = (config.model, config.normalization, config.activation, config.optimizer)
    parts = of_train if config.backbone is None else (config.backbone, config.transfer, config.head)
    return "-".join(part.name for part in parts if part is not None)


def identity(config: RunConfig) -> Plain:
    """Return everything that changes the result; paths stand as the hash of what lies there.

    What is None is left out, so a new option that is off renames no run.
    """
    plain = _that_is_on(without(to_plain(config), *NOT_IDENTITY))
    content = data_content(config)
    if content is not None:
        plain["dataset"]["root"] = content
    for group in ("backbone", "transfer"):
        plain.get(group, {}).update(_hashed_paths(group, getattr(config, group)))
    plain["plugins"] = [file_hash(path) for path in config.plugins]
    return plain


def data_content(config: RunConfig) -> str | None:
    """Return what stands for the files of an image folder; None for a data set that is known by its name.

    Raises:
        ConfigError: the folder cannot be read.
    """
    root = config.dataset.options.get("root")
    return None if root is None else shared("content", root, lambda: content_hash(root))


def dataset_key(config: RunConfig) -> str:
    """Return what stands for a data set as it comes, whatever of it a run uses."""
    options = {key: value for key, value in config.dataset.options.items() if key != "root"}
    return json.dumps({"name": config.dataset.name, **options, "content": data_content(config)}, sort_keys=True)


def _hashed_paths(group: str, part: Choice | None) -> dict[str, str]:
    """Return the hashes of the files that a part's options name; a finished run's is that of its weights."""
    if part is None:
        return {}
    hashes = {}
    for key, path in part.options.items():
        if isinstance(path, Path):
            file = path / "checkpoints" / "best.pt" if path.is_dir() else path
            if not file.is_file():
                raise ConfigError(_nothing_there(f"{group}.{key}", path, wants_run=part.name == "run"))
            hashes[key] = file_hash(file)
    return hashes


def _nothing_there(key: str, path: Path, *, wants_run: bool) -> str:
    if (path / "config.yaml").is_file():
        return f"{key}: '{path}' is no finished run, it has no checkpoints/best.pt. Finish it: cnnlab resume {path}"
    if path.is_dir():
        return f"{key}: '{path}' is the folder of no run. Give a weights file, or outputs/runs/<run id>."
    if wants_run:
        return f"{key}: no run '{path}'. Give the folder of a finished one; they are listed by: cnnlab report"
    or_run = f", or use a finished run: backbone=run {key}=outputs/runs/<run id>" if key == "backbone.weights" else ""
    return f"{key}: no file '{path}'. Put it there{or_run}."


def _that_is_on(plain: PlainMapping) -> Plain:
    return {
        key: _that_is_on(value) if isinstance(value, Mapping) else value
        for key, value in plain.items()
        if value is not None
    }


def file_hash(path: Path) -> str:
    """Return a hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
