"""A sweep: which runs in which order, what happens to wrong and failing ones, what is shown at the end."""

import pytest

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.cli import main as cli
from cnnlab.config.identity import run_id
from cnnlab.config.load import load
from cnnlab.config.run_config import to_plain
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status, write_status
from cnnlab.outputs.study_folder import Study, StudyFolder
from cnnlab.runs import job as train
from tests.cli.test_main import OPTIMIZERS


def main(words):
    """Run a command without pictures, which take seconds."""
    return cli.main([*words, "plots=false"])


@pytest.fixture
def errors():
    """What runs end by, by their seed."""
    return {13: RunError("the disk is full")}


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch, errors):
    """Take the place of training; return the settings of what was trained, in order."""
    monkeypatch.chdir(tmp_path)
    trained = []

    def run(plain, overrides, *, in_sweep, library):
        config = load(plain)
        trained.append((config.optimizer.name, config.activation.name, config.seed))
        if config.seed in errors:
            raise errors[config.seed]
        ended(config, "finished")
        return 0

    monkeypatch.setattr(train, "run", run)
    return trained


def ended(config, status, **more):
    """Leave the files of a run that has ended, pictures included."""
    folder = RunFolder(RUNS / run_id(config))
    folder.write_config(to_plain(config), [])
    summary = {
        "status": status, "best_epoch": 3, "selected_by": "validation accuracy", "val": {"accuracy": 0.9},
        "test": {"accuracy": 0.8, "majority_accuracy": 0.1}, "seconds": {"train": 1.5, "total": 2.0},
        "images_per_second": 100.0, "parameters": 10,
    }  # fmt: skip
    folder.write_json("summary.json", summary)
    (folder.path / "plots").mkdir(exist_ok=True)
    (folder.path / "plots" / "curves.png").touch()
    write_status(folder, status, **more)


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


def test_nothing_but_runs_and_the_study_is_written(tmp_path):
    assert main(["-m", "seed=0,1"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["outputs"]
    assert {path.name for path in (tmp_path / "outputs").iterdir()} == {"runs", "seed"}


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("optimizer=sgd,adam seed=0,1", "optimizer"),
        ("activation=relu,gelu optimizer.lr=0.1,0.2", "activation-optimizer.lr"),
        ("seed=0,1", "seed"),
        ("optimizer=sgd", "sweep"),
        ("optimizer=sgd,adam study=mine", "mine"),
    ],
)
def test_sweep_without_a_name_is_named_after_what_is_swept(typed, name, tmp_path):
    assert main(["-m", *typed.split()]) == 0
    assert {path.name for path in (tmp_path / "outputs").iterdir()} == {"runs", name}


def test_grid_says_what_every_point_was_and_which_run_it_is(tmp_path):
    main(["-m", "optimizer=sgd,adma", "seed=0,1"])
    rows = StudyFolder.named("optimizer").read_grid()
    assert [(row.arm, row.seed, row.overrides) for row in rows] == [
        (f"optimizer={name}", seed, f"optimizer={name} seed={seed}") for seed in "01" for name in ("sgd", "adma")
    ]
    assert [bool(row.run_id) for row in rows] == [True, False, True, False]
    assert rows[1].problem.startswith("optimizer: unknown 'adma'. Did you mean 'adam'?")


def test_arms_of_a_switch_are_called_as_typed():
    assert main(["-m", "watch_test=true,false", "baseline=false", "study=switch"]) == 0
    assert [row.arm for row in StudyFolder.named("switch").read_grid()] == ["watch_test=true", "watch_test=false"]


def test_results_hold_a_row_per_run(tmp_path):
    main(["-m", "optimizer=sgd,adam", "seed=0,1"])
    header, *rows = (tmp_path / "outputs" / "optimizer" / "results.csv").read_text().splitlines()
    assert header.startswith("optimizer,optimizer.lr,")
    assert [row.split(",")[0] for row in rows] == ["sgd", "adam", "sgd", "adam"]


