"""What a part's options are when only the part is chosen."""

from __future__ import annotations

from collections.abc import Mapping

from cnnlab.config.conf_files import conf_dir, read_values
from cnnlab.outputs.settings import settings


def preset(group: str, name: str) -> Mapping[str, str]:
    """Return the options of a part that ships, as `settings` writes them; of the user's own part none are known."""
    path = conf_dir() / group / f"{name}.yaml"
    return settings({group: read_values(path)}) if path.is_file() else {}
