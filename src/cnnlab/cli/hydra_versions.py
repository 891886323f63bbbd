"""Where Hydra 1.3 and 1.4 differ, and nothing else."""

from __future__ import annotations

import argparse
import sys

import hydra

from cnnlab.base.schema import Plain

_IS_1_3 = hydra.__version__.startswith("1.3.")


def main_options() -> Plain:
    """Return what `hydra.main` takes besides the configuration's place."""
    if not _IS_1_3:
        return {"execution_whitelist": ["hydra_plugins.*"]}
    if sys.version_info >= (3, 14):
        _accept_lazy_help()
    return {"version_base": "1.3"}


def initialize_options() -> dict[str, str]:
    """Return what `hydra.initialize_config_dir` takes besides the folder."""
    return {"version_base": "1.3"} if _IS_1_3 else {}


def _accept_lazy_help() -> None:
    """Let argparse of Python 3.14 take Hydra 1.3's help text, which is no string yet."""
    check = argparse.ArgumentParser._check_help  # type: ignore[attr-defined]
    argparse.ArgumentParser._check_help = (  # type: ignore[attr-defined]
        lambda self, action: check(self, action) if isinstance(action.help, str) else None
    )