def test_study_keeps_its_question_and_the_command(tmp_path):
    text = "study: depth\nbaseline: optimizer=adam\nreported: {optimizer=sgd: {test_accuracy: 0.5}}\n"
    words = study(tmp_path, f"# cnnlab -m experiment=mine\n# Is it so?\n{text}")
    assert main(["-m", *words, "optimizer=sgd,adam"]) == 0
    assert StudyFolder.named("depth").read_study() == Study(
        "depth", f"cnnlab -m --config-dir {tmp_path}/own experiment=mine optimizer=sgd,adam plots=false",
        question="Is it so?", baseline="optimizer=adam", reported={"optimizer=sgd": {"test_accuracy": 0.5}},
    )  # fmt: skip


ARMS = """hydra:
  sweeper:
    arms: {slow: [optimizer=sgd, activation=tanh], fast: [optimizer=adam]}
    params: {seed: "0,1"}
"""


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", [("sgd", "tanh", 0), ("adam", "relu", 0), ("sgd", "tanh", 1), ("adam", "relu", 1)]),
        ("seed=7", [("sgd", "tanh", 7), ("adam", "relu", 7)]),
        ("arm=fast", [("adam", "relu", 0), ("adam", "relu", 1)]),
        ("arm=fast,slow seed=0", [("adam", "relu", 0), ("sgd", "tanh", 0)]),
        ("activation=gelu seed=0", [("sgd", "gelu", 0), ("adam", "gelu", 0)]),
        ("activation=gelu,elu seed=0", [(o, a, 0) for a in ("gelu", "elu") for o in ("sgd", "adam")]),
    ],
)
def test_named_arms_are_run_with_every_value_and_what_is_typed_beats_them(typed, expected, runs, tmp_path):
    assert main(["-m", *study(tmp_path, ARMS), *typed.split()]) == 0
    assert runs == expected


def test_points_of_named_arms_carry_the_name(tmp_path):
    main(["-m", *study(tmp_path, f"study: s\n{ARMS}"), "activation=gelu,elu", "seed=0"])
    rows = StudyFolder.named("s").read_grid()
    assert [row.arm for row in rows] == [f"{arm} activation={a}" for a in ("gelu", "elu") for arm in ("slow", "fast")]
    assert rows[0].overrides == "optimizer=sgd activation=gelu"


def test_unknown_arm_names_the_nearest(tmp_path, capsys):
    assert main(["-m", *study(tmp_path, ARMS), "arm=fats,slow"]) == 2
    assert capsys.readouterr().err == "arm: unknown 'fats'. Did you mean 'fast'? Known: fast, slow.\n"


def test_arms_can_be_chosen_only_where_they_have_names(capsys):
    assert main(["-m", "arm=fast", "seed=0,1"]) == 2
    assert capsys.readouterr().err == "arm: this sweep has no named arms, got fast. They come with a study.\n"


def test_study_with_named_arms_is_refused_without_m(tmp_path, capsys):
    assert main(study(tmp_path, ARMS)) == 2
    assert "is a sweep, and a sweep needs -m: cnnlab -m " in capsys.readouterr().err


def test_repeated_sweep_runs_what_is_not_finished(runs):
    assert main(["-m", "seed=0,13"]) == 1
    assert main(["-m", "seed=0,13,1"]) == 1
    assert [seed for *_, seed in runs] == [0, 13, 13, 1]


def test_rerun_runs_finished_ones_too(runs):
    assert main(["-m", "seed=0,1"]) == 0
    assert main(["-m", "seed=0,1", "rerun=true"]) == 0
    assert [seed for *_, seed in runs] == [0, 1, 0, 1]


def test_failing_run_does_not_stop_the_others_and_is_listed_with_its_reason(runs, capsys):
    assert main(["-m", "seed=13,1", "optimizer=adam,sgd"]) == 1
    assert len(runs) == 4
    assert capsys.readouterr().err.splitlines()[-5:] == [
        "2 of 4 runs failed:",
        "  failed   optimizer=adam seed=13",
        "           the disk is full",
        "  failed   optimizer=sgd seed=13",
        "           the disk is full",
    ]


