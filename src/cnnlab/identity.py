"""A run is named by its content: RunConfig -> run id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from cnnlab.config import RunConfig, to_plain
from cnnlab.data.images import content_hash
from cnnlab.schema import Plain, PlainMapping
from cnnlab.sharing import shared

SCHEMA = 1
"""Goes into every id; raised when the same configuration comes to mean another result."""

NOT_IDENTITY = frozenset({
    "study", "reported", "arm", "baseline", "plan", "rerun", "data_dir", "cache_dir", "device", "threads", "workers",
    "compile", "plots", "checkpoint_seconds", "dataset.memory_limit",
})  # fmt: skip
"""Keys that do not change what a run results in."""


def run_id(config: RunConfig) -> str:
    """Return `<slug>-s<seed>-<10 hex>`: equal for equal results, whatever was typed.

    Raises:
        ConfigError: an image folder that enters the id cannot be read.
    """
    text = json.dumps({"schema": SCHEMA, **identity(config)}, sort_keys=True)
    return f"{slug(config)}-s{config.seed}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def slug(config: RunConfig) -> str:
    """Return the readable part of the id."""
    parts = (config.model, config.normalization, config.activation, config.optimizer)
    return "-".join(part.name for part in parts)


def identity(config: RunConfig) -> Plain:
    """Return everything that changes the result; paths stand as the hash of what lies there.

    What is None is left out, so a new option that is off renames no run.
    """
    plain = _kept("", to_plain(config))
    content = data_content(config)
    if content is not None:
        plain["dataset"]["root"] = content
    plain["plugins"] = [file_hash(path) for path in config.plugins]
    return plain


def data_content(config: RunConfig) -> str | None:
    """Return what stands for the files of an image folder; None for a data set that is known by its name.

    Raises:
        ConfigError: the folder cannot be read.
    """
    root = config.dataset.options.get("root")
    return None if root is None else shared("content", root, lambda: content_hash(root))


def _kept(prefix: str, plain: PlainMapping) -> Plain:
    return {
        key: _kept(f"{prefix}{key}.", value) if isinstance(value, Mapping) else value
        for key, value in plain.items()
        if value is not None and f"{prefix}{key}" not in NOT_IDENTITY
    }


def file_hash(path: Path) -> str:
    """Return a hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
