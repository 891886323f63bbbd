"""Fair comparisons as typed, whose runs end as told: which study, which runs, what is refused, what repeating does."""

import pytest

from cnnlab.base.errors import ConfigError, Interrupted
from cnnlab.base.hashing import FileHashes
from cnnlab.base.stopping import Stop
from cnnlab.cli.hydra_errors import explained
from cnnlab.config.load import load
from cnnlab.outputs.fair_tuning import read_fair, read_untuned
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps.fair.beginning import begin_fair
from cnnlab.sweeps.points import expand
from cnnlab.sweeps.sweep import Sweep
from tests.conftest import composed
from tests.sweeps.sweep_maker import ended

RATE = "optimizer.lr=log(1e-4,1)"


def compose(*words):
    """Compose a point, and say what is wrong with it as a command does."""
    with explained():
        return composed(*words)


def begun(*words, texts=(RATE,), arms=("sgd", "adam"), steering=("trials=3",)):
    """Begin a fair comparison of optimizers."""
    axes = {"optimizer": [f"optimizer={name}" for name in arms]}
    seeds = next((word.partition("=")[2].split(",") for word in words if word.startswith("seed=")), [])
    axes |= {"seed": [f"seed={seed}" for seed in seeds]} if len(seeds) > 1 else {}
    shared = ["plots=false", *(word for word in words if word.partition("=")[0] not in axes)]
    typed = {word.partition("=")[0]: word for word in (*words, *steering)}
    return begin_fair(expand({"": ()}, axes, shared, list(axes)), texts, lambda own: compose(*own), typed)


@pytest.fixture
def trained(tmp_path, monkeypatch):
    """Launch by leaving the files of runs, which are good at rates about 0.01; list what was launched."""
    monkeypatch.chdir(tmp_path)
    launched = []

    def launch(jobs):
        for words in jobs:
            config = load(compose(*words))
            launched.append(config)
            if len(launched) == launch.killed_at:
                raise KeyboardInterrupt
            rate = config.chosen("optimizer").options["lr"]
            ended(config, "finished", accuracy=0.9 if 0.003 < rate < 0.03 else 0.6)
        return [Outcome(0) for _ in jobs]

    launch.launched, launch.killed_at = launched, None
    return launch


def carried_out(launch, *words, **more):
    sweep = Sweep(
        begun(*words, **more), lambda own: compose(*own), command="cnnlab -m mine", hashes=FileHashes(), stop=Stop()
    )
    sweep.carry_out(launch)
    return sweep.study


def test_grid_of_the_study_is_the_comparison_and_its_trials_lie_beside(trained):
    study = carried_out(trained, "seed=0,1")
    assert study.path.name == "optimizer-fair"
    rows = study.read_grid()
    assert [(row.arm, row.seed) for row in rows] == [
        (f"optimizer={name}", seed) for seed in "01" for name in ("sgd", "adam")
    ]
    trials = study.read_rows("trials.csv")
    assert [row["arm"] for row in trials] == ["optimizer=sgd"] * 3 + ["optimizer=adam"] * 3
    assert [row["optimizer.lr"] for row in trials[:3]] == [
        row["optimizer.lr"] for row in trials[3:]
    ]  # one sampler's seed
    assert {config.seed for config in trained.launched[:6]} == {10_000}
    tuning = read_fair(study)
    assert (tuning.trials, tuning.seed, [arm.ended for arm in tuning.arms]) == (3, 10_000, [{"finished": 3}] * 2)
    assert [(row.arm, row.seed) for row in read_untuned(study)] == [(row.arm, row.seed) for row in rows]
    assert [row["n"] for row in study.read_rows("comparison.csv")] == ["2", "2"]


def test_repeated_comparison_trains_nothing(trained):
    first = carried_out(trained, "seed=0,1")
    files = {name: (first.path / name).read_bytes() for name in ("runs.csv", "trials.csv", "fair.json", "untuned.csv")}
    num = len(trained.launched)
    assert num == 6 + 4 + 4
    assert carried_out(trained, "seed=0,1").path == first.path
    assert len(trained.launched) == num
    assert files == {name: (first.path / name).read_bytes() for name in files}


