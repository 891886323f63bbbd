"""Steps captured as CUDA graphs; what can be seen without a GPU is in test_stepping."""

import pytest
import torch

from cnnlab.base.runtime import start_runtime
from cnnlab.training.losses import LOSSES
from cnnlab.training.optimizers import OPTIMIZERS
from cnnlab.training.step import Clipping
from cnnlab.training.tracks import CudaTrack
from tests.training.small_training import Small, equal, trained, turns

pytestmark = [pytest.mark.cuda, pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")]


@pytest.fixture(autouse=True)
def deterministic():
    """Let equal trainings have equal bits, and put torch back."""
    start_runtime(device="cuda", precision="fp32", threads=None, deterministic=None)
    yield
    start_runtime(device="cpu", precision="fp32", threads=None, deterministic=False)


@pytest.mark.parametrize(
    "options",
    [
        *({"optimizer": name} for name in OPTIMIZERS), *({"loss": name} for name in LOSSES), {"decay": 0.9},
        {"clipping": Clipping(norm=0.1)}, {"clipping": Clipping(value=0.01)}, {"augmentation": "cutmix"},
        {"num_images": 171}, {"num_images": 8, "epochs": 60}, {"piece_steps": 1},
    ],
    ids=str,
)  # fmt: skip
def test_captured_steps_come_to_the_same_as_those_that_are_not_to_the_bit(options):
    captured = trained(device="cuda", **options)
    equal(captured, trained(device="cuda", captures=False, **options))
    equal(captured, trained(device="cuda", **options))


def test_training_waits_for_nothing_between_two_looks_at_its_figures():
    for turn, _ in enumerate(turns(device="cuda", piece_steps=1, epochs=4)):
        inside = 1 < turn % 24 < 20  # 23 pieces an epoch; the first has the captures
        torch.cuda.set_sync_debug_mode("error" if inside and turn > 48 else "default")
    torch.cuda.set_sync_debug_mode("default")


def test_module_that_reads_a_value_is_trained_uncaptured_and_the_line_is_named():
    class Reading(Small):
        def features(self, x):
            return super().features(x) * (1.0 if x.mean().item() < 1e9 else 0.0)

    said = []
    one = trained(device="cuda", model=Reading, say=said.append)
    assert len(said) == 1
    assert "could not be captured" in said[0]
    assert "test_capturing.py:" in said[0]
    equal(one, trained(device="cuda", captures=False))


def test_module_that_decides_by_what_the_host_counts_is_found_out():
    class Counting(Small):
        count = 0

        def features(self, x):
            self.count += 1
            return super().features(x) * self.count

    said = []
    trained(device="cuda", model=Counting, say=said.append)
    assert said == [
        "the training step could not be captured (a replayed step has other results than the step itself); "
        "it runs uncaptured, several times slower"
    ]


def test_tracks_that_take_turns_come_to_the_same_as_each_alone():
    arms = [{"optimizer": name, "seed": seed, "decay": 0.9} for name in ("adam", "momentum") for seed in (0, 1, 2)]
    tracks = [CudaTrack(torch.device("cuda", 0)) for _ in arms]
    going = [turns(track, device="cuda", **arm) for track, arm in zip(tracks, arms)]
    results = {}
    while len(results) < len(arms):
        for place, run in enumerate(going):
            if place not in results:
                try:
                    next(run)
                except StopIteration as end:
                    results[place] = end.value
    for place, arm in enumerate(arms):
        equal(results[place], trained(device="cuda", **arm))


def test_memory_of_trainings_that_have_ended_is_free_again():
    free = []
    for _ in range(12):
        trained(device="cuda")
        torch.cuda.empty_cache()
        free.append(torch.cuda.mem_get_info()[0])
    assert free[-1] >= free[2] - 2**22
