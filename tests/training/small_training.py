"""A training that takes a moment: a small network on a few images of noise, in steps that may be recorded."""

import pytest
import torch
from torch import nn

from cnnlab.base.turns import finish
from cnnlab.data.augmentations import AUGMENTATIONS
from cnnlab.data.batches import Batches
from cnnlab.data.stores import whole
from cnnlab.networks.batch_norm import BatchNorm2d
from cnnlab.networks.models.blocks import Classifier
from cnnlab.training.averaging import Lookahead, MovingAverage
from cnnlab.training.engine import Manner, training
from cnnlab.training.losses import LOSSES
from cnnlab.training.metric_losses import as_feature_loss
from cnnlab.training.optimizers import OPTIMIZERS
from cnnlab.training.progressive import Freezing, Growth, layers_that_learn
from cnnlab.training.step import Clipping, Learner

LR = 2.0**-6  # the same in float32


class Small(Classifier):
    """A convolution, normalization, dropout and a classifier."""

    def __init__(self):
        super().__init__()
        conv = nn.Conv2d(3, 4, 3, bias=False)
        self.body = nn.Sequential(conv, BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Dropout(0.3))
        self.head = nn.Linear(64, 3)

    def features(self, x):
        return self.body(x)

    def classifier(self, features):
        return self.head(features)


class Pooled(Small):
    """Takes images of any size."""

    def __init__(self):
        super().__init__()
        self.body[3] = nn.Sequential(nn.AdaptiveAvgPool2d(4), nn.Flatten())


def batches(num_images, *, piece_steps=1, device="cpu"):
    g = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (num_images, 3, 6, 6), dtype=torch.uint8, generator=g)
    images = images.contiguous(memory_format=torch.channels_last).to(device)
    split = whole("images", images, torch.arange(num_images) % 3)
    return Batches(split, 8, prepare=lambda x: x / 255, device=torch.device(device), piece_steps=piece_steps)


def turns(
    track=None, *, optimizer="momentum", loss="cross_entropy", augmentation="flip_crop", num_images=180, piece_steps=3,
    decay=None, lookahead=None, grows_from=1.0, freezes_from=None, clipping=Clipping(),
    epochs=3, factor=lambda step: 0.5 ** (step // 20), model=None, say=pytest.fail,
    device="cpu", captures=True, seed=0,
):  # fmt: skip
    """Yield between the turns of a training; return all states after it, and its records."""
    torch.manual_seed(seed)
    model, loss_fn = (Small() if model is None else model()).to(device), LOSSES[loss](3)
    if (feature_loss := as_feature_loss(loss_fn)) is not None:
        feature_loss.set_num_features(64)
    train = batches(num_images, piece_steps=piece_steps, device=device)
    average = None if decay is None else MovingAverage(model, decay)
    average = average if lookahead is None else Lookahead(model, every=lookahead, part=0.5)
    chosen, chosen_optimizer = AUGMENTATIONS[augmentation](), OPTIMIZERS[optimizer](list(model.parameters()), lr=LR)
    freezing = None if freezes_from is None else Freezing(layers_that_learn(model), freezes_from, epochs)
    learner = Learner(model, loss_fn.to(device), chosen_optimizer, average, clipping, None, freezing)
    growth = Growth(grows_from, epochs)
    figures = []
    for record in training(
        learner, lambda epoch: growth.shrink(train.epoch(epoch, seed=seed, augmentation=chosen), epoch),
        schedule=factor, seed=seed, steps_per_epoch=len(train), epochs=epochs, val=batches(20, device=device).in_order,
        manner=Manner(track=track, say=say, captures=captures),
    ):  # fmt: skip
        if record is None:
            yield
        else:
            own = record.lr, record.train, record.val, record.grad_norm, record.gradients, record.diverged_at_step
            figures.append(own)
    states = [model.state_dict(), loss_fn.state_dict(), learner.optimizer.state_dict()["state"]]
    return [*states, {} if average is None else average.state_dict()], figures


def trained(track=None, **options):
    """Return all states after a training that is alone, and its records."""
    return finish(turns(track, **options))


def equal(one, other):
    """See that two trainings ended the same, to the bit."""
    torch.testing.assert_close(one[0], other[0], rtol=0, atol=0)
    assert one[1] == other[1]
