"""A composed configuration, checked: plain dict in, frozen RunConfig out, or one ConfigError with every problem."""

from __future__ import annotations

import dataclasses

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import PlainMapping
from cnnlab.config.rules import RULES
from cnnlab.config.run_config import RunConfig
from cnnlab.config.tables import TABLES
from cnnlab.config.values import check_values
from cnnlab.networks.transfer.heads import HEADS, is_trained

PHOTO_SIZE = 64  # pixels, of one's own images where a network is trained on them from the start


def load(plain: PlainMapping) -> RunConfig:
    """Check a composed configuration: names, types, ranges, rules between fields. Own images get a size.

    Args:
        plain: as composed; plain values only.

    Raises:
        ConfigError: with every problem, one a line.
    """
    config = load_saved(plain)
    dataset = config.dataset
    if dataset.name == "image_folder" and dataset.image_size is None and config.backbone is None:
        return dataclasses.replace(config, dataset=dataclasses.replace(dataset, image_size=PHOTO_SIZE))
    return config


def load_saved(plain: PlainMapping) -> RunConfig:
    """Check the configuration in a run's config.yaml: what is the default by now does not count.

    Args:
        plain: as read; plain values only.

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
