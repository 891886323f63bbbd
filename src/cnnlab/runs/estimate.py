"""What a run will take: time and disk, from runs like it that are finished, else from a few steps of training."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import itertools
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping

import torch

from cnnlab.base.runtime import Runtime, start_runtime
from cnnlab.building.parts import Parts
from cnnlab.building.procedures import build_parts
from cnnlab.config.identity import data_content
from cnnlab.config.run_config import RunConfig
from cnnlab.data.batches import Batches, Piece, first_steps
from cnnlab.data.library import DataLibrary
from cnnlab.networks.transfer.solved_heads import SolvedHead
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status
from cnnlab.outputs.summary_file import figure, known_summary
from cnnlab.runs.cost import Cost
from cnnlab.runs.feature_samples import FeatureSamples
from cnnlab.runs.scores import FULL_SCORES
from cnnlab.training.engine import fit
from cnnlab.training.evaluation import evaluate
from cnnlab.training.learning import AtOnce, InSteps, Nothing

_STEPS = 30  # at most
_LOOK = 1.0  # seconds of training that tell what a step takes
_SOLVED = 2000  # images at most that a head is solved with
_PICTURES = 400_000  # bytes of the plots of a run
_SCORE = 13  # bytes of a score in predictions.csv


def shape(config: RunConfig) -> str:
    """Return what the cost of an epoch depends on, as text: runs of one shape are measured once."""
    dataset = dataclasses.replace(config.dataset, fold=None)  # all folds have as many images
    options = (
        dataset, config.augmentation, config.model, config.normalization, config.activation, config.backbone,
        config.head, config.transfer,
    )  # fmt: skip
    names = [part.name for part in (config.loss, config.optimizer) if part is not None]
    own = (config.batch_size, config.precision, config.device, config.threads, config.ema, config.compile)
    return repr((options, names, own))


def cost_of_finished(folder: RunFolder) -> Cost | None:
    """Return what a finished run took, the computing of features apart; None if it is not finished."""
    summary = known_summary(folder)
    seconds, features = figure(summary, "seconds.total"), figure(summary, "seconds.features")
    if read_status(folder).get("status") != "finished" or seconds is None:
        return None
    abreast = figure(folder.read_environment(), "abreast") or 1  # its seconds were those of so many
    return Cost(
        (seconds - (features or 0.0)) / abreast,
        sum(path.stat().st_size for path in folder.path.rglob("*") if path.is_file()),
    )


def probe(config: RunConfig, *, library: DataLibrary, samples: FeatureSamples, seconds: float = _LOOK) -> Cost:
    """Train a few steps of a run, on its own data, and scale up; nothing is written but the cache of decoded images.

    Args:
        config: of the run.
        library: holds the data that was read before.
        samples: stand for features that are not kept yet.
        seconds: of training, after which no further step is taken.

    Raises:
        ConfigError: the run cannot be built.
    """
    runtime = start_runtime(
        device=config.device, precision=config.precision, threads=config.threads, deterministic=config.deterministic
    )
    build = functools.partial(
        build_parts,
        config,
        runtime,
        library=library,
        data_content=data_content(config, library.hashes),
        obtain_features=samples,
    )
    build()  # reads the data and a sample of features, which the runs of a sweep share
    began = time.perf_counter()
    parts = build()
    fixed = time.perf_counter() - began
    learning = _learning(parts, runtime, watch_test=config.watch_test, seconds=seconds)
    return Cost(fixed + learning, _num_bytes(parts), parts.features_seconds)


def _learning(parts: Parts, runtime: Runtime, *, watch_test: bool, seconds: float) -> float:
    """Return the seconds to learn and to score what was learnt; 0 where nothing is learnt."""
    match parts.learning:
        case InSteps() as learning:
            return _steps(learning, parts, runtime, watch_test=watch_test, seconds=seconds)
        case AtOnce() as learning:
            return _solving(learning.head, parts, runtime)
        case Nothing():
            return 0.0


def _steps(learning: InSteps, parts: Parts, runtime: Runtime, *, watch_test: bool, seconds: float) -> float:
    """Return the seconds of all epochs, by a few steps, and of the test."""
    step = _step_seconds(learning, parts.train, seconds)
    epoch = len(parts.train) * step + _evaluation(parts, runtime, parts.val)
    test = _evaluation(parts, runtime, parts.test)
    watched = learning.epochs * test if watch_test else 0.0
    return learning.epochs * epoch + watched + test


def _solving(head: SolvedHead, parts: Parts, runtime: Runtime) -> float:
    """Return the seconds to solve a head and score it, by part of the images."""
    features = torch.cat([batch for batch, _ in parts.train.in_order()])
    step = -(-len(features) // _SOLVED)
    if head.solver is not None:
        importlib.import_module(head.solver)
    learn = functools.partial(head.learn, features[::step], parts.train.labels[::step], 0)
    seconds = _timed(learn) + sum(_evaluation(parts, runtime, split) for split in (parts.train, parts.val, parts.test))
    return seconds * step  # of some heads, what they learn grows with the images too


def _step_seconds(learning: InSteps, train: Batches, seconds: float) -> float:
    """Return the seconds of a step, by as many as fit into so many seconds.

    The first two only warm up: they allocate memory and choose algorithms.
    """
    first = min(2, len(train))
    _epoch_seconds(learning, train, first)
    step = _epoch_seconds(learning, train, first) / first
    steps = min(_STEPS, len(train), int(seconds / step))
    return step if steps <= first else _epoch_seconds(learning, train, steps) / steps


def _epoch_seconds(learning: InSteps, train: Batches, steps: int) -> float:
    """Return the seconds of an epoch of so many steps."""

    def pieces(epoch: int) -> Iterator[Piece]:
        return first_steps(train.epoch(epoch, seed=0, augmentation=learning.augmentation), steps)

    (record,) = fit(
        learning.model, pieces, loss_fn=learning.loss_fn, optimizer=learning.optimizer, schedule=learning.schedule,
        steps_per_epoch=steps, epochs=1, autocast=learning.autocast, average=learning.average,
    )  # fmt: skip
    return record.seconds


def _evaluation(parts: Parts, runtime: Runtime, batches: Batches | None) -> float:
    """Return the seconds that a look at a split takes, from its first batch."""
    if batches is None:
        return 0.0
    first = list(itertools.islice(batches.in_order(), 1))
    model, loss_fn = parts.learning.evaluated, parts.learning.loss_fn
    seconds = _timed(lambda: evaluate(model, first, loss_fn=loss_fn, autocast=runtime.autocast))
    return seconds * batches.num_images / len(first[0][1])


def _timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _num_bytes(parts: Parts) -> int:
    weights: int = sum(value.nbytes for value in parts.learning.evaluated.state_dict().values())
    return weights + parts.test.num_images * min(len(parts.data.classes), FULL_SCORES) * _SCORE + _PICTURES


def costs(
    finished: Mapping[RunFolder, RunConfig], to_do: Mapping[RunFolder, RunConfig], *, seconds: float = _LOOK,
    patience: float = math.inf, is_trial: bool = False,
) -> dict[RunFolder, Cost]:  # fmt: skip
    """Return what each run takes that is to do.

    Args:
        finished: runs that tell what runs of their shape take.
        to_do: the others; one of each shape that is not among the finished is measured.
        seconds: as of `probe`.
        patience: seconds after which no other shape is measured: it is taken to cost as the others do on average.
        is_trial: take runs that cannot be built likewise; each says itself what is wrong when its turn has come.

    Raises:
        ConfigError: a run cannot be built.
    """
    known: dict[tuple[str, int], Cost] = {}
    for folder, config in finished.items():  # the first of each shape tells: a sweep may have thousands
        if _key(config) not in known and (cost := cost_of_finished(folder)) is not None:
            known[_key(config)] = cost
    library, samples, began = DataLibrary(), FeatureSamples(), time.monotonic()
    for config in to_do.values():
        if _key(config) in known:
            continue
        if known and time.monotonic() - began > patience:
            known[_key(config)] = _mean(known.values())
            continue
        try:
            known[_key(config)] = probe(config, library=library, samples=samples, seconds=seconds)
        except Exception:  # whatever a part of the user's own raises
            if not is_trial:
                raise
            known[_key(config)] = _mean(known.values())
    return dict(_with_features(to_do, known))


def _mean(costs: Iterable[Cost]) -> Cost:
    told = list(costs) or [Cost(0.0, 0)]
    return Cost(
        sum(cost.seconds for cost in told) / len(told),
        sum(cost.num_bytes for cost in told) // len(told),
        sum(cost.features_seconds for cost in told) / len(told),
    )


def _with_features(
    to_do: Mapping[RunFolder, RunConfig], known: Mapping[tuple[str, int], Cost]
) -> Iterator[tuple[RunFolder, Cost]]:
    """Yield what each run takes; the first one that needs certain features computes them."""
    computed: set[str] = set()
    for folder, config in to_do.items():
        cost, features = known[_key(config)], _features(config)
        own = 0.0 if features in computed else cost.features_seconds
        yield folder, dataclasses.replace(cost, seconds=cost.seconds + own, features_seconds=own)
        computed.add(features)


def _features(config: RunConfig) -> str:
    """Return what a run's features depend on, as text; runs on other images of the same data share them."""
    data = dataclasses.replace(config.dataset, per_class=None, fraction=None, folds=None, fold=None)
    is_random = config.command == "transfer" and config.chosen("backbone").options["weights"] == "none"
    own = (config.normalize, config.precision, config.seed if is_random else None)
    return repr((config.backbone, data, own))


def _key(config: RunConfig) -> tuple[str, int]:
    return shape(config), config.epochs
