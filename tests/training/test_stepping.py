"""The steps of a training where they are recorded: the same results as where they are not, to the bit."""

import warnings

import pytest
import torch

from cnnlab.training.losses import LOSSES
from cnnlab.training.step import Clipping
from cnnlab.training.tracks import Track
from tests.training.recording import BrokenTrack, FrozenRates, FrozenTrack, RecordingTrack
from tests.training.small_training import Pooled, Small, batches, equal, trained

OPERATION = "adaptive_avg_pool2d_backward_cuda"


@pytest.mark.parametrize(
    "options",
    [
        *({"optimizer": name} for name in ("sgd", "momentum", "nesterov", "adam", "adamw", "adagrad", "muon")),
        *({"loss": name} for name in LOSSES if name != "cross_entropy"),
        {"decay": 0.9}, {"lookahead": 3}, {"clipping": Clipping(norm=0.1)}, {"clipping": Clipping(value=0.01)},
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
    assert (
        track.num_replayed == num_steps - num_kinds + num_kinds
    )  # the first of each kind is taken; each is tried once


@pytest.mark.parametrize(
    ("options", "num_changes"), [({"grows_from": 0.6, "model": Pooled}, 1), ({"freezes_from": 0.5}, 2)], ids=str
)
def test_steps_are_recorded_anew_where_what_they_compute_has_changed(options, num_changes):
    track = RecordingTrack()
    recorded = trained(track, epochs=4, **options)
    equal(recorded, trained(Track(), epochs=4, **options))
    assert track.num_recorded == 2 * (1 + num_changes)
    sizes = [{gradient.layer: gradient.max_abs > 0 for gradient in figures[4]} for figures in recorded[1]]
    assert all(each.keys() == sizes[0].keys() for each in sizes)
    assert all(sizes[-1].values()) is (options.get("freezes_from") is None)  # what is frozen has a gradient of 0


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


@pytest.mark.parametrize("track", [FrozenTrack, FrozenRates])
def test_recording_that_does_something_else_is_not_used(track):
    said = []
    equal(trained(track(), say=said.append), trained(Track()))
    assert said == [
        "the training step could not be captured (a replayed step has results far from those of the step itself); "
        "it runs uncaptured, several times slower"
    ]


@pytest.mark.filterwarnings("default")
def test_algorithm_without_equal_bits_is_told_and_other_warnings_stay_warnings():
    class Shouting(Small):
        def features(self, x):
            if self.training:
                warnings.warn(f"{OPERATION} does not have a deterministic implementation, but", stacklevel=1)
            warnings.warn("the moon is full", stacklevel=1)
            return super().features(x)

    said = []
    with warnings.catch_warnings(record=True) as caught:
        trained(RecordingTrack(), model=Shouting, say=said.append, epochs=1)
    assert "the moon is full" in [str(warning.message) for warning in caught]
    assert said[0] == f"{OPERATION} gives different bits each time on a GPU, and so does this run"
