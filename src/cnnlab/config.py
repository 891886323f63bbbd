"""A composed configuration, checked: plain dict in, frozen RunConfig out, or one ConfigError with every problem."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from cnnlab.activations import ACTIVATIONS
from cnnlab.config_groups import TRAIN, is_transfer, resolve_transfer
from cnnlab.config_rules import RULES
from cnnlab.data.augmentations import AUGMENTATIONS
from cnnlab.data.datasets import DATASETS
from cnnlab.data.splits import TEST_FRACTION, VAL_FRACTION
from cnnlab.errors import ConfigError, did_you_mean, unknown
from cnnlab.losses import LOSSES
from cnnlab.models import MODELS
from cnnlab.normalizations import NORMALIZATIONS
from cnnlab.optimizers import OPTIMIZERS
from cnnlab.schedulers import SCHEDULERS
from cnnlab.schema import (
    Bound,
    Fraction,
    Invalid,
    NonNegative,
    NonNegativeInt,
    Portion,
    Positive,
    PositiveInt,
    check_options,
    coerce,
)
from cnnlab.transfer.backbones import BACKBONES
from cnnlab.transfer.heads import HEADS
from cnnlab.transfer.transfers import TRANSFERS

TABLES: dict[str, Mapping[str, Callable[..., object]]] = {
    "dataset": DATASETS,
    "augmentation": AUGMENTATIONS,
    "model": MODELS,
    "normalization": NORMALIZATIONS,
    "activation": ACTIVATIONS,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
    "scheduler": SCHEDULERS,
    "backbone": BACKBONES,
    "head": HEADS,
    "transfer": TRANSFERS,
}


@dataclass(frozen=True)
class Part:
    """One chosen entry of a table and its options, complete and coerced."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DatasetConfig:
    """What every data set takes, and the options of the chosen one."""

    name: str
    image_size: Annotated[int, Bound("in 1 to 16384", low=1, high=2**14)] | None = None
    """Height and width of the images, in pixels; null keeps the data set's own."""
    classes: tuple[str, ...] | Annotated[int, Bound(">= 2", low=2)] | None = None
    """Keep only these classes, in this order, or the first so many; null keeps all."""
    binary: str | None = None
    """Make it a question of two classes: this class against the rest; null turns it off."""
    per_class: PositiveInt | None = None
    """Training images per class, chosen by the seed; null takes all."""
    fraction: Portion | None = None
    """Part of the training images of each class, chosen by the seed; null takes all."""
    val_fraction: Fraction = VAL_FRACTION
    """Part of the training split that is held out for validation; 0 for none."""
    test_fraction: Portion = TEST_FRACTION
    """Part that is held out as test split where the data set comes without one."""
    split_seed: NonNegativeInt = 0
    """Fixes both splits; the run's seed does not change them."""
    shuffle: bool = True
    """Draw a new order of the training images in every epoch."""
    memory_limit: Positive | None = None
    """GiB of images that may lie on the GPU; null: half of what is free there. Larger data sets stay in main memory."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The chosen data set's own options."""


@dataclass(frozen=True)
class RunConfig:
    """Everything that makes one run. A key that is None is off, a group that is None takes no part in the run."""

    dataset: DatasetConfig
    augmentation: Part | None = None
    model: Part | None = None
    normalization: Part | None = None
    activation: Part | None = None
    loss: Part | None = None
    optimizer: Part | None = None
    scheduler: Part | None = None
    backbone: Part | None = None
    head: Part | None = None
    transfer: Part | None = None
    study: str | None = None
    """Name of the study that the run belongs to."""
    seed: NonNegativeInt = 0
    """Fixes initial weights, order, augmentation, dropout and subsets of the training images."""
    epochs: NonNegativeInt = 10
    """Passes over the training split; 0 only evaluates."""
    batch_size: PositiveInt = 64
    """Images per training step."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """auto: bf16 autocast where the hardware multiplies it, else fp32. Loss and metrics are in fp32 always."""
    device: str = "auto"
    """auto: CUDA where there is one, else the CPU. Or cpu, cuda, cuda:1, ..."""
    threads: PositiveInt | None = None
    """CPU threads; null takes what torch finds."""
    workers: NonNegativeInt | None = None
    """Processes that decode image files; null takes one per core."""
    compile: bool = False
    """Compile the model (torch.compile): slow first step, faster later ones on a GPU."""
    deterministic: bool = False
    """Use only deterministic algorithms; some are slower. On the CPU equal seeds give equal bits without it."""
    patience: PositiveInt | None = None
    """Stop after this many epochs without a better validation accuracy; null turns it off."""
    min_delta: NonNegative = 0.0
    """By how much the validation accuracy has to rise to reset `patience`."""
    stop_below_loss: float | None = None
    """Stop when an epoch's mean training loss falls under this; null turns it off."""
    max_minutes: Positive | None = None
    """Stop after the epoch in which training has taken this long; null turns it off."""
    grad_clip_norm: Positive | None = None
    """Maximum global L2 norm of the gradient; null turns clipping off."""
    grad_clip_value: Positive | None = None
    """Maximum absolute value of each gradient element; null turns clipping off."""
    ema: Fraction | None = None
    """Decay per step of an exponential moving average of the weights, which is then evaluated and saved; null: off."""
    watch_test: bool = False
    """Record the test curve too. It never selects anything."""
    evaluate_train: bool = False
    """Measure the training split with the selected weights at the end; else the epoch's running means stand for it."""
    normalize: Literal["dataset", "backbone", "imagenet", "none"] = "dataset"
    """Mean and deviation that are taken off the images: the training split's, the backbone's, ImageNet's, or none."""
    rerun: bool = False
    """Train again although the run is finished; its folder is emptied first."""
    plan: bool = False
    """Of a sweep: say what would run, run nothing."""
    arm: str | None = None
    """Of a sweep: names of the arms that are wanted, separated by commas; null: all."""
    baseline: str | None = None
    """Of a sweep: the arm that the others are compared with; null: the first."""
    reported: Mapping[str, Any] | None = None
    """Of a study: the numbers of the report, shown beside the measured ones."""
    small: Mapping[str, Any] | None = None
    """Of a study: what `scale=small` makes of it. The composed keys hold it already; here it says nothing more."""
    plots: bool = True
    """Draw the run's pictures at its end."""
    checkpoint_seconds: NonNegative = 10.0
    """Seconds of training between two checkpoints; 0: after every epoch."""
    data_dir: Path = Path("data")
    """Where data sets are downloaded to and looked for."""
    cache_dir: Path | None = None
    """Where decoded images are kept; null: $XDG_CACHE_HOME/cnnlab or ~/.cache/cnnlab."""
    plugins: tuple[Path, ...] = ()
    """Python files that add entries to the tables. They are run, so they count on the command line only."""

    @property
    def command(self) -> str:
        """Name of the command that makes such runs."""
        return "train" if self.backbone is None else "transfer"

    def part(self, group: str) -> Part:
        """Return what was chosen of a group that takes part."""
        chosen = getattr(self, group)
        assert isinstance(chosen, Part)
        return chosen


