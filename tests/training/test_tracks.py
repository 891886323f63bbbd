"""What belongs to one run: trainings that take turns come to the same as each alone."""

import itertools

import pytest
import torch

from cnnlab.training.tracks import Track, own_track
from tests.training.recording import RecordingTrack
from tests.training.small_training import Small, equal, trained, turns

ARMS = ({"optimizer": "adam", "decay": 0.9}, {"optimizer": "momentum", "seed": 1}, {"augmentation": "mixup", "seed": 2})


class Failing(Small):
    """Fails at its 30th look at images."""

    num_looks = 0

    def features(self, x):
        self.num_looks += 1
        if self.num_looks == 30:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return super().features(x)


def in_turns(arms, order, new_track):
    """Return how trainings end whose turns come in this order, over and over."""
    going = {place: turns(new_track(), **arm) for place, arm in enumerate(arms)}
    ends = {}
    for place in itertools.cycle(order):
        if place in going:
            try:
                next(going[place])
            except StopIteration as end:
                ends[place] = end.value
            except torch.OutOfMemoryError as error:
                ends[place] = error
            if place in ends:
                del going[place]
        if not going:
            return [ends[place] for place in range(len(arms))]
    raise AssertionError


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (0, 0, 0, 1, 2, 2)], ids=str)
@pytest.mark.parametrize("new_track", [Track, RecordingTrack])
def test_trainings_in_turns_come_to_the_same_as_each_alone(order, new_track):
    for arm, result in zip(ARMS, in_turns(ARMS, order, new_track)):
        equal(result, trained(new_track(), **arm))


def test_training_that_fails_or_diverges_leaves_the_others_alone():
    arms = (*ARMS, {"model": Failing}, {"factor": lambda _: 1e30, "optimizer": "sgd"})
    *results, failed, diverged = in_turns(arms, range(5), Track)
    for arm, result in zip(ARMS, results):
        equal(result, trained(**arm))
    assert isinstance(failed, torch.OutOfMemoryError)
    assert diverged[1][-1][-1] is not None


def test_turn_leaves_the_callers_draws_as_they_were():
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    run = turns(Track())
    drawn = [torch.rand(1)]
    next(run)
    torch.manual_seed(3)
    next(run)
    assert torch.equal(torch.rand(2), expected)
    assert drawn[0] == expected[0]


def test_track_on_the_cpu_never_waits():
    track = own_track(torch.device("cpu"))
    track.mark()
    track.allowed = 0
    assert track.is_ready()


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.usefixtures("deterministic")
def test_trainings_in_turns_on_a_gpu_come_to_the_same_as_each_alone():
    arms = [{"device": "cuda", **arm} for arm in ARMS]
    results = in_turns(arms, (0, 1, 2), lambda: own_track(torch.device("cuda", 0)))
    for arm, result in zip(arms, results):
        equal(result, trained(**arm))
