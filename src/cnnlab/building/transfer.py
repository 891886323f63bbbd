"""RunConfig -> Parts of a run of `cnnlab transfer`: `train.build` for networks that bring weights along."""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor, nn

from cnnlab.base.errors import ConfigError
from cnnlab.base.runtime import Runtime
from cnnlab.building.data import image_batches, image_spec, load_data
from cnnlab.building.features import Extraction
from cnnlab.building.learning import in_steps
from cnnlab.building.networks import build_backbone, build_head, map_answers, on_device, procedure_of
from cnnlab.building.parts import ImageSpec, Parts, SplitBatches
from cnnlab.building.saved_network import backbone_of_run
from cnnlab.building.supplies import Supplies
from cnnlab.building.train import parts_in_steps
from cnnlab.config.identity import dataset_key
from cnnlab.config.run_config import RunConfig, cache_dir
from cnnlab.data.batches import Batches, piece_steps, step_bounds
from cnnlab.data.image_normalization import Normalization
from cnnlab.data.scaling import Scaling, scaling_of
from cnnlab.data.splits import subset
from cnnlab.data.stores import Data, Split, whole
from cnnlab.networks.transfer.class_mapping import ClassMapping
from cnnlab.networks.transfer.network import (
    Backbone,
    Expected,
    TransferNetwork,
    check_images,
    problem_of_one_image,
)
from cnnlab.networks.transfer.solved_heads import SolvedHead
from cnnlab.networks.transfer.transfers import Transfer
from cnnlab.networks.transfer.weights import hash_module
from cnnlab.networks.transfer.zero_shot import MappedClasses
from cnnlab.training.learning import AtOnce, InSteps, Learning, Nothing
from cnnlab.training.optimizers import Group

_EVALUATION_ROWS = 1024  # images per batch where they are features: one row of similarities to all others each


def build_transfer(config: RunConfig, runtime: Runtime, supplies: Supplies) -> Parts:
    """Load backbone and data, and build the parts of what the run's procedure trains.

    Raises:
        ConfigError: the weights cannot be had, or the data does not fit what the configuration asks for.
    """
    transfer, backbone = _procedure_and_backbone(config, supplies)
    if transfer.has_frozen_features:
        return _frozen_parts(config, runtime, backbone, transfer, supplies)
    return _network_parts(config, runtime, backbone, transfer, supplies)


def load_images(config: RunConfig, supplies: Supplies) -> tuple[Data, ImageSpec]:
    """Return the data, and what the backbone has to know of the images.

    Raises:
        ConfigError: the weights or the data cannot be had, or do not fit each other.
    """
    _, backbone = _procedure_and_backbone(config, supplies)
    data = _load_data(config, backbone, supplies)
    return data, _images(config, data, backbone)


def _procedure_and_backbone(config: RunConfig, supplies: Supplies) -> tuple[Transfer, Backbone]:
    transfer = procedure_of(config.chosen("transfer"))
    backbone = build_backbone(
        config.chosen("backbone"), transfer, seed=config.seed, loads=transfer.weights != "left",
        open_run=backbone_of_run, progress=supplies.progress,
    )  # fmt: skip
    return transfer, backbone


def _network_parts(
    config: RunConfig, runtime: Runtime, backbone: Backbone, transfer: Transfer, supplies: Supplies
) -> Parts:
    """Return the parts of a training in steps, of the head and of the backbone's last layers."""
    data = _load_data(config, backbone, supplies)
    images = _images(config, data, backbone)
    batches = image_batches(config, data, images, runtime.device)
    head = build_head(config.chosen("head"), backbone.num_features, len(data.classes), seed=config.seed)
    model = on_device(TransferNetwork(backbone, head, trainable_layers=transfer.trainable_layers), runtime.device)
    if config.batch_size == 1 and (problem := problem_of_one_image(model)) is not None:
        raise ConfigError(problem)  # of a finished run's network, which no rule can know
    return parts_in_steps(
        config, runtime, data, images, batches, model,
        params=lambda loss_fn: _groups(model, loss_fn, transfer.backbone_lr),
    )  # fmt: skip


def _load_data(config: RunConfig, backbone: Backbone, supplies: Supplies) -> Data:
    """Return the data; image files have the size from which the backbone cuts what it sees, whatever their own is."""
    expected, size, scaling = backbone.expected, None, Scaling()
    if config.dataset.image_size is None:
        size = expected.resize or expected.image_size
        crop = expected.image_size if expected.is_published else None
        scaling = scaling_of(expected.interpolation, crop, is_squashed=expected.is_squashed, border=expected.border)
    data = load_data(
        config,
        library=supplies.library,
        content=supplies.data_content,
        progress=supplies.progress,
        decode_size=size,
        scaling=scaling,
    )
    return dataclasses.replace(data, notes=(*data.notes, *backbone.notes)) if backbone.notes else data


def _groups(model: TransferNetwork, loss_fn: nn.Module, backbone_lr: float | None) -> list[Group]:
    """Return the parameters that learn: the head's first, whose learning rate metrics.csv shows."""
    learning = [p for p in model.backbone.parameters() if p.requires_grad]
    groups: list[Group] = [{"params": [*model.head.parameters(), *loss_fn.parameters()]}]
    if learning:
        groups.append({"params": learning} | ({} if backbone_lr is None else {"lr": backbone_lr}))
    return groups


