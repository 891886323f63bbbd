"""A fair comparison as typed, really trained."""

import html
import re

from cnnlab.cli.main import main
from cnnlab.outputs.study_folder import StudyFolder
from tests.sweeps.sweep_maker import TINY

WORDS = (
    "-m",
    "optimizer=sgd,adam",
    "fair=optimizer.lr=log(1e-3,1)",
    "trials=2",
    "seed=0,1",
    *TINY,
)


def test_command_tunes_compares_and_shows_both(in_empty_folder, capsys):
    assert main([*WORDS, "hydra/launcher=cnnlab"]) == 0
    said = capsys.readouterr().out
    assert "sweep    optimizer-fair: 8 runs\n" in said  # two trials and two untuned runs of each arm
    assert "sweep    optimizer-fair: 4 runs\n" in said
    assert "Each arm was first tuned with 2 trials of 1 epoch, on validation alone" in said
    assert "optimizer  chose" in said
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
    assert main(["report", "optimizer-fair"]) == 0
    assert "Each arm was first tuned with 2 trials of 1 epoch" in capsys.readouterr().out


def test_plan_says_what_runs_in_any_case_and_how_many_at_most(in_empty_folder, unmeasured, capsys):
    assert main([*WORDS, "plan=true", "hydra/launcher=cnnlab"]) == 0
    said = capsys.readouterr().out
    assert "plan     optimizer-fair: 8 runs, 0 finished, 8 to do\n" in said
    assert "most     12 runs" in said
    assert not (in_empty_folder / "outputs").exists()