def test_run_that_diverged_is_listed_with_what_its_folder_says(monkeypatch, capsys):
    def run(plain, overrides, *, in_sweep, library):
        ended(load(plain), "diverged", error="the loss is not finite at step 3")
        return 1

    monkeypatch.setattr(train, "run", run)
    assert main(["-m", "seed=0,1"]) == 1
    assert capsys.readouterr().err.splitlines()[1:3] == [
        "  diverged seed=0",
        "           the loss is not finite at step 3",
    ]


def test_wrong_points_are_told_before_the_others_run(runs, capsys):
    assert main(["-m", "optimizer=adam,sgd,adma", "seed=0,1", "optimizer.betas=[0.8,0.9]"]) == 1
    assert runs == [("adam", "relu", 0), ("adam", "relu", 1)]
    refused = [
        "  refused  optimizer=sgd seed=0 and 1 more",
        "           optimizer.betas: unknown key. optimizer takes: lr, weight_decay.",
        "  refused  optimizer=adma seed=0 and 1 more",
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
    assert lines[0] == "sweep    seed: 2 runs"
    assert any(line.split() == ["seed", "n", "val", "%", "test", "%"] or "one arm" in line.lower() for line in lines)
    assert lines[-1] == "open     outputs/seed/report.html"


def test_interrupted_sweep_starts_no_further_run(runs, errors, capsys):
    errors[0] = KeyboardInterrupt()
    assert main(["-m", "seed=0,1"]) == 130
    assert [seed for *_, seed in runs] == [0]
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "interrupted: 0 of 2 runs are done. Go on with:",
        "  cnnlab -m seed=0,1 plots=false",
    ]


def test_unexpected_exception_in_a_run_keeps_its_traceback_and_the_others_run(runs, errors, capsys):
    errors[0] = ZeroDivisionError("of mine")
    assert main(["-m", "seed=0,1"]) == 1
    assert [seed for *_, seed in runs] == [0, 1]
    (trace,) = RUNS.glob("*/error.txt")
    assert capsys.readouterr().err.splitlines() == [
        "1 of 2 runs failed:",
        "  failed   seed=0",
        "           ZeroDivisionError: of mine",
        f"           The traceback is in {trace}.",
    ]
    assert trace.read_text().startswith("Traceback")