def _frozen_parts(
    config: RunConfig, runtime: Runtime, backbone: Backbone, transfer: Transfer, supplies: Supplies
) -> Parts:
    """Return the parts of a head that learns, or needs not, on the features of a backbone that stays as it is."""
    full, data = _full_and_chosen(config, backbone, supplies)
    images = _images(config, data, backbone)
    mapping = None
    if transfer.has_own_answers:
        mapping = map_answers(backbone, mapping=transfer.mapping, classes=data.classes)
        images = dataclasses.replace(images, classes=mapping.answers)
    learning = _learning_on_features(config, runtime, backbone, mapping, data)
    extraction = Extraction(
        backbone, images, runtime, cache_dir(config) / "features", dataset_key(config, supplies.data_content),
        supplies.progress, supplies.obtain_features,
    )  # fmt: skip
    features = extraction.features_of(data.splits, list(full.splits.values()))
    network: nn.Module = backbone
    train_size = _EVALUATION_ROWS
    if isinstance(learning, InSteps):
        network = TransferNetwork(backbone, learning.model, trainable_layers=0)
        train_size = config.batch_size
    train, val, test = _feature_batches(data, features.of, train_size, runtime.device)
    return Parts(
        data=dataclasses.replace(data, notes=(*data.notes, features.note)),
        images=images,
        train=train,
        val=val,
        test=test,
        learning=learning,
        network=network.to(runtime.device),
        saved={"backbone": hash_module(backbone)} | ({} if mapping is None else {"columns": mapping.answer_columns}),
        mapping=mapping,
        features_seconds=features.seconds,
    )


def _learning_on_features(
    config: RunConfig, runtime: Runtime, backbone: Backbone, mapping: ClassMapping | None, data: Data
) -> Learning:
    """Return how a head learns from the features of a frozen backbone: in steps, at once, or not at all."""
    if mapping is not None:
        return Nothing(MappedClasses(mapping.answer_columns).to(runtime.device))
    head = build_head(config.chosen("head"), backbone.num_features, len(data.classes), seed=config.seed)
    head = head.to(runtime.device)
    if config.learns == "at once":
        assert isinstance(head, SolvedHead)  # the signature of its factory says so
        return AtOnce(head, config.seed)
    return in_steps(
        config, runtime, head, num_classes=len(data.classes), num_features=backbone.num_features,
        steps_per_epoch=len(step_bounds(len(data.train), config.batch_size)),
        params=lambda loss_fn: [*head.parameters(), *loss_fn.parameters()],
    )  # fmt: skip


def _full_and_chosen(config: RunConfig, backbone: Backbone, supplies: Supplies) -> tuple[Data, Data]:
    """Return the data with all training images, and with those that `per_class` or `fraction` choose."""
    dataset = config.dataset
    everything = dataclasses.replace(dataset, per_class=None, fraction=None)
    full = _load_data(dataclasses.replace(config, dataset=everything), backbone, supplies)
    train = subset(full.train, full.classes, seed=config.seed, per_class=dataset.per_class, fraction=dataset.fraction)
    return full, full if train is full.train else dataclasses.replace(full, train=train)


def _feature_batches(data: Data, features: dict[str, Tensor], train_size: int, device: torch.device) -> SplitBatches:
    """Return the features of all splits in batches, in place of their images; those of training have `train_size`."""

    def batches(name: str, split: Split, size: int) -> Batches:
        rows = whole("features", features[name].to(device), split.labels)
        steps = piece_steps(size * rows.images[0].nbytes, device)
        return Batches(rows, size, prepare=lambda batch: batch, device=device, piece_steps=steps)

    val = None if data.val is None else batches("val", data.val, _EVALUATION_ROWS)
    return batches("train", data.train, train_size), val, batches("test", data.test, _EVALUATION_ROWS)


def _images(config: RunConfig, data: Data, backbone: Backbone) -> ImageSpec:
    """Return what the backbone has to know of the images, and prove that it takes them.

    Where no size is asked for, they are scaled and cut as the images were that the weights come from.
    """
    expected = backbone.expected
    images = image_spec(data, "none" if config.normalize == "backbone" else config.normalize)
    if config.normalize == "backbone":
        images = dataclasses.replace(images, normalization=_normalization(expected, images.channels))
    if config.dataset.image_size is None and expected.image_size is not None:
        images = dataclasses.replace(
            images,
            image_size=expected.image_size,
            resize=expected.resize or expected.image_size,
            interpolation=expected.interpolation,
            is_published=expected.is_published,
            is_squashed=expected.is_squashed,
            border=expected.border,
        )
    check_images(config.chosen("backbone").name, backbone, images.channels, images.image_size)
    return images


def _normalization(expected: Expected, channels: int) -> Normalization:
    """Return the backbone's mean and deviation; for gray images that it sees as colour ones, their averages."""
    if channels == len(expected.mean):
        return Normalization(expected.mean, expected.std)
    return Normalization(
        (sum(expected.mean) / len(expected.mean),) * channels, (sum(expected.std) / len(expected.std),) * channels
    )
