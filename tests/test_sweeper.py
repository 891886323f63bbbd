"""A sweep: which runs in which order, what happens to wrong and failing ones, what is shown at the end."""

import pytest

from cnnlab.artifacts import RUNS, RunFolder
from cnnlab.cli import main
from cnnlab.commands import train
from cnnlab.config import load, to_plain
from cnnlab.errors import RunError
from cnnlab.identity import run_id
from tests.test_cli import OPTIMIZERS


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    """Take the place of training: seed 13 fails; return the settings of what was trained, in order."""
    monkeypatch.chdir(tmp_path)
    trained = []

    def run(plain, overrides):
        config = load(plain)
        trained.append((config.optimizer.name, config.activation.name, config.seed))
        if config.seed == 13:
            raise RunError("the disk is full")
        folder = RunFolder(RUNS / run_id(config))
        folder.write_config(to_plain(config), overrides)
        folder.write_status("finished")
        summary = {"best_epoch": 3, "val": {"accuracy": 0.9}, "test": {"accuracy": 0.8}, "seconds": {"train": 1.5}}
        folder.write_json("summary.json", summary)
        return 0

    monkeypatch.setattr(train, "run", run)
    return trained


def study(folder, text):
    path = folder / "own" / "experiment" / "mine.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(f"# @package _global_\n{text}")
    return ["--config-dir", str(folder / "own"), "experiment=mine"]


def test_seeds_are_outermost_and_the_rest_is_in_the_order_typed(runs):
    assert main(["-m", "seed=1,0", "optimizer=sgd,adam"]) == 0
    assert runs == [("sgd", "relu", 1), ("adam", "relu", 1), ("sgd", "relu", 0), ("adam", "relu", 0)]


@pytest.mark.parametrize("line", ["-m train seed=0,1", "train -m seed=0,1", "seed=0,1 -m", "train seed=0,1 --multirun"])
def test_flag_of_a_sweep_may_stand_anywhere(line, runs):
    assert main(line.split()) == 0
    assert [seed for *_, seed in runs] == [0, 1]


@pytest.mark.parametrize(
    ("values", "names"),
    [("optimizer=glob(adam*)", ["adam", "adamw"]), ("optimizer=choice(sgd,adam)", ["sgd", "adam"])],
)
def test_values_may_be_given_as_glob_or_choice(values, names, runs):
    assert main(["-m", values]) == 0
    assert [name for name, *_ in runs] == names


def test_range_of_seeds(runs):
    assert main(["-m", "seed=range(3)"]) == 0
    assert [seed for *_, seed in runs] == [0, 1, 2]


def test_single_values_alone_are_a_sweep_of_one_run(runs):
    assert main(["-m", "seed=4"]) == 0
    assert runs == [("adam", "relu", 4)]


def test_study_brings_its_grid(runs, tmp_path):
    assert main(["-m", *study(tmp_path, 'hydra: {sweeper: {params: {activation: "relu,gelu", seed: "0,1"}}}')]) == 0
    assert runs == [("adam", "relu", 0), ("adam", "gelu", 0), ("adam", "relu", 1), ("adam", "gelu", 1)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("seed=7", [("adam", "relu", 7), ("adam", "gelu", 7)]),
        ("activation=tanh seed=5,6", [("adam", "tanh", 5), ("adam", "tanh", 6)]),
        (
            "optimizer=sgd,adam seed=0",
            [("sgd", "relu", 0), ("adam", "relu", 0), ("sgd", "gelu", 0), ("adam", "gelu", 0)],
        ),
        ("~hydra.sweeper.params.activation", [("adam", "relu", 0), ("adam", "relu", 1)]),
    ],
)
def test_what_is_typed_beats_the_grid_of_a_study(typed, expected, runs, tmp_path):
    words = study(tmp_path, 'hydra: {sweeper: {params: {activation: "relu,gelu", seed: "0,1"}}}')
    assert main(["-m", *words, *typed.split()]) == 0
    assert sorted(runs) == sorted(expected)


def test_two_studies_at_once_are_refused(capsys):
    assert main(["-m", "experiment=optimizers,other"]) == 2
    assert "experiment: one study at a time, each brings its own sweep.\n" in capsys.readouterr().err


def test_interval_is_refused(capsys):
    assert main(["-m", "optimizer.lr=interval(0,1)"]) == 2
    expected = "optimizer.lr: a sweep takes single values, got interval(0,1). List them: a,b,c.\n"
    assert capsys.readouterr().err == expected


def test_points_that_are_the_same_run_are_run_once(runs):
    assert main(["-m", "optimizer.lr=0.001,1e-3", "seed=0,0"]) == 0
    assert len(runs) == 1