def test_full_disk_does_not_keep_a_sweep_from_telling_what_failed(errors, monkeypatch, capsys):
    def full(*_):
        raise OSError(28, "No space left on device")

    errors[0] = ZeroDivisionError("of mine")
    monkeypatch.setattr(RunFolder, "write_error", full)
    assert main(["-m", "seed=0,1"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "1 of 2 runs failed:",
        "  failed   seed=0",
        "           ZeroDivisionError: of mine",
    ]


def test_run_that_failed_before_it_began_is_failed_in_its_files_and_in_the_comparison(capsys):
    assert main(["-m", "seed=1,13"]) == 1
    folder = RunFolder(next(RUNS.glob("*-s13-*")))
    assert read_status(folder) == {"status": "failed", "error": "the disk is full"}
    out = capsys.readouterr().out
    assert "2/2 failed      seed=13  the disk is full" in out
    assert "failed   all runs (seed 13): the disk is full." in out


def test_plan_shows_every_run_and_runs_nothing(runs, capsys):
    main(["-m", "seed=0", "epochs=1"])
    capsys.readouterr()
    assert main(["-m", "seed=0,1", "epochs=1", "plan=true"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "plan     seed: 2 runs, 1 finished, 1 to do"
    assert [line.split()[:3] for line in lines[1:5:2]] == [["finished", "seed=0"], ["to", "do", "seed=1"]]
    assert len(runs) == 1


def test_plan_of_a_finished_sweep_says_that_nothing_is_left(capsys):
    main(["-m", "seed=0,1"])
    capsys.readouterr()
    assert main(["-m", "seed=0,1", "plan=true"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "total    nothing to do"


def test_plan_with_wrong_points_ends_with_1(runs, capsys):
    assert main(["-m", "optimizer.lr=0.1,-1", "plan=true", "model.width=0.05"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "1 run would be refused, see above."


def test_plugins_of_a_study_are_refused_for_every_run(runs, tmp_path, capsys):
    assert main(["-m", *study(tmp_path, "plugins: [parts.py]\n"), "seed=0,1"]) == 2
    expected = "plugins: count on the command line only. If you trust the files, type plugins=[parts.py].\n"
    assert capsys.readouterr().err == expected
    assert runs == []


def test_wrong_baseline_is_told_before_anything_is_trained(runs, capsys):
    assert main(["-m", "activation=relu,tanh", "baseline=gelu"]) == 2
    assert runs == []
    assert capsys.readouterr().err.startswith("baseline: unknown arm 'gelu'. Known: activation=relu, activation=tanh.")


def test_baseline_of_a_study_that_is_left_out_gives_way_to_the_first_arm(tmp_path, capsys):
    assert main(["-m", *study(tmp_path, f"baseline: slow\nstudy: s\n{ARMS}"), "arm=fast"]) == 0
    assert "note     baseline: no arm 'slow' in this grid, fast is taken\n" in capsys.readouterr().out
    assert StudyFolder.named("s").read_study().baseline is None


def test_sweep_that_takes_the_place_of_another_says_so(capsys):
    main(["-m", "activation=relu,tanh"])
    capsys.readouterr()
    main(["-m", "activation=relu,tanh", "epochs=3"])
    assert "note     outputs/activation holds another sweep; its comparison is replaced" in capsys.readouterr().out
    main(["-m", "activation=relu,tanh,gelu", "epochs=3"])
    assert "holds another sweep" not in capsys.readouterr().out


def test_sweep_compares_its_own_grid_although_another_of_its_name_was_begun(monkeypatch):
    def run(plain, overrides, *, in_sweep, library):
        ended(load(plain), "finished")
        StudyFolder.named("activation").write_grid(Study("activation", ""), [])
        return 0

    monkeypatch.setattr(train, "run", run)
    assert main(["-m", "activation=relu,tanh"]) == 0
    assert [row.arm for row in StudyFolder.named("activation").read_grid()] == ["activation=relu", "activation=tanh"]


def test_run_whose_result_is_lost_is_a_failure(capsys):
    main(["-m", "seed=0,1"])
    damaged = next(RUNS.glob("*-s0-*")) / "summary.json"
    damaged.unlink()
    assert main(["-m", "seed=0,1"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0:2] == ["1 of 2 runs failed:", "  failed   seed=0"]
    assert lines[2].strip().startswith(f"{damaged}: is missing. The run has ended, but its result is lost.")


def test_run_that_is_found_wrong_when_it_is_built_is_refused_in_the_grid(errors):
    errors[0] = ConfigError("batch_size: larger than the training split")
    assert main(["-m", "seed=0,1"]) == 1
    first, second = StudyFolder.named("seed").read_grid()
    assert (first.run_id, first.problem) == ("", "batch_size: larger than the training split")
    assert (bool(second.run_id), second.problem) == (True, "")


def test_results_of_named_arms_name_them(tmp_path):
    main(["-m", *study(tmp_path, f"study: s\n{ARMS}"), "seed=0"])
    header, *rows = (tmp_path / "outputs" / "s" / "results.csv").read_text().splitlines()
    assert {row.split(",")[header.split(",").index("arm")] for row in rows} == {"slow", "fast"}


def test_interrupted_sweep_says_so_once(errors, capsys):
    errors[0] = KeyboardInterrupt()
    assert main(["-m", "seed=0,1"]) == 130
    assert capsys.readouterr().err == ""
