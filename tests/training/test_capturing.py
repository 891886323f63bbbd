"""Steps captured as CUDA graphs; what can be seen without a GPU is in test_stepping."""

import pytest
import torch

from cnnlab.training.losses import LOSSES
from cnnlab.training.optimizers import OPTIMIZERS
from cnnlab.training.step import Clipping
from tests.training.small_training import Small, equal, trained, turns

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
def test_training_waits_for_nothing_between_two_looks_at_its_figures():
    for turn, _ in enumerate(turns(device="cuda", piece_steps=1, epochs=4)):
        inside = 1 < turn % 24 < 20  # 23 pieces an epoch; the first has the captures
        torch.cuda.set_sync_debug_mode("error" if inside and turn > 48 else "default")
    torch.cuda.set_sync_debug_mode("default")


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
    free = []
    for _ in range(12):
        trained(device="cuda")
        torch.cuda.empty_cache()
        free.append(torch.cuda.mem_get_info()[0])
    assert free[-1] >= free[2] - 2**22
