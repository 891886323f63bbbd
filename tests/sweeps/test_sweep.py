"""A sweep: what it runs again, what it says of those that fail, what it leaves."""

import re
from pathlib import Path

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.config.load import load
from cnnlab.outputs.study_folder import Study, StudyFolder
from cnnlab.runs import job
from tests.conftest import at_once
from tests.sweeps.sweep_maker import NAMED_ARMS, ended, main, study

pytestmark = pytest.mark.usefixtures("swept")


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


def test_results_hold_a_row_per_run(tmp_path):
    main(["-m", "optimizer=sgd,adam", "seed=0,1"])
    header, *rows = (tmp_path / "outputs" / "optimizer" / "results.csv").read_text().splitlines()
    assert header.startswith("optimizer,optimizer.lr,")
    assert [row.split(",")[0] for row in rows] == ["sgd", "adam", "sgd", "adam"]


def test_results_of_named_arms_name_them(tmp_path):
    main(["-m", *study(f"study: s\n{NAMED_ARMS}"), "seed=0"])
    header, *rows = (tmp_path / "outputs" / "s" / "results.csv").read_text().splitlines()
    assert {row.split(",")[header.split(",").index("arm")] for row in rows} == {"slow", "fast"}


def test_repeated_sweep_runs_what_is_not_finished(swept):
    assert main(["-m", "seed=0,13"]) == 1
    assert main(["-m", "seed=0,13,1"]) == 1
    assert [seed for *_, seed in swept] == [0, 13, 13, 1]


def test_rerun_runs_finished_ones_too(swept):
    assert main(["-m", "seed=0,1"]) == 0
    assert main(["-m", "seed=0,1", "rerun=true"]) == 0
    assert [seed for *_, seed in swept] == [0, 1, 0, 1]


def test_failing_run_does_not_stop_the_others_and_is_listed_with_its_reason(swept, capsys):
    assert main(["-m", "seed=13,1", "optimizer=adam,sgd"]) == 1
    assert len(swept) == 4
    assert capsys.readouterr().err.splitlines()[-5:] == [
        "2 of 4 runs failed:",
        "  failed   optimizer=adam seed=13",
        "           the disk is full",
        "  failed   optimizer=sgd seed=13",
        "           the disk is full",
    ]


def test_run_that_diverged_is_listed_with_what_its_folder_says(monkeypatch, capsys):
    def run(plain, overrides, **_):
        ended(load(plain), "diverged", error="the loss is not finite at step 3")
        return 1

    monkeypatch.setattr(job, "run", at_once(run))
    assert main(["-m", "seed=0,1"]) == 1
    assert capsys.readouterr().err.splitlines()[1:3] == [
        "  diverged seed=0",
        "           the loss is not finite at step 3",
    ]


LEADING = [
    ["tune", "optimizer.lr=log(1e-3,1)", "trials=2"],
    ["-m", "activation=relu,gelu,elu,tanh,silu", "epochs=2", "halving=true"],
    ["-m", "optimizer=sgd,adam", "fair=optimizer.lr=log(1e-3,1)", "trials=2"],
]


@pytest.mark.parametrize("words", LEADING)
def test_runs_that_were_to_lead_to_others_say_why_they_were_refused_and_without_any_result_all_failed(
    words, monkeypatch, capsys
):
    def run(plain, overrides, **_):
        raise ConfigError("batch_size: is too large.")

    monkeypatch.setattr(job, "run", at_once(run))
    assert main(words) == 1
    err = capsys.readouterr().err
    before, _, failed = err.partition(" failed:\n")
    assert re.search(r"  refused  .*seed=\d+ and \d+ more\n +batch_size: is too large\.\n", before)
    assert re.fullmatch(r"  failed   .* and \d+ more\n +batch_size: is too large\.\n", failed)


@pytest.mark.parametrize("words", LEADING)
def test_runs_that_all_diverged_answer_nothing(words, monkeypatch, capsys):
    def run(plain, overrides, **_):
        ended(load(plain), "diverged", error="the loss is not finite at step 3")
        return 1

    monkeypatch.setattr(job, "run", at_once(run))
    assert main(words) == 1
    out, err = capsys.readouterr()
    assert "  diverged " in err
    assert "Repeat the command" not in out


def test_arms_that_no_stage_leads_to_say_so(monkeypatch, capsys):
    def run(plain, overrides, **_):
        ended(load(plain), "diverged")
        return 1

    monkeypatch.setattr(job, "run", at_once(run))
    assert main([*LEADING[1], "study=mine"]) == 1
    assert {row.problem for row in StudyFolder.named("mine-halving").read_grid()} == {
        "no run that leads to it has a result"
    }


