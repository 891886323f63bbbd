"""A fair comparison in a process of its own, really trained."""

import html
import re

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
    page = (study.path / "report.html").read_text()
    for address, name in (("tunings/1.html", "sgd"), ("tunings/2.html", "adam")):
        assert f'<a href="{address}">{name}</a>' in page
        text = html.unescape((study.path / address).read_text())
        assert f"<h1>optimizer-fair, optimizer={name}</h1>" in text
        (best,) = re.findall(r"The best: <code>(cnnlab train .*)</code>", text)
        assert f"optimizer={name} optimizer.lr=" in best
        assert "null" not in best
        assert "Test accuracy over 2 fresh seeds (0 to 1), which no trial had" in text
    again = cnnlab("report", "optimizer-fair")
    assert "Each arm was tuned before with 2 trials of 1 epoch" in again.stdout


def test_plan_says_what_runs_in_any_case_and_how_many_at_most(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = cnnlab(*WORDS, "plan=true", "hydra/launcher=cnnlab")
    assert ended.returncode == 0, ended.stderr
    assert "plan     optimizer-fair: 8 runs, 0 finished, 8 to do\n" in ended.stdout
    assert "most     12 runs" in ended.stdout
    assert not (tmp_path / "outputs").exists()
