"""Folders of files that are not images, for what looks at names alone."""

from __future__ import annotations

from pathlib import Path


def touch(root: Path, *paths: str) -> Path:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(path.encode())
    return root