@pytest.mark.parametrize("killed_at", [2, 5, 9, 12])
def test_killed_comparison_goes_on_to_the_same_end(trained, killed_at, tmp_path, monkeypatch):
    unbroken = carried_out(trained, "seed=0,1").read_grid()
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    trained.launched.clear()
    trained.killed_at = killed_at
    with pytest.raises(Interrupted, match=r"^$"):
        carried_out(trained, "seed=0,1")
    study = StudyFolder.named("optimizer-fair")
    if killed_at < 10:
        assert {row.problem for row in study.read_grid()} == {
            "its settings are being searched. Repeat the command to go on."
        }
    trained.killed_at = None
    assert carried_out(trained, "seed=0,1").read_grid() == unbroken


def test_other_trials_or_another_space_are_another_question_and_more_arms_are_not(trained):
    names = [
        carried_out(trained, "seed=0,1", **more).path.name
        for more in (
            {},
            {"steering": ("trials=2",)},
            {"texts": ("optimizer.lr=log(1e-3,1)",)},
            {"texts": (RATE, "optimizer.weight_decay=log(1e-6,1e-2)")},
            {"arms": ("sgd", "adam", "muon")},
        )
    ]
    assert names == ["optimizer-fair", *(f"optimizer-fair-{number}" for number in (2, 3, 4)), "optimizer-fair"]


def test_comparison_takes_five_seeds_unless_others_are_typed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert [row.seed for row in begun().pending[::2]] == ["0", "1", "2", "3", "4"]
    assert [row.seed for row in begun("seed=7").pending] == ["7", "7"]
    assert next(begun("seed=10000,10001").design)[0].seed == "seed=10002"
    decided = begun(steering=("until=decided", "max_seeds=12"))
    assert [row.seed for row in decided.pending[::2]] == ["0", "1", "2", "3", "4"]
    assert decided.plan.looks == (5, 8, 12)
    assert decided.study.path.name == "optimizer-fair-decided"


def test_untuned_arms_are_shown_where_runs_exist_if_they_are_not_to_be_trained(trained):
    ended(load(compose("optimizer=sgd", "seed=1", "plots=false")), "finished")
    study = carried_out(trained, "seed=0,1", steering=("trials=2", "untuned=false"))
    assert [(row.arm, row.seed) for row in read_untuned(study)] == [("optimizer=sgd", "1")]
    assert len(trained.launched) == 4 + 4


def test_key_that_an_arm_lacks_is_left_out_for_it(trained):
    space = f"{RATE} optimizer.momentum=uniform(0.5,0.95)"
    study = carried_out(trained, "seed=0,1", arms=("momentum", "adam"), texts=[space])
    momentum, adam = read_fair(study).arms
    assert set(momentum.values) == {"optimizer.lr", "optimizer.momentum"}
    assert set(adam.values) == {"optimizer.lr"}
    assert (momentum.without, adam.without) == ([], ["optimizer.momentum"])
    assert momentum.ended == adam.ended == {"finished": 3}


def test_arm_that_diverged_in_trials_is_no_failure_but_one_that_is_compared_is(trained):
    def launch(jobs):
        outcomes = trained(jobs)
        for config in trained.launched[-len(jobs) :]:
            if config.optimizer.name == "adam" and config.seed in launch.diverging:
                ended(config, "diverged")
        return outcomes

    launch.diverging = (10_000,)
    study = carried_out(launch, "seed=0,1")
    assert read_fair(study).arms[1].ended == {"diverged": 3}


@pytest.mark.parametrize(
    ("begin", "message"),
    [
        ({"arms": ("sgd",)}, r"^fair: compares arms, got one\. Sweep over something: optimizer=sgd,adam, or search"),
        ({"texts": ["optimizer.momentum=uniform(0,1)"]}, r"^optimizer\.momentum: unknown"),
        ({"steering": ("storage=sqlite:///x",)}, r"^storage: does not go with fair=, got sqlite:///x\. Leave it out\."),
        ({"steering": ("pruner=median",)}, r"^pruner: does not go with fair=, got median\. Leave it out\."),
        ({"steering": ("trials=0",)}, r"^trials: must be > 0, got 0"),
        ({"steering": ("max_seeds=9",)}, r"^max_seeds: goes with until=decided, got 9"),
    ],
)
def test_what_does_not_go_together_is_told(begin, message):
    with pytest.raises(ConfigError, match=message):
        begun(**begin)


def test_validation_and_folds_are_asked_about():
    with pytest.raises(ConfigError, match=r"^fair: tunes by the validation accuracy, got dataset\.val_fraction=0"):
        begun("dataset.val_fraction=0")
    with pytest.raises(ConfigError, match=r"^fair: compares arms over fresh seeds, where folds are fixed"):
        begun("dataset.folds=5", "dataset.fold=1")
