"""Options of one's own, and what messages say of those that ship."""

from __future__ import annotations

from pathlib import Path

from cnnlab.config.conf_files import conf_dir


def own_option(path: str, text: str) -> tuple[str, str]:
    """Write an option into `own`, a folder of configurations here; return the words that add it to a command."""
    file = Path("own", path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return ("--config-dir", "own")


def known(group: str) -> str:
    """Return the end of a message that names every option of a group."""
    return f"Known: {', '.join(sorted(path.stem for path in conf_dir().glob(f'{group}/*.yaml')))}."
