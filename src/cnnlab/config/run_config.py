"""What makes a run: frozen dataclasses, and their way back to plain values."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from cnnlab.base.schema import Bound, Fraction, NonNegative, NonNegativeInt, Portion, Positive, PositiveInt, Probability
from cnnlab.config.roles import OfCommand, OfEvaluation, OfMachine, OfResult, OfStudy
from cnnlab.config.trackers import TrackerName
from cnnlab.data.held_out import TEST_FRACTION, VAL_FRACTION

Folds = Annotated[int, Bound("in 2 to 20", low=2, high=20)]


@dataclass(frozen=True)
class Choice:
    """One chosen entry of a table and its options, complete and coerced."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DatasetConfig:
    """What every data set takes, and the options of the chosen one."""

    name: OfEvaluation[str]
    image_size: OfResult[Annotated[int, Bound("in 1 to 16384", low=1, high=2**14)] | None] = None
    """Height and width of the images, in pixels; null: the data set's own, 64 of an image_folder, or the weights'."""
    classes: OfEvaluation[tuple[str, ...] | Annotated[int, Bound(">= 2", low=2)] | None] = None
    """Keep only these classes, in this order, or the first so many; null keeps all."""
    binary: OfEvaluation[str | None] = None
    """Make it a question of two classes: this class against the rest; null turns it off."""
    per_class: OfResult[PositiveInt | None] = None
    """Training images per class, chosen by the seed; null takes all."""
    fraction: OfResult[Portion | None] = None
    """Part of the training images of each class, chosen by the seed; null takes all."""
    val_fraction: OfEvaluation[Fraction] = VAL_FRACTION
    """Part of the training split that is held out for validation; 0 for none."""
    test_fraction: OfEvaluation[Portion] = TEST_FRACTION
    """Part that is held out as test split where the data set comes without one."""
    split_seed: OfEvaluation[Literal["seed"] | NonNegativeInt] = 0
    """Fixes both splits, whatever the run's seed; seed: that draws validation, and all runs have one test split."""
    folds: OfEvaluation[Folds | None] = None
    """Folds into which the whole set is cut; null: no cross-validation. It is typed as `cross_validation`."""
    fold: OfEvaluation[PositiveInt | None] = None
    """The fold that is the test split, from 1; null: no cross-validation."""
    shuffle: OfResult[bool] = True
    """Draw a new order of the training images in every epoch."""
    memory_limit: OfMachine[Positive | None] = None
    """GiB of images that may lie on the GPU; null: half of what is free there. Larger data sets stay in main memory."""
    options: OfEvaluation[Mapping[str, Any]] = field(default_factory=dict)
    """The chosen data set's own options."""


