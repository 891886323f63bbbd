"""The steps of a training where they are recorded: the same results as where they are not, to the bit."""

import warnings

import pytest
import torch
from torch import nn

from cnnlab.data.augmentations import AUGMENTATIONS
from cnnlab.data.batches import Batches
from cnnlab.data.stores import whole
from cnnlab.networks.batch_norm import BatchNorm2d
from cnnlab.networks.models.blocks import Classifier
from cnnlab.training.averaging import MovingAverage
from cnnlab.training.engine import Manner, training
from cnnlab.training.losses import LOSSES
from cnnlab.training.metric_losses import as_feature_loss
from cnnlab.training.optimizers import OPTIMIZERS
from cnnlab.training.step import Clipping, Learner
from cnnlab.training.tracks import Track
from tests.training.recording import BrokenTrack, FrozenTrack, RecordingTrack

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


def batches(num_images, *, piece_steps=1):
    g = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (num_images, 3, 6, 6), dtype=torch.uint8, generator=g)
    split = whole("images", images.contiguous(memory_format=torch.channels_last), torch.arange(num_images) % 3)
    return Batches(split, 8, prepare=lambda x: x / 255, device=torch.device("cpu"), piece_steps=piece_steps)


def trained(track, *, optimizer="momentum", loss="cross_entropy", augmentation="flip_crop", num_images=180, piece_steps=3,
            decay=None, clipping=Clipping(), epochs=3, factor=lambda step: 0.5 ** (step // 20), model=None, say=None):  # fmt: skip
    """Return all states after a training, and its records."""
    torch.manual_seed(0)
    model, loss_fn = (Small() if model is None else model()), LOSSES[loss](3)
    if (feature_loss := as_feature_loss(loss_fn)) is not None:
        feature_loss.set_num_features(64)
    train = batches(num_images, piece_steps=piece_steps)
    average = None if decay is None else MovingAverage(model, decay)
    learner = Learner(model, loss_fn, OPTIMIZERS[optimizer](list(model.parameters()), lr=LR), average, clipping, None)
    chosen = AUGMENTATIONS[augmentation]()
    records = training(
        learner, lambda epoch: train.epoch(epoch, seed=0, augmentation=chosen), schedule=factor,
        steps_per_epoch=len(train), epochs=epochs, val=batches(20).in_order,
        manner=Manner(track=track, say=say or pytest.fail),
    )  # fmt: skip
    records = [record for record in records if record is not None]
    states = [model.state_dict(), loss_fn.state_dict(), learner.optimizer.state_dict()["state"]]
    figures = [
        (each.lr, each.train, each.val, each.grad_norm, each.gradients, each.diverged_at_step) for each in records
    ]
    return [*states, {} if average is None else average.state_dict()], figures


def equal(one, other):
    """See that two trainings ended the same, to the bit."""
    torch.testing.assert_close(one[0], other[0], rtol=0, atol=0)
    assert one[1] == other[1]


@pytest.mark.parametrize(
    "options",
    [
        *({"optimizer": name} for name in ("sgd", "momentum", "nesterov", "adam", "adamw", "adagrad", "muon")),
        *({"loss": name} for name in LOSSES if name != "cross_entropy"),
        {"decay": 0.9}, {"clipping": Clipping(norm=0.1)}, {"clipping": Clipping(value=0.01)},
        {"augmentation": "cutmix"}, {"num_images": 177}, {"num_images": 171}, {"num_images": 8, "epochs": 60},
        {"piece_steps": 100}, {"num_images": 16, "epochs": 30},
    ],
    ids=str,
)  # fmt: skip
def test_recorded_steps_come_to_the_same_as_the_hosts_to_the_bit(options):
    track = RecordingTrack()
    equal(trained(track, **options), trained(Track(), **options))
    num_kinds = 1 if options.get("num_images") == 8 else 2
    assert track.num_recorded == num_kinds
    num_steps = options.get("epochs", 3) * len(batches(options.get("num_images", 180)))
    assert track.num_replayed == num_steps - num_kinds + num_kinds  # the first of each kind is taken; each is tried once


@pytest.mark.parametrize("name", ["nadam", "radam", "rmsprop", "adadelta"])
def test_recorded_optimizers_that_reckon_with_tensors_for_numbers_are_right(name):
    states, figures = trained(RecordingTrack(), optimizer=name)
    expected_states, expected = trained(Track(), optimizer=name)
    torch.testing.assert_close(states[0], expected_states[0], rtol=1e-3, atol=1e-4)
    assert [each[1].loss for each in figures] == pytest.approx([each[1].loss for each in expected], rel=1e-4)


def test_training_of_a_few_steps_is_not_worth_a_recording():
    track = RecordingTrack()
    trained(track, epochs=1)
    assert track.num_recorded == 0


def test_step_that_cannot_be_recorded_is_taken_and_the_reason_is_said_once():
    said = []
    equal(trained(BrokenTrack(), say=said.append), trained(Track()))
    (line,) = said
    assert line.startswith("the training step could not be captured (operation not permitted when stream is capturing")
    assert line.endswith("); it runs uncaptured, several times slower")
    assert "recording.py:" in line


def test_recording_that_does_something_else_is_not_used():
    said = []
    equal(trained(FrozenTrack(), say=said.append), trained(Track()))
    assert said == [
        "the training step could not be captured (a replayed step has results far from those of the step itself); "
        "it runs uncaptured, several times slower"
    ]


@pytest.mark.filterwarnings("default")
def test_algorithm_without_equal_bits_is_told_and_other_warnings_stay_warnings():
    class Shouting(Small):
        def features(self, x):
            if self.training:
                warnings.warn("adaptive_avg_pool2d_backward_cuda does not have a deterministic implementation, but")
            warnings.warn("the moon is full")
            return super().features(x)

    said = []
    with pytest.warns(UserWarning, match="the moon is full"):
        trained(RecordingTrack(), model=Shouting, say=said.append, epochs=1)
    assert said[0] == "adaptive_avg_pool2d_backward_cuda has other bits each time on a GPU, and so has this run"
