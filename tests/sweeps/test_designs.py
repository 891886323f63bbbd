"""A sweep is a conversation: a design is asked, told what became of its points, and asked again."""

import pytest

from cnnlab.base.errors import Interrupted, RunError
from cnnlab.base.hashing import FileHashes
from cnnlab.base.stopping import Stop
from cnnlab.config.load import load
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps.designs import Conversation, Ended, answer, grid, in_step
from cnnlab.sweeps.points import expand
from cnnlab.sweeps.sweep import Sweep
from tests.conftest import composed
from tests.sweeps.sweep_maker import ended


def seeds(*numbers, arms=("adam",), shared=()):
    axes = {"optimizer": [f"optimizer={name}" for name in arms], "seed": [f"seed={number}" for number in numbers]}
    return expand({"": ()}, axes, ["plots=false", *shared], list(axes))


@pytest.fixture
def trained(tmp_path, monkeypatch):
    """Launch by leaving the files of finished runs; return the seeds that were launched, round by round."""
    monkeypatch.chdir(tmp_path)
    rounds = []

    def launch(jobs):
        configs = [load(composed(*words)) for words in jobs]
        rounds.append([(config.optimizer.name, config.seed) for config in configs])
        for config in configs:
            ended(config, "diverged" if config.seed == 13 else "finished")
        return [Outcome(1 if config.seed == 13 else 0) for config in configs]

    launch.rounds = rounds
    return launch


def carried_out(design, launch):
    asked = Conversation(design)
    sweep = Sweep(asked, lambda words: composed(*words), command="cnnlab -m mine", hashes=FileHashes(), stop=Stop())
    sweep.carry_out(launch)
    return sweep


def test_grid_asks_once():
    design = grid(seeds(0, 1))
    assert next(design) == seeds(0, 1)
    assert answer(design, []) == []


def test_conversations_in_step_are_asked_at_once_and_each_is_told_what_is_its_own():
    told = {}

    def asking(name, *rounds):
        for points in rounds:
            told.setdefault(name, []).append([one.run_id for one in (yield points)])

    design = in_step([asking("a", ["a0", "a1"], ["a2"]), asking("none"), asking("b", ["b0"], ["b1"], ["b2"])])
    points, asked = next(design), []
    while points:
        asked.append(points)
        points = answer(design, [Ended(point, f"run {point}", "finished", {}) for point in points])
    assert asked == [["a0", "a1", "b0"], ["a2", "b1"], ["b2"]]
    assert told == {"a": [["run a0", "run a1"], ["run a2"]], "b": [["run b0"], ["run b1"], ["run b2"]]}


def test_design_is_told_what_became_of_its_points_in_the_order_asked(trained):
    told = []

    def two_rounds():
        told.append((yield seeds(1, 13)))
        told.append((yield seeds(2)))

    with pytest.raises(RunError, match=r"^1 of 3 runs failed:\n  diverged optimizer=adam seed=13\n"):
        carried_out(two_rounds(), trained)
    assert trained.rounds == [[("adam", 1), ("adam", 13)], [("adam", 2)]]
    assert [[(each.point.seed, each.status) for each in ended_round] for ended_round in told] == [
        [("seed=1", "finished"), ("seed=13", "diverged")],
        [("seed=2", "finished")],
    ]
    first = told[0][0]
    assert first.summary["test"]["accuracy"] == 0.8
    assert (RUNS / first.run_id).is_dir()


def test_refused_point_of_a_later_round_is_told_and_keeps_no_other_from_running(trained, capsys):
    told = []

    def rounds():
        yield seeds(0)
        told.extend((yield [*seeds(1), *seeds(2, shared=["epochs=-1"])]))

    with pytest.raises(RunError, match=r"^1 of 3 runs failed:\n  refused  optimizer=adam seed=2\n +epochs: must be"):
        carried_out(rounds(), trained)
    assert [(each.status, bool(each.run_id)) for each in told] == [("finished", True), ("refused", False)]
    assert trained.rounds == [[("adam", 0)], [("adam", 1)]]
    assert capsys.readouterr().err.startswith("  refused  optimizer=adam seed=2\n")


def test_every_round_is_in_the_grid_the_results_and_the_comparison(trained, capsys):
    def rounds():
        yield seeds(0, arms=("adam", "sgd"))
        yield seeds(1, arms=("adam", "sgd"))

    study = carried_out(rounds(), trained).study
    assert [(row.arm, row.seed) for row in study.read_grid()] == [
        (f"optimizer={name}", seed) for seed in "01" for name in ("adam", "sgd")
    ]
    assert len(study.read_rows("results.csv")) == 4
    assert [row["n"] for row in study.read_rows("comparison.csv")] == ["2", "2"]
    assert capsys.readouterr().out.count("sweep    optimizer: 2 runs\n") == 2


def test_point_that_is_asked_for_again_is_not_run_again(trained):
    def rounds():
        yield seeds(0, 1)
        yield seeds(1, 2)

    carried_out(rounds(), trained)
    assert trained.rounds == [[("adam", 0), ("adam", 1)], [("adam", 2)]]


def test_repeated_sweep_leads_the_same_conversation_without_running_anything(trained):
    heard = []

    def rounds():
        ended_round = yield seeds(0)
        heard.append([each.run_id for each in ended_round])
        if ended_round[0].summary["test"]["accuracy"] > 0.5:
            yield seeds(1)

    carried_out(rounds(), trained)
    carried_out(rounds(), trained)
    assert heard[0] == heard[1]
    assert [round_ for round_ in trained.rounds if round_] == [[("adam", 0)], [("adam", 1)]]


def test_interrupted_round_keeps_what_earlier_ones_did(trained, capsys):
    def interrupted(jobs):
        if any("seed=1" in words for words in jobs):
            raise KeyboardInterrupt
        return trained(jobs)

    def rounds():
        yield seeds(0)
        yield seeds(1)

    with pytest.raises(Interrupted, match=r"^$"):
        carried_out(rounds(), interrupted)
    assert capsys.readouterr().out.endswith("interrupted: 1 of 2 runs done. Go on with:\n  cnnlab -m mine\n")
    assert [row.seed for row in StudyFolder.named("optimizer").read_grid()] == ["0", "1"]


def test_run_that_fails_without_a_word_is_told_by_its_standing(trained):
    told = []

    def failing(jobs):
        folder = RunFolder(RUNS / "x")
        assert not folder.path.exists()
        return [Outcome(1, "the disk is full") for _ in jobs]

    def rounds():
        told.extend((yield seeds(0)))

    with pytest.raises(RunError, match="the disk is full"):
        carried_out(rounds(), failing)
    assert [(each.status, each.summary) for each in told] == [("failed", {})]
