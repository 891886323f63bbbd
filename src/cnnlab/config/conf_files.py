"""The files of conf/: where they lie, what they set, what the comments at their heads say. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.errors import ConfigError, brief
from cnnlab.base.schema import Plain, PlainMapping
from cnnlab.config.options import explanations

EXPERIMENT = "experiment"
GLOBAL = ("preset", EXPERIMENT, "scale")
"""Groups whose files set any key; they have no table, the comment at their head explains them."""


def conf_dir() -> Path:
    """Return the folder of the configuration: inside an installed package, or at the top of a checkout."""
    here = Path(__file__).resolve()
    places = (here.parents[1] / "conf", here.parents[3] / "conf")
    return next(path for path in places if (path / "train.yaml").is_file())


@dataclass(frozen=True)
class Option:
    """One file of a group."""

    name: str
    """What is typed: `<group>=<name>`."""
    explanation: str
    values: PlainMapping
    """What the file sets; empty where it may set any key."""


def read_options(group: str, folders: Sequence[Path]) -> list[Option]:
    """Return the options of a group by name; of two files of one name the first folder's counts, as for Hydra.

    Raises:
        ConfigError: a file cannot be read.
    """
    found = {path.stem: path for folder in reversed(folders) for path in (folder / group).glob("*.yaml")}
    files = [path for _, path in sorted(found.items())]
    if group in GLOBAL:
        return [Option(path.stem, _comment(_text(path)), {}) for path in files]
    lines = explanations(group)
    return [_option(path, lines) for path in files]


def _option(path: Path, lines: Mapping[str, str]) -> Option:
    values = read_values(path)
    name = str(values.get("name", path.stem))
    own = {key: value for key, value in values.items() if key not in ("name", "defaults")}
    return Option(path.stem, lines.get(name, ""), own)


def read_values(path: Path) -> Plain:
    """Return what a file of conf/ sets.

    Raises:
        ConfigError: it cannot be read.
    """
    import yaml  # not above: it takes 20 ms, and `cnnlab --help` reads no file

    try:
        values = yaml.safe_load(_text(path)) or {}
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: cannot be read as YAML. {error}") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: must hold keys and values, got {brief(values)}.")
    return values


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as YAML. {error}") from error


def _comment(text: str) -> str:
    """Return the comment at the head of a file, without its package line and its command."""
    comments = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        comment = line.lstrip("# ").rstrip()
        if not comment.startswith(("@package", "cnnlab ")):
            comments.append(comment)
    return " ".join(comments)


def command_of_study(name: str, folders: Sequence[Path]) -> str | None:
    """Return the first word behind `cnnlab` in the comment at a study's head; None if there is no such line or word."""
    file = next(
        (path for folder in folders for path in (folder / EXPERIMENT).glob("*.yaml") if path.stem == name), None
    )
    if file is None:
        return None
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        words = line.split()
        if words[:2] == ["#", "cnnlab"]:
            return next(iter(words[2:3]), None)
    return None
