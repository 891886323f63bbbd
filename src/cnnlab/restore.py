"""A finished run's network, with the weights that were selected."""

from __future__ import annotations

from dataclasses import dataclass

from cnnlab.artifacts import RunFolder
from cnnlab.build import build_model
from cnnlab.config import RunConfig
from cnnlab.data.batches import Normalization
from cnnlab.errors import ConfigError, RunError
from cnnlab.models.blocks import Classifier
from cnnlab.parts import ImageSpec
from cnnlab.schema import Plain, PlainMapping
from cnnlab.transfer.features import hash_module
from cnnlab.transfer.network import TransferNetwork
from cnnlab.transfer.procedures import build_backbone, build_head, describe, head_on_frozen

_ADVICE = "Put it back, or train the run anew: its command with rerun=true."


@dataclass(frozen=True)
class Restored:
    """What classifies images as the run did."""

    network: Classifier
    """In eval mode, on the CPU."""
    images: ImageSpec
    scores_are: str
    """Probabilities or decision values, as in summary.json."""


def restore(folder: RunFolder, config: RunConfig) -> Restored:
    """Return the network of a run.

    Args:
        folder: of the run.
        config: the run's own.

    Raises:
        ConfigError: the run has no weights yet, or the backbone that it was trained on has changed or is gone.
        RunError: the weights are damaged, or gone.
    """
    saved = _saved_weights(folder)
    try:
        images = _images(saved)
        network = _network(config, images, saved)
        return Restored(network.eval(), images, saved["scores_are"])
    except (KeyError, RuntimeError, TypeError) as error:
        reason = f"is not of this run ({type(error).__name__})"
        raise RunError(f"{folder.checkpoints / 'best.pt'}: {reason}. {_ADVICE}") from error


def _saved_weights(folder: RunFolder) -> Plain:
    saved = folder.load_checkpoint("best.pt")
    if saved is not None:
        return saved
    status = folder.read_json("status.json").get("status", "not there")
    if status == "finished":
        raise RunError(f"{folder.checkpoints / 'best.pt'}: is gone. {_ADVICE}")
    advice = f"Finish it: cnnlab resume {folder.path}"
    raise ConfigError(f"run: {folder.run_id} is {status}, it has no weights yet. {advice}")


def _images(saved: PlainMapping) -> ImageSpec:
    return ImageSpec(
        classes=tuple(saved["classes"]),
        channels=saved["channels"],
        image_size=saved["image_size"],
        normalization=Normalization(tuple(saved["mean"]), tuple(saved["std"])),
        resize=saved.get("resize"),
        interpolation=saved.get("interpolation", "bilinear"),
    )


def _network(config: RunConfig, images: ImageSpec, saved: PlainMapping) -> Classifier:
    if config.backbone is None:
        model = build_model(config, images)
        model.load_state_dict(saved["model"])
        return model
    transfer = describe(config)
    if not transfer.has_frozen_features:
        backbone = build_backbone(config, loads=False)
        head = build_head(config, backbone.num_features, len(images.classes))
        network = TransferNetwork(backbone, head, trainable_layers=None)
        network.load_state_dict(saved["model"])
        return network
    backbone = build_backbone(config, loads=True)
    if hash_module(backbone) != saved["backbone"]:
        raise ConfigError(
            f"backbone.weights: '{backbone.source}' is not what the run's head was trained on. Put the old ones back."
        )
    num_own = len(images.classes) - (config.head is None)  # zero-shot has one more, "other"
    head = head_on_frozen(config, backbone, transfer, images.classes[:num_own])
    head.load_state_dict(saved["model"])
    return TransferNetwork(backbone, head, trainable_layers=None)
