"""A composed configuration, checked: plain dict in, frozen RunConfig out, or one ConfigError with every problem.

No torch is loaded for it, except where plugins add to the tables. What only the parts themselves can tell is asked when
they are about to be built, see `part_rules`.
"""

from __future__ import annotations

import dataclasses

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import PlainMapping
from cnnlab.config.groups import IsTrained
from cnnlab.config.rules import RULES, check
from cnnlab.config.run_config import RunConfig
from cnnlab.config.stand_ins import head_is_trained, stand_ins
from cnnlab.config.values import Tables, check_values

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
    values, problems = check_values(plain, *_tables(plain))
    if problems:
        raise ConfigError(*problems)
    config = RunConfig(**values)
    check(config, RULES)
    return config


def _tables(plain: PlainMapping) -> tuple[Tables, IsTrained]:
    """Return what the options are checked by: stand-ins, or the tables themselves where plugins may have added some."""
    if not plain.get("plugins"):
        return stand_ins(), head_is_trained
    from cnnlab.config.tables import TABLES  # these load torch
    from cnnlab.networks.transfer.heads import HEADS, is_trained

    return TABLES, lambda name: is_trained(name) if name in HEADS else None