def test_nothing_but_runs_is_written(tmp_path):
    assert main(["-m", "seed=0,1"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["outputs"]
    assert [path.name for path in (tmp_path / "outputs").iterdir()] == ["runs"]


def test_failing_run_does_not_stop_the_others_and_is_listed_with_its_reason(runs, capsys):
    assert main(["-m", "seed=13,1", "optimizer=adam,sgd"]) == 1
    assert len(runs) == 4
    assert capsys.readouterr().err.splitlines()[-5:] == [
        "2 of 4 runs failed:",
        "  failed   seed=13 optimizer=adam",
        "           the disk is full",
        "  failed   seed=13 optimizer=sgd",
        "           the disk is full",
    ]


def test_run_that_diverged_is_listed_with_what_its_folder_says(monkeypatch, capsys):
    def run(plain, overrides):
        RunFolder(RUNS / run_id(load(plain))).write_status("diverged", error="the loss is not finite at step 3")
        return 1

    monkeypatch.setattr(train, "run", run)
    assert main(["-m", "seed=0,1"]) == 1
    assert capsys.readouterr().err.splitlines()[1:3] == [
        "  failed   seed=0",
        "           diverged: the loss is not finite at step 3",
    ]


def test_wrong_points_are_told_before_the_others_run(runs, capsys):
    assert main(["-m", "optimizer=adam,sgd,adma", "seed=0,1", "optimizer.betas=[0.8,0.9]"]) == 1
    assert runs == [("adam", "relu", 0), ("adam", "relu", 1)]
    refused = [
        "  refused  seed=0 optimizer=sgd and 1 more",
        "           optimizer.betas: unknown key. optimizer takes: lr, weight_decay.",
        "  refused  seed=0 optimizer=adma and 1 more",
        f"           optimizer: unknown 'adma'. Did you mean 'adam'? {OPTIMIZERS}",
    ]
    assert capsys.readouterr().err.splitlines() == [*refused, "4 of 6 runs failed:", *refused]


def test_sweep_without_a_valid_point_runs_nothing(runs, capsys):
    assert main(["-m", "optimizer.lr=-1,-2", "seed=0,1"]) == 2
    assert runs == []
    assert capsys.readouterr().err.splitlines() == [
        "optimizer.lr: must be > 0, got -1.",
        "optimizer.lr: must be > 0, got -2.",
    ]


def test_sweep_ends_with_its_table_and_what_to_open(capsys):
    assert main(["-m", "seed=0,1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "sweep    2 runs"
    assert lines[-4].split() == ["run", "status", "epoch", "val", "%", "test", "%", "seconds"]
    assert lines[-3].split()[1:] == ["finished", "3", "90.00", "80.00", "1.5"]
    assert lines[-1].startswith("open     outputs/runs/cnn6-batch-relu-adam-s")


def test_interrupted_sweep_starts_no_further_run(monkeypatch, capsys):
    started = []

    def run(plain, overrides):
        started.append(plain["seed"])
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "run", run)
    assert main(["-m", "seed=0,1"]) == 130
    assert started == [0]
    assert capsys.readouterr().err == "interrupted. What is done is kept; repeat the command to go on.\n"


def test_unexpected_exception_in_a_run_is_shown_and_the_others_run(monkeypatch, capsys):
    def run(plain, overrides):
        if plain["seed"] == 0:
            raise ZeroDivisionError("of mine")
        return 0

    monkeypatch.setattr(train, "run", run)
    assert main(["-m", "seed=0,1"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("Traceback")
    assert lines[-3:] == [
        "1 of 2 runs failed:",
        "  failed   seed=0",
        "           ZeroDivisionError: of mine",
    ]


def test_plan_shows_every_run_and_runs_nothing(runs, capsys):
    main(["-m", "seed=0"])
    capsys.readouterr()
    assert main(["-m", "seed=0,1", "plan=true"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines[1::2]] == [["finished", "seed=0"], ["to", "do", "seed=1"]]
    assert len(runs) == 1


def test_plan_with_wrong_points_ends_with_1(runs, capsys):
    assert main(["-m", "optimizer.lr=0.1,-1", "plan=true"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "1 run would be refused, see above."


def test_plugins_of_a_study_are_refused_for_every_run(runs, tmp_path, capsys):
    assert main(["-m", *study(tmp_path, "plugins: [parts.py]\n"), "seed=0,1"]) == 2
    expected = "plugins: count on the command line only. If you trust the files, type plugins=[parts.py].\n"
    assert capsys.readouterr().err == expected
    assert runs == []
