"""One line about every entry of every table, read without importing torch."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

MODULES = {
    "dataset": "data/datasets.py",
    "augmentation": "data/augmentations/__init__.py",
    "model": "networks/models/__init__.py",
    "normalization": "networks/normalizations.py",
    "activation": "networks/activations.py",
    "loss": "training/losses.py",
    "optimizer": "training/optimizers.py",
    "scheduler": "training/schedulers.py",
    "backbone": "networks/transfer/backbones.py",
    "head": "networks/transfer/heads.py",
    "transfer": "networks/transfer/transfers.py",
}
"""Group -> the file with its table, inside the package."""


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
