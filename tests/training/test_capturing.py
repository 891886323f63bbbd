"""Steps captured as CUDA graphs; what can be seen without a GPU is in test_stepping."""

import pytest
import torch

from cnnlab.base.memory import release_memory
from cnnlab.data.batches import Batches
from cnnlab.training.losses import LOSSES
from cnnlab.training.optimizers import OPTIMIZERS
from cnnlab.training.step import Clipping
from tests.training.small_training import Small, equal, trained

pytestmark = [
    pytest.mark.cuda, pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
    pytest.mark.usefixtures("deterministic"),
]  # fmt: skip


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


@pytest.mark.filterwarnings("ignore:Synchronization debug mode is a prototype")
def test_training_waits_for_nothing_between_the_pieces_of_an_epoch(monkeypatch):
    def strict(self, epoch, **options):
        try:
            for place, piece in enumerate(pieces_of(self, epoch, **options)):
                if epoch and place:  # at first steps are captured, and an epoch begins by sending its order
                    torch.cuda.set_sync_debug_mode("error")
                yield piece
        finally:
            torch.cuda.set_sync_debug_mode("default")

    pieces_of = Batches.epoch
    monkeypatch.setattr(Batches, "epoch", strict)
    trained(device="cuda", piece_steps=1, decay=0.9)


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


def test_memory_of_trainings_that_have_ended_is_free_again():
    held = []
    for _ in range(12):
        trained(device="cuda")
        release_memory()
        held.append(torch.cuda.memory_reserved())
    assert held[-1] <= held[2]
