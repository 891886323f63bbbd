"""`cnnlab list [GROUP]`: every option with one line of explanation, read from the source without running it."""

from __future__ import annotations

import argparse
import ast
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from cnnlab.cli import conf_dir
from cnnlab.cli.arguments import COMPOSED
from cnnlab.errors import ConfigError, unknown
from cnnlab.schema import PlainMapping

MODULES = {
    "dataset": "data/datasets.py",
    "augmentation": "data/augmentations/__init__.py",
    "model": "models/__init__.py",
    "normalization": "normalizations.py",
    "activation": "activations.py",
    "loss": "losses.py",
    "optimizer": "optimizers.py",
    "scheduler": "schedulers.py",
    "backbone": "transfer/backbones.py",
    "head": "transfer/heads.py",
    "transfer": "transfer/transfers.py",
}
"""Group -> the file with its table, inside the package."""
EXPERIMENT = "experiment"
GLOBAL = (EXPERIMENT, "scale")
"""Groups whose files set any key; they have no table, the comment at their head explains them."""
GROUPS = (*MODULES, *GLOBAL)
WIDTH = 80


@dataclass(frozen=True)
class Option:
    """One file of a group."""

    name: str
    """What is typed: `<group>=<name>`."""
    explanation: str
    values: PlainMapping
    """What the file sets."""


def main(args: Sequence[str]) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="cnnlab list",
        description="Explain every option of every group in one line, with the values that it sets.",
        epilog="example: cnnlab list optimizer",
    )
    parser.add_argument("group", nargs="?", help=f"{', '.join(GROUPS)}; none for all")
    parser.add_argument("--config-dir", "-cd", type=Path, metavar="DIR", help="folder with options of your own")
    options = parser.parse_args(args)
    folders = [conf_dir(), *_own_folder(options.config_dir)]
    groups = GROUPS
    if options.group is not None:
        if options.group not in GROUPS:
            raise ConfigError(f"list: {unknown(options.group, GROUPS, noun='group')}")
        groups = (options.group,)
    print("\n\n".join(_page(group, read_options(group, folders)) for group in groups))
    return 0


def _own_folder(path: Path | None) -> list[Path]:
    if path is not None and not path.is_dir():
        raise ConfigError(f"--config-dir: no folder '{path}'.")
    return [] if path is None else [path]


def read_options(group: str, folders: Sequence[Path]) -> list[Option]:
    """Return the options of a group by name; of two files of one name the first folder's counts, as for Hydra.

    Raises:
        ConfigError: a file cannot be read.
    """
    files = {path.stem: path for folder in reversed(folders) for path in (folder / group).glob("*.yaml")}
    lines = {} if group in GLOBAL else explanations(group)
    return [_option(group, path, lines) for _, path in sorted(files.items())]


def _option(group: str, path: Path, lines: Mapping[str, str]) -> Option:
    try:
        text = path.read_text(encoding="utf-8")
        if group in GLOBAL:
            return Option(path.stem, _comment(text), {})
        values = yaml.safe_load(text) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: cannot be read as YAML. {error}") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: must hold keys and values, got {values!r}.")
    name = values.get("name", path.stem)
    own = {key: value for key, value in values.items() if key not in ("name", "defaults")}
    return Option(path.stem, lines.get(name, ""), own)


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
    """Return the command that a study is typed with, as the comment at its head says; None if that says nothing."""
    file = next((path for folder in folders if (path := folder / EXPERIMENT / f"{name}.yaml").is_file()), None)
    if file is None:
        return None
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        words = line.split()
        if words[:2] == ["#", "cnnlab"]:
            return next((word for word in words[2:3] if word in COMPOSED), COMPOSED[0])
    return None


def _page(group: str, options: Sequence[Option]) -> str:
    width = max((len(option.name) for option in options), default=0) + 2
    lines = [group]
    for option in options:
        values = " ".join(f"{key}={_brief(value)}" for key, value in option.values.items() if value is not None)
        for number, line in enumerate([*_wrap(option.explanation, width), *_wrap(values, width)] or [""]):
            lines.append(f"  {option.name if number == 0 else '':{width}}{line}".rstrip())
    return "\n".join(lines)


def _wrap(text: str, indent: int) -> list[str]:
    return textwrap.wrap(text, WIDTH - indent - 2, break_long_words=False, break_on_hyphens=False)


def _brief(value: object) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(_brief, value))}]"
    if isinstance(value, dict):  # a step of a chain
        return str(value.get("name"))
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def explanations(group: str) -> dict[str, str]:
    """Return the first line of the docstring of every entry in a group's table."""
    path = Path(__file__).resolve().parents[1] / MODULES[group]
    return dict(_entries(path, f"{path.parent.name if path.stem == '__init__' else path.stem}".upper()))


def _entries(path: Path, table: str) -> Iterator[tuple[str, str]]:
    """Yield name and explanation of the entries of a dict literal, those of other tables merged into it included."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for key, value in _items(tree, table):
        if isinstance(key, ast.Constant):
            yield str(key.value), _docstring(path, tree, value)
        elif key is None and isinstance(value, ast.Name):  # {**OTHER}
            yield from _entries(*_definition(path, tree, value.id))


def _items(tree: ast.Module, table: str) -> Iterator[tuple[ast.expr | None, ast.expr]]:
    for node in tree.body:
        if not isinstance(node, ast.AnnAssign | ast.Assign) or not isinstance(node.value, ast.Dict):
            continue
        targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets
        if any(isinstance(target, ast.Name) and target.id == table for target in targets):
            yield from zip(node.value.keys, node.value.values)


def _docstring(path: Path, tree: ast.Module, value: ast.expr) -> str:
    """Return the first line about a factory: its docstring's, or the text that it is made with."""
    if isinstance(value, ast.Call) and value.args and isinstance(value.args[0], ast.Constant):
        return str(value.args[0].value)
    described: ast.Module | ast.FunctionDef | ast.ClassDef = tree
    if isinstance(value, ast.Name):
        where, name = _definition(path, tree, value.id)
        if where != path:
            tree = ast.parse(where.read_text(encoding="utf-8"))
        named = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name)
        described = next(named, tree)
    return (ast.get_docstring(described) or "").partition("\n")[0]


def _definition(path: Path, tree: ast.Module, name: str) -> tuple[Path, str]:
    """Return where a name of a module is defined: the file, and its name there."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cnnlab."):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    package = Path(__file__).resolve().parents[1]
                    module = package.joinpath(*str(node.module).split(".")[1:])
                    return (module / "__init__.py" if module.is_dir() else module.with_suffix(".py")), alias.name
    return path, name