@dataclass(frozen=True)
class RunConfig:
    """Everything that makes one run. A key that is None is off, a group that is None takes no part in the run."""

    dataset: OfEvaluation[DatasetConfig]
    augmentation: OfResult[Choice | None] = None
    model: OfResult[Choice | None] = None
    normalization: OfResult[Choice | None] = None
    activation: OfResult[Choice | None] = None
    loss: OfResult[Choice | None] = None
    optimizer: OfResult[Choice | None] = None
    scheduler: OfResult[Choice | None] = None
    backbone: OfResult[Choice | None] = None
    head: OfResult[Choice | None] = None
    transfer: OfResult[Choice | None] = None
    study: OfStudy[str | None] = None
    """Name of the study that the run belongs to."""
    seed: OfResult[NonNegativeInt] = 0
    """Fixes initial weights, order, augmentation, dropout and subsets of the training images."""
    epochs: OfResult[NonNegativeInt] = 10
    """Passes over the training split; 0 only evaluates."""
    batch_size: OfResult[PositiveInt] = 64
    """Images per training step."""
    precision: OfResult[Literal["auto", "fp32", "bf16"]] = "auto"
    """auto: bf16 autocast where the hardware multiplies it, else fp32. Loss and metrics are in fp32 always."""
    device: OfMachine[str] = "auto"
    """auto: CUDA where there is one, else the CPU. Or cpu, cuda, cuda:1, ..."""
    threads: OfMachine[PositiveInt | None] = None
    """CPU threads; null takes what torch finds."""
    workers: OfMachine[NonNegativeInt | None] = None
    """Processes that decode image files; null takes one per core."""
    compile: OfMachine[bool] = False
    """Compile the model (torch.compile): slow first step, faster later ones on some CPUs."""
    capture: OfMachine[Literal["auto", "off"]] = "auto"
    """auto: a training step on a GPU is recorded once and replayed, where that is possible; off: never. The bits are
    the same."""
    deterministic: OfResult[bool | None] = None
    """Use only deterministic algorithms; null: on a GPU. On the CPU equal seeds give equal bits without it."""
    patience: OfResult[PositiveInt | None] = None
    """Stop after this many epochs without a better validation accuracy; null turns it off."""
    min_delta: OfResult[NonNegative] = 0.0
    """By how much the validation accuracy has to rise to reset `patience`."""
    stop_below_loss: OfResult[float | None] = None
    """Stop when an epoch's mean training loss falls under this; null turns it off."""
    max_minutes: OfResult[Positive | None] = None
    """Stop after the epoch in which training has taken this long; null turns it off."""
    grad_clip_norm: OfResult[Positive | None] = None
    """Maximum global L2 norm of the gradient; null turns clipping off."""
    grad_clip_value: OfResult[Positive | None] = None
    """Maximum absolute value of each gradient element; null turns clipping off."""
    norm_bias_lr: OfResult[Positive | None] = None
    """Factor of the learning rate of the normalizations' biases, e.g. 64 for speednet; null: 1."""
    ema: OfResult[Fraction | None] = None
    """Decay per step of an exponential moving average of the weights, which is then evaluated and saved; null: off."""
    lookahead: OfResult[PositiveInt | None] = None
    """Steps, e.g. 5: every so many the weights go back to slow ones, which come half the way to them and are what is
    evaluated and saved; null: off."""
    lookahead_part: OfResult[Portion | None] = None
    """Of the way that the slow weights of `lookahead` come; null: 0.5."""
    progressive_size: OfResult[Portion | None] = None
    """Part of the images' size in the first epoch, e.g. 0.5; training images grow until three quarters of the epochs
    are done. null: they have one size."""
    progressive_freezing: OfResult[Fraction | None] = None
    """Part of the epochs, e.g. 0.5, after which the first layer stops learning; the others follow one by one, but for
    the last. null: all learn to the end."""
    watch_test: OfResult[bool] = False
    """Record the test curve too. It never selects anything."""
    tta: OfResult[Literal["flip", "crops"] | None] = None
    """Views of each test image whose answers are averaged, for a figure beside `test.accuracy`: flip, the image and its
    mirror image; crops, these two moved by a pixel as well. null: none."""
    evaluate_train: OfResult[bool] = False
    """Measure the training split with the selected weights at the end; else the epoch's running means stand for it."""
    normalize: OfResult[Literal["dataset", "backbone", "imagenet", "none"]] = "dataset"
    """Mean and deviation that are taken off the images: the training split's, the backbone's, ImageNet's, or none."""
    rerun: OfCommand[bool] = False
    """Train again although the run is finished; its folder is emptied first."""
    plan: OfCommand[bool] = False
    """Of a sweep: say what would run, run nothing."""
    arm: OfCommand[str | None] = None
    """Of a sweep: names of the arms that are wanted, separated by commas; null: all."""
    baseline: OfCommand[str | None] = None
    """Of a sweep: the arm that the others are compared with; null: which arm is the best is asked."""
    margin: OfCommand[Positive | None] = None
    """Of a sweep: points of accuracy up to which arms count as equal; null: nothing is called equal."""
    until: OfCommand[Literal["decided"] | None] = None
    """Of a sweep: decided adds seeds until the answer is; null: the seeds as typed."""
    max_seeds: OfCommand[PositiveInt | None] = None
    """Of a sweep until=decided: the most seeds of an arm; null: 20."""
    max_hours: OfCommand[Positive | None] = None
    """Of a sweep until=decided: begin no further seed after so many hours; null: no limit."""
    trials: OfCommand[PositiveInt | None] = None
    """Of a tuning: runs that search for the best settings, with fair= of each arm; null: 30."""
    sampler: OfCommand[Literal["tpe", "random", "cmaes", "grid", "qmc"] | None] = None
    """Of a tuning: how settings are chosen; null: tpe, by those that were good so far."""
    per_round: OfCommand[PositiveInt | None] = None
    """Of a tuning: trials that are chosen together and may go on at the same time; null: 4."""
    pruner: OfCommand[Literal["median", "hyperband", "none"] | None] = None
    """Of a tuning: which trials are ended early; null: median, those below half of the others."""
    prune_below: OfCommand[tuple[Probability | None, ...] | None] = None
    """Validation accuracies, one an epoch, null for none: a run whose best epoch so far is below ends as pruned."""
    storage: OfCommand[str | None] = None
    """Of a tuning: database, as a URL of Optuna, that gets a copy of the trials; null: a file in the study's folder."""
    untuned: OfCommand[bool | None] = None
    """Of a sweep with fair=: whether arms are trained as they are too, untuned; null: yes; false: where runs exist."""
    halving: OfCommand[bool | None] = None
    """Of a sweep: whether weak arms end early, after a part of the epochs; null: no."""
    eta: OfCommand[Literal[2, 3] | None] = None
    """Of a sweep with halving=true: one arm of so many goes on, for so many times the epochs; null: 2."""
    stages: OfCommand[tuple[PositiveInt, ...] | None] = None
    """Of halving: epochs of the runs of an arm, which go on from each other where that changes no bit; null: alone."""
    timing: OfCommand[Literal["alone"] | None] = None
    """Of a sweep: alone trains one run at a time, so that its seconds are its own; null: as many as is fastest."""
    cross_validation: OfCommand[Folds | None] = None
    """Of a sweep: train every arm once per fold, of so many, each of which is the test split once; null: off."""
    seconds_to: OfStudy[tuple[Portion, ...] | None] = None
    """Validation accuracies of which is shown how long they took; null: round ones, and those of `reported`."""
    reported: OfStudy[Mapping[str, Any] | None] = None
    """Of a study: the numbers of the report, shown beside the measured ones."""
    small: OfStudy[Mapping[str, Any] | None] = None
    """Of a study: what `scale=small` makes of it. The composed keys hold it already; here it says nothing more."""
    half: OfStudy[Mapping[str, Any] | None] = None
    """Of a study: what `scale=half` makes of it, likewise."""
    plots: OfCommand[bool] = True
    """Draw the run's pictures at its end."""
    keep: OfCommand[Literal["best", "last", "none"]] = "best"
    """Weights that stay when a run is finished: best, the selected ones; last: the last checkpoint too, from which
    `cnnlab resume RUN epochs=...` goes on; none: neither."""
    tags: OfCommand[tuple[str, ...]] = ()
    """Words by which the run is found again: `cnnlab report tags=...`."""
    note: OfCommand[str | None] = None
    """What is to be remembered of the run; null: nothing."""
    tracker: OfCommand[tuple[TrackerName, ...]] = ()
    """Trackers that are told of the run beside its own files: tensorboard, mlflow, wandb, trackio, or several."""
    checkpoint_seconds: OfMachine[NonNegative] = 10.0
    """Seconds of training between two checkpoints; 0: after every epoch."""
    outputs: OfCommand[Path | None] = None
    """Where runs and studies are written to, on the command line only; null: $CNNLAB_OUTPUTS, or outputs."""
    data_dir: OfMachine[Path] = Path("data")
    """Where data sets are downloaded to and looked for."""
    cache_dir: OfMachine[Path | None] = None
    """Where decoded images are kept; null: $XDG_CACHE_HOME/cnnlab or ~/.cache/cnnlab."""
    plugins: OfResult[tuple[Path, ...]] = ()
    """Python files that add entries to the tables. They are run, so they count on the command line only."""

    @property
    def command(self) -> str:
        """Name of the command that makes such runs."""
        return "train" if self.backbone is None else "transfer"

    @property
    def learns(self) -> Literal["in steps", "at once", "nothing"]:
        """How the run learns. `config.groups` lets an optimizer take part only in steps, a head only to be learnt."""
        if self.optimizer is not None:
            return "in steps"
        return "nothing" if self.head is None else "at once"

    def chosen(self, group: str) -> Choice:
        """Return what was chosen of a group that takes part."""
        chosen = getattr(self, group)
        assert isinstance(chosen, Choice)
        return chosen