def test_sweep_without_a_valid_point_runs_nothing(swept, capsys):
    assert main(["-m", "optimizer.lr=-1,-2", "seed=0,1"]) == 2
    assert swept == []
    assert capsys.readouterr().err.splitlines() == [
        "optimizer.lr: must be > 0, got -1.",
        "optimizer.lr: must be > 0, got -2.",
    ]


def test_interrupted_sweep_starts_no_further_run_and_says_so_once(swept, run_errors, capsys):
    run_errors[0] = KeyboardInterrupt()
    assert main(["-m", "seed=0,1"]) == 130
    assert [seed for *_, seed in swept] == [0]
    out, err = capsys.readouterr()
    assert out.splitlines()[-2:] == [
        "interrupted: 0 of 2 runs done. Go on with:",
        "  cnnlab -m seed=0,1 plots=false",
    ]
    assert err == ""


def test_wrong_baseline_is_told_before_anything_is_trained(swept, capsys):
    assert main(["-m", "activation=relu,tanh", "baseline=gelu"]) == 2
    assert swept == []
    assert capsys.readouterr().err.startswith("baseline: unknown arm 'gelu'. Known: activation=relu, activation=tanh.")


def test_baseline_of_a_study_that_is_left_out_gives_way_to_the_first_arm(capsys):
    assert main(["-m", *study(f"baseline: slow\nstudy: s\n{NAMED_ARMS}"), "arm=fast"]) == 0
    note = "note     baseline: no arm 'slow' in this grid; so the question is which arm is the best\n"
    assert note in capsys.readouterr().out
    assert StudyFolder.named("s").read_study().baseline is None


def test_sweep_that_asks_something_else_is_kept_beside_the_first_one(capsys):
    first = StudyFolder.named("activation")
    main(["-m", "activation=relu,tanh"])
    before = {path.name: path.read_bytes() for path in first.path.iterdir() if path.is_file()}
    capsys.readouterr()
    main(["-m", "activation=relu,tanh", "epochs=3"])
    shown = capsys.readouterr().out
    assert shown.startswith(
        "note     outputs/activation holds another sweep (epochs 10, here 3), which is "
        "kept. This one is activation-2.\nsweep    activation-2: 2 runs\n"
    )
    assert shown.splitlines()[-1] == "open     outputs/activation-2/report.html"
    assert {path.name: path.read_bytes() for path in first.path.iterdir() if path.is_file()} == before
    main(["-m", "activation=relu,tanh,gelu", "epochs=3"])
    assert capsys.readouterr().out.startswith("sweep    activation-2: 3 runs, 2 done before\n")


def test_sweep_compares_its_own_grid_although_another_of_its_name_was_begun(monkeypatch):
    def run(plain, overrides, **_):
        ended(load(plain), "finished")
        StudyFolder.named("activation").write_grid(Study("activation", ""), [])
        return 0

    monkeypatch.setattr(job, "run", at_once(run))
    assert main(["-m", "activation=relu,tanh"]) == 0
    assert [row.arm for row in StudyFolder.named("activation").read_grid()] == ["activation=relu", "activation=tanh"]


def test_what_only_building_could_tell_is_said_once(run_errors, capsys):
    run_errors.update(dict.fromkeys((0, 1), ConfigError("dataset: too few images.")))
    assert main(["-m", "seed=0,1,2"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "2 of 3 runs failed:",
        "  failed   seed=0 and 1 more",
        "           dataset: too few images.",
    ]


def test_run_that_is_found_wrong_when_it_is_built_is_refused_in_the_grid(run_errors):
    run_errors[0] = ConfigError("batch_size: larger than the training split")
    assert main(["-m", "seed=0,1"]) == 1
    first, second = StudyFolder.named("seed").read_grid()
    assert (first.run_id, first.problem) == ("", "batch_size: larger than the training split")
    assert (bool(second.run_id), second.problem) == (True, "")


def test_sweep_whose_place_is_taken_ends_with_one_message_before_anything_runs(swept, capsys):
    Path("outputs").write_text("a file")
    assert main(["-m", "seed=0,1"]) == 1
    assert capsys.readouterr().err == (
        "outputs/seed: cannot be written (Not a directory). "
        "Work in a writable folder, or set outputs, cache_dir and data_dir to such folders.\n"
    )
    assert swept == []
