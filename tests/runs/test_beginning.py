from cnnlab.base.stopping import Stop
from cnnlab.base.turns import finish
from cnnlab.config.run_config import to_plain
from cnnlab.data.library import DataLibrary
from cnnlab.runs.beginning import Beginning
from tests.conftest import tiny


def beginning(*overrides):
    asked.clear()
    return Beginning(lambda: asked.append(1) or (to_plain(tiny(*overrides)), ["epochs=2"]), DataLibrary(), Stop())


asked = []


def test_run_on_the_cpu_has_no_kind_and_one_that_is_nowhere_to_be_had_neither():
    assert beginning().kind is None
    assert beginning("device=cuda:99").kind is None
    assert beginning("device=tpu").kind is None


def test_runs_on_a_gpu_are_of_a_kind_where_the_process_computes_alike(monkeypatch):
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    first = beginning("device=cuda").kind
    assert first == beginning("device=cuda", "optimizer=sgd", "batch_size=8").kind
    for other in ("device=cuda:1", "deterministic=false", "precision=fp32", "threads=1"):
        own = [text for text in ("device=cuda", other) if not (text == "device=cuda" and other.startswith("device"))]
        assert beginning(*own).kind not in (None, first)


def test_run_is_composed_once_and_carried_out(in_empty_folder):
    run = beginning("epochs=1")
    assert run.kind is None
    assert finish(run.begin(run.new_track())).code == 0
    assert len(asked) == 1