_COMMON = {f.name for f in dataclasses.fields(DatasetConfig)} - {"name", "options"}


def load(plain: Mapping[str, Any]) -> RunConfig:
    """Check a composed configuration: names, types, ranges, rules between fields.

    Args:
        plain: as composed or as read from a run's config.yaml; plain values only.

    Raises:
        ConfigError: with every problem, one a line.
    """
    problems: list[str] = []
    groups: tuple[str, ...] = TRAIN
    if is_transfer(plain):
        plain, groups, problems = resolve_transfer(plain)
    values = _scalars(plain, problems)
    for group in groups:
        values[group] = _part(group, plain.get(group), problems)
    values["dataset"] = _dataset(plain.get("dataset"), problems)
    if problems:
        raise ConfigError(*problems)
    config = RunConfig(**values)
    if problems := [problem for rule in RULES if (problem := rule(config)) is not None]:
        raise ConfigError(*problems)
    return config


def to_plain(config: RunConfig) -> dict[str, Any]:
    """Return the nested dict that `load` takes; only YAML's own types."""
    return {f.name: _plain(getattr(config, f.name)) for f in dataclasses.fields(config)}


def _plain(value: Any) -> Any:
    if isinstance(value, Part | DatasetConfig):
        own = {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.name != "options"}
        return own | {key: _plain(option) for key, option in value.options.items()}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def _scalars(plain: Mapping[str, Any], problems: list[str]) -> dict[str, Any]:
    annotations = typing.get_type_hints(RunConfig, include_extras=True)
    problems.extend(
        f"{key}: unknown key.{did_you_mean(key, annotations)} Known: {', '.join(sorted(annotations))}."
        for key in plain
        if key not in annotations
    )
    return _coerced("", {k: v for k, v in annotations.items() if k not in TABLES}, plain, problems)


def _coerced(
    prefix: str, annotations: Mapping[str, Any], plain: Mapping[str, Any], problems: list[str]
) -> dict[str, Any]:
    values = {}
    for key in [key for key in annotations if key in plain]:
        try:
            values[key] = coerce(plain[key], annotations[key])
        except Invalid as error:
            problems.append(f"{prefix}{key}: {error}.")
    return values


def _part(group: str, plain: Any, problems: list[str]) -> Part | None:
    factory = _factory(group, plain, problems)
    if factory is None:
        return None
    given = {key: value for key, value in plain.items() if key != "name"}
    options, found = check_options(group, plain["name"], factory, given)
    problems.extend(found)
    return Part(plain["name"], options)


def _factory(group: str, plain: Any, problems: list[str]) -> Callable[..., object] | None:
    if not isinstance(plain, Mapping) or "name" not in plain:
        problems.append(f"{group}: must be one of {', '.join(sorted(TABLES[group]))}, got {plain}.")
        return None
    if plain["name"] not in TABLES[group]:
        problems.append(f"{group}.name: {unknown(str(plain['name']), TABLES[group])}")
        return None
    return TABLES[group][plain["name"]]


def _dataset(plain: Any, problems: list[str]) -> DatasetConfig | None:
    loader = _factory("dataset", plain, problems)
    if loader is None:
        return None
    annotations = {k: v for k, v in typing.get_type_hints(DatasetConfig, include_extras=True).items() if k in _COMMON}
    common = _coerced("dataset.", annotations, plain, problems)
    given = {key: value for key, value in plain.items() if key not in _COMMON and key != "name"}
    options, found = check_options("dataset", plain["name"], loader, given)
    problems.extend(found)
    return DatasetConfig(plain["name"], **common, options=options)
