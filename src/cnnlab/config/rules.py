"""Rules between the fields of a configuration: each returns its problem, or None."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cnnlab.base.errors import ConfigError, unknown
from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.reported import problem_of_reported

Rule = Callable[[RunConfig], str | None]
"""A configuration -> its problem, a line; None: it has none."""


def check(config: RunConfig, rules: Sequence[Rule]) -> None:
    """Ask all rules.

    Raises:
        ConfigError: with every problem, one a line.
    """
    if problems := [problem for rule in rules if (problem := rule(config)) is not None]:
        raise ConfigError(*problems)


def _selection_needs_validation(config: RunConfig) -> str | None:
    if config.patience is not None and config.dataset.val_fraction == 0:
        return "patience: needs a validation split, got dataset.val_fraction=0. Drop one of the two."
    return None


def _plateau_needs_validation(config: RunConfig) -> str | None:
    if config.scheduler is not None and config.scheduler.name == "plateau" and config.dataset.val_fraction == 0:
        return "scheduler (plateau): needs a validation split, got dataset.val_fraction=0. Drop one of the two."
    return None


def _one_kind_of_subset(config: RunConfig) -> str | None:
    if config.dataset.per_class is not None and config.dataset.fraction is not None:
        return "dataset.per_class: cannot be combined with dataset.fraction. Set one of the two to null."
    return None


def _one_fold_of_all(config: RunConfig) -> str | None:
    folds, fold = config.dataset.folds, config.dataset.fold
    if config.cross_validation is not None and None in (folds, fold):
        return None  # the sweep gives both
    if fold is None and folds is not None:
        sweep = f"Give it, or sweep over all: cnnlab -m cross_validation={folds}"
        return f"dataset.folds: needs dataset.fold, the one that is tested on, got dataset.folds={folds} alone. {sweep}"
    if fold is not None and folds is None:
        return f"dataset.fold: needs dataset.folds, the number of folds, got dataset.fold={fold} alone. Give both."
    if folds is not None and fold is not None and fold > folds:
        return f"dataset.fold: must be <= dataset.folds ({folds}), got {fold}."
    return None


def _warm_up_ends_before_training(config: RunConfig) -> str | None:
    warmup_epochs = 0 if config.scheduler is None else config.scheduler.options.get("warmup_epochs") or 0
    if config.epochs and warmup_epochs > config.epochs:
        return f"scheduler.warmup_epochs: must be <= epochs ({config.epochs}), got {warmup_epochs:g}."
    return None


def _binary_names_a_kept_class(config: RunConfig) -> str | None:
    classes, binary = config.dataset.classes, config.dataset.binary
    if isinstance(classes, tuple) and binary is not None and binary not in classes:
        return f"dataset.binary: {unknown(binary, classes, noun='class')}"
    return None


def _arms_need_a_sweep(config: RunConfig) -> str | None:
    """Runs of a sweep know nothing of its arms: the sweeper has taken the key away."""
    if config.arm is not None:
        return f"arm: chooses among the named arms of a sweep, got {config.arm}. A sweep needs -m."
    return None


def _steering_needs_a_sweep(config: RunConfig) -> str | None:
    """Likewise."""
    keys = ("until", "max_seeds", "max_hours", "untuned", "halving", "eta")
    given = [(key, value) for key in keys if (value := getattr(config, key)) is not None]
    if not given:
        return None
    key, value = given[0]
    shown = f"{value:g}" if isinstance(value, float) else str(value).lower()
    return f"{key}: steers a sweep, got {shown}. A sweep needs -m."


def _tuning_needs_its_command(config: RunConfig) -> str | None:
    """Likewise."""
    keys = ("trials", "sampler", "per_round", "pruner", "storage")
    key = next((key for key in keys if getattr(config, key) is not None), None)
    if key is None:
        return None
    example = "cnnlab tune 'optimizer.lr=log(1e-4,1)'"
    return f"{key}: steers a tuning, got {getattr(config, key)}. Type: {example} {key}={getattr(config, key)}"


def _one_average(config: RunConfig) -> str | None:
    if config.ema is not None and config.lookahead is not None:
        return f"lookahead: cannot be combined with ema={config.ema:g}. Set one of the two to null."
    if config.lookahead_part is not None and config.lookahead is None:
        return f"lookahead_part: goes with lookahead, got {config.lookahead_part:g} alone. Give lookahead=5 too."
    return None


def _progress_is_of_networks(config: RunConfig) -> str | None:
    """A head on features sees no images, and is one layer."""
    if config.transfer is None or config.transfer.name not in ("features", "zero_shot"):
        return None
    key = next((key for key in ("progressive_size", "progressive_freezing") if getattr(config, key) is not None), None)
    if key is None:
        return None
    return f"{key}: needs a network that learns on images, got transfer={config.transfer.name}. Take transfer=finetune."


def _normalization_is_known(config: RunConfig) -> str | None:
    if config.normalize == "backbone" and config.backbone is None:
        return "normalize: backbone is for cnnlab transfer, a model has none. Use dataset, imagenet or none."
    return None


def _reported_is_figures_of_arms(config: RunConfig) -> str | None:
    return None if config.reported is None else problem_of_reported(config.reported)


RULES: tuple[Rule, ...] = (
    _selection_needs_validation,
    _plateau_needs_validation,
    _one_kind_of_subset,
    _one_fold_of_all,
    _warm_up_ends_before_training,
    _binary_names_a_kept_class,
    _arms_need_a_sweep,
    _steering_needs_a_sweep,
    _tuning_needs_its_command,
    _one_average,
    _progress_is_of_networks,
    _normalization_is_known,
    _reported_is_figures_of_arms,
)
"""What `config.load` asks of a configuration whose fields are each right."""
