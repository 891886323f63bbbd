"""A fair comparison in a process of its own, really trained."""

from cnnlab.outputs.study_folder import StudyFolder
from tests.conftest import cnnlab
from tests.sweeps.sweep_maker import TINY

WORDS = (
    "-m",
    "optimizer=sgd,adam",
    "fair=optimizer.lr=log(1e-3,1)",
    "trials=2",
    "seed=0,1",
    "dataset.per_class=5",
    *TINY,
)


def test_command_tunes_compares_and_shows_both(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = cnnlab(*WORDS, "hydra/launcher=cnnlab")
    assert ended.returncode == 0, ended.stderr
    assert "sweep    optimizer-fair: 8 runs\n" in ended.stdout  # two trials and two untuned runs of each arm
    assert "sweep    optimizer-fair: 4 runs\n" in ended.stdout
    assert "Each arm was tuned before with 2 trials of 1 epoch, on validation alone" in ended.stdout
    assert "optimizer  chose" in ended.stdout
    study = StudyFolder.named("optimizer-fair")
    assert study.read_study().command.startswith(
        "cnnlab -m optimizer=sgd,adam 'fair=optimizer.lr=log(1e-3,1)' trials=2"
    )
    names = {path.name for path in study.path.iterdir()}
    assert names >= {"study.json", "runs.csv", "results.csv", "comparison.csv", "report.html"}
    assert names >= {"fair.json", "trials.csv", "untuned.csv"}
    assert len(study.read_rows("results.csv")) == 4
    again = cnnlab("report", "optimizer-fair")
    assert "Each arm was tuned before with 2 trials of 1 epoch" in again.stdout


def test_plan_says_what_runs_in_any_case_and_how_many_at_most(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = cnnlab(*WORDS, "plan=true", "hydra/launcher=cnnlab")
    assert ended.returncode == 0, ended.stderr
    assert "plan     optimizer-fair: 8 runs, 0 finished, 8 to do\n" in ended.stdout
    assert "most     12 runs" in ended.stdout
    assert not (tmp_path / "outputs").exists()
