"""Runs that were read before: what has ended is not read again, what says something new is."""

import os

from cnnlab.comparison import known_runs
from cnnlab.comparison.arms import read_arms, read_run
from cnnlab.comparison.known_runs import KnownRuns
from cnnlab.outputs.status import write_status
from tests.comparison.study_maker import write_run, write_study


def test_study_that_grows_is_read_as_far_as_it_is_new(in_empty_folder, monkeypatch):
    read = []
    monkeypatch.setattr(
        known_runs, "read_run", lambda folder, **which: read.append(folder.run_id) or read_run(folder, **which)
    )
    study, known = write_study({"optimizer=sgd": [0.9, "running"], "optimizer=adam": [0.8, 0.7]}), KnownRuns()
    read_arms(study, read=known.read)
    unfinished = [run.folder.run_id for arm in read_arms(study) for run in arm.runs if not run.is_finished]
    read.clear()
    arms = read_arms(study, read=known.read)
    assert [[run.accuracy("test") for run in arm.runs] for arm in arms] == [[0.9, None], [0.8, 0.7]]
    assert read == unfinished


def test_run_that_was_trained_again_is_read_again(in_empty_folder):
    folder, known = write_run("a", test=0.9), KnownRuns()
    assert known.read(folder).accuracy("test") == 0.9
    write_run("a", test=0.5)
    write_status(folder, "finished")
    os.utime(folder.path / "status.json", (0, 0))  # whatever the tick of this file system's clock
    assert known.read(folder).accuracy("test") == 0.5
