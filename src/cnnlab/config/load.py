"""A composed configuration, checked: plain dict in, frozen RunConfig out, or one ConfigError with every problem."""

from __future__ import annotations

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import PlainMapping
from cnnlab.config.rules import RULES
from cnnlab.config.run_config import RunConfig
from cnnlab.config.tables import TABLES
from cnnlab.config.values import check_values
from cnnlab.networks.transfer.heads import HEADS, is_trained


def load(plain: PlainMapping) -> RunConfig:
    """Check a composed configuration: names, types, ranges, rules between fields.

    Args:
        plain: as composed or as read from a run's config.yaml; plain values only.

    Raises:
        ConfigError: with every problem, one a line.
    """
    values, problems = check_values(plain, TABLES, lambda name: is_trained(name) if name in HEADS else None)
    if problems:
        raise ConfigError(*problems)
    config = RunConfig(**values)
    if problems := [problem for rule in RULES if (problem := rule(config)) is not None]:
        raise ConfigError(*problems)
    return config
