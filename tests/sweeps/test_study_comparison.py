"""The comparison of a sweep's arms: refreshed while runs go on, shown at the end."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnlab.outputs.files import RUNS
from cnnlab.outputs.mistakes import Mistakes, write_mistakes
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.sweeps import pacing
from cnnlab.sweeps.study_comparison import StudyComparison
from tests.comparison.study_maker import write_study
from tests.sweeps.sweep_maker import main

pytestmark = pytest.mark.usefixtures("swept")


def refreshed(rows, *, pause, monkeypatch):
    """Refresh the comparison of a study that is under way; return what is written then."""
    monkeypatch.setattr(pacing, "PAUSE", pause)
    study = write_study({"optimizer=sgd": [0.9, "running"], "optimizer=adam": [0.8, "waiting"]})
    StudyComparison(study, rows or study.read_grid).refresh()
    return {path.name for path in study.path.iterdir()} - {"runs.csv", "study.json"}


def test_comparison_is_written_without_pictures_while_runs_go_on(monkeypatch):
    assert refreshed(None, pause=0.0, monkeypatch=monkeypatch) == {"changes.csv", "comparison.csv", "report.html"}


def test_comparison_that_was_made_a_moment_ago_is_left(monkeypatch):
    assert refreshed(None, pause=60.0, monkeypatch=monkeypatch) == set()


def test_once_it_is_ready_comparing_imports_no_library():
    """Of 100 images the first 90 are right with sgd, the first 80 with adam."""
    write_study({"optimizer=sgd": [0.9, 0.8], "optimizer=adam": [0.8, 0.7]})
    images = np.zeros((2, 3, 64, 64), dtype=np.uint8)
    write_mistakes(RunFolder(RUNS / "trial-arm1-s0"), Mistakes(images, np.array([80, 81])))
    write_mistakes(RunFolder(RUNS / "trial-arm0-s0"), Mistakes(images[:, :, :8, :8], np.array([82, 83])))
    code = """
import sys
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.sweeps.study_comparison import StudyComparison
study = StudyFolder.named("trial")
comparison = StudyComparison(study, study.read_grid)
comparison.get_ready()
before = set(sys.modules)
comparison._pace._at = -1e9
comparison.refresh()
print(*{name.partition(".")[0] for name in set(sys.modules) - before} - {"cnnlab"})
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(run.stdout.split()) - set(sys.stdlib_module_names), run.stdout
    page = Path("outputs/trial/report.html").read_text()
    assert (page.count("data:image/jpeg"), page.count("data:image/png")) == (2, 4)


def test_comparison_is_left_to_another_sweep_of_its_name(monkeypatch):
    assert refreshed(list, pause=0.0, monkeypatch=monkeypatch) == set()


def test_sweep_ends_with_its_table_and_what_to_open(capsys):
    assert main(["-m", "seed=0,1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "sweep    seed: 2 runs"
    assert any(line.split() == ["seed", "n", "val", "%", "test", "%"] or "one arm" in line.lower() for line in lines)
    assert lines[-1] == "open     outputs/seed/report.html"
