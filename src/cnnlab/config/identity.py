"""A run is named by its content: RunConfig -> run id."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.errors import ConfigError
from cnnlab.base.hashing import FileHashes
from cnnlab.base.progress import Progress
from cnnlab.base.schema import Plain, PlainMapping
from cnnlab.config.keys import without
from cnnlab.config.roles import NOT_IDENTITY
from cnnlab.config.run_config import Choice, RunConfig, cache_dir, to_plain
from cnnlab.outputs.run_folder import SCHEMA


@dataclass(frozen=True)
class Identity:
    """What a run is named by, as its files were when they were looked at: while it trains, they may change."""

    run_id: str
    """`<slug>-s<seed>-<10 hex>`: equal for equal results, whatever was typed."""
    data_content: str | None
    """Stands for the files of an image folder; None for a data set that is known by its name."""
    plugins: tuple[str, ...]
    """The hash of each plugin's bytes."""


def identify(config: RunConfig, hashes: FileHashes, *, progress: Progress | None = None) -> Identity:
    """Look at the files that a run depends on, and name it.

    Args:
        config: of the run.
        hashes: of files that were read before.
        progress: told how many images of a folder are read.

    Raises:
        ConfigError: an image folder that enters the id cannot be read, or a file that does is not there.
    """
    content = data_content(config, hashes, progress=progress)
    plain = identity(config, hashes, content=content)
    text = json.dumps({"schema": SCHEMA, **plain}, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return Identity(f"{slug(config)}-s{config.seed}-{digest}", content, tuple(plain["plugins"]))


def run_id(config: RunConfig) -> str:
    """Return the id of a run alone; see `identify`."""
    return identify(config, FileHashes()).run_id


def slug(config: RunConfig) -> str:
    """Return the readable part of the id."""
    of_train = (config.model, config.normalization, config.activation, config.optimizer)
    parts = of_train if config.backbone is None else (config.backbone, config.transfer, config.head)
    return "-".join(_shown(part) for part in parts if part is not None)


def _shown(part: Choice) -> str:
    """Return what a part is called in a slug; one of many networks of a library by the network."""
    model = part.options.get("model")
    return re.sub(r"[^\w.]", "_", model) if isinstance(model, str) else part.name


def identity(config: RunConfig, hashes: FileHashes, *, content: str | None) -> Plain:
    """Return everything that changes the result; paths stand as the hash of what lies there.

    What is None is left out, so a new option that is off renames no run.

    Args:
        config: of the run.
        hashes: of weights and plugins.
        content: what stands for the image folder.
    """
    plain = _that_is_on(without(to_plain(config), *NOT_IDENTITY))
    if content is not None:
        plain["dataset"]["root"] = content
    for group in ("backbone", "transfer"):
        plain.get(group, {}).update(_hashed_paths(group, getattr(config, group), hashes))
    plain.setdefault("deterministic", False)  # null is the device's default: a CPU's run is the same either way
    plain["plugins"] = [hashes.of(path) for path in config.plugins]
    return plain


def data_content(config: RunConfig, hashes: FileHashes, *, progress: Progress | None = None) -> str | None:
    """Return what stands for the files of an image folder; None for a data set that is known by its name.

    Args:
        config: of the run.
        hashes: of files that were read before.
        progress: told how many images are read.

    Raises:
        ConfigError: the folder cannot be read.
    """
    root = config.dataset.options.get("root")
    if root is None:
        return None
    from cnnlab.data.image_folders.content import content_hash  # Pillow and NumPy take a moment

    return content_hash(config.dataset.name, root, hashes=hashes, cache_dir=cache_dir(config), progress=progress)


def dataset_key(config: RunConfig, content: str | None) -> str:
    """Return what stands for a data set as it comes, whatever of it a run uses.

    Args:
        config: of the run.
        content: what stands for the image folder.
    """
    options = {key: value for key, value in config.dataset.options.items() if key != "root"}
    return json.dumps({"name": config.dataset.name, **options, "content": content}, sort_keys=True)


def _hashed_paths(group: str, part: Choice | None, hashes: FileHashes) -> dict[str, str]:
    """Return the hashes of the files that a part's options name; a finished run's is that of its weights."""
    if part is None:
        return {}
    hashed = {}
    for key, path in part.options.items():
        if isinstance(path, Path):
            file = path / "checkpoints" / "best.pt" if path.is_dir() else path
            if not file.is_file():
                raise ConfigError(_nothing_there(f"{group}.{key}", path, wants_run=part.name == "run"))
            hashed[key] = hashes.of(file)
    return hashed


def _nothing_there(key: str, path: Path, *, wants_run: bool) -> str:
    if (path / "config.yaml").is_file():
        finish = shlex.join(["cnnlab", "resume", str(path)])
        return f"{key}: '{path}' is not a finished run: it has no checkpoints/best.pt. Finish it: {finish}"
    if path.is_dir():
        return f"{key}: '{path}' is not a run's folder. Give a weights file, or outputs/runs/<run id>."
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
