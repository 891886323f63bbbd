import pytest
import torch

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.runtime import Runtime
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.training_state import TrainingState, from_checkpoint, to_checkpoint
from cnnlab.training.engine import EpochRecord
from cnnlab.training.evaluation import Score
from tests.conftest import RUNTIME, built, tiny


def test_state_survives_a_checkpoint():
    parts = built(tiny("ema=0.9"))
    state = TrainingState(epoch=3, train_seconds=1.5, stop_reason="enough")
    state.selection.update(EpochRecord(3, 0.1, Score(1.0, 0.5), Score(1.0, 0.5), None, 1.0, (), 1.0, 1.0))
    state.keep_weights(parts)
    restored = from_checkpoint(to_checkpoint(state, parts, RUNTIME), built(tiny("ema=0.9")), RUNTIME)
    torch.testing.assert_close(restored.best_weights, state.best_weights, rtol=0, atol=0)
    for key in ("epoch", "train_seconds", "stop_reason", "selection"):
        assert getattr(restored, key) == getattr(state, key)


def test_optimizer_takes_the_same_step_after_a_checkpoint(tmp_path):
    """Fused kernels go wrong without a word if state and weights lie in memory in different orders."""
    parts, other = (built(tiny("model=resnet18", "optimizer=adam", "model.width=0.1")) for _ in range(2))

    def step(parts):
        for seed, parameter in enumerate(parts.learning.model.parameters()):
            noise = torch.rand(parameter.shape, generator=torch.Generator().manual_seed(seed))
            parameter.grad = torch.empty_like(parameter).copy_(noise)
        parts.learning.optimizer.step()

    step(parts)
    folder = RunFolder(tmp_path)
    folder.save_checkpoint("last.pt", to_checkpoint(TrainingState(), parts, RUNTIME))
    from_checkpoint(folder.load_checkpoint("last.pt"), other, RUNTIME)
    step(parts)
    step(other)
    torch.testing.assert_close(parts.learning.model.state_dict(), other.learning.model.state_dict(), rtol=0, atol=0)


def test_kept_weights_do_not_change_with_the_model():
    parts, state = built(tiny()), TrainingState()
    state.keep_weights(parts)
    before = state.best_weights["conv1.weight"].clone()
    with torch.no_grad():
        parts.learning.model.conv1.weight += 1
    assert torch.equal(state.best_weights["conv1.weight"], before)


@pytest.mark.parametrize("change", [{"model": {}}, {"runtime": None}, {"selection": {"epochs": 3}}, {"optimizer": 7}])
def test_checkpoint_of_something_else_is_refused(change):
    parts = built(tiny())
    checkpoint = to_checkpoint(TrainingState(), parts, RUNTIME) | change
    with pytest.raises(
        RunError, match=r"^the checkpoint is not of this run \(\w+Error\)\. Delete checkpoints/last\.pt, "
    ):
        from_checkpoint(checkpoint, parts, RUNTIME)


@pytest.mark.parametrize(
    ("now", "message"),
    [
        (Runtime(torch.device("cpu"), "fp32", 2), r"threads: the run was started with threads=1, got 2\."),
        (Runtime(torch.device("cpu"), "bf16", 1), r"precision: the run was started with precision=fp32, got bf16\."),
        (
            Runtime(torch.device("cpu"), "fp32", 1, compiles=True),
            r"compile: the run was started with compile=false, got true\.",
        ),
        (Runtime(torch.device("cuda"), "fp32", 1), r"device: the run was started with device=cpu, got cuda\."),
    ],
)
def test_other_machine_settings_are_refused(now, message):
    parts = built(tiny())
    checkpoint = to_checkpoint(TrainingState(), parts, RUNTIME)
    with pytest.raises(ConfigError, match=message + r" Go on with \S+, or train anew with rerun=true\."):
        from_checkpoint(checkpoint, parts, now)