def to_plain(config: RunConfig) -> dict[str, Any]:
    """Return the nested dict that `load` takes; only YAML's own types."""
    return {f.name: _plain(getattr(config, f.name)) for f in dataclasses.fields(config)}


def with_whole_paths(config: RunConfig) -> RunConfig:
    """Return a configuration that means the same in whatever folder one works."""
    whole = {f.name: _whole(getattr(config, f.name)) for f in dataclasses.fields(config)}
    return dataclasses.replace(config, **whole)


def _whole(value: Any) -> Any:
    if isinstance(value, Path):
        return value.absolute()
    if isinstance(value, tuple):
        return tuple(map(_whole, value))
    if isinstance(value, Choice | DatasetConfig):
        return dataclasses.replace(value, options={key: _whole(option) for key, option in value.options.items()})
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Choice | DatasetConfig):
        own = {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.name != "options"}
        return own | {key: _plain(option) for key, option in value.options.items()}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def size_keys(config: RunConfig, *wanted: str) -> list[str]:
    """Return those of the keys that the chosen model and data set have, with their values: what can be made smaller."""
    values: dict[str, float | None] = {"batch_size": config.batch_size, "dataset.image_size": config.dataset.image_size}
    values |= {} if config.model is None else {f"model.{key}": value for key, value in config.model.options.items()}
    values |= {f"dataset.{key}": value for key, value in config.dataset.options.items()}
    return [key if values[key] is None else f"{key} ({values[key]:g})" for key in wanted if key in values]


def cache_dir(config: RunConfig) -> Path:
    """Return where decoded images are kept."""
    return kept_in(config.cache_dir, data_dir=config.data_dir)


def kept_in(given: Path | None, *, data_dir: Path) -> Path:
    """Return where decoded images are kept: as it was given, or in the user's cache."""
    if given is not None:
        return given
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cnnlab"
    except RuntimeError:  # a user without a home, as in a container
        return data_dir / "cache"
