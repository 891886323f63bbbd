"""RunConfig -> Parts: everything that a run needs, built from the tables. Here are those of `cnnlab train`."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from cnnlab.base.memory import memory_errors
from cnnlab.base.randomness import initialise
from cnnlab.base.runtime import Runtime
from cnnlab.building.data import image_batches, image_spec, load_data
from cnnlab.building.learning import build_growth, in_steps
from cnnlab.building.networks import build_model, on_device, require_any_size
from cnnlab.building.parts import ImageSpec, Parts, SplitBatches
from cnnlab.building.supplies import Supplies
from cnnlab.config.run_config import RunConfig, size_keys
from cnnlab.data.stores import Data
from cnnlab.networks.models.blocks import Classifier
from cnnlab.training.optimizers import Params


def build(config: RunConfig, runtime: Runtime, supplies: Supplies) -> Parts:
    """Load the data and build model, loss, optimizer and schedule with the seed's initial weights.

    Raises:
        ConfigError: what the configuration asks for cannot be had from this data.
    """
    with memory_errors("the images", *size_keys(config, "dataset.image_size", "dataset.num_images")):
        data, images = load_images(config, supplies)
        batches = image_batches(config, data, images, runtime.device)
    with memory_errors("the model", *size_keys(config, "model.width", "dataset.image_size")):
        model = build_model(config, images)
        initialise(model, config.seed)  # on the CPU: a GPU would draw other numbers
        if model.num_to_see:
            model.see(batches[0].sample(model.num_to_see).cpu())
        model = on_device(model, runtime.device)
    return parts_in_steps(
        config, runtime, data, images, batches, model,
        params=lambda loss_fn: [*model.parameters(), *loss_fn.parameters()],
    )  # fmt: skip


def load_images(config: RunConfig, supplies: Supplies) -> tuple[Data, ImageSpec]:
    """Return the data, and what a model has to know of the images.

    Raises:
        ConfigError: the data cannot be had, or is not as the configuration asks for.
    """
    data = load_data(config, library=supplies.library, content=supplies.data_content, progress=supplies.progress)
    return data, image_spec(data, config.normalize)


def parts_in_steps(
    config: RunConfig,
    runtime: Runtime,
    data: Data,
    images: ImageSpec,
    batches: SplitBatches,
    model: Classifier,
    *,
    params: Callable[[nn.Module], Params],
) -> Parts:
    """Return the parts of a network that is trained on images, in steps.

    Args:
        config: of the run.
        runtime: of the run.
        data: in its splits.
        images: what the model knows of them.
        batches: of them.
        model: on its device, with its initial weights.
        params: loss -> the parameters of model and loss that learn.
    """
    if (growth := build_growth(config)) is not None:
        require_any_size(model, images, growth.size(0, images.image_size), runtime.device)
    if config.compile:
        model.compile()
    train, val, test = batches
    learning = in_steps(
        config, runtime, model, num_classes=len(data.classes), num_features=model.num_features,
        steps_per_epoch=len(train), params=params,
    )  # fmt: skip
    return Parts(data=data, images=images, train=train, val=val, test=test, learning=learning, network=model)
