"""What a part's options are when only the part is chosen."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from cnnlab.config.conf_files import conf_dir
from cnnlab.outputs.settings import settings


def preset(group: str, name: str) -> Mapping[str, str]:
    """Return the options of a part that ships, as `settings` writes them; of the user's own part none are known."""
    path = conf_dir() / group / f"{name}.yaml"
    if not path.is_file():
        return {}
    return settings({group: yaml.safe_load(path.read_text(encoding="utf-8"))})
