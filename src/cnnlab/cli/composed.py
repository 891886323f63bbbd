"""A composed configuration as Hydra hands it over, in plain values."""

from __future__ import annotations

from hydra.conf import HydraConf
from omegaconf import DictConfig, OmegaConf

from cnnlab.base.schema import Plain
from cnnlab.cli.hydra_errors import explained


def typed(hydra_config: HydraConf) -> list[str]:
    """Return what the user typed, references unresolved."""
    overrides = OmegaConf.to_container(hydra_config.overrides.task, resolve=False)
    assert isinstance(overrides, list)
    return [str(text) for text in overrides]


def plain_values(config: DictConfig) -> Plain:
    """Return a composed configuration in plain values, without Hydra's own part.

    Raises:
        ConfigError: a reference leads nowhere, or a value is missing.
    """
    with explained():
        own = OmegaConf.masked_copy(config, [str(key) for key in config if key != "hydra"])
        plain = OmegaConf.to_container(own, resolve=True, throw_on_missing=True)
    assert isinstance(plain, dict)
    return {str(key): value for key, value in plain.items()}
